"""The progress line: rewritten on a terminal, now and then a plain line elsewhere."""

import io

import pytest

from cozviewer.chain.chain import Progress
from cozviewer.commands.common.progress import ProgressLine


class Terminal(io.StringIO):
    """A stream that says it is a terminal, and can tell what it shows."""

    def isatty(self) -> bool:
        return True

    def shown(self) -> list[str]:
        """Return the lines as they stand on the screen."""
        lines = []
        for line in self.getvalue().split("\n"):
            cells: list[str] = []
            for part in line.split("\r"):
                cells[: len(part)] = part
            lines.append("".join(cells).rstrip())
        return lines


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_shows_one_line_that_changes() -> None:
    terminal, clock = Terminal(), Clock()
    line = ProgressLine(terminal, clock)
    line.show("Generating x16", 3, 12, 130)
    assert terminal.shown() == ["Generating x16: 3 of 12 tiles, about 2 min 10 s left"]
    clock.now = 1
    line.show("Generating x16", 4, 12)
    assert terminal.shown() == ["Generating x16: 4 of 12 tiles"]


def test_the_line_is_gone_when_the_work_ends() -> None:
    terminal = Terminal()
    with ProgressLine(terminal) as line:
        line.show("Saving")
        assert terminal.shown() == ["Saving"]
    assert terminal.shown() == [""]


def test_a_notice_stays_above_the_line() -> None:
    terminal = Terminal()
    line = ProgressLine(terminal)
    line.show("Generating a rather long stage")
    line.notice("The disk is full.")
    line.show("Saving")
    assert terminal.shown() == ["cozviewer: The disk is full.", "Saving"]


def test_the_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()
    ProgressLine(terminal).show("A stage of many more letters than that")
    assert terminal.shown() == ["A stage of many mor"]


def test_a_terminal_is_not_flooded() -> None:
    terminal, clock = Terminal(), Clock()
    line = ProgressLine(terminal, clock)
    for done in range(1000):
        clock.now = done / 10_000
        line.show("Generating", done, 1000)
    assert terminal.getvalue().count("\r") == 1


def test_elsewhere_plain_lines_come_at_each_stage_and_every_ten_seconds() -> None:
    stream, clock = io.StringIO(), Clock()
    with ProgressLine(stream, clock) as line:
        line.show("Loading")
        for done in range(1, 31):
            clock.now = done
            line.show("Generating", done, 30)
    assert stream.getvalue().splitlines() == [
        "Loading",
        "Generating: 1 of 30 tiles",
        "Generating: 11 of 30 tiles",
        "Generating: 21 of 30 tiles",
    ]


def test_a_part_that_is_known_is_told_instead_of_tiles() -> None:
    terminal, clock = Terminal(), Clock()
    line = ProgressLine(terminal, clock)
    line.show_work(Progress("Generating ×16", 4, 3, 70, 6.4, fraction=0.459))
    assert terminal.shown() == ["Generating ×16: 45%, about 6 s left"]
    clock.now = 1
    line.show_work(Progress("Generating ×16", 4, 3, 70, None))
    assert terminal.shown() == ["Generating ×16: 3 of 70 tiles"]
    line.show_work(Progress("Writing a.mp4", 4, 3, 70, 9, unit="frames"))
    assert terminal.shown() == ["Writing a.mp4: 3 of 70 frames, about 9 s left"]
