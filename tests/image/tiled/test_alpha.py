"""Alpha of images that are read region by region: as that of the same image in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from cozviewer.image.alpha.plane import Alpha, Plane
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, open_source, source_from_pixels
from cozviewer.image.tiled import opening
from cozviewer.image.tiled.digest import digest_of
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.image.tiled.protocol import RegionFacts, RegionRequest
from cozviewer.image.tiled.reduced import with_reduced
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.transparency import AlphaOptions, alpha_of_view
from cozviewer.util.cancel import never
from tests.image.tiled.opened import whole_of
from tests.image.tiled.readers import ArrayReader
from tests.pyramid.images import smooth

WIDE, HIGH = 1155, 751


def soft_hole(width: int, height: int) -> Plane:
    """Return alpha with a soft hole in the middle, and a clear stripe on the right."""
    y, x = np.mgrid[:height, :width]
    far = np.hypot(x - width / 2, y - height / 2) - height / 4
    alpha: Plane = (255 * np.clip(far / 30, 0, 1)).astype(np.uint8)
    alpha[:, -150:] = 0
    return alpha


@pytest.fixture(scope="module")
def image() -> Source:
    return source_from_pixels(smooth(WIDE, HIGH), "hole", soft_hole(WIDE, HIGH))


def rgba_of(image: Source, k: int, hidden: int = 0) -> Rgb8:
    """Return a level as a file may have it; `hidden` is the grey level of clear pixels."""
    assert image.alpha is not None
    rgb, alpha = image.levels[k].copy(), image.alpha.levels[k]
    rgb[alpha == 0] = hidden
    return np.dstack((rgb, alpha))


def levels_of(
    image: Source, *own: int, hidden: int = 0, cache_bytes: int = 1 << 28
) -> tuple[TiledLevels, ArrayReader]:
    arrays = [rgba_of(image, k, hidden) for k in own]
    reader = ArrayReader(arrays, RegionFacts(alpha=True))
    return TiledLevels(reader, Path(__file__), cache_bytes=cache_bytes), reader


def alpha_of(levels: TiledLevels) -> Alpha:
    found = levels.alpha
    assert found is not None
    return found


@pytest.mark.parametrize("own", [(0,), (0, 1, 2, 3, 4), (0, 2), (0, 5)])
def test_levels_are_those_in_memory(image: Source, own: tuple[int, ...]) -> None:
    levels, _ = levels_of(image, *own)
    alpha = alpha_of(levels)
    assert image.alpha is not None
    assert (alpha.width, alpha.height, alpha.coarsest) == (WIDE, HIGH, image.coarsest)
    for k, expected in enumerate(image.levels):
        plane = image.alpha.levels[k]
        np.testing.assert_array_equal(alpha.levels[k], plane)
        seen = plane > 0
        np.testing.assert_array_equal(levels[k][seen], expected[seen])
        # What is under clear parts is near to what it is in memory, whatever the file has there.
        away = np.abs(levels[k].astype(int) - expected)
        assert away.max() <= 12


def test_hidden_colours_of_a_file_do_not_show(image: Source) -> None:
    first, second = (levels_of(image, 0, 3, hidden=grey)[0] for grey in (0, 255))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[-1], second[-1])


def test_regions_of_alpha_are_those_in_memory(image: Source) -> None:
    alpha = alpha_of(levels_of(image, 0, 2)[0])
    assert image.alpha is not None
    for z, region in [
        (0, Rect(125, 125, 350, 150)),
        (2, Rect(2300, 1500, 300, 200)),
        (-1, Rect(0, 0, 578, 376)),
        (-5, Rect(0, 0, 37, 24)),
    ]:
        np.testing.assert_array_equal(alpha.region(z, region), image.alpha.region(z, region))
    assert alpha.is_clear(2, Rect(4 * (WIDE - 100), 0, 250, 250))
    assert not alpha.is_clear(2, Rect(0, 0, 500, 500))
    np.testing.assert_array_equal(alpha.rows(2, 500, 520), image.alpha.rows(2, 500, 520))


def test_what_is_at_hand_needs_no_file(image: Source) -> None:
    levels, reader = levels_of(image, 0, 1, 2)
    alpha, region = alpha_of(levels), Rect(450, 300, 300, 300)
    before = alpha.levels.changes
    assert alpha.levels.at_hand(0, region) is None
    assert alpha.levels.at_hand(2, Rect(0, 0, 289, 188)) is not None
    source = source_of(levels, image)
    view = View(camera_at(WIDE // 2 + HIGH // 4, HIGH // 2, 1.0), 300, 200)
    reader.reads.clear()
    coarse = alpha_of_view(source, view, AlphaOptions(at_hand=True))
    assert reader.reads == []
    exact = alpha_of_view(source, view)
    assert alpha.levels.changes > before
    assert coarse is not None
    assert exact is not None
    assert 0 < np.abs(coarse.astype(int) - exact).max() <= 12
    again = alpha_of_view(source, view, AlphaOptions(at_hand=True))
    np.testing.assert_array_equal(again, exact)


def source_of(levels: TiledLevels, like: Source) -> Source:
    return Source("hole", None, like.digest, levels, alpha=levels.alpha)


def test_alpha_counts_in_memory_and_in_the_digest(image: Source) -> None:
    levels, _ = levels_of(image, 0, 1, cache_bytes=2_000_000)
    alpha = alpha_of(levels)
    for x in range(0, WIDE - 64, 64):
        alpha.levels.read(0, Rect(x, 100, 64, 600))
        assert levels.cached_bytes <= 2_000_000
    digest = digest_of(levels, alpha, None, never)
    assert digest_of(levels, None, None, never) != digest
    arrays = rgba_of(image, 0)
    arrays[40:1000, 40:1000, 3] //= 2
    other = TiledLevels(ArrayReader([arrays], RegionFacts(alpha=True)), Path(__file__))
    assert digest_of(other, other.alpha, None, never) != digest


def test_smaller_versions_are_made_with_alpha(
    image: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cozviewer.image.tiled.reduced.MOST_PIXELS", 10_000)
    reader = ArrayReader([rgba_of(image, 0)], RegionFacts(alpha=True))
    found = with_reduced(reader, "hole", lambda part: None, never)
    for index, k in ((1, 3), (2, 4), (3, 5)):
        expected = rgba_of(image, k)
        pixels, seen = whole_of(found, index), expected[..., 3] > 0
        np.testing.assert_array_equal(pixels[..., 3], expected[..., 3])
        np.testing.assert_array_equal(pixels[seen], expected[seen])
    found.close()


@pytest.mark.parametrize("how", ["alpha", "deep", "grey", "multiplied"])
def test_a_large_tiff_keeps_its_alpha(
    how: str, image: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgba = rgba_of(image, 1)
    values: NDArray[Any] = rgba
    if how == "deep":
        values = rgba.astype(np.uint16) * 257
    elif how == "grey":
        values = np.ascontiguousarray(rgba[..., 1::2])
    elif how == "multiplied":
        values = rgba.copy()
        values[..., :3] = np.rint(rgba[..., :3] * (rgba[..., 3:] / 255))
    path = tmp_path / "hole.tif"
    tifffile.imwrite(
        path,
        values,
        tile=(256, 256),
        photometric="minisblack" if how == "grey" else "rgb",
        extrasamples=["assocalpha" if how == "multiplied" else "unassalpha"],
        planarconfig="contig",
    )
    memory = open_source(path)
    monkeypatch.setattr(
        "cozviewer.image.source.open_regions",
        lambda request: opening.open_regions(small_enough(request)),
    )
    source = open_source(path)
    assert not source.levels.in_memory
    assert source.notices == memory.notices
    assert source.alpha is not None
    assert memory.alpha is not None
    np.testing.assert_array_equal(source.alpha.levels[0], memory.alpha.levels[0])
    seen = memory.alpha.levels[0] > 0
    away = np.abs(source.levels[0][seen].astype(int) - memory.levels[0][seen])
    assert away.max() <= 1


def small_enough(request: RegionRequest) -> RegionRequest:
    """Return a request that reads a small file by regions."""
    return RegionRequest(request.path, request.kind, request.name, large=0, huge=0)
