"""Tiles that come in the place of others: all of them or none, whatever happens on the way."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey
from cozviewer.pyramid.store import files as store_files
from cozviewer.pyramid.store.eviction import choose, read_stored
from cozviewer.pyramid.store.rows import Batch, write_batch
from cozviewer.pyramid.store.store import StoreLimits, TileStore
from tests.patience import PATIENCE
from tests.pyramid.stores import (
    ROOT,
    STEP,
    STORE_KEY,
    outcome,
    pixels,
    run_beside,
    same,
    stored_keys,
)

OLD, GONE, BESIDE = TileKey(2, 1, 1), TileKey(4, 5, 5), TileKey(2, 3, 3)
NEW_STEP = replace(STEP, prompt="a dog")


def other(key: TileKey) -> Rgb8:
    """Return other pixels for a tile."""
    return pixels(replace(key, z=key.z + 100))


def stale(key: TileKey) -> bool:
    return key in (OLD, GONE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cat.tiles"


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def limits() -> StoreLimits:
    return StoreLimits()


@pytest.fixture
def store(path: Path, notices: list[str], limits: StoreLimits) -> Iterator[TileStore]:
    with TileStore.open(path, STORE_KEY, notices.append, limits) as store:
        step = store.begin_step(STEP)
        for key in (OLD, GONE, BESIDE):
            store.put(key, pixels(key), step)
        store.finish_step(step, 1.0)
        yield store


def replace_old(store: TileStore) -> None:
    """Put another tile in the place of OLD, and let GONE go."""
    with store.beside() as draft:
        step = draft.begin_step(NEW_STEP)
        draft.put(OLD, other(OLD), step)
        draft.finish_step(step, 2.0)
        store.replace(stale, *draft.contents())


def assert_replaced(store: TileStore) -> None:
    assert same(store.get(OLD), other(OLD))
    assert store.missing([OLD, GONE, BESIDE]) == [GONE]
    assert store.get(GONE) is None
    assert same(store.get(BESIDE), pixels(BESIDE))
    assert store.steps_of([OLD, GONE, BESIDE]) == {
        OLD: replace(NEW_STEP, seconds=2.0),
        BESIDE: replace(STEP, seconds=1.0),
    }


def assert_as_before(path: Path) -> None:
    with TileStore.open(path, STORE_KEY, sys.exit) as later:
        for key in (OLD, GONE, BESIDE):
            assert same(later.get(key), pixels(key))
        assert later.steps() == [replace(STEP, seconds=1.0)]


def test_new_tiles_are_there_at_once_later_and_in_other_windows(
    path: Path, store: TileStore
) -> None:
    with TileStore.open(path, STORE_KEY, sys.exit) as window:
        replace_old(store)
        assert_replaced(store)
        assert_replaced(window)
    store.close()
    with TileStore.open(path, STORE_KEY, sys.exit) as later:
        assert_replaced(later)
    assert sorted(stored_keys(path)) == [OLD, BESIDE]


def test_the_newest_words_win(store: TileStore) -> None:
    assert store.prompt_near(LevelRegion(0, Rect(0, 0, TILE, TILE))) == "a cat"
    replace_old(store)
    assert store.prompt_near(LevelRegion(0, Rect(0, 0, TILE, TILE))) == "a dog"
    assert [step.prompt for step in store.steps()] == ["a cat", "a dog"]


def test_what_waits_to_be_written_is_replaced_too(path: Path, store: TileStore) -> None:
    waiting = TileKey(4, 6, 6)
    store.put(waiting, pixels(waiting), store.begin_step(STEP))
    store.replace(lambda key: key == waiting, {}, {})
    assert not store.has(waiting)
    store.flush()
    assert waiting not in stored_keys(path)


def test_steps_noted_before_keep_their_numbers(store: TileStore) -> None:
    step = store.begin_step(replace(STEP, prompt="a horse"))
    replace_old(store)
    store.put(GONE, pixels(GONE), step)
    made = store.step_of(GONE)
    assert made is not None
    assert made.prompt == "a horse"


def test_what_has_gone_can_be_made_again(path: Path, store: TileStore) -> None:
    replace_old(store)
    store.put(GONE, other(GONE), store.begin_step(NEW_STEP))
    store.flush()
    assert same(store.get(GONE), other(GONE))
    replace_old(store)
    with TileStore.open(path, STORE_KEY, sys.exit) as window:
        window.put(GONE, pixels(GONE), window.begin_step(STEP))
        window.flush()
        assert same(store.get(GONE), pixels(GONE))  # another window made it


def test_usage_and_eviction_know_what_is_there(path: Path, store: TileStore) -> None:
    replace_old(store)
    size, tiles = store.usage()
    contents, _ = store.contents()
    assert (size, tiles) == (sum(len(tile.webp) for tile in contents.values()), 2)
    assert all(tile.whole(key) for key, tile in contents.items())
    with closing(sqlite3.connect(path)) as file:
        names = [TileKey(*map(int, tile.key.split("/"))) for tile in read_stored(file, 0)]
        assert sorted(names) == [OLD, BESIDE]
        assert len(choose(read_stored(file, 0), 1 << 30)) == 2


def test_a_store_in_memory_replaces_like_any_other(notices: list[str]) -> None:
    with TileStore.open(None, STORE_KEY, notices.append) as store:
        step = store.begin_step(STEP)
        for key in (OLD, GONE, BESIDE):
            store.put(key, pixels(key), step)
        store.finish_step(step, 1.0)
        replace_old(store)
        assert_replaced(store)
    assert notices == []


def test_a_full_disk_keeps_the_older_tiles_and_the_session_has_the_new(
    path: Path, store: TileStore, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = store._files._files[0]

    def full(connection: sqlite3.Connection, batch: Batch, now: float) -> None:
        if connection is on_disk:
            raise sqlite3.OperationalError("database or disk is full")
        write_batch(connection, batch, now)

    monkeypatch.setattr(store_files, "write_batch", full)
    replace_old(store)
    assert_replaced(store)
    assert any("cannot be written" in notice for notice in notices)
    store.close()
    assert_as_before(path)


def test_trouble_in_the_middle_of_writing_changes_nothing(
    path: Path, store: TileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cozviewer.pyramid.store.rows._insert_tile", fail)
    with pytest.raises(KeyboardInterrupt):
        replace_old(store)
    monkeypatch.undo()
    assert_as_before(path)


@pytest.mark.parametrize("limits", [StoreLimits(commit_seconds=PATIENCE)])
def test_while_the_file_is_locked_the_new_tiles_wait_and_are_there(
    path: Path, store: TileStore, notices: list[str]
) -> None:
    store._files._files[0].execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as program:
        program.execute("BEGIN IMMEDIATE")
        replace_old(store)
        assert any("locked" in notice for notice in notices)
        assert_replaced(store)
        program.execute("ROLLBACK")
    assert GONE in stored_keys(path)
    store.flush()
    assert sorted(stored_keys(path)) == [OLD, BESIDE]
    assert_replaced(store)


def test_readers_see_the_older_tile_or_the_new_one(store: TileStore) -> None:
    wrong: list[object] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            found = store.get(OLD)
            if not same(found, pixels(OLD)) and not same(found, other(OLD)):
                wrong.append(found)

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(10):
        replace_old(store)
    done.set()
    reader.join()
    assert not wrong


def test_another_program_may_write_meanwhile(path: Path, store: TileStore) -> None:
    program = run_beside("write", path, 1, 100)  # the tiles 2/0..99/0
    while program.poll() is None:
        started = time.monotonic()
        replace_old(store)
        # Without a pause the other program might find the file locked for as long as it tries.
        time.sleep(2 * (time.monotonic() - started))
    assert outcome(program) == ""
    keys = stored_keys(path)
    assert {OLD, BESIDE} | {TileKey(2, col, 0) for col in range(100)} == set(keys)
    assert_replaced(store)


@pytest.mark.skipif(sys.platform == "win32", reason="kills forks")
def test_killed_in_the_middle_all_is_of_before_or_of_after(path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.pyramid.replacing", str(path), "20"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    told = outcome(program)
    kills, interrupted, versions = (int(word) for word in told.split() if word.isdecimal())
    assert kills >= 20
    assert interrupted > 0
    assert versions > 1
