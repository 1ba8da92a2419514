"""How a store file loses its name: with its journal, and never while somebody has it open."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cozviewer.pyramid.store.file import connect, is_ours, open_file
from cozviewer.pyramid.store.removal import delete_file, identity, set_aside
from tests.pyramid.stores import STORE_KEY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cat.tiles"
    open_file(path, STORE_KEY).close()
    return path


def others(path: Path) -> list[Path]:
    """Return what lies beside a store file, but for its lock."""
    return sorted(set(path.parent.iterdir()) - {path, Path(f"{path}.lock")})


def test_the_journal_goes_with_the_file_that_it_belongs_to(path: Path) -> None:
    content = path.read_bytes()
    journal = Path(f"{path}-journal")
    journal.write_bytes(b"half a transaction")
    told: list[str] = []
    set_aside(path, identity(path), "is damaged", told.append)
    assert not path.exists()
    aside, aside_journal = others(path)
    assert aside.read_bytes() == content
    assert aside_journal.name == f"{aside.name}-journal"
    assert aside_journal.read_bytes() == b"half a transaction"
    assert told == [
        f"The tile cache cat.tiles is damaged, so it was set aside as {aside.name}"
        " and a fresh one begun."
    ]


def test_only_the_file_that_was_found_broken_is_set_aside(path: Path) -> None:
    found = identity(path)
    path.rename(path.with_name("taken"))
    path.write_text("Another window's fresh file.")
    set_aside(path, found, "is damaged", pytest.fail)
    assert path.read_text() == "Another window's fresh file."


def test_nothing_is_set_aside_under_its_users(path: Path) -> None:
    with closing(connect(path)), pytest.raises(BlockingIOError, match="in use"):
        set_aside(path, identity(path), "is damaged", pytest.fail, patience=0.0)
    assert path.exists()


def test_a_deleted_file_takes_all_along_that_belongs_to_it(path: Path) -> None:
    Path(f"{path}-journal").touch()
    size = path.stat().st_size
    assert delete_file(path, is_ours) == size
    assert list(path.parent.iterdir()) == []


def test_only_what_is_meant_is_deleted(path: Path) -> None:
    assert delete_file(path, lambda _: False) == 0
    assert path.exists()


def test_nothing_is_deleted_under_its_users(path: Path) -> None:
    with closing(connect(path)), pytest.raises(BlockingIOError, match="in use"):
        delete_file(path, is_ours)
    assert path.exists()
    assert delete_file(path, is_ours) > 0


def test_what_is_no_database_is_not_deleted(path: Path) -> None:
    path.write_text("My diary.\n" * 1000)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        delete_file(path, is_ours)
    assert path.exists()


def test_a_file_that_is_not_there_has_no_identity(tmp_path: Path) -> None:
    assert identity(tmp_path / "nowhere") is None
