"""Real-ESRGAN as OpenVINO graphs: in float, or in int8 with the quantisation of each layer.

Features before a convolution are quantised to unsigned bytes with a common zero point, and with a
scale and a centre for each channel. The scales are multiplied into the kernel, which is quantised
to signed bytes with a scale for each filter, so that a convolution multiplies and adds only bytes;
what the centres add is a part of the bias. The residual sums and the biases stay in float. So do
the first and the last layer, which are small; quantising the last one costs 0.3 dB.

A convolution has zeros beyond the edges of bytes, which stand for the centres. In the blocks these
are the means of the features of photos, so that edges are open (see `rrdbnet.forward`) at no cost.
The means of each image, as in float, would need another pass over the features, and make its
rounding depend on how a view is divided into runs.

This is the usual post-training quantisation (Nagel et al., "A White Paper on Neural
Network Quantization", 2021, sections 2.2 and 2.4), with scales for each channel of the features,
moved to the weights (section 3.1, cross-layer equalisation).
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib.format import read_array
from numpy.typing import NDArray

from cozviewer.models.realesrgan.converted import State
from cozviewer.models.realesrgan.rrdbnet import DENSE, PER_BLOCK, RESIDUAL, SLOPE
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from openvino import Model, Node


class Scale(NamedTuple):
    """What bytes stand for, by channel.

    Attributes:
        steps: The difference between successive bytes.
        centres: The byte ZERO.
    """

    steps: NDArray[np.float32]
    centres: NDArray[np.float32]

    def part(self, start: int, end: int | None = None) -> "Scale":
        """Return the scale of some channels."""
        return Scale(self.steps[start:end], self.centres[start:end])


Scales = Mapping[str, Scale]
"""By name: "body.0.rdb1" is for the input of a dense block, followed by the output of each of its
convolutions, "conv_up1" for the input of that layer."""

FILTERS, GROWTH, BLOCKS = 64, 32, 23
"""As in `rrdbnet.expected_layers`."""

ZERO, LEVELS = 96, 256
"""The zero point and the number of values. About LEVELS / 6 is best for leaky ReLUs, LEVELS / 2 for
residual sums; they must share one, as they are concatenated. PSNR against fp32, mean and worst of 8
photos, with the last layer quantised too: 42.2 and 36.7 dB with 64, 43.3 and 38.4 with 96, 43.0 and
38.1 with 128."""

MOST_WEIGHT = 127

QUANTISED_TAIL = ("conv_body", "conv_up1", "conv_up2", "conv_hr")

CLOSED = QUANTISED_TAIL[1:]
"""Layers whose edges are not open in float either: their centres are 0."""

FILE_NAME = "realesrgan_int8.npy"
"""In cozviewer.resources: (2, channels of all `points`) float32, the steps and the centres, written
by packaging/calibrate_int8.py."""


def points() -> list[tuple[str, int]]:
    """Return the names and numbers of channels of all quantised features, in forward order."""
    grown = FILTERS + (DENSE - 1) * GROWTH
    body = [(name, grown) for block in range(BLOCKS) for name in dense_names(block)]
    return [*body, *[(name, FILTERS) for name in QUANTISED_TAIL]]


def dense_names(block: int) -> list[str]:
    return [f"body.{block}.rdb{dense}" for dense in range(1, PER_BLOCK + 1)]


def steps_between(
    low: NDArray[np.float32], high: NDArray[np.float32], centres: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the smallest steps with which bytes cover `low` to `high`, by channel."""
    needed = np.maximum((high - centres) / (LEVELS - 1 - ZERO), (centres - low) / ZERO)
    steps: NDArray[np.float32] = np.maximum(needed, 1e-6).astype(np.float32)
    return steps


def read_scales() -> Scales:
    """Return the scales that are installed with cozviewer.

    Raises:
        BadInput: The file is missing or broken.
    """
    channels = [count for _, count in points()]
    try:
        with (files("cozviewer.resources") / FILE_NAME).open("rb") as file:
            flat = read_array(file, allow_pickle=False)
        if flat.dtype != np.float32 or flat.shape != (2, sum(channels)):
            raise ValueError("wrong shape")
        if not (np.isfinite(flat).all() and (flat[0] > 0).all()):
            raise ValueError("wrong values")
    except (OSError, ValueError, EOFError, AttributeError) as error:
        raise BadInput(
            translate(
                "Error",
                "The file {file_name} of cozviewer is damaged: reinstall cozviewer, or choose the "
                "number format fp32.",
            ).format(file_name=FILE_NAME)
        ) from error
    parts = np.split(flat, np.cumsum(channels)[:-1], axis=1)
    return {name: Scale(*part) for (name, _), part in zip(points(), parts, strict=True)}


