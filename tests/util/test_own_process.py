"""Parts of the program in processes of their own, installed or bundled."""

import subprocess
import sys
from pathlib import Path

import pytest

from cozviewer.util.own_process import RUN, command_of, program, run_module

READER = "cozviewer.image.readers.child"


def test_a_module_runs_in_the_same_python() -> None:
    done = subprocess.run(command_of(READER), input=b"not JSON\n", capture_output=True)
    assert done.returncode == 1
    assert b"JSONDecodeError" in done.stderr, "the reader has read its first line"


def test_a_bundle_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/cozviewer")
    assert command_of(READER) == ["/opt/cozviewer", RUN, READER]


@pytest.mark.parametrize("module", ["os", "cozviewers.main", ""])
def test_only_own_modules_are_run(module: str) -> None:
    with pytest.raises(ValueError, match="is not a part of cozviewer"):
        run_module(module)


def test_an_appimage_is_started_again_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("APPIMAGE", raising=False)
    assert program() == sys.executable
    monkeypatch.setenv("APPIMAGE", str(tmp_path / "cozviewer.AppImage"))
    assert program() == str(tmp_path / "cozviewer.AppImage")
