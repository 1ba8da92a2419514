"""A picture with alpha as it looks on white paper."""

from cozviewer.image.alpha.plane import over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source


def on_white(source: Source, k: int = 0) -> Rgb8:
    """Return level -k over white."""
    rgb = source.levels[k]
    return rgb if source.alpha is None else over(rgb, source.alpha.levels[k], (255, 255, 255))
