"""The folder of store files: listing, clearing, and the budget over all of them."""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store import cache
from cozviewer.pyramid.store.cache import (
    TRIMMED_TO,
    clear,
    clear_set_aside,
    folder_bytes,
    has_room,
    list_set_aside,
    list_stores,
    only_older,
    store_path,
    survey,
    trim,
)
from cozviewer.pyramid.store.file import SCHEMA_VERSION, connect
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.cache_settings import BUDGET_BYTES
from cozviewer.util.errors import Failure
from tests.pyramid.stores import (
    STEP,
    STORE_KEY,
    make_older,
    outcome,
    pixels,
    run_beside,
    same,
    stored_keys,
    wait_for,
)

MEGABYTE = 1_000_000
LARGE = 10_000
NOISE = pixels(TileKey(2, 0, 0), TILE, TILE)
"""Some 12 KB as WebP, more than LARGE."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pyramids"


def fill(folder: Path, name: str, *keys: TileKey, seen: float | None = None) -> Path:
    """Make a store of large tiles for an image, all looked at at one time."""
    digest = name.encode().hex().ljust(64, "0")
    path = store_path(folder, digest, STORE_KEY.recipe_digest)
    store_key = replace(STORE_KEY, source_digest=digest, source_name=name)
    with TileStore.open(path, store_key, sys.exit) as store:
        step = store.begin_step(STEP)
        for key in keys or (TileKey(2, 0, 0),):
            store.put(key, NOISE, step)
    if seen is not None:
        sql(path, f"UPDATE tiles SET seen = {seen}")
    return path


def sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(statement)


def names(folder: Path) -> list[str]:
    return [store.source_name for store in list_stores(folder)]


def row(start: int, end: int) -> list[TileKey]:
    return [TileKey(2, col, 0) for col in range(start, end)]


def test_a_path_tells_source_and_recipe_apart(folder: Path) -> None:
    paths = {store_path(folder, a * 64, b * 64) for a in "0123" for b in "0123"}
    assert len(paths) == 16
    assert all(path.parent == folder for path in paths)


def test_stores_are_listed_the_one_seen_last_first(folder: Path) -> None:
    old = fill(folder, "old.jpg", seen=1e9)
    new = fill(folder, "new.jpg", *row(0, 3))
    first, second = list_stores(folder)
    assert (first.path, first.source_name, first.tiles) == (new, "new.jpg", 3)
    assert (second.path, second.source_name, second.tiles) == (old, "old.jpg", 1)
    assert (first.source_width, first.source_height) == (641, 427)
    assert json.loads(first.recipe) == {"upscaler": {"name": "Nearest"}}
    assert first.bytes == new.stat().st_size
    assert second.last_seen == "2001-09-09T01:46:40+00:00"
    assert abs(datetime.fromisoformat(first.last_seen) - datetime.now(UTC)).total_seconds() < 60
    assert folder_bytes(folder) == first.bytes + second.bytes


def test_a_folder_that_is_not_there_holds_nothing(folder: Path) -> None:
    assert list_stores(folder) == []
    assert list_set_aside(folder) == []
    assert folder_bytes(folder) == clear(folder) == clear_set_aside(folder) == trim(folder, 0) == 0
    assert not folder.exists()


def strangers(folder: Path) -> list[Path]:
    """Put files into the folder that are not ours, though they have the names of ours."""
    folder.mkdir(exist_ok=True)
    text, database, directory = (folder / f"{name}.tiles" for name in "abc")
    text.write_text("My diary.\n" * 100)
    sql(database, "CREATE TABLE diary (day TEXT)")
    directory.mkdir()
    (folder / "notes.txt").write_text("Notes.")
    return sorted([text, database, directory, folder / "notes.txt"])


def test_what_is_not_ours_is_neither_listed_nor_touched(folder: Path) -> None:
    there = strangers(folder)
    contents = [path.read_bytes() for path in there if path.is_file()]
    fill(folder, "cat.jpg")
    assert names(folder) == ["cat.jpg"]
    trim(folder, 0)
    assert names(folder) == []
    assert clear(folder) == 0
    assert sorted(path for path in folder.iterdir() if path.suffix != ".lock") == there
    assert [path.read_bytes() for path in there if path.is_file()] == contents


def test_clearing_says_what_it_freed(folder: Path) -> None:
    paths = [fill(folder, "cat.jpg"), fill(folder, "dog.jpg")]
    size = sum(path.stat().st_size for path in paths)
    assert clear(folder) == size
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("which", ["cat.jpg", Path("/photos/cat.jpg"), "FILE"])
def test_one_image_is_cleared_by_its_name_or_its_file(folder: Path, which: str | Path) -> None:
    path = fill(folder, "cat.jpg")
    fill(folder, "dog.jpg")
    assert clear(folder, path if which == "FILE" else which) > LARGE
    assert names(folder) == ["dog.jpg"]


def test_a_name_that_nobody_knows_clears_nothing(folder: Path) -> None:
    fill(folder, "cat.jpg")
    assert clear(folder, "bird.jpg") == 0
    assert names(folder) == ["cat.jpg"]


def test_stores_of_another_version_are_cleared_too(folder: Path) -> None:
    sql(fill(folder, "cat.jpg"), "PRAGMA user_version = 99")
    assert names(folder) == []
    assert clear(folder) > LARGE
    assert list(folder.iterdir()) == []


def test_stores_of_an_older_version_are_told_apart_and_cleared(folder: Path) -> None:
    older, newer = fill(folder, "cat.jpg"), fill(folder, "dog.jpg")
    fill(folder, "bird.jpg")
    make_older(older)
    sql(newer, "PRAGMA user_version = 99")
    found = survey(folder)
    assert ([store.source_name for store in found.stores], found.older) == (["bird.jpg"], [older])
    assert found.unreadable == [newer]
    assert clear(folder, "cat.jpg") > LARGE
    assert not older.exists()
    make_older(fill(folder, "cat.jpg"))
    clear(folder)
    assert list(folder.iterdir()) == []


def test_stores_of_an_older_version_go_before_any_tile(folder: Path) -> None:
    new = fill(folder, "new.jpg", *row(0, 4), seen=1.0)
    first, second, third = (fill(folder, f"old{each}.jpg", *row(0, 8)) for each in (1, 2, 3))
    for age, path in enumerate((second, first, third)):
        make_older(path)
        os.utime(path, (1e9 + age, 1e9 + age))
    strangers(folder)
    used, budget = folder_bytes(folder), folder_bytes(folder) - LARGE
    assert trim(folder, budget) == used - folder_bytes(folder)
    assert (second.exists(), first.exists(), third.exists()) == (False, True, True)
    trim(folder, first.stat().st_size)
    assert (first.exists(), third.exists()) == (False, False)
    assert stored_keys(new) == row(0, 4), "there was room for the tiles that are used"
    assert len(list(folder.glob("[abc].tiles"))) == 3


def test_a_store_of_an_older_version_that_is_open_stays(folder: Path) -> None:
    path = fill(folder, "cat.jpg")
    make_older(path)
    with closing(connect(path)) as window:
        window.execute("SELECT count(*) FROM tiles")
        assert trim(folder, 0) == 0
    assert trim(folder, 0) > 0
    assert list(folder.iterdir()) == []


def test_whether_all_that_is_kept_of_an_image_is_of_an_older_version(folder: Path) -> None:
    digest = b"cat.jpg".hex().ljust(64, "0")
    assert not only_older(folder, digest, bool)
    path = fill(folder, "cat.jpg")
    assert not only_older(folder, digest, bool)
    make_older(path)
    make_older(fill(folder, "dog.jpg"))
    assert only_older(folder, digest, bool)
    shutil.copy(path, other := store_path(folder, digest, "d" * 64))
    assert only_older(folder, digest, bool)
    sql(other, f"PRAGMA user_version = {SCHEMA_VERSION}")
    assert not only_older(folder, digest, bool)


def test_tiles_of_recipes_that_are_not_used_any_more_are_older_ones(folder: Path) -> None:
    fill(folder, "cat.jpg")
    digest, asked = b"cat.jpg".hex().ljust(64, "0"), list[str]()

    def outdated(recipe: str) -> bool:
        asked.append(recipe)
        return False

    assert only_older(folder, digest, outdated)
    assert asked == [STORE_KEY.recipe]
    assert not only_older(folder, digest, lambda recipe: True)


def test_a_store_in_use_is_said_and_the_others_are_cleared(folder: Path) -> None:
    used = store_path(folder, STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    fill(folder, "dog.jpg")
    with TileStore.open(used, STORE_KEY, sys.exit) as store:
        step = store.begin_step(STEP)
        store.put(TileKey(2, 0, 0), NOISE, step)
        store.flush()
        with pytest.raises(Failure, match=used.name):
            clear(folder)
        assert names(folder) == ["cat.jpg"]
        assert same(store.get(TileKey(2, 0, 0)), NOISE)
    assert clear(folder) > 0
    assert list(folder.iterdir()) == []


def test_what_was_set_aside_stays_until_it_is_asked_for(folder: Path) -> None:
    path = fill(folder, "cat.jpg")
    os.truncate(path, 5000)
    TileStore.open(path, STORE_KEY, lambda _: None).close()
    (aside,) = list_set_aside(folder)
    fill(folder, "dog.jpg")
    assert names(folder) == ["dog.jpg"]
    assert folder_bytes(folder) > LARGE
    trim(folder, 0)
    clear(folder)
    assert list_set_aside(folder) == [aside]
    assert clear_set_aside(folder) == 5000
    assert list_set_aside(folder) == []


def test_the_budget_is_ten_gigabytes() -> None:
    assert BUDGET_BYTES == 10**10


def test_the_longest_unseen_tiles_of_all_files_go_first(folder: Path) -> None:
    cat = fill(folder, "cat.jpg", *row(0, 256))
    dog = fill(folder, "dog.jpg", *row(0, 256))
    sql(cat, "UPDATE tiles SET seen = 1000 + 2 * id")
    sql(dog, "UPDATE tiles SET seen = 1001 + 2 * id")
    before = folder_bytes(folder)
    assert trim(folder, 5 * MEGABYTE) == before - folder_bytes(folder)
    assert 4 * MEGABYTE < folder_bytes(folder) <= 5 * MEGABYTE
    by_age = [(path, key) for key in row(0, 256) for path in (cat, dog)]
    kept = {(path, key) for path in (cat, dog) for key in stored_keys(path)}
    assert kept == set(by_age[-len(kept) :])


def test_files_that_become_empty_go_but_for_the_callers_own(folder: Path) -> None:
    cat, dog = fill(folder, "cat.jpg", seen=1.0), fill(folder, "dog.jpg", seen=2.0)
    trim(folder, 0, keep=dog)
    assert not cat.exists()
    assert stored_keys(dog) == []
    assert list_stores(folder)[0].last_seen == ""


def test_a_window_whose_tiles_are_evicted_keeps_its_file(folder: Path) -> None:
    path = store_path(folder, STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    first, second = row(0, 2)
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        step = store.begin_step(STEP)
        store.put(first, NOISE, step)
        store.flush()
        assert trim(folder, 0) > 0
        assert not store.has(first)
        assert path.exists()
        store.put(second, NOISE, step)
    assert stored_keys(path) == [second]


def test_parents_stay_as_long_as_their_children(folder: Path) -> None:
    path = fill(folder, "cat.jpg", TileKey(2, 0, 0), TileKey(4, 1, 1), TileKey(2, 5, 5), seen=1e9)
    sql(path, "UPDATE tiles SET seen = 5 WHERE key = '2/0/0'")
    trim(folder, folder_bytes(folder) - LARGE)
    assert TileKey(2, 0, 0) in stored_keys(path)
    assert len(stored_keys(path)) == 2
    trim(folder, folder_bytes(folder) - LARGE)
    assert TileKey(4, 1, 1) not in stored_keys(path)


def test_a_look_keeps_a_tile(folder: Path) -> None:
    path = store_path(folder, STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    tiles = row(0, 256)
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        step = store.begin_step(STEP)
        for key in tiles:
            store.put(key, NOISE, step)
        store.flush()
        sql(path, "UPDATE tiles SET seen = 1000 + id")
        store.seen([tiles[0]])
        store.flush()
        trim(folder, 3 * MEGABYTE, keep=path)
        assert tiles[1] in store.missing(tiles)
        assert same(store.get(tiles[0]), NOISE)


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_waits_for_another_time(folder: Path) -> None:
    cat = fill(folder, "cat.jpg", seen=1.0)
    fill(folder, "dog.jpg", seen=2.0)
    with closing(sqlite3.connect(cat, isolation_level=None)) as user:
        user.execute("BEGIN EXCLUSIVE")
        assert trim(folder, 0) > 0
        user.execute("ROLLBACK")
    assert names(folder) == ["cat.jpg"]
    assert trim(folder, 0) > 0
    assert names(folder) == []


def test_trimming_beside_programs_at_work_harms_nobody(folder: Path) -> None:
    path = store_path(folder, STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    # One leaves room for a few tiles; the other takes everything, and the file as well.
    folder.mkdir(exist_ok=True)
    budgets = (200_000, 0)
    trimmers = [run_beside("trim", folder, budget) for budget in budgets]
    wait_for(lambda: all((folder / f"ready-{budget}").exists() for budget in budgets))
    writers = [run_beside("write", path, seed, 80) for seed in (1, 2)]
    told = [outcome(writer) for writer in writers]
    # While the writers had the file open, the trimmers may have found it locked each time.
    wait_for((folder / "freed").exists)
    (folder / "stop").touch()
    assert sum(int(outcome(trimmer)) for trimmer in trimmers) > 0
    assert told == ["", ""]
    assert not list_set_aside(folder)
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        assert all(same(store.get(key), pixels(key)) for key in stored_keys(path))


def test_trimming_opens_no_file_while_there_is_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        path = folder / f"{number}.tiles"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 100)
    fill(folder, "cat.jpg")
    monkeypatch.setattr(cache, "open_existing", pytest.fail)
    assert trim(folder, MEGABYTE) == trim(folder) == 0


def test_there_is_room_for_more_until_just_below_the_budget(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    assert has_room(folder, 1000)
    (folder / "a.tiles").write_bytes(b"x" * int(1000 * TRIMMED_TO))
    assert has_room(folder, 1000)  # a folder that was full takes some, too
    (folder / "b.tiles").write_bytes(b"x" * 40)
    assert not has_room(folder, 1000)
    assert trim(folder, 1000) == 0  # and nothing has to go for it
