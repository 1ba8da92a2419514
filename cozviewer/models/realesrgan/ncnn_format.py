"""Reads networks of 3x3 convolutions in the file format of the ncnn runtime.

Two files. The `.param` is text: a magic number, the counts of layers and of blobs, then a line per
layer: `type name inputs outputs input-blobs... output-blobs... key=value...`. The `.bin` holds, per
convolution in the order of the lines: a 4-byte tag, the weights (out, in, 3, 3), the bias (out) in
fp32. Tag 0x01306B47 means fp16 weights, padded to 4 bytes; tag 0 means fp32. A PReLU stores one
slope per channel in fp32, without a tag. All little-endian.
(https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

MAGIC = "7767517"
FP16_TAG = 0x01306B47
FP32_TAG = 0

WEIGHTLESS = frozenset(
    {"Input", "Split", "Concat", "Eltwise", "BinaryOp", "Interp", "PixelShuffle"}
)
"""Layers without data in the `.bin`. Others are refused, as their data would shift the rest."""

PLAIN = {"1": "3", "2": "1", "3": "1", "4": "1", "5": "1"}
"""Keys of a convolution and their required values: kernel, dilation, stride, padding, bias."""

DEFAULTS = {"1": "0", "2": "1", "3": "1", "4": "0", "5": "0"}

KNOWN = {*PLAIN, "0", "6", "9", "-23310"}
"""All supported keys: these, channels, number of weights, activation and its slope."""

LEAKY_RELU = "2"


@dataclass(frozen=True, slots=True)
class Convolution:
    """A 3x3 convolution as the `.param` describes it.

    Attributes:
        inputs, outputs: Channels.
        slope: Slope of the leaky ReLU after it; None without one.
        prelu: Whether a PReLU follows, whose slopes are in the `.bin`.
    """

    inputs: int
    outputs: int
    slope: float | None
    prelu: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """The data of one convolution in the `.bin`.

    Attributes:
        kernel: (outputs, inputs, 3, 3) float16 or float32, as stored.
        bias: (outputs,) float32.
        slopes: (outputs,) float32, slopes of the PReLU after it; None without one.
    """

    kernel: NDArray[np.float16 | np.float32]
    bias: NDArray[np.float32]
    slopes: NDArray[np.float32] | None = None


def read_param(content: bytes) -> list[Convolution]:
    """Return the convolutions of a `.param` file in forward order.

    Raises:
        BadInput: It is another file, truncated, or has unsupported layers.
    """
    try:
        text = content.decode("ascii", "replace")
        lines = [line.split() for line in text.splitlines() if line.strip()]
        if not lines or lines[0] != [MAGIC]:
            raise ValueError("the magic number is missing")
        layer_count, blob_count = map(int, lines[1])
        layers = lines[2:]
        if len(layers) != layer_count:
            raise ValueError(f"it should have {layer_count} layers and has {len(layers)}")
        blobs = [blob for layer in layers for blob in _output_blobs(layer)]
        if len(blobs) != blob_count or len(set(blobs)) != blob_count:
            raise ValueError(f"it should have {blob_count} blobs and has {len(set(blobs))}")
        return list(_convolutions(layers))
    except (ValueError, IndexError) as error:
        reason = "a line is truncated" if isinstance(error, IndexError) else str(error)
        raise BadInput(
            translate("Error", "This ncnn .param file is not supported: {reason}.").format(
                reason=reason
            )
        ) from error


def read_bin(content: bytes, convolutions: list[Convolution]) -> list[Weights]:
    """Return the weights of all convolutions; the arrays are views of `content`.

    Raises:
        BadInput: The file is truncated, too long, or has an unknown tag.
    """
    offset = 0

    def take(count: int, kind: str, index: int) -> NDArray[np.generic]:
        nonlocal offset
        dtype = np.dtype(kind)
        if offset + count * dtype.itemsize > len(content):
            raise BadInput(
                translate(
                    "Error",
                    "This ncnn .bin file is truncated in convolution {number} of "
                    "{count}: copy or install it again.",
                ).format(number=index + 1, count=len(convolutions))
            )
        array = np.frombuffer(content, dtype, count, offset)
        offset += count * dtype.itemsize
        return array

    weights = []
    for index, layer in enumerate(convolutions):
        tag = int(take(1, "<u4", index)[0])
        if tag not in (FP16_TAG, FP32_TAG):
            raise BadInput(
                translate(
                    "Error",
                    "This ncnn .bin file stores convolution {number} in an unknown format "
                    "(tag {tag:#010x}): use the file that belongs to its .param.",
                ).format(number=index + 1, tag=tag)
            )
        shape = (layer.outputs, layer.inputs, 3, 3)
        count = layer.outputs * layer.inputs * 9
        kernel = take(count, "<f2" if tag == FP16_TAG else "<f4", index)
        offset = -(-offset // 4) * 4
        bias = take(layer.outputs, "<f4", index)
        slopes = take(layer.outputs, "<f4", index) if layer.prelu else None
        weights.append(Weights(kernel.reshape(shape), bias, slopes))  # type: ignore[arg-type]
    if offset != len(content):
        raise BadInput(
            translate(
                "Error",
                "This ncnn .bin file has {count} bytes more than its .param says: "
                "the two do not belong together.",
            ).format(count=len(content) - offset)
        )
    return weights


def _output_blobs(layer: list[str]) -> list[str]:
    inputs, outputs = int(layer[2]), int(layer[3])
    blobs = layer[4 + inputs : 4 + inputs + outputs]
    if min(inputs, outputs) < 0 or len(blobs) != outputs or any("=" in blob for blob in blobs):
        raise ValueError(f"layer {layer[1]} is incomplete")
    return blobs


def _convolutions(layers: list[list[str]]) -> Iterator[Convolution]:
    weighted = [layer for layer in layers if layer[0] not in WEIGHTLESS]
    for index, layer in enumerate(weighted):
        if layer[0] == "PReLU":
            _check_prelu(layer, weighted[index - 1] if index else None)
        else:
            after = weighted[index + 1] if index + 1 < len(weighted) else None
            yield _convolution(layer, prelu=after is not None and _is_prelu_of(layer, after))


def _convolution(layer: list[str], prelu: bool) -> Convolution:
    kind, name = layer[0], layer[1]
    if kind != "Convolution":
        raise ValueError(f"layer {name} is a {kind}, which is not supported")
    values = _values(layer)
    if values.keys() - KNOWN or any(
        values.get(key, DEFAULTS[key]) != wanted for key, wanted in PLAIN.items()
    ):
        raise ValueError(f"layer {name} is not a plain 3x3 convolution with a bias")
    outputs, count = int(values.get("0", 0)), int(values.get("6", 0))
    if outputs < 1 or count < 1 or count % (outputs * 9):
        raise ValueError(f"layer {name} has {count} weights for {outputs} channels")
    slope = _slope(name, values)
    if prelu and slope is not None:
        raise ValueError(f"layer {name} has two activations")
    return Convolution(count // (outputs * 9), outputs, slope, prelu)


def _is_prelu_of(convolution: list[str], layer: list[str]) -> bool:
    """Return whether a layer is the activation of a convolution."""
    kinds = (convolution[0], layer[0])
    return kinds == ("Convolution", "PReLU") and _input_blobs(layer) == _output_blobs(convolution)


def _check_prelu(layer: list[str], before: list[str] | None) -> None:
    """Raise ValueError unless a PReLU follows a convolution of as many channels."""
    name, values = layer[1], _values(layer)
    if before is None or not _is_prelu_of(before, layer):
        raise ValueError(f"layer {name} is a PReLU that does not follow a convolution")
    if values.keys() - {"0"} or values.get("0") != _values(before).get("0"):
        raise ValueError(f"layer {name} is a PReLU without a slope for each channel")


def _values(layer: list[str]) -> dict[str, str]:
    """Return the `key=value` fields of a layer."""
    return dict(field.split("=", 1) for field in layer[4 + int(layer[2]) + int(layer[3]) :])


def _input_blobs(layer: list[str]) -> list[str]:
    return layer[4 : 4 + int(layer[2])]


def _slope(name: str, values: dict[str, str]) -> float | None:
    activation = values.get("9", "0")
    if activation == "0":
        return None
    count, _, slope = values.get("-23310", "").partition(",")
    if activation != LEAKY_RELU or count != "1":
        raise ValueError(f"layer {name} has an unsupported activation")
    return float(slope)
