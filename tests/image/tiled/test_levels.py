"""The levels of a file that is read region by region are those of the same image in memory."""

import gc
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.image.tiled.block_cache import Block, BlockCache
from cozviewer.image.tiled.levels import SMALL_SIDE, TiledLevels
from cozviewer.util.errors import BadInput, Failure
from tests.image.tiled.readers import ArrayReader
from tests.patience import PATIENCE
from tests.pyramid.images import noise

PATH = Path(__file__)
WIDE, HIGH = 2311, 1503


def image(width: int = WIDE, height: int = HIGH) -> tuple[Rgb8, ...]:
    """Return the levels of an image in memory."""
    return tuple(source_from_pixels(noise(width, height), "noise").levels)


def levels_of(*own: Rgb8, cache_bytes: int = 1 << 28) -> tuple[TiledLevels, ArrayReader]:
    reader = ArrayReader(own)
    return TiledLevels(reader, PATH, cache_bytes=cache_bytes), reader


@pytest.mark.parametrize("own", [(0,), (0, 1, 2, 3, 4), (0, 2), (0, 1, 4), (0, 5)])
def test_levels_are_those_in_memory_whichever_the_file_has(own: tuple[int, ...]) -> None:
    whole = image()
    levels, _ = levels_of(*(whole[k] for k in own))
    assert len(levels) == len(whole)
    assert not levels.in_memory
    for k, expected in enumerate(whole):
        assert levels.size(k) == (expected.shape[1], expected.shape[0])
        np.testing.assert_array_equal(levels[k], expected)
    np.testing.assert_array_equal(levels[-1], whole[-1])


def test_regions_cross_blocks_and_cannot_be_changed() -> None:
    whole = image()
    levels, _ = levels_of(whole[0], whole[2])
    for k, region in [
        (0, Rect(250, 250, 700, 3)),
        (0, Rect(WIDE - 1, HIGH - 1, 1, 1)),
        (1, Rect(3, 5, 64, 64)),
        (2, Rect(100, 0, 400, 376)),
        (5, Rect(0, 0, 73, 47)),
    ]:
        part = levels.read(k, region)
        expected = whole[k][region.y : region.bottom, region.x : region.right]
        np.testing.assert_array_equal(part, expected)
        assert not part.flags.writeable


def test_sizes_that_were_rounded_down_are_shown_as_they_are() -> None:
    whole = image(2311, 1503)
    floors = [whole[0], whole[1][:751, :1155], whole[2][:375, :577]]
    levels, reader = levels_of(*floors)
    reader.reads.clear()
    second = levels[1]
    assert {level for level, _ in reader.reads} == {1}
    np.testing.assert_array_equal(second[:751, :1155], floors[1])
    np.testing.assert_array_equal(second[751], second[750])
    np.testing.assert_array_equal(second[:, 1155], second[:, 1154])


def test_sizes_that_do_not_halve_are_averaged_from_the_next_finer_one() -> None:
    y, x = np.mgrid[:1200, :2400]
    ramp = np.stack([x / 10, y / 5, (x + y) / 15], axis=-1).astype(np.uint8)
    third = np.asarray(Image.fromarray(ramp).resize((800, 400), Image.Resampling.BOX))
    levels, reader = levels_of(ramp, third)
    reader.reads.clear()
    for k in (2, 3, 4):
        exact = np.asarray(Image.fromarray(ramp).resize(levels.size(k), Image.Resampling.BOX))
        assert np.abs(levels[k].astype(int) - exact).max() <= 2
    assert all(level == 1 for level, _ in reader.reads)


def test_what_fits_into_a_window_is_read_at_once_and_stays() -> None:
    whole = image()
    levels, reader = levels_of(whole[0])
    reader.reads.clear()
    for k in range(len(levels)):
        if max(levels.size(k)) <= SMALL_SIDE:
            assert levels[k].shape == whole[k].shape
    assert reader.reads == []


def test_blocks_are_kept_within_a_budget() -> None:
    levels, reader = levels_of(noise(4096, 512), cache_bytes=2_000_000)
    reader.reads.clear()
    for x in range(0, 4096, 64):
        levels.read(0, Rect(x, 0, 64, 64))
        assert levels.cached_bytes <= 2_000_000
    assert len(reader.reads) == 4096 // 256
    levels.read(0, Rect(4000, 0, 64, 64))
    assert len(reader.reads) == 4096 // 256
    levels.read(0, Rect(0, 0, 64, 64))
    assert len(reader.reads) == 4096 // 256 + 1


