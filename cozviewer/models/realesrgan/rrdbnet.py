"""RRDBNet, the network of ESRGAN and Real-ESRGAN: its layers and its forward pass.

Xintao Wang et al., "ESRGAN" (2018), section 3.1, and "Real-ESRGAN" (2021), section 3.3. spandrel
includes it, too (the tests compare with it), but importing spandrel takes as long as importing
torch, which would delay the default engine.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.models.realesrgan.ncnn_format import Convolution, Weights
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

SLOPE = 0.2
"""Slope of every leaky ReLU."""

RESIDUAL = 0.2
"""Residual scaling of a block (ESRGAN, section 3.1)."""

DENSE, PER_BLOCK = 5, 3
"""Convolutions per dense block, dense blocks per residual-in-residual block."""

BODY_SHARE = 0.92
"""Part of all multiplications that are in the blocks."""

BAND, MARGIN = 64, 2
"""After the blocks, the image is enlarged in bands of BAND rows of the input, as features of its
full size would take most of the memory. The four convolutions there reach 1.25 rows far."""

MEAN_ROWS = 4
"""The mean of features is taken over every fourth row, which is exact enough and faster."""

HEAD, TAIL = ["conv_first"], ["conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]


def layer_names(blocks: int) -> list[str]:
    """Return the names of the convolutions in forward order, as in the authors' files."""
    body = [
        f"body.{block}.rdb{dense}.conv{index}"
        for block in range(blocks)
        for dense in range(1, PER_BLOCK + 1)
        for index in range(1, DENSE + 1)
    ]
    return HEAD + body + TAIL


def expected_layers(filters: int, growth: int, blocks: int) -> list[Convolution]:
    """Return the convolutions of an RGB network, in forward order.

    Args:
        filters: Channels between the blocks (64).
        growth: Channels that each convolution within a dense block adds (32).
        blocks: Residual-in-residual blocks (23).
    """
    dense = [Convolution(filters + index * growth, growth, SLOPE) for index in range(DENSE - 1)] + [
        Convolution(filters + (DENSE - 1) * growth, filters, None)
    ]
    plain, active = Convolution(filters, filters, None), Convolution(filters, filters, SLOPE)
    return [
        Convolution(3, filters, None),
        *dense * (PER_BLOCK * blocks),
        plain,
        *[active] * 3,
        Convolution(filters, 3, None),
    ]


def check_layers(layers: Sequence[Convolution]) -> int:
    """Return the number of blocks of the RRDBNet that `layers` describe.

    Raises:
        BadInput: They describe another network.
    """
    blocks, rest = divmod(len(layers) - len(HEAD) - len(TAIL), DENSE * PER_BLOCK)
    if blocks >= 1 and rest == 0:
        filters, growth = layers[0].outputs, layers[1].outputs
        if list(layers) == expected_layers(filters, growth, blocks):
            return blocks
    raise BadInput(
        translate("Error", "This network is not a 4x RRDBNet for RGB: choose another file.")
    )


def named_state(layers: Sequence[Convolution], weights: Sequence[Weights]) -> dict[str, Weights]:
    """Return the weights by layer name.

    Raises:
        BadInput: `layers` are not those of an RRDBNet.
    """
    return dict(zip(layer_names(check_layers(layers)), weights, strict=True))


def forward(
    state: Mapping[str, "Tensor"],
    blocks: int,
    image: "Tensor",
    cancelled: IsCancelled = never,
    progressed: Progressed = ignore,
    *,
    open_edges: bool = False,
) -> "Tensor":
    """Run the network.

    Args:
        state: "conv_first.weight", "conv_first.bias", ... on the device and in the dtype of
            `image`.
        blocks: Residual-in-residual blocks in `state`.
        image: (N, 3, H, W) in 0..1.
        cancelled, progressed: Called before every dense block and every band of rows, as a run may
            take many seconds.
        open_edges: Whether features in the blocks are padded with their mean, as if the image
            continued, instead of with zeros as in training.

    Returns:
        (N, 3, 4H, 4W), about 0..1.

    Raises:
        Cancelled: `cancelled` returned True.
    """
    import torch
    from torch.nn.functional import conv2d, interpolate, leaky_relu_

    def check() -> None:
        check_cancelled(cancelled)

    def conv(name: str, features: "Tensor") -> "Tensor":
        return conv2d(features, state[f"{name}.weight"], state[f"{name}.bias"], padding=1)

    def active(name: str, features: "Tensor") -> "Tensor":
        return leaky_relu_(conv(name, features), SLOPE)

    def inner_conv(name: str, features: "Tensor", means: "list[Tensor]") -> "Tensor":
        convolved = conv(name, features)
        if open_edges:
            _open_edges(convolved, state[f"{name}.weight"], torch.cat(means, 1))
        return convolved

    def dense_block(name: str, features: "Tensor") -> "Tensor":
        grown, means = features, [_mean(features)]
        for index in range(1, DENSE):
            more = leaky_relu_(inner_conv(f"{name}.conv{index}", grown, means), SLOPE)
            grown = torch.cat((grown, more), 1)
            means.append(_mean(more))
        return torch.add(features, inner_conv(f"{name}.conv{DENSE}", grown, means), alpha=RESIDUAL)

    first = conv("conv_first", image)
    features = first
    for block in range(blocks):
        inner = features
        for dense in range(PER_BLOCK):
            check()
            progressed(BODY_SHARE * (block + dense / PER_BLOCK) / blocks)
            inner = dense_block(f"body.{block}.rdb{dense + 1}", inner)
        features = torch.add(features, inner, alpha=RESIDUAL)
    features = first + inner_conv("conv_body", features, [_mean(features)])

    def enlarged(band: "Tensor") -> "Tensor":
        for name in ("conv_up1", "conv_up2"):
            check()
            band = active(name, interpolate(band, scale_factor=2, mode="nearest"))
        check()
        band = active("conv_hr", band)
        check()
        return conv("conv_last", band)

    height = features.shape[2]
    bands = []
    for top in range(0, height, BAND):
        progressed(BODY_SHARE + (1 - BODY_SHARE) * top / height)
        above, bottom = max(0, top - MARGIN), min(height, top + BAND)
        rows = enlarged(features[:, :, above : min(height, bottom + MARGIN)])
        bands.append(rows[:, :, STEP_SCALE * (top - above) : STEP_SCALE * (bottom - above)])
    return torch.cat(bands, 2)


def _mean(features: "Tensor") -> "Tensor":
    """Return the approximate mean of each channel, (N, C)."""
    rows = features[:, :, ::MEAN_ROWS].permute(0, 2, 3, 1)
    return rows.flatten(1, 2).mean(1)  # faster than over two axes of a strided view


def _open_edges(convolved: "Tensor", kernel: "Tensor", means: "Tensor") -> None:
    """Turn a convolution with zero padding into one that is padded with the means.

    Args:
        convolved: (N, outputs, H, W); changed in place.
        kernel: (outputs, inputs, 3, 3).
        means: (N, inputs), means of the features.
    """
    outputs, inputs = kernel.shape[:2]
    flat = kernel.permute(0, 2, 3, 1).reshape(-1, inputs)  # a view, with channels_last
    taps = (means @ flat.T).view(-1, outputs, 3, 3)
    for end, tap in ((0, 0), (-1, 2)):
        convolved[:, :, end] += taps[:, :, tap].sum(2)[:, :, None]
        convolved[:, :, :, end] += taps[:, :, :, tap].sum(2)[:, :, None]
        for other_end, other_tap in ((0, 0), (-1, 2)):  # corners are in both sums
            convolved[:, :, end, other_end] -= taps[:, :, tap, other_tap]
