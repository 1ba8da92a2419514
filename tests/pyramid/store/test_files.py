"""The tile store in trouble: broken, foreign, locked and unwritable files; it always goes on."""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store import file as store_file
from cozviewer.pyramid.store import removal as store_removal
from cozviewer.pyramid.store import rows as store_rows
from cozviewer.pyramid.store.store import StoreLimits, TileStore
from tests.pyramid.stores import STEP, STORE_KEY, pixels, same, stored_keys, wait_for

TILES = [TileKey(2, col, 0) for col in range(30)]
KEY, NEW = TILES[0], TileKey(2, 0, 1)
PAGE = store_file.PAGE_BYTES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store file with tiles in it."""
    path = tmp_path / "cat.tiles"
    fill(path)
    return path


@pytest.fixture
def notices() -> list[str]:
    return []


SOON = StoreLimits(commit_seconds=0.02)


def fill(path: Path) -> None:
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        put(store, *TILES)


def put(store: TileStore, *keys: TileKey) -> None:
    step = store.begin_step(STEP)
    for key in keys:
        # Larger than a page, so that tiles lie all over the file.
        store.put(key, pixels(key, 64, 60), step)
    store.flush()


def right(store: TileStore, key: TileKey) -> bool:
    return same(store.get(key), pixels(key, 64, 60))


def set_aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.set-aside-*"))


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in statements:
            file.execute(statement)


def text(path: Path) -> None:
    path.write_text("My diary.\n" * 1000)


def one_byte(path: Path) -> None:
    path.write_text("x")


def short_text(path: Path) -> None:
    path.write_text("My diary.")


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def header_alone(path: Path) -> None:
    os.truncate(path, 100)


def malformed_tables(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[110 : PAGE - 1] = os.urandom(PAGE - 111)
    path.write_bytes(content)


def foreign(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE diary (day TEXT)", "PRAGMA application_id = 77")


def unmarked(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE diary (day TEXT)")


def later_version(path: Path) -> None:
    sql(path, f"PRAGMA user_version = {store_file.SCHEMA_VERSION + 1}")


def other_source(path: Path) -> None:
    sql(path, "UPDATE about SET value = 'f00d' WHERE name = 'source_digest'")


def other_recipe(path: Path) -> None:
    sql(path, "UPDATE about SET value = 'f00d' WHERE name = 'recipe_digest'")


def no_shelf(path: Path) -> None:
    sql(path, "DROP TABLE about")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (text, "is damaged"),
        (short_text, "is damaged"),
        (one_byte, "is damaged"),
        (truncated, "is damaged"),
        (header_alone, "is damaged"),
        (malformed_tables, "is damaged"),
        (no_shelf, "is damaged"),
        (foreign, "belongs to another program"),
        (unmarked, "belongs to another program"),
        (later_version, "was made by another version of cozviewer"),
        (other_source, "is for another photo or recipe"),
        (other_recipe, "is for another photo or recipe"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_set_aside_whole(
    path: Path, notices: list[str], harm: Callable[[Path], None], reason: str
) -> None:
    harm(path)
    content = path.read_bytes()
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.missing(TILES) == TILES
        put(store, NEW)
    assert stored_keys(path) == [NEW]
    (aside,) = set_aside(path)
    assert aside.read_bytes() == content
    assert notices == [
        f"The tile cache cat.tiles {reason}, so it was set aside as {aside.name}"
        " and a fresh one begun."
    ]


def test_an_empty_file_is_just_filled(path: Path, notices: list[str]) -> None:
    os.truncate(path, 0)
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        put(store, NEW)
    assert stored_keys(path) == [NEW]
    assert not set_aside(path)
    assert not notices


def test_nothing_set_aside_is_ever_overwritten(path: Path) -> None:
    contents = [b"a" * 1000, b"b" * 1000, b"c" * 1000]
    for content in contents:  # within one second
        path.write_bytes(content)
        TileStore.open(path, STORE_KEY, lambda _: None).close()
    assert sorted(file.read_bytes() for file in set_aside(path)) == contents


def test_corruption_found_while_reading_sets_the_file_aside(path: Path, notices: list[str]) -> None:
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        waiting = store.begin_step(STEP)
        store.put(NEW, pixels(NEW, 64, 60), waiting)
        content = bytearray(path.read_bytes())
        content[PAGE:] = os.urandom(len(content) - PAGE)
        path.write_bytes(content)
        assert store.missing(TILES) == TILES
        assert right(store, NEW)
        put(store, KEY)
        assert store.missing(TILES) == TILES[1:]
    assert sorted(stored_keys(path)) == [KEY, NEW]
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.step_of(NEW) == STEP
    assert len(set_aside(path)) == 1
    assert len(notices) == 1
    assert "is damaged" in notices[0]


def test_corruption_found_while_writing_sets_the_file_aside(path: Path, notices: list[str]) -> None:
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        os.truncate(path, PAGE * 3)
        put(store, NEW)
        assert right(store, NEW)
    assert stored_keys(path) == [NEW]
    assert len(set_aside(path)) == 1
    assert len(notices) == 1


def test_a_broken_file_that_another_window_uses_stays_until_that_is_closed(
    path: Path, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_removal, "PATIENCE", 0.0)
    with closing(store_file.connect(path)):
        truncated(path)
        with TileStore.open(path, STORE_KEY, notices.append) as store:
            put(store, NEW)
            assert right(store, NEW)
        assert not set_aside(path)
    assert len(notices) == 1
    assert "in use by another program" in notices[0]
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        put(store, NEW)
    assert len(set_aside(path)) == 1


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE pixels SET webp = substr(webp, 2) WHERE id = 1",
        "UPDATE pixels SET webp = (SELECT webp FROM pixels WHERE id = 2) WHERE id = 1",
        "UPDATE pixels SET webp = 'text' WHERE id = 1",
        "DELETE FROM pixels WHERE id = 1",
        "UPDATE tiles SET checksum = x'00' WHERE id = 1",
    ],
)
def test_a_broken_tile_is_missing_until_it_is_computed_again(
    path: Path, notices: list[str], harm: str
) -> None:
    sql(path, harm)
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.get(KEY) is None
        assert store.get(KEY) is None
        assert not store.has(KEY)
        assert store.missing(TILES) == [KEY]
        assert notices == ["The tile cache holds broken tiles; they count as missing."]
        put(store, KEY)
        assert right(store, KEY)
        assert store.has(KEY)
    assert sorted(stored_keys(path)) == sorted(TILES)
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert all(right(store, key) for key in TILES)
    assert not set_aside(path)
    assert len(notices) == 1


def test_a_broken_tile_is_missing_before_it_was_read(path: Path, notices: list[str]) -> None:
    sql(path, "UPDATE pixels SET webp = substr(webp, 2) WHERE id = 1")
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.missing(TILES) == [KEY]
        assert not store.has(KEY)
        assert KEY not in store.checksums()
        put(store, KEY)
        assert store.missing(TILES) == []
        assert right(store, KEY)
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.missing(TILES) == []
    assert len(notices) == 1


def test_a_tile_of_another_size_is_broken(path: Path, notices: list[str]) -> None:
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.get(KEY, (64, 60)) is not None
        assert store.get(KEY, (80, 64)) is None
        assert store.missing(TILES) == [KEY]
        put(store, KEY)
        assert store.get(KEY, (64, 60)) is not None
    assert len(notices) == 1


@pytest.mark.usefixtures("impatient")
def test_a_locked_file_is_not_set_aside(path: Path, notices: list[str]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with TileStore.open(path, STORE_KEY, notices.append, SOON) as store:
            put(store, NEW)
            assert right(store, NEW)
            assert store.get(KEY) is None
    assert not set_aside(path)
    assert notices == [
        f"The tile cache {path} cannot be written (database is locked), so new tiles are kept"
        " in memory only, until the program ends."
    ]
    assert sorted(stored_keys(path)) == sorted(TILES)


@pytest.mark.usefixtures("impatient")
def test_tiles_wait_until_a_locked_file_is_free(path: Path, notices: list[str]) -> None:
    with TileStore.open(path, STORE_KEY, notices.append, SOON) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            put(store, NEW)
            assert right(store, NEW)
            assert store.get(KEY) is None  # cannot be read just now
            assert not set_aside(path)
        wait_for(lambda: NEW in stored_keys(path))
        assert right(store, KEY)
    assert notices == [
        f"The tile cache {path} is locked by another program; new tiles wait in memory until"
        " it is free."
    ]


def test_a_full_disk_is_said_once_and_work_goes_on(path: Path, notices: list[str]) -> None:
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        (file,) = store._files._files
        pages = file.execute("PRAGMA page_count").fetchone()[0]
        file.execute(f"PRAGMA max_page_count = {pages}")
        more = [TileKey(2, col, 2) for col in range(10)]
        for key in more:
            put(store, key)
        assert all(right(store, key) for key in [*more, *TILES])
        assert store.step_of(more[-1]) == STEP
        assert store.usage()[1] == len(TILES) + len(more)
    assert sorted(stored_keys(path)) == sorted(TILES)
    assert notices == [
        f"The tile cache {path} cannot be written (database or disk is full), so new tiles are"
        " kept in memory only, until the program ends."
    ]


def test_a_broken_tile_on_a_full_disk_is_made_again_in_memory(path: Path) -> None:
    sql(path, "DELETE FROM pixels WHERE id = 1")
    with TileStore.open(path, STORE_KEY, lambda _: None) as store:
        store._files._files[0].execute("PRAGMA query_only = ON")
        assert store.get(KEY) is None
        put(store, KEY)
        assert right(store, KEY)


def test_a_file_that_was_deleted_is_begun_anew(path: Path, notices: list[str]) -> None:
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        put(store, NEW)
        path.unlink()
        put(store, TileKey(2, 1, 1))
        put(store, TileKey(2, 2, 1))
        assert store.missing([NEW, KEY]) == [NEW, KEY]
    assert stored_keys(path) == [TileKey(2, 1, 1), TileKey(2, 2, 1)]
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.step_of(TileKey(2, 1, 1)) == STEP
    assert not notices


def test_a_file_that_was_deleted_with_its_folder_is_begun_anew(
    tmp_path: Path, notices: list[str]
) -> None:
    path = tmp_path / "cache" / "cat.tiles"
    fill(path)
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        shutil.rmtree(path.parent)
        assert store.missing(TILES) == TILES
        put(store, NEW)
    assert stored_keys(path) == [NEW]
    assert not notices


def test_a_folder_in_place_of_the_file_means_memory(tmp_path: Path, notices: list[str]) -> None:
    path = tmp_path / "cat.tiles"
    path.mkdir()
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        put(store, NEW)
        assert right(store, NEW)
    assert len(notices) == 1
    assert path.is_dir()
    assert not set_aside(path)


def test_a_folder_that_cannot_be_made_means_memory(path: Path, notices: list[str]) -> None:
    with TileStore.open(path / "below" / "cat.tiles", STORE_KEY, notices.append) as store:
        put(store, NEW)
        assert right(store, NEW)
    assert len(notices) == 1
    assert "in memory only" in notices[0]


@contextmanager
def guarded(path: Path, *files: Path) -> Iterator[None]:
    """Let nobody write to a folder and its files, not even the superuser."""
    superuser = os.geteuid() == 0
    for place, mode in ((path, 0o555), *((file, 0o444) for file in files)):
        place.chmod(mode)
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)
        path.chmod(0o755)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may look into, as pytest's are not."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_an_unwritable_folder_means_memory(open_folder: Path, notices: list[str]) -> None:
    path = open_folder / "cat.tiles"
    with guarded(open_folder), TileStore.open(path, STORE_KEY, notices.append) as store:
        put(store, NEW)
        put(store, KEY)
        assert right(store, NEW)
    assert not path.exists()
    assert notices == [
        f"The tile cache {path} cannot be written (unable to open database file), so new tiles"
        " are kept in memory only, until the program ends."
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_read_only_file_is_still_read(open_folder: Path, notices: list[str]) -> None:
    path = open_folder / "cat.tiles"
    fill(path)
    with guarded(open_folder, path):
        with TileStore.open(path, STORE_KEY, notices.append) as store:
            store.seen(TILES)
            assert all(right(store, key) for key in TILES)
        assert not notices  # nothing is lost by looking
        with TileStore.open(path, STORE_KEY, notices.append) as store:
            put(store, NEW)
            put(store, TileKey(2, 1, 1))
            assert all(right(store, key) for key in [NEW, *TILES])
            assert store.steps() == [STEP] * 3
    assert notices == [
        f"The tile cache {path} cannot be written (attempt to write a readonly database), so new"
        " tiles are kept in memory only, until the program ends."
    ]
    assert sorted(stored_keys(path)) == sorted(TILES)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_broken_file_that_cannot_be_renamed_stays(open_folder: Path, notices: list[str]) -> None:
    path = open_folder / "cat.tiles"
    text(path)
    with guarded(open_folder, path), TileStore.open(path, STORE_KEY, notices.append) as store:
        put(store, NEW)
        assert right(store, NEW)
    assert path.read_text().startswith("My diary")
    assert len(notices) == 1


def test_another_image_never_gives_its_tiles(path: Path) -> None:
    other = replace(STORE_KEY, source_digest="00" * 32)
    with TileStore.open(path, other, lambda _: None) as store:
        assert store.missing(TILES) == TILES


def test_a_store_too_large_to_be_read_at_once_is_kept(
    path: Path, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a whole slide: its tiles are found one by one."""
    monkeypatch.setattr(store_rows, "MOST_TILES", 10)
    with TileStore.open(path, STORE_KEY, notices.append) as store:
        assert store.checksums() == {}
        assert not store.missing(TILES)
        assert right(store, KEY)
    assert len(notices) == 1
    assert "cannot be read (more than 10 rows)" in notices[0]
    assert len(stored_keys(path)) == len(TILES)
