"""Atomic writing: the old file or the whole new one, with the right permissions."""

import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from cozviewer.util.atomic import atomic_path, atomic_private_path

Writer = Callable[[Path], AbstractContextManager[Path]]

both = pytest.mark.parametrize("writer", [atomic_path, atomic_private_path])
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@both
def test_the_file_appears_at_the_end_of_the_block(tmp_path: Path, writer: Writer) -> None:
    path = tmp_path / "a.json"
    with writer(path) as part:
        part.write_bytes(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@both
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path, writer: Writer) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), writer(path) as part:  # noqa: PT012
        part.write_bytes(b"half")
        raise KeyError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_replaced_file_passes_on_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(0o604)
    with atomic_path(path) as part:
        part.write_bytes(b"new")
    assert mode(path) == 0o604


@posix
def test_a_private_file_and_its_folder_are_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "a.bin"
    with atomic_private_path(path) as part:
        assert part.read_bytes() == b""
        part.unlink()
        part.write_bytes(b"new")
        part.chmod(0o644)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
