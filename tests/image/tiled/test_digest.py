"""The digest of an image that is not in memory: what it depends on, and what it misses."""

from pathlib import Path

import numpy as np

from cozviewer.image.levels import MemoryLevels
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source, source_from_pixels
from cozviewer.image.tiled.digest import SIDE, digest_of, spots
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.util.cancel import never
from tests.image.tiled.giant import giant_tiff, tile_at
from tests.image.tiled.readers import ArrayReader
from tests.pyramid.pyramids import noise

IMAGE = noise(3000, 2000)


def digest(image: Rgb8, *others: Rgb8, identity: bytes | None = None) -> str:
    levels = TiledLevels(ArrayReader([image, *others]), Path("picture.tif"))
    return digest_of(levels, levels.alpha, identity, never)


def test_it_depends_on_size_and_pixels_not_on_how_they_are_read() -> None:
    halves = tuple(source_from_pixels(IMAGE, "").levels)
    first = digest(IMAGE)
    assert digest(IMAGE, halves[2]) == first
    assert digest_of(MemoryLevels(halves), None, None, never) == first
    assert digest(IMAGE[:-1]) != first
    assert len(first) == 64


def test_a_change_of_a_counted_square_or_of_what_a_small_version_shows_counts() -> None:
    first, changed = digest(IMAGE), IMAGE.copy()
    spot = spots(3000, 2000)[9]
    changed[spot.y, spot.x] ^= 1
    assert digest(changed) != first
    changed = IMAGE.copy()
    changed[500:600, 500:600] = 255
    assert digest(changed) != first


def test_it_misses_a_retouched_pixel_elsewhere() -> None:
    changed = IMAGE.copy()
    place = next(
        (y, x)
        for y, x in ((10, 10), (11, 300))
        if not any(s.x <= x < s.right and s.y <= y < s.bottom for s in spots(3000, 2000))
    )
    changed[place] ^= 1
    assert digest(changed) == digest(IMAGE)


def test_what_a_reader_gives_stands_for_the_pixels() -> None:
    assert digest(IMAGE, identity=b"a") == digest(IMAGE // 2, identity=b"a")
    assert digest(IMAGE, identity=b"a") != digest(IMAGE, identity=b"b")
    assert digest(IMAGE, identity=b"a") != digest(IMAGE[1:], identity=b"a")


def test_the_squares_are_inside_and_evenly_spread() -> None:
    for width, height in ((100_000, 100_000), (10_000, 70), (65, 4_000_000)):
        squares = spots(width, height)
        assert len(squares) == 64
        assert all(not square.empty and square.right <= width for square in squares)
        assert all(square.bottom <= height for square in squares)
    assert spots(8000, 8000)[0].x == 500 // SIDE * SIDE


def test_a_giant_is_known_again_by_its_pixels_not_its_name(tmp_path: Path) -> None:
    first = open_source(giant_tiff(tmp_path / "a.tif"))
    again = open_source(giant_tiff(tmp_path / "b.tif"))
    other = open_source(
        giant_tiff(tmp_path / "c.tif", tile=lambda *at: np.flip(tile_at(*at), axis=0).copy())
    )
    assert first.digest == again.digest != other.digest
