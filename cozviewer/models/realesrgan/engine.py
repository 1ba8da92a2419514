"""The embedded engine: Real-ESRGAN x4plus, with the weights that are installed along."""

from functools import partial
from pathlib import Path

from cozviewer.chain.protocols import Notice
from cozviewer.models.device import AUTO, Device
from cozviewer.models.network import Network
from cozviewer.models.realesrgan.converted import realesrgan_state
from cozviewer.models.realesrgan.openvino_int8 import Int8Network
from cozviewer.models.realesrgan.rrdbnet import forward
from cozviewer.models.realesrgan.weights import BIN_SHA256
from cozviewer.models.upscaler import NetworkUpscaler

TITLE = "Real-ESRGAN"
BLOCKS = 23

PART = 640 * 640
"""Most parent pixels of a part; whatever is drawn in one run is one part. A run of 384 x 264 pixels
takes 0.5 GB in fp32, 0.3 in bf16 and 0.9 in int8, the largest, of 544 x 544, 1.0, 0.5 and 2.3 GB.
"""


def realesrgan(
    device: str = AUTO,
    *,
    numbers: str = AUTO,
    cache_dir: Path | None,
    notice: Notice,
    open_edges: bool = True,
) -> NetworkUpscaler:
    """Return the engine; nothing is imported or read yet.

    Args:
        device: "auto" or a device's name.
        numbers: "auto", "fp32", "bf16" or "int8".
        cache_dir: Where the converted weights, and the number format that was fastest, are kept;
            None converts and times at every start.
        notice: Told when they cannot be kept, and when memory ran out.
        open_edges: See `forward`. Off, it computes exactly what other implementations do. The int8
            network always has zeros beyond its edges: its result depends more on rounding.
    """

    def open_network(place: Device) -> Network:
        if place.dtype == "int8":
            return Network(Int8Network(realesrgan_state(cache_dir, notice)), place)
        import torch

        dtype = getattr(torch, place.dtype)
        layout = torch.channels_last if place.channels_last else torch.contiguous_format
        state = {}
        for name, array in realesrgan_state(cache_dir, notice).items():
            tensor = torch.tensor(array).to(place.name, dtype)
            state[name] = tensor.contiguous(memory_format=layout) if array.ndim == 4 else tensor
        return Network(partial(forward, state, BLOCKS, open_edges=open_edges), place)

    return NetworkUpscaler(
        TITLE,
        lambda: {"name": "realesrgan", "weights": BIN_SHA256},
        open_network,
        device=device,
        numbers=numbers,
        cache_dir=cache_dir,
        notice=notice,
        part=PART,
    )
