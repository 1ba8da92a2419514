"""The built-in engine: Real-ESRGAN x4plus, with the weights that are installed with cozviewer."""

from functools import partial

from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device
from cozviewer.models.network import ArrayNetwork, Network
from cozviewer.models.realesrgan.compiled import CompiledFile
from cozviewer.models.realesrgan.converted import realesrgan_state
from cozviewer.models.realesrgan.openvino_network import OpenVinoNetwork, on_tensors
from cozviewer.models.realesrgan.rrdbnet import forward
from cozviewer.models.realesrgan.weights import BIN_SHA256
from cozviewer.models.upscaler import NetworkUpscaler, RunSize
from cozviewer.models.without_torch import is_timing, threads

TITLE = "Real-ESRGAN"
BLOCKS = 23

COMPILED_NAME = "realesrgan-x4plus-{numbers}-compiled.safetensors"
"""In the folder of converted weights."""

PART = 640 * 640
"""Maximum parent pixels of a part; every run of a zoom step is one part. A run of 384 x 264 pixels
takes 0.5 GB in fp32, 0.3 in bf16 and 0.9 in int8, the largest, of 544 x 544, 1.0, 0.5 and 2.3 GB.
"""


def realesrgan(context: ModelContext, *, open_edges: bool = True) -> NetworkUpscaler:
    """Return the engine; nothing is imported or read yet.

    Args:
        context: Where and how it runs. The notice is called when converted weights cannot be
            cached, and when memory runs out.
        open_edges: See `forward`. If False, the result equals that of other implementations. The
            int8 network always has open edges.
    """

    def open_network(place: Device) -> Network:
        import torch

        weights = realesrgan_state(context.cache_dir, context.notice)
        if place.dtype == "int8":
            # `fastest` measures with one thread of torch.
            return Network(on_tensors(OpenVinoNetwork(weights, torch.get_num_threads)), place)
        dtype = getattr(torch, place.dtype)
        layout = torch.channels_last if place.channels_last else torch.contiguous_format
        state = {}
        for name, array in weights.items():
            tensor = torch.tensor(array).to(place.name, dtype)
            state[name] = tensor.contiguous(memory_format=layout) if array.ndim == 4 else tensor
        return Network(partial(forward, state, BLOCKS, open_edges=open_edges), place)

    def open_without_torch(place: Device) -> ArrayNetwork:
        weights = realesrgan_state(context.cache_dir, context.notice)
        file = None
        if context.cache_dir is not None and open_edges:
            name = COMPILED_NAME.format(numbers=place.numbers)
            file = CompiledFile(context.cache_dir / name, is_timing)
        network = OpenVinoNetwork(weights, threads, place.numbers, open_edges=open_edges, file=file)
        return ArrayNetwork(network, place)

    return NetworkUpscaler(
        TITLE,
        lambda: {"name": "realesrgan", "weights": BIN_SHA256},
        open_network,
        context,
        size=RunSize(PART),
        open_without_torch=open_without_torch,
    )
