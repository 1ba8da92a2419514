"""The models that implement the chain's protocols, and how their weights are loaded.

How an image passes through this package: `engines` makes an upscaler from a name and a `context`,
`upscaler` splits the image into parts (`tiling`) and runs a `network` on a `device` over each
(`hardware` is what the computer has, `number_formats` times what it can do).
The network is the built-in Real-ESRGAN (`realesrgan`: `weights` finds the files, `ncnn_format`
reads them, `converted` caches the result, `rrdbnet` runs it by torch, `openvino_network` without,
which `compiled` caches) or comes from a file (`model_reading` reads it, `model_file` tests it on
the device). `coz` is the engine of Chain-of-Zoom, `qwen` and `server` give its prompts, `memory`
shares memory among them, and `download` gets their weights.

torch and spandrel are imported only in this package, and only inside functions: importing any of
its modules is cheap.
"""
