"""Running commands as from a shell, on small images."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest

from cozviewer.cli import main
from cozviewer.models.number_formats import supported_formats
from tests.commands.small_states import shrink_states
from tests.models.short_network import shorten
from tests.pyramid.images import encoded, smooth


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        report: dict[str, Any] = json.loads(self.out)
        return report

    @property
    def sentence(self) -> str:
        """The one sentence that it ended with."""
        sentences = [line for line in self.err.splitlines() if line.startswith("cozviewer: ")]
        assert sentences[-1:] == self.err.splitlines()[-1:], self.err
        assert "Traceback" not in self.err
        return sentences[-1].removeprefix("cozviewer: ")


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs `cozviewer` with some words: run("render", photo, "-o", out)."""

    def run(*words: object) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Ran(code, *capsys.readouterr())

    return run


TypeIn = Callable[[TextIO | None], None]


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> TypeIn:
    """Return what makes a stream that of the keyboard."""
    return lambda stream: monkeypatch.setattr("sys.stdin", stream)


@pytest.fixture
def quick() -> Sequence[str]:
    """The options with which the real network takes least time: nothing is measured, and bf16 takes
    less than half the time of fp32."""
    numbers = "bf16" if "bf16" in supported_formats("cpu") else "fp32"
    return ("--device", "cpu", "--numbers", numbers)


@pytest.fixture
def short_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short network in OpenVINO: for tests of what goes on around it, whatever the detail looks
    like."""
    shorten(monkeypatch)


@pytest.fixture
def small_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let states be small: for tests of what is done with them."""
    shrink_states(monkeypatch)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A PNG of 60 x 40 pixels."""
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(smooth(60, 40), "PNG"))
    return path
