"""Files without a smaller version of their image get some."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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

WHOLE = tuple(source_from_pixels(noise(4500, 2301), "noise").levels)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced, "MOST_PIXELS", 100_000)


def test_they_are_those_in_memory() -> None:
    parts: list[float] = []
    reader = ArrayReader([WHOLE[0]])
    found = with_reduced(reader, "noise", parts.append, never)
    assert found.sizes == ((4500, 2301), *((w.shape[1], w.shape[0]) for w in WHOLE[3:]))
    for own, k in enumerate(range(3, len(WHOLE)), 1):
        np.testing.assert_array_equal(whole_of(found, own), WHOLE[k])
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert max(region.area for _, region in reader.reads) <= 2048 * 2048
    levels = TiledLevels(found, Path("noise.tif"))
    for k, level in enumerate(WHOLE):
        np.testing.assert_array_equal(levels[k], level)
    del levels
    assert reader.closed == 1


def test_they_continue_the_smallest_version_of_the_file() -> None:
    found = with_reduced(ArrayReader(WHOLE[:2]), "noise", lambda part: None, never)
    assert found.sizes[:2] == ((4500, 2301), (2250, 1151))
    np.testing.assert_array_equal(whole_of(found, 2), WHOLE[4])
    np.testing.assert_array_equal(found.read(1, Rect(3, 4, 5, 6)), WHOLE[1][4:10, 3:8])
    found.close()


def test_a_file_with_small_versions_gets_none() -> None:
    reader = ArrayReader([WHOLE[0], WHOLE[5]])
    assert with_reduced(reader, "noise", lambda part: None, never) is reader
    assert reader.reads == []


def test_it_stops_and_closes_the_file() -> None:
    reader, parts = ArrayReader([WHOLE[0]]), list[float]()
    with pytest.raises(Cancelled):
        with_reduced(reader, "noise", parts.append, lambda: bool(parts))
    assert len(parts) == 1
    assert reader.closed == 1
    reader = ArrayReader([WHOLE[0]])
    reader.errors[0] = BadInput("broken")
    with pytest.raises(BadInput, match="broken"):
        with_reduced(reader, "noise", parts.append, never)
    assert reader.closed == 1


def test_a_glimpse_is_a_blurred_version_from_few_reads() -> None:
    y, x = np.mgrid[:3000, :6000]
    ramp = np.stack([x / 24, y / 12, (x + y) / 36], axis=-1).astype(np.uint8)
    reader = ArrayReader([ramp])
    found = reduced.glimpse(reader, never)
    assert found.shape == (20, 40, 3)
    blurred = np.asarray(Image.fromarray(ramp).resize((40, 20), Image.Resampling.BOX))
    assert np.abs(found.astype(int) - blurred).max() <= 3
    assert len(reader.reads) == 800
    assert reduced.glimpse(ArrayReader([noise(9, 3000)]), never).shape == (40, 1, 3)
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
