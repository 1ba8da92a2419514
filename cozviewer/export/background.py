"""What becomes of transparency in a file: it is kept, or lies on a colour.

Formats that cannot hold it, sheets and movies lie on white unless another colour is chosen.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from cozviewer.export.formats import FORMATS, format_of
from cozviewer.export.origin import AlphaKind
from cozviewer.image.alpha.plane import Plane, over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source
from cozviewer.pyramid.transparency import WHITE, Colour
from cozviewer.util.translation import translate

Background = Colour | None
"""The colour under transparent parts, sRGB 0..255; None keeps transparency where the format of
the file holds it, and is white elsewhere."""

KEEP: Background = None


def keeps_alpha(path: Path, background: Background) -> bool:
    """Return whether a file of an image with alpha has alpha.

    Args:
        path: Its suffix selects the format.

    Raises:
        BadInput: The suffix is unknown.
    """
    return background is None and FORMATS[format_of(path)].has_alpha


def finished(rgb: Rgb8, alpha: Plane | None, path: Path, background: Background) -> Rgb8:
    """Return the pixels of a file: (H, W, 4) uint8 with alpha if that is kept, else (H, W, 3).

    Args:
        rgb: (H, W, 3) uint8, not multiplied by alpha.
        alpha: (H, W) uint8; None if it is opaque.
        path, background: As for `keeps_alpha`.
    """
    if alpha is None:
        return rgb
    if keeps_alpha(path, background):
        return np.dstack((rgb, alpha))
    return over(rgb, alpha, background or WHITE)


def finished_bands(
    parts: Iterable[Rgb8], alphas: Iterable[Plane] | None, path: Path, background: Background
) -> Iterator[Rgb8]:
    """Yield the pixels of a file in bands; see `finished`."""
    if alphas is None:
        yield from parts
        return
    for part, alpha in zip(parts, alphas, strict=True):
        yield finished(part, alpha, path, background)


def channels_of(source: Source, path: Path, background: Background) -> int:
    """Return how many channels the pixels of a file have: 4 with alpha, else 3."""
    return 4 if source.alpha is not None and keeps_alpha(path, background) else 3


def alpha_kind(source: Source, path: Path, background: Background, own_pixels: bool) -> AlphaKind:
    """Return the origin of the alpha in a file.

    Args:
        own_pixels: Whether the file has the pixels of the photo, one to one.
    """
    if channels_of(source, path, background) == 3:
        return ""
    return "source" if own_pixels else "interpolated"


def flattened_sentence(source: Source, path: Path, background: Background) -> str:
    """Return a notice about transparency that a file does not keep although that was not
    chosen; "" if there is nothing to say."""
    if source.alpha is None or background is not None or keeps_alpha(path, background):
        return ""
    return translate(
        "Export", "{format} has no transparency: transparent parts are saved on white."
    ).format(format=format_of(path))
