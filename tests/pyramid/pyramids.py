"""Pyramids in memory for tests, and levels to fill them with."""

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import TileStore
from tests.pyramid.stores import STEP, STORE_KEY


def pyramid_of(rgb: Rgb8, kind: type[TileStore] = TileStore) -> Pyramid:
    """Return a pyramid over an image, without any tile in a store of a kind; close that at the
    end."""

    def complain(sentence: str) -> None:
        raise AssertionError(sentence)

    return Pyramid(source_from_pixels(rgb, "test.png"), kind.open(None, STORE_KEY, complain))


def put_level(pyramid: Pyramid, z: int, pixels: Rgb8) -> None:
    """Store all tiles of a step level, whose image is `pixels`."""
    whole = pyramid.level_rect(z)
    assert pixels.shape == (whole.height, whole.width, 3)
    put_tiles(pyramid, pixels, list(tiles_of(z, whole)))


def put_tiles(pyramid: Pyramid, pixels: Rgb8, keys: list[TileKey]) -> None:
    """Store some tiles of a level of which the whole is `pixels`."""
    step = pyramid.store.begin_step(STEP)
    for key in keys:
        pyramid.store.put(key, cut(pixels, pyramid.tile_rect(key)), step)
    pyramid.store.finish_step(step, 1.0)


def cut(pixels: Rgb8, part: Rect) -> Rgb8:
    """Return a part of a whole level."""
    return np.ascontiguousarray(pixels[part.y : part.bottom, part.x : part.right])


def noise(width: int, height: int, seed: int = 0) -> Rgb8:
    """Return an image in which no pixel is like its neighbour."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def gentle(width: int, height: int, seed: int = 0) -> Rgb8:
    """Return an image of soft blotches, in which resampling loses little."""
    coarse = noise(max(2, width // 12), max(2, height // 12), seed)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image).copy()


def enlarged(pixels: Rgb8, factor: int) -> Rgb8:
    """Return a bicubic enlargement of a whole image."""
    height, width = pixels.shape[:2]
    size = (width * factor, height * factor)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
