"""Processes an image in overlapping windows that are blended.

For networks that work best at one size. Independent of the network: `run` is any function that
returns new pixels for a window.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.image.pixels import RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.models.device import Device
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor


class Networks(Protocol):
    """The loaded networks of a one-step diffusion engine.

    Attributes:
        vae: The autoencoder.
        device: Where they run.
        cell: Pixels of the image for each value of the latent, along an edge.
        multiple: Sides of an image are multiples of this.
    """

    @property
    def vae(self) -> Any: ...

    @property
    def device(self) -> Device: ...

    @property
    def cell(self) -> int: ...

    @property
    def multiple(self) -> int: ...


class Windows(NamedTuple):
    """The windows that an image is generated in.

    Attributes:
        sides: Sides in pixels: the one that the adapters were trained on, and the ones tried when
            memory runs out.
        overlap: Minimum overlap in pixels over which windows are blended.
    """

    sides: Sequence[int] = (512, 384, 256)
    overlap: int = 128


class ShrinkingWindows:
    """Runs a network in windows, in smaller ones once memory has run out."""

    def __init__(self, title: str, notice: Notice, overlap: int) -> None:
        """Start with the largest windows.

        Args:
            title: Display name of the engine.
            notice: Called when memory runs out for the first time.
            overlap: Minimum overlap of windows in pixels.
        """
        self._title, self._notice, self._overlap = title, notice, overlap
        self._skipped = 0

    def generate(
        self,
        near: RgbFloat,
        networks: Networks,
        step: Callable[[RgbFloat, "Tensor"], RgbFloat],
        sides: Sequence[int],
        seed: int,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        """Return an enlarged image with generated detail, not clipped.

        Args:
            near: (H, W, 3) in 0..1, enlarged; any size.
            networks: What generates it.
            step: Gets a window of it and the noise there, returns the window with detail.
            sides: As for `run`.
            seed: Of the noise, which is the same where windows overlap, so that they generate the
                same detail.
            progressed: As for `run`.

        Raises:
            Failure: As `run`, or as `step`.
        """
        height, width = near.shape[:2]
        padded, cell = padded_to(near, networks.multiple), networks.cell
        noise = noise_of(networks, padded.shape[1], padded.shape[0], seed)

        def run(pixels: RgbFloat, window: Rect) -> RgbFloat:
            x, y, right, bottom = (
                edge // cell for edge in (window.x, window.y, window.right, window.bottom)
            )
            return step(pixels, noise[:, :, y:bottom, x:right])

        fine = self.run(
            padded,
            run,
            sides,
            multiple=networks.multiple,
            hardware=networks.device.hardware,
            progressed=progressed,
        )
        return fine[:height, :width]

    def run(
        self,
        image: RgbFloat,
        run: Callable[[RgbFloat, Rect], RgbFloat],
        sides: Sequence[int],
        *,
        multiple: int,
        hardware: str,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        """Run `run` over an image; see `in_windows`.

        Args:
            image: (H, W, 3) float32; H and W multiples of `multiple`.
            run: As for `in_windows`; raises MemoryError when memory runs out.
            sides: Sides of a window in pixels, the largest first; always the same number of them.
            multiple: As for `in_windows`.
            hardware: Display name of the device.
            progressed: As for `in_windows`.

        Raises:
            Failure: Memory runs out in the smallest windows, too.
        """
        while True:
            side = sides[min(self._skipped, len(sides) - 1)]
            try:
                return in_windows(
                    image,
                    run,
                    side=side,
                    overlap=self._overlap,
                    multiple=multiple,
                    progressed=progressed,
                )
            except MemoryError as error:
                within = min(side, max(image.shape[:2]))
                smaller = [index for index, other in enumerate(sides) if other < within]
                if not smaller:
                    raise Failure(
                        translate(
                            "Error",
                            "Not enough memory on the {hardware} for {title}: close other "
                            "programs, or choose another device or engine.",
                        ).format(hardware=hardware, title=self._title)
                    ) from error
                if self._skipped == 0:
                    self._notice(
                        translate(
                            "Error",
                            "{title} ran out of memory and continues in smaller windows, a little "
                            "slower.",
                        ).format(title=self._title)
                    )
                self._skipped = smaller[0]


def noise_of(networks: Networks, width: int, height: int, seed: int) -> "Tensor":
    """Return the noise of the encoder's sample for an image, in standard deviations: (1, channels,
    height / cell, width / cell), the same on every device. Imports torch."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    channels = int(networks.vae.config.latent_channels)
    shape = (1, channels, height // networks.cell, width // networks.cell)
    return torch.randn(shape, generator=generator, dtype=torch.float32)


def padded_to(image: RgbFloat, multiple: int) -> RgbFloat:
    """Return an image padded by mirroring until its sides are multiples of a number."""
    height, width = image.shape[:2]
    return np.pad(
        image, ((0, -height % multiple), (0, -width % multiple), (0, 0)), mode="symmetric"
    )


def window_starts(length: int, side: int, overlap: int, multiple: int) -> list[int]:
    """Return the starts of windows along an edge, so that they cover it and overlap evenly.

    Args:
        length: Length of the edge in pixels, a multiple of `multiple`.
        side: Side of a window; a shorter edge gets one window of its own length.
        overlap: Minimum overlap of neighbours in pixels.
        multiple: All starts are multiples of this.
    """
    left = length - side
    if left <= 0:
        return [0]
    gaps = -(-left // (side - overlap))
    return [left * index // gaps // multiple * multiple for index in range(gaps + 1)]


def in_windows(
    image: RgbFloat,
    run: Callable[[RgbFloat, Rect], RgbFloat],
    *,
    side: int,
    overlap: int,
    multiple: int,
    progressed: Progressed = ignore,
) -> RgbFloat:
    """Run `run` over an image window by window, or once if it fits into one window.

    Args:
        image: (H, W, 3) float32; H and W multiples of `multiple`.
        run: Gets the pixels of a window and its rectangle, returns pixels of the same shape.
        side: Side of a window in pixels, a multiple of `multiple`.
        overlap: Pixels over which neighbours are blended, less than `side`.
        multiple: Windows start at, and have sizes of, multiples of this.
        progressed: Receives the finished part of the work after each window.
    """
    height, width = image.shape[:2]
    windows = [
        Rect(x, y, min(side, width), min(side, height))
        for y in window_starts(height, side, overlap, multiple)
        for x in window_starts(width, side, overlap, multiple)
    ]
    if len(windows) == 1:
        return run(image, windows[0])
    result = np.zeros_like(image)
    weights = np.zeros((height, width, 1), np.float32)
    for index, window in enumerate(windows):
        there = np.s_[window.y : window.bottom, window.x : window.right]
        weight = (
            blend_weights(window.height, overlap)[:, None, None]
            * blend_weights(window.width, overlap)[:, None]
        )
        result[there] += run(image[there], window) * weight
        weights[there] += weight
        progressed((index + 1) / len(windows))
    result /= weights
    return result


def blend_weights(length: int, overlap: int) -> NDArray[np.float32]:
    """Return blending weights along a window: rising over `overlap` pixels, 1, falling; never 0.

    At the image's edge, where a window has no neighbour, division by the sum makes them 1.
    """
    nearest = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return np.minimum(nearest / overlap, 1).astype(np.float32)
