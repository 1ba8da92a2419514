"""Real-ESRGAN as OpenVINO graphs: in float, or in int8 with the quantisation of each layer.

Features before a convolution are quantised to unsigned bytes with a common zero point and a scale
for each channel. The scales are multiplied into the kernel, which is quantised to signed bytes with
a scale for each filter, so that a convolution multiplies and adds only bytes. The residual sums and
the biases stay in float. So do the first and the last layer, which are small; quantising the last
one costs 0.3 dB.

In the blocks, features are quantised less their mean in the image, which is added again by the
bias, so that edges are open as in float (see `rrdbnet.forward`). Fixed means, those of photos,
would save next to nothing, and soften what is soft already: hairs and wood at x16 had half the
contrast that float gives them, even 40 pixels from the edges.

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


Steps = NDArray[np.float32]
"""The difference between successive bytes, by channel."""

Quantisation = Mapping[str, Steps]
"""By name: "body.0.rdb1" is for the input of a dense block, followed by the output of each of its
convolutions, "conv_up1" for the input of that layer."""

FILTERS, GROWTH, BLOCKS = 64, 32, 23
"""As in `rrdbnet.expected_layers`."""

ZERO, LEVELS = 96, 256
"""The zero point and the number of values. About LEVELS / 6 is best for leaky ReLUs, LEVELS / 2 for
residual sums; they must share one, as they are concatenated. PSNR against fp32 after fidelity, mean
and worst of 7 photos: 43.8 and 41.0 dB with 80, 43.9 and 41.1 with 96, 44.2 and 41.4 with 112, 43.6
and 40.4 with 128."""

MOST_WEIGHT = 127

QUANTISED_TAIL = ("conv_body", "conv_up1", "conv_up2", "conv_hr")

FILE_NAME = "realesrgan_int8.npy"
"""In cozviewer.resources: (channels of all `points`,) float32, the steps, written by
packaging/calibrate_int8.py."""


def points() -> list[tuple[str, int]]:
    """Return the names and numbers of channels of all quantised features, in forward order."""
    grown = FILTERS + (DENSE - 1) * GROWTH
    body = [(name, grown) for block in range(BLOCKS) for name in dense_names(block)]
    return [*body, *[(name, FILTERS) for name in QUANTISED_TAIL]]


def dense_names(block: int) -> list[str]:
    return [f"body.{block}.rdb{dense}" for dense in range(1, PER_BLOCK + 1)]


def steps_between(low: NDArray[np.float32], high: NDArray[np.float32]) -> Steps:
    """Return the smallest steps with which bytes cover `low` to `high`, by channel."""
    needed = np.maximum(high / (LEVELS - 1 - ZERO), -low / ZERO)
    steps: Steps = np.maximum(needed, 1e-6).astype(np.float32)
    return steps


def read_steps() -> Quantisation:
    """Return the steps that are installed with cozviewer.

    Raises:
        BadInput: The file is missing or broken.
    """
    channels = [count for _, count in points()]
    try:
        with (files("cozviewer.resources") / FILE_NAME).open("rb") as file:
            flat = read_array(file, allow_pickle=False)
        if flat.dtype != np.float32 or flat.shape != (sum(channels),):
            raise ValueError("wrong shape")
        if not (np.isfinite(flat).all() and (flat > 0).all()):
            raise ValueError("wrong values")
    except (OSError, ValueError, EOFError, AttributeError) as error:
        raise BadInput(
            translate(
                "Error",
                "The file {file_name} of cozviewer is damaged: reinstall cozviewer, or choose the "
                "number format fp32.",
            ).format(file_name=FILE_NAME)
        ) from error
    parts = np.split(flat, np.cumsum(channels)[:-1])
    return {name: part for (name, _), part in zip(points(), parts, strict=True)}


class _Centred(NamedTuple):
    """Features less their mean by channel, maybe in bytes, and the mean, (1, C, 1, 1)."""

    features: "Node"
    mean: "Node"


class Graphs:
    """Builds the network in pieces. Between pieces, features are (1, 64, H, W) float32."""

    def __init__(
        self, state: State, quantisation: Quantisation | None, *, open_edges: bool = False
    ) -> None:
        """Prepare; the methods import openvino.

        Args:
            state: As `realesrgan_state` returns it.
            quantisation: Of int8; None keeps all layers in float.
            open_edges: See `rrdbnet.forward`; int8 always has them.
        """
        self._state, self._quantisation = state, quantisation
        self._open = open_edges or quantisation is not None

    def head(self) -> "Model":
        """Return the first layer: (1, 3, H, W) in 0..1 to features."""
        image = input_of(3)
        return graph(self._closed("conv_first", image), image)

    def body(self, blocks: Sequence[int]) -> "Model":
        """Return some blocks: features to features."""
        dense = self._open_dense if self._open else self._dense
        entered = features = input_of(FILTERS)
        for block in blocks:
            inner = features
            for name in dense_names(block):
                inner = _plus(inner, dense(inner, name), RESIDUAL)
            features = _plus(features, inner, RESIDUAL)
        return graph(features, entered)

    def body_end(self) -> "Model":
        """Return the layer after all blocks: features of the blocks and of `head` to features."""
        name = "conv_body"
        features, first = input_of(FILTERS), input_of(FILTERS)
        if self._open:
            steps = self._steps(name)
            convolved = self._opened(name, [_centred(features, steps)], steps)
        else:
            convolved = self._closed(name, features)
        return graph(_plus(first, convolved), features, first)

    def tail(self) -> "Model":
        """Return the enlargement: features to (1, 3, 4H, 4W), about 0..1."""
        entered = features = input_of(FILTERS)
        for name, scale in (("conv_up1", 2), ("conv_up2", 2), ("conv_hr", 1)):
            steps = self._steps(name)
            small = features if steps is None else _bytes(features, steps)
            larger = enlarged(small, scale) if scale > 1 else small
            features = _active(self._closed(name, larger, steps))
        return graph(self._closed("conv_last", features), entered)

    def _dense(self, features: "Node", name: str) -> "Node":
        """Return what a dense block adds to its features, in float with closed edges."""
        grown = [features]
        for index in range(1, DENSE):
            grown.append(_active(self._closed(f"{name}.conv{index}", _joined(grown))))
        return self._closed(f"{name}.conv{DENSE}", _joined(grown))

    def _open_dense(self, features: "Node", name: str) -> "Node":
        """Return the same with open edges, in float or int8."""
        steps = self._steps(name)
        ends = [FILTERS + index * GROWTH for index in range(DENSE)]
        grown = [_centred(features, _part(steps, 0, FILTERS))]
        for index, (end, after) in enumerate(pairwise(ends), 1):
            more = self._opened(f"{name}.conv{index}", grown, _part(steps, 0, end))
            grown.append(_centred(_active(more), _part(steps, end, after)))
        return self._opened(f"{name}.conv{DENSE}", grown, steps)

    def _opened(self, name: str, grown: Sequence[_Centred], steps: Steps | None) -> "Node":
        """Return a convolution of joined features with their means beyond the edges: the zeros
        there are the means of what is centred, and what is left out is the same everywhere."""
        from openvino import opset13 as ops

        one, none = [1, 1], [0, 0]
        means = _joined([each.mean for each in grown])
        sums = constant(self._array(f"{name}.weight").sum((2, 3), keepdims=True))
        added = ops.add(ops.convolution(means, sums, one, none, none, one), self._bias(name))
        features = _joined([each.features for each in grown])
        return ops.add(
            ops.convolution(features, self._kernel(name, steps), one, one, one, one), added
        )

    def _closed(self, name: str, features: "Node", steps: Steps | None = None) -> "Node":
        """Return a convolution with zeros beyond the edges; of bytes if there are steps."""
        return convolved(features, self._kernel(name, steps), self._array(f"{name}.bias"))

    def _kernel(self, name: str, steps: Steps | None) -> "Node":
        """Return a kernel for floats, or for bytes with the given steps."""
        from openvino import opset13 as ops

        exact = self._array(f"{name}.weight")
        if steps is None:
            return constant(exact)
        kernel = exact * steps[:, None, None]
        most = np.abs(kernel).max((1, 2, 3), keepdims=True)
        step = np.maximum(most, np.finfo(np.float32).tiny) / MOST_WEIGHT
        weights = ops.convert(constant(np.rint(kernel / step).astype(np.int8)), "f32")
        return ops.multiply(weights, constant(step))

    def _bias(self, name: str) -> "Node":
        return constant(self._array(f"{name}.bias").reshape(1, -1, 1, 1))

    def _steps(self, name: str) -> Steps | None:
        return None if self._quantisation is None else self._quantisation[name]

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


def _part(steps: Steps | None, start: int, end: int) -> Steps | None:
    """Return the steps of some channels; None in float."""
    return None if steps is None else steps[start:end]


def _centred(features: "Node", steps: Steps | None) -> _Centred:
    """Return features less their mean, in bytes if there are steps."""
    from openvino import opset13 as ops

    mean = ops.reduce_mean(features, constant(np.array([2, 3], np.int64)), keep_dims=True)
    left = ops.subtract(features, mean)
    return _Centred(left if steps is None else _bytes(left, steps), mean)


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


def _bytes(features: "Node", steps: Steps) -> "Node":
    """Return features as integers from -ZERO on, which OpenVINO recognises as bytes."""
    from openvino import opset13 as ops

    low, high = np.float32(-ZERO), np.float32(LEVELS - 1 - ZERO)
    by_channel = steps.reshape(1, -1, 1, 1)
    return ops.fake_quantize(
        features,
        constant(low * by_channel),
        constant(high * by_channel),
        constant(low),
        constant(high),
        LEVELS,
    )
