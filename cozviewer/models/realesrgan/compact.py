"""The compact network for drafts: realesr-animevideov3, sixty times faster than x4plus.

SRVGGNetCompact (github.com/xinntao/Real-ESRGAN, realesrgan/archs/srvgg_arch.py): 3x3 convolutions
of 64 channels with PReLU, then 48 channels that are shuffled to 4x4 pixels of RGB and added to the
enlarged input. BSD-3-Clause, like x4plus, and installed with it.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.models.network import ArrayNetwork, LoadedNetwork, Network
from cozviewer.models.realesrgan.ncnn_format import Convolution, Weights, read_bin, read_param
from cozviewer.models.realesrgan.weights import (
    COMPACT,
    COMPACT_BIN_SHA256,
    COMPACT_PARAM_SHA256,
    read_checked,
    wheel_files,
)
from cozviewer.models.upscaler import NetworkUpscaler, RunSize
from cozviewer.models.without_torch import threads
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

TITLE = "Draft network"

HALO = 12
"""Parent pixels around a crop. The receptive field reaches 18 pixels, but the outermost hardly
matter, and a draft is shown for seconds only."""

PART = 512 * 512
"""Maximum parent pixels of a part: its 64 channels take 64 MB in fp32, several times."""

Layer = tuple["Tensor", "Tensor", "Tensor | None"]
"""Kernel, bias, and the slopes of the PReLU after it; the last layer has none."""


def compact(
    *, cache_dir: Path | None, notice: Notice, hardware: Hardware = THIS_COMPUTER
) -> NetworkUpscaler:
    """Return the network; nothing is imported or read yet. It runs on the CPU, as the engine itself
    is as fast on a GPU.

    Args:
        cache_dir: Folder for the fastest number format; None measures it at every start.
        notice: Receives a sentence when memory runs out.
        hardware: What the computer has.
    """
    return NetworkUpscaler(
        TITLE,
        lambda: {"name": "realesr-animevideov3", "weights": COMPACT_BIN_SHA256},
        open_compact,
        ModelContext("cpu", cache_dir=cache_dir, notice=notice, hardware=hardware),
        size=RunSize(PART, HALO),
        open_without_torch=_open_without_torch,
    )


def _open_without_torch(place: Device) -> LoadedNetwork:
    from cozviewer.models.realesrgan.openvino_compact import OpenVinoCompact

    if place.dtype == "int8":
        raise _no_int8()
    return ArrayNetwork(OpenVinoCompact(compact_weights(), threads, place.numbers), place)


def _no_int8() -> BadInput:
    return BadInput(
        translate("Error", "{title} does not support int8: choose fp32 or bf16.").format(
            title=TITLE
        )
    )


def compact_weights() -> Sequence[Weights]:
    """Return the weights of its layers, from the installed ncnn files.

    Raises:
        BadInput: They are missing or not the expected files.
    """
    files = wheel_files(COMPACT)
    layers = read_param(read_checked(files.param, COMPACT_PARAM_SHA256))
    check_layers(layers)
    return read_bin(read_checked(files.bin, COMPACT_BIN_SHA256), layers)


def open_compact(place: Device) -> Network:
    """Load the weights onto a device, in its number format. Imports torch.

    Core-seconds for 352x232 pixels on an EPYC with AVX512-BF16, no AMX, with channels_last: fp32
    0.80, bf16 0.50.

    Raises:
        BadInput: The weights are missing or broken, or the number format is int8.
    """
    import torch

    if place.dtype == "int8":
        raise _no_int8()
    dtype = getattr(torch, place.dtype)
    layout = torch.channels_last if place.channels_last else torch.contiguous_format

    def tensor(array: object) -> "Tensor":
        return torch.tensor(array).to(place.name, dtype)

    state = [
        (
            tensor(weights.kernel).contiguous(memory_format=layout),
            tensor(weights.bias),
            None if weights.slopes is None else tensor(weights.slopes),
        )
        for weights in compact_weights()
    ]
    return Network(partial(forward, state), place)


def check_layers(layers: Sequence[Convolution]) -> None:
    """Check that convolutions are those of a compact 4x network for RGB.

    Raises:
        BadInput: They are not.
    """
    filters = layers[0].outputs if layers else 0
    last = Convolution(filters, 3 * STEP_SCALE**2, None)
    middle = [Convolution(filters, filters, None, prelu=True)] * (len(layers) - 2)
    if list(layers) != [Convolution(3, filters, None, prelu=True), *middle, last]:
        raise BadInput(
            translate(
                "Error", "This network is not a compact 4x network for RGB: choose another file."
            )
        )


def forward(
    state: Sequence[Layer],
    image: "Tensor",
    cancelled: IsCancelled = never,
    progressed: Progressed = ignore,
) -> "Tensor":
    """Run the network.

    Args:
        state: Its layers, on the device and in the dtype of `image`.
        image: (N, 3, H, W) in 0..1.
        cancelled, progressed: Called before every convolution.

    Returns:
        (N, 3, 4H, 4W), about 0..1.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    from torch.nn.functional import conv2d, interpolate, pixel_shuffle, prelu

    features = image
    for index, (kernel, bias, slopes) in enumerate(state):
        check_cancelled(cancelled)
        progressed(index / len(state))
        features = conv2d(features, kernel, bias, padding=1)
        if slopes is not None:
            features = prelu(features, slopes)
    enlarged = interpolate(image, scale_factor=STEP_SCALE, mode="nearest")
    return pixel_shuffle(features, STEP_SCALE).add_(enlarged)
