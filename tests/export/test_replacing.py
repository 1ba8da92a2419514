"""A file appears whole or not at all, and the old one stays until then."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cozviewer.export.image import save_image
from cozviewer.export.replacing import replacing
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Cancelled, Failure
from tests.export.test_origin import ORIGIN
from tests.pyramid.images import noise


def write(path: Path, content: bytes, cancelled: IsCancelled = never) -> None:
    with replacing(path, cancelled) as file:
        file.write(content)


def failing(code: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_the_file_is_there_at_the_end_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "new.bin"
    with replacing(path, never) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert list(tmp_path.iterdir()) == [path]


def test_the_disk_has_it_before_the_name_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a power cut would leave an empty file in place of the old one."""
    happened = []
    replace = os.replace

    def fsync(descriptor: int) -> None:
        happened.append(f"{os.fstat(descriptor).st_size} bytes to the disk")

    def noted_replace(old: Path, new: Path) -> None:
        happened.append("its name")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write(tmp_path / "new.bin", bytes(100))
    assert happened == ["100 bytes to the disk", "its name"]


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write(tmp_path / "new.bin", b"")
    assert (tmp_path / "new.bin").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_permissions_of_a_replaced_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "old.bin"
    path.touch(mode=0o600)
    write(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "real.bin", tmp_path / "link.bin"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


FAILURES = [
    ("os.fsync", errno.ENOSPC, "disk is full"),
    ("os.fsync", errno.EDQUOT, "share of the disk"),
    ("os.replace", errno.ENOSPC, "disk is full"),
    ("os.replace", errno.EACCES, "no permission"),
    ("os.replace", errno.EROFS, "read-only"),
    ("os.replace", errno.EIO, "Input/output error"),
    ("io.FileIO", errno.EACCES, "no permission"),
    ("io.FileIO", errno.ENOENT, "folder is gone"),
]


@pytest.mark.parametrize(("call", "code", "says"), FAILURES)
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_a_disk_that_refuses_leaves_the_old_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, call: str, code: int, says: str
) -> None:
    path = tmp_path / f"view{suffix}"
    path.write_bytes(b"the old picture")
    monkeypatch.setattr(call, failing(code))
    with pytest.raises(Failure, match=rf"view\{suffix} was not saved: .*{says}") as caught:
        save_image(path, noise(40, 30), ORIGIN)
    monkeypatch.undo()
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"the old picture"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_disk_that_is_full_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kernel answers every write with "no space left"."""
    real = io.FileIO
    monkeypatch.setattr("io.FileIO", lambda _, mode: real("/dev/full", mode.replace("x", "w")))
    with pytest.raises(Failure, match="disk is full"):
        save_image(tmp_path / "view.png", noise(600, 400), ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_fails(tmp_path: Path) -> None:
    with (
        pytest.raises(Failure, match=r"new\.bin was not saved: no such colour\.$"),
        replacing(tmp_path / "new.bin", never),
    ):
        raise ValueError("no such colour.")
    assert list(tmp_path.iterdir()) == []


def test_memory_that_runs_out(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="not enough memory"), replacing(tmp_path / "a", never):
        raise MemoryError
    assert list(tmp_path.iterdir()) == []


def test_cancelled_at_the_last_moment(tmp_path: Path) -> None:
    path = tmp_path / "old.bin"
    path.write_bytes(b"old")
    answers = iter([False, True])
    with pytest.raises(Cancelled), replacing(path, lambda: next(answers)) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
