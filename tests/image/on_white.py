"""An image with alpha as it looks on white paper."""

from cozviewer.image.alpha.plane import over
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source

WHITE = (255, 255, 255)


def on_white(source: Source, k: int = 0) -> Rgb8:
    """Return level -k over white."""
    rgb = source.levels[k]
    return rgb if source.alpha is None else over(rgb, source.alpha.levels[k], WHITE)


def regions_on_white(pixels: Rgb8) -> Rgb8:
    """Return (h, w, 3) of the (h, w, 3 or 4) pixels of a reader of regions, over white."""
    return pixels if pixels.shape[2] == 3 else over(pixels[..., :3], pixels[..., 3], WHITE)
