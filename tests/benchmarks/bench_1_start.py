"""Start: from the command to the photo on screen, beside a bare window with a label, and to the
first draft pixel of a user who turns the wheel at once."""

import statistics
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.desk import SAMPLE, show

BARE = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
class Label(QLabel):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, lambda: (print(time.time(), "none"), app.exit()))
app = QApplication([])
label = Label("photo")
label.resize(1280, 800)
label.show()
app.exec()
"""

VIEWER = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
import cozviewer.app as app
from cozviewer.config.choice import EngineChoice
real = app.MainWindow
def report(window):
    loaded = "torch imported" if "torch" in sys.modules else "torch not imported"
    print(time.time(), loaded)
    QTimer.singleShot(0, window.close)
def make(*args):
    window = real(*args)
    window.photo_painted.connect(lambda: report(window))
    return window
app.MainWindow = make
app.run_viewer([Path({picture!r})], EngineChoice(), Path({cache!r}))
"""

DRAFTED = """
import time
from pathlib import Path
from PySide6.QtCore import QTimer
import cozviewer.app as app
from cozviewer.config.choice import EngineChoice
from tests.benchmarks.desk import turn_wheel
real, gesture, prepare = app.MainWindow, QTimer(), {prepare}
gesture.setInterval(80)
def make(*args):
    window = real(*args)
    canvas, notches = window.panes.generated, []
    def drawn(part):
        if len(notches) == 10:
            print(time.time(), "drafted")
            window.close()
    def turn():
        notches.append(1)
        turn_wheel(canvas, canvas.rect().center(), 1)
        if len(notches) == 10:
            gesture.stop()
    def warmed():
        print(time.time(), "prepared")
        QTimer.singleShot(0, window.close)
    def opened():
        if prepare:
            window.document.warmed.connect(warmed)
        else:
            window.document.draft_drawn.connect(drawn)
            window.photo_painted.connect(gesture.start)
    gesture.timeout.connect(turn)
    window.opened.connect(opened)
    return window
app.MainWindow = make
app.run_viewer([Path({picture!r})], EngineChoice(), Path({cache!r}))
"""


def test_cold_start() -> None:
    print("\n1. Cold start")
    bare = [_run(BARE)[0] for _ in range(5)]
    with tempfile.TemporaryDirectory() as cache:
        code = VIEWER.format(image=str(SAMPLE), cache=cache)
        runs = [_run(code) for _ in range(5)]
    seconds = statistics.median(run[0] for run in runs)
    base = statistics.median(bare)
    show("a bare PySide6 window with a label", f"{base:.2f} s")
    show(f"cozviewer to the photo on screen ({runs[0][1]})", f"{seconds:.2f} s", "< 1 s")
    show("ratio", f"{seconds / base:.1f}")


def test_first_draft_of_a_later_start() -> None:
    with tempfile.TemporaryDirectory() as cache:
        _run(DRAFTED.format(image=str(SAMPLE), cache=cache, prepare=True))
        code = DRAFTED.format(image=str(SAMPLE), cache=cache, prepare=False)
        runs = [_run(code) for _ in range(5)]
    seconds = [run[0] for run in runs]
    show(
        "later start to the first draft, the wheel turned ten times",
        f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}-{max(seconds):.2f})",
        "<= 3 s",
    )


def _run(code: str) -> tuple[float, str]:
    """Run a program that prints the time of its first paint; return seconds from its start."""
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    moment, word = done.stdout.split(maxsplit=1)
    return float(moment) - started, word.strip()