class _Centred(NamedTuple):
    """Features less their mean by channel, and the mean, (1, C, 1, 1)."""

    features: "Node"
    mean: "Node"


class Graphs:
    """Builds the network in pieces. Between pieces, features are (1, 64, H, W) float32."""

    def __init__(self, state: State, scales: Scales | None, *, open_edges: bool = False) -> None:
        """Prepare; the methods import openvino.

        Args:
            state: As `realesrgan_state` returns it.
            scales: Of int8; None keeps all layers in float.
            open_edges: See `rrdbnet.forward`; int8 always has them.
        """
        self._state, self._scales = state, scales
        self._open = open_edges and scales is None

    def head(self) -> "Model":
        """Return the first layer: (1, 3, H, W) in 0..1 to features."""
        image = input_of(3)
        return graph(
            self._biased(image, constant(self._array("conv_first.weight")), "conv_first"), image
        )

    def body(self, blocks: Sequence[int]) -> "Model":
        """Return some blocks: features to features."""
        entered = features = input_of(FILTERS)
        for block in blocks:
            inner = features
            for name in dense_names(block):
                inner = self._dense(inner, name)
            features = _plus(features, inner, RESIDUAL)
        return graph(features, entered)

    def body_end(self) -> "Model":
        """Return the layer after all blocks: features of the blocks and of `head` to features."""
        features, first = input_of(FILTERS), input_of(FILTERS)
        if self._open:
            convolved = self._opened("conv_body", [_centred(features)])
        else:
            convolved = self._conv("conv_body", features)
        return graph(_plus(first, convolved), features, first)

    def tail(self) -> "Model":
        """Return the enlargement: features to (1, 3, 4H, 4W), about 0..1."""
        entered = features = input_of(FILTERS)
        for name in ("conv_up1", "conv_up2"):
            features = _active(self._conv(name, features, doubled=True))
        features = _active(self._conv("conv_hr", features))
        return graph(self._plain("conv_last", features), entered)

    def _dense(self, features: "Node", name: str) -> "Node":
        """Return a dense block."""
        if self._scales is None:
            return self._plain_dense(features, name)
        scale = self._scales[name]
        ends = [FILTERS + index * GROWTH for index in range(DENSE)]
        grown = [_bytes(features, scale.part(0, FILTERS))]
        for index, (end, after) in enumerate(pairwise(ends), 1):
            more = self._multiplied(f"{name}.conv{index}", _joined(grown), scale.part(0, end))
            grown.append(_bytes(_active(more), scale.part(end, after)))
        added = self._multiplied(f"{name}.conv{DENSE}", _joined(grown), scale)
        return _plus(features, added, RESIDUAL)

    def _plain_dense(self, features: "Node", name: str) -> "Node":
        """Return a dense block in float."""
        if self._open:
            return self._open_dense(features, name)
        grown = [features]
        for index in range(1, DENSE):
            grown.append(_active(self._plain(f"{name}.conv{index}", _joined(grown))))
        added = self._plain(f"{name}.conv{DENSE}", _joined(grown))
        return _plus(features, added, RESIDUAL)

    def _open_dense(self, features: "Node", name: str) -> "Node":
        """Return a dense block in float with open edges."""
        grown = [_centred(features)]
        for index in range(1, DENSE):
            grown.append(_centred(_active(self._opened(f"{name}.conv{index}", grown))))
        return _plus(features, self._opened(f"{name}.conv{DENSE}", grown), RESIDUAL)

    def _opened(self, name: str, grown: Sequence[_Centred]) -> "Node":
        """Return a convolution of joined features in float, with their means beyond the edges: the
        zeros there are the means of what is centred, and what is left out is the same everywhere.
        """
        from openvino import opset13 as ops

        kernel, one, none = self._array(f"{name}.weight"), [1, 1], [0, 0]
        means = _joined([each.mean for each in grown])
        sums = constant(kernel.sum((2, 3), keepdims=True))
        added = ops.add(
            ops.convolution(means, sums, one, none, none, one),
            constant(self._array(f"{name}.bias").reshape(1, -1, 1, 1)),
        )
        features = _joined([each.features for each in grown])
        return ops.add(ops.convolution(features, constant(kernel), one, one, one, one), added)

    def _plain(self, name: str, features: "Node") -> "Node":
        """Return a convolution in float."""
        return self._biased(features, constant(self._array(f"{name}.weight")), name)

    def _conv(self, name: str, features: "Node", *, doubled: bool = False) -> "Node":
        """Return a convolution, in int8 if there are scales, after nearest-neighbour upsampling by
        2 if `doubled`."""
        if self._scales is None:
            return self._plain(name, enlarged(features, 2) if doubled else features)
        scale = self._scales[name]
        small = _bytes(features, scale)
        return self._multiplied(name, enlarged(small, 2) if doubled else small, scale)

    def _multiplied(self, name: str, small: "Node", scale: Scale) -> "Node":
        """Return the convolution of features that are quantised with a scale."""
        from openvino import opset13 as ops

        exact = self._array(f"{name}.weight")
        kernel = exact * scale.steps[:, None, None]
        most = np.abs(kernel).max((1, 2, 3), keepdims=True)
        step = np.maximum(most, np.finfo(np.float32).tiny) / MOST_WEIGHT
        weights = ops.convert(constant(np.rint(kernel / step).astype(np.int8)), "f32")
        bias = self._array(f"{name}.bias") + exact.sum((2, 3)) @ scale.centres
        return convolved(small, ops.multiply(weights, constant(step)), bias)

    def _biased(self, features: "Node", kernel: "Node", name: str) -> "Node":
        return convolved(features, kernel, self._array(f"{name}.bias"))

    def _array(self, name: str) -> NDArray[np.float32]:
        return np.asarray(self._state[name], np.float32)


