"""Files without a smaller version of their image get some."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.image.tiled import reduced
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.image.tiled.reduced import with_reduced
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled
from tests.image.tiled.giant import giant_tiff
from tests.image.tiled.opened import whole_of
from tests.image.tiled.readers import ArrayReader
from tests.pyramid.pyramids import noise

Levels = tuple[Rgb8, ...]

WIDTH, HEIGHT = 2500, 2101
"""Of an image that is read in four squares."""


@pytest.fixture(scope="module")
def whole() -> Levels:
    """The levels of an image in memory; not to be written to."""
    return tuple(source_from_pixels(noise(WIDTH, HEIGHT), "noise").levels)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced, "MOST_PIXELS", 100_000)


def test_they_are_those_in_memory(whole: Levels) -> None:
    parts: list[float] = []
    reader = ArrayReader([whole[0]])
    found = with_reduced(reader, "noise", parts.append, never)
    assert found.sizes == ((WIDTH, HEIGHT), *((w.shape[1], w.shape[0]) for w in whole[3:]))
    for own, k in enumerate(range(3, len(whole)), 1):
        np.testing.assert_array_equal(whole_of(found, own), whole[k])
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert max(region.area for _, region in reader.reads) <= 2048 * 2048
    levels = TiledLevels(found, Path("noise.tif"))
    for k, level in enumerate(whole):
        np.testing.assert_array_equal(levels[k], level)
    del levels
    assert reader.closed == 1


def test_they_continue_the_smallest_version_of_the_file(whole: Levels) -> None:
    found = with_reduced(ArrayReader(whole[:2]), "noise", lambda part: None, never)
    assert found.sizes[:2] == ((WIDTH, HEIGHT), (1250, 1051))
    np.testing.assert_array_equal(whole_of(found, 2), whole[4])
    np.testing.assert_array_equal(found.read(1, Rect(3, 4, 5, 6)), whole[1][4:10, 3:8])
    found.close()


def test_a_file_with_small_versions_gets_none(whole: Levels) -> None:
    reader = ArrayReader([whole[0], whole[5]])
    assert with_reduced(reader, "noise", lambda part: None, never) is reader
    assert reader.reads == []


def test_it_stops_and_closes_the_file(whole: Levels) -> None:
    reader, parts = ArrayReader([whole[0]]), list[float]()
    with pytest.raises(Cancelled):
        with_reduced(reader, "noise", parts.append, lambda: bool(parts))
    assert len(parts) == 1
    assert reader.closed == 1
    reader = ArrayReader([whole[0]])
    reader.errors[0] = BadInput("broken")
    with pytest.raises(BadInput, match="broken"):
        with_reduced(reader, "noise", parts.append, never)
    assert reader.closed == 1


def test_a_glimpse_is_a_blurred_version_from_few_reads() -> None:
    y, x = np.mgrid[:600, :1200]
    ramp = np.stack([x / 4.8, y / 2.4, (x + y) / 7.2], axis=-1).astype(np.uint8)
    reader = ArrayReader([ramp])
    found = reduced.glimpse(reader, never)
    assert found.shape == (20, 40, 3)
    blurred = np.asarray(Image.fromarray(ramp).resize((40, 20), Image.Resampling.BOX))
    assert np.abs(found.astype(int) - blurred).max() <= 3
    assert len(reader.reads) == 800
    assert reduced.glimpse(ArrayReader([noise(9, 600)]), never).shape == (40, 1, 3)
    with pytest.raises(Cancelled):
        reduced.glimpse(reader, lambda: True)


def test_what_takes_long_to_open_shows_a_glimpse_first(tmp_path: Path) -> None:
    path, seen = giant_tiff(tmp_path / "flat.tif", 3000, 2000, reduced=False), list[object]()
    request = RegionRequest(
        path,
        "TIFF",
        path.name,
        large=0,
        huge=0,
        progress=seen.append,
        glimpse=lambda rgb, width, height: seen.append((rgb.shape, width, height)),
    )
    reader = open_regions(request)
    assert reader is not None
    reader.close()
    assert seen[0] == ((26, 40, 3), 3000, 2000)
    assert seen[-1] == 1.0
