"""The desktop program from its composition root, in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from cozviewer.app import resource, services_for
from cozviewer.jobs.watchdog import GRACE, LAST_RESORT
from tests.forked import Programs, programs

SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
import cozviewer.app as app
from cozviewer.config.choice import EngineChoice

class Window(app.MainWindow):
    def __init__(self, *args):
        super().__init__(*args)
        self.photo_painted.connect(self.report)
    def report(self):
        print("torch" in sys.modules, self.windowTitle(), sys.getswitchinterval(), sep="|")
        QTimer.singleShot(0, self.close)

app.MainWindow = Window
sys.exit(app.run_viewer([Path(sys.argv[1])], EngineChoice("bicubic"), Path(sys.argv[2])))
"""


def test_the_photo_is_on_screen_before_torch_is_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(resource("dandelion.jpg")), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False|dandelion.jpg — cozviewer|0.0005"
    assert (tmp_path / "cozviewer.log").exists()


def test_the_menu_offers_every_engine() -> None:
    entries = services_for(None).engines
    assert [entry.name for entry in entries] == ["realesrgan", "bicubic", "nearest", "coz", "pisa"]
    assert [entry.name for entry in entries if entry.own_files] == ["coz", "pisa"]


def test_every_icon_that_the_window_names_is_there() -> None:
    for name in ("cozviewer", "open", "export", "fit", "one-to-one", "zoom-in", "zoom-out",
                 "back", "forward", "compare", "prompts"):  # fmt: skip
        assert resource("icons", f"{name}.svg").is_file()


PATIENCE = 300
"""Seconds for what takes two at most, on a machine that is idle."""

VIEWER = """
import ctypes, sys, threading, time
from pathlib import Path
from PySide6.QtCore import QTimer
import cozviewer.app as app
from cozviewer.cli import main
from cozviewer.util.temporary import part_beside
from cozviewer.ui.dialogs.crash_dialog import CrashDialog

folder = Path(sys.argv[2])
services_for = app.services_for

def ready():
    print("ready", flush=True)

def later(call, ms=0):
    QTimer.singleShot(ms, call)

class Window(app.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        later(lambda: begin(self))

def begin(window):
    pass

def opening(work):
    \"\"\"Let `work` be what happens when a chain is opened, in a thread of the window.\"\"\"
    from dataclasses import replace
    made = services_for
    app.services_for = lambda *words: replace(made(*words), open_chain=lambda *_: work())

app.MainWindow = Window
"""

PATIENT = """
import cozviewer.jobs.watchdog as watchdog
watchdog.GRACE = watchdog.LAST_RESORT = 3600
"""
"""What ends in order does so however busy the machine is."""

RUN = """
sys.exit(main([sys.argv[1], "--cache", str(folder), "--engine", "bicubic"]))
"""


@pytest.fixture(scope="module")
def viewers() -> Iterator[Programs]:
    """What starts viewers."""
    with programs("cozviewer.app", "cozviewer.cli", "cozviewer.models.interpolate") as started:
        yield started


@dataclass(frozen=True)
class Ended:
    """How a viewer ended.

    Attributes:
        code: Its exit code.
        log: What it has written to its log.
        err: What it has written to stderr.
    """

    code: int
    log: str
    err: str


RunViewer = Callable[..., Ended]


@pytest.fixture
def run_viewer(viewers: Programs, tmp_path: Path) -> RunViewer:
    """Return what runs a viewer with a script over the sample, and sends it signals once it has
    printed "ready"."""

    def run_viewer(script: str, *signals: signal.Signals) -> Ended:
        words = [str(resource("dandelion.jpg")), str(tmp_path)]
        program = viewers.start(VIEWER + script + RUN, words)
        ready = not signals or program.stdout.readline() == "ready\n"
        for number in signals if ready else ():
            program.send_signal(number)
            time.sleep(0.05 * (len(signals) > 1))
        code, _, err = program.ended(PATIENCE)
        assert ready, err
        # The offscreen platform talks about itself.
        lines = [line for line in err.splitlines() if "This plugin does not support" not in line]
        log = tmp_path / "cozviewer.log"
        return Ended(code, log.read_text("utf-8") if log.exists() else "", "\n".join(lines))

    return run_viewer


RESTART = """
import cozviewer.ui.preferences.restart as restart
from cozviewer.pyramid.camera import camera_at
def begin(window):
    window.photo_painted.connect(lambda: later(lambda: {act}, 50))
def moved(window):
    print(window.windowTitle(), window.navigator.camera == camera_at(300, 200, 8), flush=True)
    window.close()
def restarted(window):
    window.navigator.begin_at(camera_at(300, 200, 8))
    window.parts.preferences.restart_wanted.emit()
app.start_again = lambda: print("again", flush=True)
"""


def test_a_restart_opens_the_photo_at_its_place(viewers: Programs, tmp_path: Path) -> None:
    said = []
    for words, act in (
        ([str(resource("dandelion.jpg"))], "restarted(window)"),
        ([], "moved(window)"),
    ):
        script = VIEWER + RESTART.format(act=act)
        script += f"sys.exit(main({[*words, '--cache', str(tmp_path), '--engine', 'bicubic']!r}))"
        code, out, err = viewers.start(script, ["", str(tmp_path)]).ended(PATIENCE)
        assert code == 0, err
        said.append(out.strip())
    assert said == ["again", "dandelion.jpg — cozviewer True"]