def input_of(channels: int) -> Any:
    """Return an input of (1, channels, H, W) float32."""
    from openvino import opset13 as ops

    return ops.parameter([1, channels, -1, -1], np.float32)


def convolved(features: "Node", kernel: "Node", bias: NDArray[np.float32]) -> "Node":
    """Return a 3x3 convolution with zeros beyond the edges."""
    from openvino import opset13 as ops

    one = [1, 1]
    added = constant(np.asarray(bias).reshape(1, -1, 1, 1))
    return ops.add(ops.convolution(features, kernel, one, one, one, one), added)


def graph(result: "Node", *inputs: Any) -> "Model":
    """Return what computes `result` from its inputs."""
    from openvino import Model

    return Model([result], list(inputs))


def constant(value: object) -> "Node":
    """Return an array as a part of a graph."""
    from openvino import opset13 as ops

    return ops.constant(value)


def _centred(features: "Node") -> _Centred:
    from openvino import opset13 as ops

    mean = ops.reduce_mean(features, constant(np.array([2, 3], np.int64)), keep_dims=True)
    return _Centred(ops.subtract(features, mean), mean)


def _active(features: "Node") -> "Node":
    from openvino import opset13 as ops

    return ops.prelu(features, constant(np.array([SLOPE], np.float32)))


def _plus(features: "Node", more: "Node", part: float = 1.0) -> "Node":
    from openvino import opset13 as ops

    return ops.add(features, more if part == 1 else ops.multiply(more, constant(np.float32(part))))


def _joined(grown: Sequence["Node"]) -> "Node":
    from openvino import opset13 as ops

    return ops.concat(list(grown), 1) if len(grown) > 1 else grown[0]


def enlarged(features: "Node", scale: int) -> "Node":
    """Return features upsampled by `scale` (nearest neighbour)."""
    from openvino import opset13 as ops

    return ops.interpolate(
        features,
        constant(np.array([scale, scale], np.float32)),
        "nearest",
        "scales",
        axes=constant(np.array([2, 3], np.int64)),
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _bytes(features: "Node", scale: Scale) -> "Node":
    """Return features as integers from -ZERO on, which OpenVINO recognises as bytes."""
    from openvino import opset13 as ops

    low, high = np.float32(-ZERO), np.float32(LEVELS - 1 - ZERO)
    steps, centres = (part.reshape(1, -1, 1, 1) for part in scale)
    return ops.fake_quantize(
        features,
        constant(centres + low * steps),
        constant(centres + high * steps),
        constant(low),
        constant(high),
        LEVELS,
    )
