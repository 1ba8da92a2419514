"""The models behind the chain's protocols, and how they get their weights.

The way of a picture through this package: `engines` makes an upscaler from a name, `upscaler` cuts
the picture into `parts` and sends each through a `network` on a `device`. The network is the
embedded Real-ESRGAN (`realesrgan`: `weights` finds the files, `ncnn_format` reads them,
`converted` keeps the result, `rrdbnet` computes) or comes from a file
(`model_reading` reads it, `model_file` tries it on the device).

torch and spandrel are imported here only, and only inside functions: importing any module of this
package is cheap.
"""
