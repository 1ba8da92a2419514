"""Real-ESRGAN in int8 as OpenVINO graphs: what is multiplied in 8 bits, and on which grid.

Features before a convolution become unsigned bytes with one zero point for all, and a step of its
own for each channel. The steps of the channels go into the kernel, which becomes signed bytes with
a step for each filter, so a convolution multiplies and adds bytes alone. What runs past the
convolutions stays in float: the sums of each block and the biases. So do the first and the last
layer, which are small; the last one in bytes costs 0.3 dB.

This is how post-training quantisation is usually done (Nagel et al., "A White Paper on Neural
Network Quantization", 2021, sections 2.2 and 2.4), with steps for each channel of the features,
moved to the weights (section 3.1, cross-layer equalisation).
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.format import read_array
from numpy.typing import NDArray

from cozviewer.models.realesrgan.converted import State
from cozviewer.models.realesrgan.rrdbnet import DENSE, PER_BLOCK, RESIDUAL, SLOPE
from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from openvino import Model, Node

Steps = Mapping[str, NDArray[np.float32]]
"""What one level of a byte stands for, by channel: "body.0.rdb1" has the features that enter a
dense block and then those that each of its convolutions adds, "conv_up1" what enters that layer."""

FILTERS, GROWTH, BLOCKS = 64, 32, 23
"""As `rrdbnet.expected_layers` has them."""

ZERO, LEVELS = 96, 256
"""The byte that stands for 0, and how many there are. Leaky ReLUs want about LEVELS / 6, sums of
blocks LEVELS / 2; all must share one, because they are multiplied together. PSNR against fp32, mean
and worst of 8 photos, with the last layer in bytes, too: 42.2 and 36.7 dB with 64, 43.3 and 38.4
with 96, 43.0 and 38.1 with 128."""

MOST_WEIGHT = 127

QUANTISED_TAIL = ("conv_body", "conv_up1", "conv_up2", "conv_hr")

FILE_NAME = "realesrgan_int8.npy"
"""In cozviewer.resources: float32, the steps of all `points` one after the other.
packaging/calibrate_int8.py makes it."""


def points() -> list[tuple[str, int]]:
    """Return the names and the numbers of channels of all that is quantised, in forward order."""
    grown = FILTERS + (DENSE - 1) * GROWTH
    body = [(name, grown) for block in range(BLOCKS) for name in dense_names(block)]
    return [*body, *[(name, FILTERS) for name in QUANTISED_TAIL]]


def dense_names(block: int) -> list[str]:
    return [f"body.{block}.rdb{dense}" for dense in range(1, PER_BLOCK + 1)]


def steps_between(low: NDArray[np.float32], high: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the smallest steps with which bytes reach from `low` to `high`, by channel."""
    needed = np.maximum(high / (LEVELS - 1 - ZERO), -low / ZERO)
    steps: NDArray[np.float32] = np.maximum(needed, 1e-6).astype(np.float32)
    return steps


def read_steps() -> Steps:
    """Return the steps that are installed along.

    Raises:
        BadInput: The file is missing or broken.
    """
    channels = [count for _, count in points()]
    try:
        with (files("cozviewer.resources") / FILE_NAME).open("rb") as file:
            flat = read_array(file, allow_pickle=False)
        if flat.dtype != np.float32 or flat.shape != (sum(channels),):
            raise ValueError("of another shape")
        if not (np.isfinite(flat).all() and (flat > 0).all()):
            raise ValueError("no steps")
    except (OSError, ValueError, EOFError, AttributeError) as error:
        raise BadInput(
            f"The file {FILE_NAME} of cozviewer is broken: install cozviewer again, "
            "or choose --numbers fp32."
        ) from error
    parts = np.split(flat, np.cumsum(channels)[:-1])
    return dict(zip([name for name, _ in points()], parts, strict=True))


