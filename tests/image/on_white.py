"""A picture with alpha as it looks on white paper."""

from cozviewer.image.alpha.plane import over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source


def on_white(source: Source) -> Rgb8:
    """Return level 0 over white."""
    rgb = source.levels[0]
    return rgb if source.alpha is None else over(rgb, source.alpha.levels[0], (255, 255, 255))
