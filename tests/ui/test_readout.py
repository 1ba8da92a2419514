"""The words about work under the picture."""

import pytest

from cozviewer.chain.chain import Progress
from cozviewer.ui.readout import bytes_text, duration_text, progress_text


def test_progress() -> None:
    assert progress_text(Progress("Drawing ×64", 6, 3, 12, 7.2)) == (
        "Drawing ×64 · 3 of 12 tiles · 7 s left"
    )
    assert progress_text(Progress("Reading a.jpg", 0, 0, 0, None)) == "Reading a.jpg"
    assert progress_text(Progress("Drawing ×4", 2, 12, 12, 0.0)) == "Drawing ×4 · 12 of 12 tiles"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(7.4, "7 s"), (60, "1 min"), (80, "1 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(3, "1 kB"), (640e3, "640 kB"), (12.34e6, "12.3 MB"), (100e6, "100 MB"), (4.06e9, "4.1 GB")],
)
def test_sizes(size: float, text: str) -> None:
    assert bytes_text(size) == text