def test_files_that_the_system_hands_over_are_opened_together(
    run_viewer: RunViewer, tmp_path: Path
) -> None:
    for name in ("one.png", "two.png"):
        Image.new("RGB", (40, 30)).save(tmp_path / name)
    script = """
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
def begin(window):
    window.photo_painted.connect(lambda: later(lambda: painted(window)))
def painted(window):
    if "dandelion" in window.windowTitle():
        for name in ("two.png", "one.png"):
            event = QFileOpenEvent(QUrl.fromLocalFile(str(folder / name)))
            QGuiApplication.postEvent(QGuiApplication.instance(), event)
    else:
        print(window.windowTitle(), file=sys.stderr)
        window.close()
"""
    ended = run_viewer(script)
    assert (ended.code, ended.err, ended.log) == (0, "two.png (1 of 2) — cozviewer", "")


def test_two_seconds_are_enough() -> None:
    assert GRACE < LAST_RESORT <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_the_window_in_order(run_viewer: RunViewer, number: signal.Signals) -> None:
    script = PATIENT + "begin = lambda window: window.photo_painted.connect(ready)"
    ended = run_viewer(script, number)
    assert (ended.code, ended.err, ended.log) == (128 + number, "", "")


def test_an_open_dialog_does_not_keep_the_program(run_viewer: RunViewer) -> None:
    script = """
from PySide6.QtWidgets import QMessageBox
def begin(window):
    later(ready)
    QMessageBox(window).exec()
"""
    ended = run_viewer(PATIENT + script, signal.SIGTERM)
    assert (ended.code, ended.err, ended.log) == (128 + signal.SIGTERM, "", "")


STUCK = """
def work():
    with part_beside(folder / "view.png", private=True):
        {start}
        {stuck}
opening(work)
"""

FOR_EVER = "threading.Event().wait()"


def test_work_that_cannot_be_interrupted_does_not_keep_the_window(
    run_viewer: RunViewer, tmp_path: Path
) -> None:
    script = STUCK.format(start="started.set()", stuck=FOR_EVER)
    script += """
started = threading.Event()
def begin(window):
    if started.is_set():
        window.close()
    else:
        later(lambda: begin(window), 10)
"""
    ended = run_viewer(script)
    assert ended.code == 0, ended.err
    assert "Ended while at work: opener" in ended.log
    assert "in work" in ended.log  # the traceback of the busy thread
    assert not list(tmp_path.glob(".cozviewer*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_nor_does_it_keep_a_signal_from_ending_the_program(
    run_viewer: RunViewer, tmp_path: Path
) -> None:
    script = STUCK.format(start="ready()", stuck=FOR_EVER)
    ended = run_viewer(script, signal.SIGINT)
    assert ended.code == 130, ended.err
    assert not list(tmp_path.glob(".cozviewer*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_nor_does_a_gui_thread_that_is_stuck(run_viewer: RunViewer) -> None:
    script = """
def begin(window):
    ready()
    time.sleep(3600)
"""
    ended = run_viewer(script, signal.SIGTERM)
    assert ended.code == 128 + signal.SIGTERM
    assert "in begin" in ended.log


@pytest.mark.skipif(sys.platform == "win32", reason="a call of POSIX")
def test_nor_does_a_library_that_keeps_python_from_running(run_viewer: RunViewer) -> None:
    script = """
def begin(window):
    window.closing.connect(lambda: ctypes.PyDLL(None).sleep(3600))
    window.close()
"""
    ended = run_viewer(script)
    assert ended.code == 1
    assert "Timeout" in ended.log


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_second_signal_does_not_even_wait(run_viewer: RunViewer, tmp_path: Path) -> None:
    script = PATIENT + STUCK.format(start="ready()", stuck=FOR_EVER)
    ended = run_viewer(script, signal.SIGTERM, signal.SIGINT)
    assert ended.code == 128 + signal.SIGTERM
    assert not list(tmp_path.glob(".cozviewer*"))


@pytest.mark.parametrize(
    "where",
    [
        "Window.__init__ = lambda self, *args: (app_init(self, *args), wrong())",
        "Window.show = lambda self: wrong()",
        "Window.exec = app.QApplication.exec; app.QApplication.exec = lambda *_: wrong()",
    ],
)
def test_an_error_at_the_start_leaves_no_thread(run_viewer: RunViewer, where: str) -> None:
    script = f"""
app_init = Window.__init__
def wrong():
    raise RuntimeError("boom")
{where}
"""
    ended = run_viewer(PATIENT + script)
    assert ended.code == 1
    assert "Unexpected error (RuntimeError: boom)" in ended.err
    assert "QThread" not in ended.err
    assert "Traceback" in ended.log
    assert "Ended while at work" not in ended.log


def test_an_error_while_the_first_photo_is_opened_is_shown(run_viewer: RunViewer) -> None:
    script = """
def wrong(*_):
    raise RuntimeError("boom")
Window.open_image = wrong
windows = []
CrashDialog.showEvent = lambda self, event: later(windows[0].close)
begin = windows.append
"""
    ended = run_viewer(PATIENT + script)
    assert (ended.code, ended.err) == (0, "")
    assert "RuntimeError: boom" in ended.log


@pytest.mark.parametrize(
    "step", ["images.opening.close", "parts.comparison.close", "panes.hide_document"]
)
def test_an_error_while_closing_leaves_no_thread(run_viewer: RunViewer, step: str) -> None:
    owner, _, method = step.rpartition(".")
    script = f"""
def wrong(*_):
    raise RuntimeError("boom")
def begin(window):
    window.photo_painted.connect(lambda: close(window))
def close(window):
    window.{owner}.{method} = wrong
    window.close()
"""
    ended = run_viewer(PATIENT + script)
    assert ended.code == 0
    assert "QThread" not in ended.err
    assert "RuntimeError" in ended.log
    assert "boom" in ended.log
