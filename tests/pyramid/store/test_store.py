"""The tile store while all is well: what is put is there, at once, later, and in other windows."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import LevelRegion, TileKey
from cozviewer.pyramid.store import store as store_module
from cozviewer.pyramid.store.eviction import ROW_BYTES
from cozviewer.pyramid.store.rows import AT_ONCE
from cozviewer.pyramid.store.store import StoreLimits, TileStore
from cozviewer.pyramid.store.tile_codec import decode_tile
from tests.pyramid.store.conftest import Budget
from tests.pyramid.stores import (
    STEP,
    STORE_KEY,
    damage,
    outcome,
    pixels,
    run_beside,
    same,
    stored_keys,
    wait_for,
)

KEY = TileKey(2, 3, 4)
NEIGHBOUR = TileKey(2, 4, 4)

keys = st.builds(
    TileKey,
    z=st.integers(-40, 600),
    col=st.integers(-(2**40), 2**600),
    row=st.integers(-(2**40), 2**600),
)


def no_notice(sentence: str) -> None:
    raise AssertionError(sentence)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "cat.tiles"


@pytest.fixture
def store(path: Path) -> Iterator[TileStore]:
    with TileStore.open(path, STORE_KEY, no_notice) as store:
        yield store


def reopened(path: Path, **limits: Any) -> TileStore:
    return TileStore.open(path, STORE_KEY, no_notice, StoreLimits(**limits))


@given(key=keys, width=st.integers(1, 12), height=st.integers(1, 12))
def test_any_tile_comes_back_from_memory(key: TileKey, width: int, height: int) -> None:
    rgb = pixels(key, width, height)
    with TileStore.open(None, STORE_KEY, no_notice) as store:
        store.put(key, rgb, store.begin_step(STEP))
        assert store.has(key)
        assert same(store.get(key), rgb)


def test_tiles_of_any_depth_come_back_from_disk(path: Path) -> None:
    deep = [TileKey(z, (3 << z) + 1, 5 << z) for z in (2, 64, 256, 1000)]
    with reopened(path) as store:
        step = store.begin_step(STEP)
        for key in deep:
            store.put(key, pixels(key), step)
    with reopened(path) as store:
        for key in deep:
            assert same(store.get(key), pixels(key))


def test_a_tile_is_there_before_and_after_it_is_written(path: Path, store: TileStore) -> None:
    store.put(KEY, pixels(KEY), store.begin_step(STEP))
    assert stored_keys(path) == []
    assert store.has(KEY)
    assert same(store.get(KEY), pixels(KEY))
    store.flush()
    assert stored_keys(path) == [KEY]
    assert store.has(KEY)
    assert same(store.get(KEY), pixels(KEY))


def test_what_was_never_put_is_missing(store: TileStore) -> None:
    assert not store.has(KEY)
    assert store.get(KEY) is None
    assert store.step_of(KEY) is None
    assert store.usage() == (0, 0)


def test_missing_keeps_the_order_that_it_was_asked_in(store: TileStore) -> None:
    asked = [TileKey(2, col, 0) for col in (5, 1, 4, 2, 3)]
    step = store.begin_step(STEP)
    store.put(asked[1], pixels(KEY), step)
    store.flush()
    store.put(asked[3], pixels(KEY), step)
    assert store.missing(asked) == [asked[0], asked[2], asked[4]]


def test_any_number_of_tiles_is_asked_about_at_once(path: Path) -> None:
    row = [TileKey(2, col, 0) for col in range(3 * AT_ONCE)]
    steps = [replace(STEP, prompt=words) for words in ("even", "third")]
    with reopened(path) as store:
        for step, every in zip(steps, (2, 3), strict=True):
            number = store.begin_step(step)
            for key in row[::every]:
                store.put(key, pixels(key), number)
            store.flush()
    damage(path, "other bytes")
    wrong: list[str] = []
    with TileStore.open(path, STORE_KEY, wrong.append) as store:
        with closing(sqlite3.connect(path)) as file:
            names = file.execute("SELECT key FROM tiles ORDER BY id").fetchall()
        whole = {TileKey(*map(int, name.split("/"))) for (name,) in names[1::2]}
        for _ in range(2):  # what was read before is only looked for
            assert store.missing(row) == [key for key in row if key not in whole]
        assert store.steps_of(row) == {key: steps[key.col % 2] for key in whole}
        broken = {*row[::2], *row[::3]} - whole
        assert store.steps_of_broken(row) == {key: steps[key.col % 2] for key in broken}
    assert len(wrong) == 1


def test_pixels_are_remembered_as_long_as_the_tile_is_the_same(
    path: Path, store: TileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = store.begin_step(STEP)
    rgb = pixels(KEY).copy()
    store.put(KEY, rgb, step)
    rgb[:] = 0
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "decode_tile", pytest.fail)
        found = store.get(KEY)
        assert same(found, pixels(KEY))
    assert found is not None
    assert not found.flags.writeable
    store.replace(lambda key: key == KEY, {}, {})
    assert store.get(KEY) is None
    with reopened(path) as other:
        other.put(KEY, pixels(NEIGHBOUR), other.begin_step(STEP))
    assert same(store.get(KEY), pixels(NEIGHBOUR))


def test_pixels_that_were_not_asked_for_the_longest_time_are_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = [TileKey(2, col, 0) for col in range(4)]
    with reopened(path) as store:
        step = store.begin_step(STEP)
        for key in row:
            store.put(key, pixels(key), step)
    decoded: list[bytes] = []

    def noted(blob: bytes) -> Rgb8:
        decoded.append(blob)
        return decode_tile(blob)

    monkeypatch.setattr(store_module, "decode_tile", noted)
    with reopened(path, decoded=2) as store:
        for at, read in ((0, 1), (1, 2), (0, 2), (2, 3), (0, 3), (1, 4)):
            assert same(store.get(row[at]), pixels(row[at]))
            assert len(decoded) == read


def test_a_tile_that_is_there_already_stays(store: TileStore) -> None:
    step = store.begin_step(STEP)
    store.put(KEY, pixels(KEY), step)
    store.put(KEY, pixels(NEIGHBOUR), step)
    store.flush()
    store.put(KEY, pixels(NEIGHBOUR), step)
    store.flush()
    assert same(store.get(KEY), pixels(KEY))
    assert store.usage()[1] == 1


def test_what_is_no_tile_is_refused_at_once(store: TileStore) -> None:
    with pytest.raises(ValueError, match="A tile"):
        store.put(KEY, np.zeros((513, 8, 3), np.uint8), store.begin_step(STEP))
    assert not store.has(KEY)


def test_usage_counts_what_is_written_and_what_waits(store: TileStore) -> None:
    step = store.begin_step(STEP)
    store.put(KEY, pixels(KEY), step)
    one, tiles = store.usage()
    assert one > 100
    assert tiles == 1
    store.flush()
    store.put(NEIGHBOUR, pixels(NEIGHBOUR), step)
    both, tiles = store.usage()
    assert one < both < 3 * one
    assert tiles == 2


def test_finishing_a_step_writes_it(path: Path, store: TileStore) -> None:
    step = store.begin_step(STEP)
    store.put(KEY, pixels(KEY), step)
    store.finish_step(step, 1.5)
    assert stored_keys(path) == [KEY]
    with reopened(path) as later:
        assert later.steps() == [replace(STEP, seconds=1.5)]


def test_a_tile_is_written_in_time_without_being_asked(path: Path) -> None:
    def is_stored(key: TileKey) -> bool:
        return key in stored_keys(path)

    with reopened(path, commit_seconds=0.05) as store:
        for key in (KEY, NEIGHBOUR):  # twice: the clock starts again
            store.put(key, pixels(key), store.begin_step(STEP))
            wait_for(partial(is_stored, key))


def test_a_tile_waits_a_second_at_most() -> None:
    assert StoreLimits().commit_seconds <= 1


def test_tiles_that_wait_keep_nobody_out(path: Path, store: TileStore) -> None:
    store.put(KEY, pixels(KEY), store.begin_step(STEP))
    store.get(KEY)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")


def test_steps_are_remembered_with_their_tiles(path: Path) -> None:
    second = replace(
        STEP, z=64, level_region=Rect(3 << 70, 1 << 70, 1024, 512), prompt="fur 🐈", seed=2**70
    )
    with reopened(path) as store:
        for record, key in ((STEP, KEY), (second, NEIGHBOUR)):
            step = store.begin_step(record)
            store.put(key, pixels(key), step)
            store.finish_step(step, 2.5)
        assert store.step_of(NEIGHBOUR) == replace(second, seconds=2.5)
    with reopened(path) as store:
        assert store.steps() == [replace(STEP, seconds=2.5), replace(second, seconds=2.5)]
        assert store.step_of(KEY) == replace(STEP, seconds=2.5)
        assert store.step_of(NEIGHBOUR) == replace(second, seconds=2.5)


def test_the_step_of_a_tile_is_known_while_it_waits(store: TileStore) -> None:
    store.begin_step(replace(STEP, prompt="another"))
    store.put(KEY, pixels(KEY), store.begin_step(STEP))
    assert store.step_of(KEY) == STEP


@pytest.mark.parametrize(
    ("z", "region", "prompt"),
    [
        (2, Rect(0, 0, 1024, 1024), "old"),
        (2, Rect(512, 0, 1024, 512), None),  # half of it is not more than half
        (2, Rect(500, 0, 1024, 512), "old"),
        (2, Rect(1024, 1024, 512, 512), "new"),
        (2, Rect(950, 950, 400, 400), "new"),
        (2, Rect(900, 900, 400, 400), None),
        (2, Rect(0, 0, 10, 10), "old"),
        (2, Rect(0, 0, 4096, 4096), None),  # all is shown, but a step shows too little of it
        (4, Rect(0, 0, 1024, 1024), None),
    ],
)
def test_a_prompt_holds_for_views_that_are_mostly_the_same(
    path: Path, z: int, region: Rect, prompt: str | None
) -> None:
    with reopened(path) as store:
        for words, at in (("older", 0), ("old", 0), ("new", 1024)):
            record = replace(STEP, z=2, prompt=words, level_region=Rect(at, at, 1024, 1024))
            step = store.begin_step(record)
            assert store.prompt_near(LevelRegion(2, record.level_region)) == words
            store.put(TileKey(4, at, len(words)), pixels(KEY), step)
        assert store.prompt_near(LevelRegion(z, region)) == prompt
    with reopened(path) as store:
        assert store.prompt_near(LevelRegion(z, region)) == prompt


def test_two_windows_see_each_others_tiles(path: Path, store: TileStore) -> None:
    with reopened(path) as other:
        for one, two, key in ((store, other, KEY), (other, store, NEIGHBOUR)):
            step = one.begin_step(STEP)
            one.put(key, pixels(key), step)
            one.finish_step(step, 1)
            assert same(two.get(key), pixels(key))
            assert two.step_of(key) == replace(STEP, seconds=1)


def test_a_store_that_kept_nothing_leaves_no_file(path: Path) -> None:
    with reopened(path) as store:
        store.seen([KEY])
        store.begin_step(STEP)
        assert path.exists()
    assert list(path.parent.iterdir()) == []


def test_an_empty_file_that_another_window_has_open_stays(path: Path) -> None:
    with reopened(path) as store:
        reopened(path).close()
        assert path.exists()
        store.put(KEY, pixels(KEY), store.begin_step(STEP))
    assert stored_keys(path) == [KEY]


def test_names_of_images_may_be_no_text(path: Path) -> None:
    store_key = replace(STORE_KEY, source_name=b"caf\xe9.jpg".decode(errors="surrogateescape"))
    with TileStore.open(path, store_key, no_notice) as store:
        store.put(KEY, pixels(KEY), store.begin_step(replace(STEP, prompt="\ud800")))
    with TileStore.open(path, store_key, no_notice) as store:
        assert store.has(KEY)


def test_a_closed_store_finds_and_keeps_nothing(path: Path) -> None:
    store = reopened(path)
    step = store.begin_step(STEP)
    store.put(KEY, pixels(KEY), step)
    store.close()
    store.close()
    store.put(NEIGHBOUR, pixels(NEIGHBOUR), step)
    store.finish_step(step, 1)
    store.flush()
    assert store.get(KEY) is None
    assert store.missing([KEY, NEIGHBOUR]) == [KEY, NEIGHBOUR]
    assert store.steps() == [replace(STEP, seconds=1)]
    assert stored_keys(path) == [KEY]


def test_closing_leaves_no_thread(path: Path) -> None:
    before = set(threading.enumerate())
    with reopened(path) as store:
        store.put(KEY, pixels(KEY), store.begin_step(STEP))
        assert set(threading.enumerate()) != before
    assert set(threading.enumerate()) == before


def test_a_store_in_memory_stays_within_its_budget(memory_budget: Budget) -> None:
    memory_budget(16 * ROW_BYTES)
    tiles = [TileKey(2, col, 0) for col in range(40)]
    with TileStore.open(None, STORE_KEY, no_notice) as store:
        step = store.begin_step(STEP)
        for key in tiles:
            store.put(key, pixels(key), step)
        there = [key for key in tiles if store.has(key)]
        assert 5 < len(there) < 20
        assert there == tiles[-len(there) :]


def test_threads_share_a_store(path: Path, store: TileStore) -> None:
    tiles = [TileKey(2, col, 0) for col in range(60)]
    wrong: list[TileKey] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            for key in tiles:
                found = store.get(key)
                if found is not None and not np.array_equal(found, pixels(key)):
                    wrong.append(key)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    step = store.begin_step(STEP)
    for number, key in enumerate(tiles):
        store.put(key, pixels(key), step)
        if number % 7 == 0:
            store.flush()
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert store.missing(tiles) == []


def test_two_programs_write_one_file(path: Path) -> None:
    programs = [run_beside("write", path, seed, 150) for seed in (1, 2)]
    for program in programs:
        assert outcome(program) == ""
    assert sorted(stored_keys(path)) == [TileKey(2, col, 0) for col in range(150)]
    with reopened(path) as store:
        for key in stored_keys(path):
            assert same(store.get(key), pixels(key))


@pytest.mark.skipif(sys.platform == "win32", reason="kills forks")
def test_killed_in_the_middle_of_writing_again_and_again_the_file_stays_whole(
    tmp_path: Path,
) -> None:
    told = outcome(run_beside("kill", tmp_path, 25))
    kills, interrupted, checked = (int(word) for word in told.split() if word.isdecimal())
    assert kills >= 25
    assert interrupted > 0
    assert checked > 0


def test_very_many_tiles_are_seen_in_little_memory(path: Path) -> None:
    """What was shown is written as it comes, where it is a whole level."""
    with reopened(path, seen=16) as store:
        store.seen(TileKey(2, col, 0) for col in range(100))
        assert len(store._batch.seen) < 16


def test_an_empty_store_is_known_at_once(store: TileStore, path: Path) -> None:
    assert store.empty
    step = store.begin_step(STEP)
    store.put(KEY, pixels(KEY), step)
    assert [store.empty] == [False], "it waits to be written"
    store.finish_step(step, 1.0)
    with reopened(path) as other:
        assert not other.empty
