"""Temporary files: removed by their block, and swept later where a crash has left them."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cozviewer.util import temporary
from cozviewer.util.errors import Cancelled
from cozviewer.util.temporary import part_beside, remove_open_parts, sweep
from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the start of the program."""
    monkeypatch.setattr(temporary, "_ending", threading.Event())


def age(path: Path, seconds: float = 3600) -> None:
    when = time.time() - seconds
    os.utime(path, (when, when))


def name_of(*, host: str | None = None, boot: str | None = None, pid: int) -> str:
    host, boot = host or temporary._host(), boot or temporary._boot()
    return f".cozviewer-{host}-{boot}-{pid}-{'0' * 16}"


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(PATIENCE)
    return process.pid


def put(folder: Path, name: str, seconds: float = 3600) -> Path:
    path = folder / name
    path.write_bytes(b"half")
    age(path, seconds)
    return path


def test_a_part_lasts_as_long_as_its_block(tmp_path: Path) -> None:
    with part_beside(tmp_path / "view.png") as part:
        assert part.parent == tmp_path
        part.write_bytes(b"half")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_exception_removes_the_part(tmp_path: Path, kind: type[BaseException]) -> None:
    with pytest.raises(kind), part_beside(tmp_path / "view.png", private=True):
        raise kind
    assert list(tmp_path.iterdir()) == []


def test_a_private_part_is_readable_by_its_user_alone(tmp_path: Path) -> None:
    with part_beside(tmp_path / "a", private=True) as part:
        assert part.stat().st_mode & 0o777 == 0o600
        os.replace(part, tmp_path / "a")
    assert (tmp_path / "a").exists()


def test_a_deep_zoom_is_removed_with_its_folder(tmp_path: Path) -> None:
    with part_beside(tmp_path / "a.dzi", ".dzi") as part:
        part.write_bytes(b"")
        tiles = part.with_name(f"{part.stem}_files")
        (tiles / "0").mkdir(parents=True)
    assert list(tmp_path.iterdir()) == []


def test_the_program_can_remove_all_parts_and_stop_new_ones(tmp_path: Path) -> None:
    with part_beside(tmp_path / "one", private=True), part_beside(tmp_path / "two", private=True):
        remove_open_parts()
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(Cancelled), part_beside(tmp_path / "three"):
            pass


def test_what_a_dead_program_left_is_swept_by_the_next_save(tmp_path: Path, dead: int) -> None:
    name = name_of(pid=dead)
    put(tmp_path, f"{name}.part")
    put(tmp_path, f"{name}.dzi")
    (tmp_path / f"{name}_files" / "3").mkdir(parents=True)
    age(tmp_path / f"{name}_files")
    with part_beside(tmp_path / "view.png"):
        assert list(tmp_path.iterdir()) == []


def test_after_a_restart_of_the_machine_the_number_says_nothing(tmp_path: Path) -> None:
    put(tmp_path, f"{name_of(boot='0' * 12, pid=os.getpid())}.part")
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_a_live_process_stays(tmp_path: Path) -> None:
    part = put(tmp_path, f"{name_of(pid=os.getppid())}.part")
    sweep(tmp_path)
    assert part.exists()


def test_a_young_part_stays(tmp_path: Path, dead: int) -> None:
    part = put(tmp_path, f"{name_of(pid=dead)}.part", seconds=10)
    sweep(tmp_path)
    assert part.exists()


def test_a_part_of_another_machine_stays(tmp_path: Path, dead: int) -> None:
    part = put(tmp_path, f"{name_of(host='0' * 12, pid=dead)}.part")
    sweep(tmp_path)
    assert part.exists()


def test_nothing_but_the_exact_pattern_is_swept(tmp_path: Path, dead: int) -> None:
    name = name_of(pid=dead)
    kept = [
        put(tmp_path, other)
        for other in (
            f"{name}.part.png",
            f"{name}.png",
            f"x{name}.part",
            f"{name[1:]}.part",
            f"{name}_files",  # a file where only a folder is ours
            f"{name}_files.old",
            ".cozviewer-0123456789abcdef.part",
            name_of(pid=0) + ".part",
        )
    ]
    target = put(tmp_path, "precious")
    link = tmp_path / f"{name}.part"
    link.symlink_to(target)
    (tmp_path / f"{name}.dzi").mkdir()
    sweep(tmp_path)
    assert all(path.exists() for path in (*kept, target, link, tmp_path / f"{name}.dzi"))


def test_a_folder_is_looked_through_once_in_a_while(tmp_path: Path, dead: int) -> None:
    sweep(tmp_path)
    part = put(tmp_path, f"{name_of(pid=dead)}.part")
    sweep(tmp_path)
    assert part.exists()


def test_a_folder_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    sweep(tmp_path / "gone")