def test_the_budget_grows_with_the_largest_region_that_is_read() -> None:
    levels, reader = levels_of(noise(2048, 2048), cache_bytes=1_000_000)
    large = Rect(0, 0, 1024, 1024)
    levels.read(0, large)
    reader.reads.clear()
    levels.read(0, large)
    for x in range(1024, 2048, 64):
        levels.read(0, Rect(x, 0, 64, 64))
    assert len(reader.reads) == 4
    for y in range(0, 2048, 256):
        levels.read(0, Rect(0, y, 2048, 64))
        assert levels.cached_bytes <= 2 * 1024 * 1024 * 3


def test_however_large_regions_are_the_budget_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cozviewer.image.tiled.levels.MOST_CACHE_BYTES", 3_000_000)
    levels, _ = levels_of(noise(2048, 2048), cache_bytes=1_000_000)
    levels.read(0, Rect(0, 0, 2048, 2048))
    assert 2_000_000 < levels.cached_bytes <= 3_000_000


def test_a_whole_level_is_not_read_where_it_is_huge() -> None:
    class Endless(ArrayReader):
        @property
        def sizes(self) -> tuple[tuple[int, int], ...]:
            return ((1_000_000, 1_000_000), (977, 977))

    levels = TiledLevels(Endless([noise(1, 1), noise(977, 977)]), PATH)
    with pytest.raises(ValueError, match="read a region"):
        levels[0]
    assert levels[10].shape == (977, 977, 3)


def test_threads_that_need_the_same_block_read_it_once_and_never_two_at_a_time() -> None:
    levels, reader = levels_of(*image(3000, 2000))
    reader.reads.clear()
    reader.together = 0
    reader.gate.clear()
    found: list[Rgb8] = []
    threads = [
        threading.Thread(target=lambda x=x: found.append(levels.read(0, Rect(x, 0, 64, 64))))
        for x in (0, 64, 128, 1024, 1088, 2048)
    ]
    for thread in threads:
        thread.start()
    reader.gate.set()
    for thread in threads:
        thread.join(60)
    assert len(found) == 6
    assert len(reader.reads) == 3
    assert reader.together == 1


def test_those_that_wait_for_a_block_get_its_error_and_the_next_one_tries_again() -> None:
    cache = BlockCache(1000)
    made, go = threading.Event(), threading.Event()

    def fails() -> Block:
        made.set()
        go.wait(PATIENCE)
        raise ValueError("broken")

    def never_called() -> Block:
        raise AssertionError

    caught: list[BaseException] = []

    def get(make: object) -> None:
        try:
            cache.get("block", make)  # type: ignore[arg-type]
        except BaseException as error:
            caught.append(error)

    first = threading.Thread(target=get, args=(fails,))
    first.start()
    assert made.wait(PATIENCE)
    second = threading.Thread(target=get, args=(never_called,))
    second.start()
    go.set()
    first.join(60)
    second.join(60)
    assert [str(error) for error in caught] in (["broken"] * 2, ["broken", ""])
    assert cache.get("block", lambda: Block(noise(2, 2))).rgb.shape == (2, 2, 3)


def test_a_part_that_cannot_be_read_gives_a_sentence_and_is_tried_again() -> None:
    levels, reader = levels_of(*image(3000, 2000))
    region = Rect(2000, 1500, 64, 64)
    reader.errors[0] = ValueError("corrupted tile")
    with pytest.raises(BadInput, match=r"test_levels.py cannot be read \(corrupted tile\)"):
        levels.read(0, region)
    assert levels.read(0, region).shape == (64, 64, 3)
    reader.errors[0] = MemoryError()
    with pytest.raises(Failure, match="not enough memory"):
        levels.read(0, Rect(0, 1500, 64, 64))


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    reader = ArrayReader(image(3000, 2000))
    levels = TiledLevels(reader, tmp_path / "gone.tif")
    reader.errors[0] = OSError(5, "Input/output error")
    with pytest.raises(BadInput, match=r"gone.tif vanished"):
        levels.read(0, Rect(2000, 1500, 64, 64))


def test_the_file_is_closed_when_the_levels_are_gone_or_cannot_be_made() -> None:
    levels, reader = levels_of(noise(3000, 2000))
    assert reader.closed == 0
    del levels
    gc.collect()
    assert reader.closed == 1
    broken = ArrayReader([noise(3000, 2000)])
    broken.errors[0] = ValueError("broken")
    with pytest.raises(BadInput, match="broken"):
        TiledLevels(broken, PATH)
    assert broken.closed == 1
