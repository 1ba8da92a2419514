"""The lock beside a store file: many use the file together, one alone takes it away."""

import sys
import threading
import time
from pathlib import Path

import pytest

from cozviewer.pyramid.store.lock import StoreLock

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows itself protects open files"
)


def together(path: Path, patience: float = 0.0) -> StoreLock:
    return StoreLock(path, alone=False, patience=patience)


def alone(path: Path, patience: float = 0.0) -> StoreLock:
    return StoreLock(path, alone=True, patience=patience)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cat.tiles"


def test_many_use_a_file_together(path: Path) -> None:
    with together(path), together(path), together(path):
        pass


def test_nobody_is_alone_while_others_are_there(path: Path) -> None:
    with together(path), pytest.raises(BlockingIOError):
        alone(path)
    with alone(path), pytest.raises(BlockingIOError):
        alone(path)
    alone(path).release()


def test_nobody_comes_while_somebody_is_alone(path: Path) -> None:
    with alone(path), pytest.raises(BlockingIOError):
        together(path)
    together(path).release()


def test_who_has_patience_gets_it_when_it_is_free(path: Path) -> None:
    holder = alone(path)
    waiting = threading.Timer(0.05, holder.release)
    waiting.start()
    together(path, patience=60.0).release()
    waiting.join()


def test_patience_ends(path: Path) -> None:
    started = time.monotonic()
    with together(path), pytest.raises(BlockingIOError):
        alone(path, patience=0.05)
    assert time.monotonic() - started >= 0.05


def test_after_the_lock_was_removed_with_its_file_there_is_a_new_one(path: Path) -> None:
    with alone(path) as lock:
        lock.remove()
        assert list(path.parent.iterdir()) == []
        with together(path), pytest.raises(BlockingIOError):
            alone(path)


def test_other_files_have_other_locks(path: Path) -> None:
    with alone(path), alone(path.with_name("dog.tiles")):
        pass


def test_a_lock_is_released_once(path: Path) -> None:
    lock = alone(path)
    lock.release()
    with together(path):
        lock.release()
        with pytest.raises(BlockingIOError):
            alone(path)


def test_without_its_folder_there_is_no_lock(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        together(path / "below" / "cat.tiles")