class Graphs:
    """Builds the network in pieces. Features go from piece to piece as (1, 64, H, W) float32."""

    def __init__(self, state: State, steps: Steps) -> None:
        """Prepare; `state` as `realesrgan_state` returns it. The graphs import openvino."""
        self._state, self._steps = state, steps

    def head(self) -> "Model":
        """Return the first layer: (1, 3, H, W) in 0..1 to features."""
        image = _input(3)
        return _model(
            self._biased(image, _constant(self._array("conv_first.weight")), "conv_first"), image
        )

    def body(self, blocks: Sequence[int]) -> "Model":
        """Return some blocks: features to features."""
        entered = features = _input(FILTERS)
        for block in blocks:
            inner = features
            for name in dense_names(block):
                inner = self._dense(inner, name)
            features = _plus(features, inner, RESIDUAL)
        return _model(features, entered)

    def body_end(self) -> "Model":
        """Return the layer after all blocks: their features and those of `head` to features."""
        features, first = _input(FILTERS), _input(FILTERS)
        return _model(_plus(first, self._conv("conv_body", features)), features, first)

    def tail(self) -> "Model":
        """Return the enlargement: features to (1, 3, 4H, 4W), about 0..1."""
        entered = features = _input(FILTERS)
        for name in ("conv_up1", "conv_up2"):
            features = _active(self._conv(name, features, doubled=True))
        features = _active(self._conv("conv_hr", features))
        return _model(self._plain("conv_last", features), entered)

    def _dense(self, features: "Node", name: str) -> "Node":
        """Return what a dense block makes of features."""
        steps = self._steps[name]
        ends = [FILTERS + index * GROWTH for index in range(DENSE)]
        grown = [_bytes(features, steps[:FILTERS])]
        for index, (end, after) in enumerate(pairwise(ends), 1):
            more = self._multiplied(f"{name}.conv{index}", _joined(grown), steps[:end])
            grown.append(_bytes(_active(more), steps[end:after]))
        added = self._multiplied(f"{name}.conv{DENSE}", _joined(grown), steps)
        return _plus(features, added, RESIDUAL)

    def _plain(self, name: str, features: "Node") -> "Node":
        """Return a convolution in float."""
        return self._biased(features, _constant(self._array(f"{name}.weight")), name)

    def _conv(self, name: str, features: "Node", *, doubled: bool = False) -> "Node":
        """Return a convolution of features; of twice as many pixels, if they are to be doubled."""
        small = _bytes(features, self._steps[name])
        return self._multiplied(name, _doubled(small) if doubled else small, self._steps[name])

    def _multiplied(self, name: str, small: "Node", steps: NDArray[np.float32]) -> "Node":
        """Return the convolution of bytes that stand for `steps` each."""
        from openvino import opset13 as ops

        kernel = self._array(f"{name}.weight") * steps[:, None, None]
        most = np.abs(kernel).max((1, 2, 3), keepdims=True)
        step = np.maximum(most, np.finfo(np.float32).tiny) / MOST_WEIGHT
        weights = ops.convert(_constant(np.rint(kernel / step).astype(np.int8)), "f32")
        return self._biased(small, ops.multiply(weights, _constant(step)), name)

    def _biased(self, features: "Node", kernel: "Node", name: str) -> "Node":
        from openvino import opset13 as ops

        one = [1, 1]
        bias = self._array(f"{name}.bias").reshape(1, -1, 1, 1)
        return ops.add(ops.convolution(features, kernel, one, one, one, one), _constant(bias))

    def _array(self, name: str) -> NDArray[np.float32]:
        return np.asarray(self._state[name], np.float32)


def _input(channels: int) -> Any:
    from openvino import opset13 as ops

    return ops.parameter([1, channels, -1, -1], np.float32)


def _model(result: "Node", *inputs: Any) -> "Model":
    from openvino import Model

    return Model([result], list(inputs))


def _constant(value: object) -> "Node":
    from openvino import opset13 as ops

    return ops.constant(value)


def _active(features: "Node") -> "Node":
    from openvino import opset13 as ops

    return ops.prelu(features, _constant(np.array([SLOPE], np.float32)))


def _plus(features: "Node", more: "Node", part: float = 1.0) -> "Node":
    from openvino import opset13 as ops

    return ops.add(features, more if part == 1 else ops.multiply(more, _constant(np.float32(part))))


def _joined(grown: Sequence["Node"]) -> "Node":
    from openvino import opset13 as ops

    return ops.concat(list(grown), 1) if len(grown) > 1 else grown[0]


def _doubled(features: "Node") -> "Node":
    """Return each pixel four times."""
    from openvino import opset13 as ops

    return ops.interpolate(
        features,
        _constant(np.array([2, 2], np.float32)),
        "nearest",
        "scales",
        axes=_constant(np.array([2, 3], np.int64)),
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _bytes(features: "Node", steps: NDArray[np.float32]) -> "Node":
    """Return features as whole numbers from -ZERO on, which OpenVINO recognises as bytes."""
    from openvino import opset13 as ops

    low, high = np.float32(-ZERO), np.float32(LEVELS - 1 - ZERO)
    by_channel = steps.reshape(1, -1, 1, 1)
    return ops.fake_quantize(
        features,
        _constant(low * by_channel),
        _constant(high * by_channel),
        _constant(low),
        _constant(high),
        LEVELS,
    )
