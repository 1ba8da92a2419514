"""Files without a smaller version of their picture get some."""

from pathlib import Path

import numpy as np
import pytest

from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.image.tiled import reduced
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.image.tiled.reduced import with_reduced
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled
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
