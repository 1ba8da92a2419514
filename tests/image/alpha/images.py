"""Images with alpha for tests."""

import numpy as np

from cozviewer.image.alpha.plane import Plane
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source, source_from_pixels

RED = (220, 20, 40)


def disc_alpha(side: int, scale: int = 1, radius: float = 0.35) -> Plane:
    """Return the alpha of a disc in the middle, (side * scale, side * scale) uint8, as an ideal
    renderer draws it: the covered part of each pixel."""
    fine = 8
    place = (np.arange(side * scale * fine) + 0.5) / (side * scale * fine) - 0.5
    inside = (place**2 + place[:, None] ** 2 < radius**2).astype(np.float32)
    parts = inside.reshape(side * scale, fine, side * scale, fine).mean((1, 3))
    alpha: Plane = (255 * parts + 0.5).astype(np.uint8)
    return alpha


def disc(side: int = 40, hidden: int = 0) -> tuple[Rgb8, Plane]:
    """Return a red disc, and its alpha; `hidden` is the grey level under what is transparent."""
    alpha = disc_alpha(side)
    rgb = np.empty((side, side, 3), np.uint8)
    rgb[:] = RED
    rgb[alpha == 0] = hidden
    return rgb, alpha


def disc_source(side: int = 40, hidden: int = 0) -> Source:
    """Return the source of `disc`."""
    rgb, alpha = disc(side, hidden)
    return source_from_pixels(rgb, "disc.png", alpha)
