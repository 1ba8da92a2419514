"""The desktop program from its composition root, in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from cozviewer.app import resource, services_for
from cozviewer.jobs.watchdog import GRACE, LAST_RESORT

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


class Ended:
    """How a viewer ended.

    Attributes:
        code: Its exit code.
        log: What it has written to its log.
        err: What it has written to stderr.
    """

    def __init__(self, folder: Path, script: str, *signals: signal.Signals) -> None:
        """Run a viewer over the sample; send signals once it has printed "ready"."""
        words = [sys.executable, "-c", VIEWER + script + RUN, str(resource("dandelion.jpg"))]
        process = subprocess.Popen(
            [*words, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        assert process.stdout is not None
        try:
            if signals:
                assert process.stdout.readline() == "ready\n"
            for number in signals:
                process.send_signal(number)
                time.sleep(0.05 * (len(signals) > 1))
            _, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            process.communicate()
        self.code = process.returncode
        # The offscreen platform talks about itself.
        lines = [line for line in err.splitlines() if "This plugin does not support" not in line]
        self.err = "\n".join(lines)
        log = folder / "cozviewer.log"
        self.log = log.read_text("utf-8") if log.exists() else ""


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


def test_a_restart_opens_the_photo_at_its_place(tmp_path: Path) -> None:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    said = []
    for words, act in (
        ([str(resource("dandelion.jpg"))], "restarted(window)"),
        ([], "moved(window)"),
    ):
        script = VIEWER + RESTART.format(act=act)
        script += f"sys.exit(main({[*words, '--cache', str(tmp_path), '--engine', 'bicubic']!r}))"
        done = subprocess.run(
            [sys.executable, "-c", script, "", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=env,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.strip())
    assert said == ["again", "dandelion.jpg — cozviewer True"]


def test_files_that_the_system_hands_over_are_opened_together(tmp_path: Path) -> None:
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
    ended = Ended(tmp_path, script)
    assert (ended.code, ended.err, ended.log) == (0, "two.png (1 of 2) — cozviewer", "")


def test_two_seconds_are_enough() -> None:
    assert GRACE < LAST_RESORT <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_the_window_in_order(tmp_path: Path, number: signal.Signals) -> None:
    script = PATIENT + "begin = lambda window: window.photo_painted.connect(ready)"
    ended = Ended(tmp_path, script, number)
    assert (ended.code, ended.err, ended.log) == (128 + number, "", "")


def test_an_open_dialog_does_not_keep_the_program(tmp_path: Path) -> None:
    script = """
from PySide6.QtWidgets import QMessageBox
def begin(window):
    later(ready)
    QMessageBox(window).exec()
"""
    ended = Ended(tmp_path, PATIENT + script, signal.SIGTERM)
    assert (ended.code, ended.err, ended.log) == (128 + signal.SIGTERM, "", "")


STUCK = """
def work():
    with part_beside(folder / "view.png", private=True):
        {start}
        {stuck}
opening(work)
"""

FOR_EVER = "threading.Event().wait()"


def test_work_that_cannot_be_interrupted_does_not_keep_the_window(tmp_path: Path) -> None:
    script = STUCK.format(start="started.set()", stuck=FOR_EVER)
    script += """
started = threading.Event()
def begin(window):
    if started.is_set():
        window.close()
    else:
        later(lambda: begin(window), 10)
"""
    ended = Ended(tmp_path, script)
    assert ended.code == 0, ended.err
    assert "Ended while at work: opener" in ended.log
    assert "in work" in ended.log  # the traceback of the busy thread
    assert not list(tmp_path.glob(".cozviewer*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_nor_does_it_keep_a_signal_from_ending_the_program(tmp_path: Path) -> None:
    script = STUCK.format(start="ready()", stuck=FOR_EVER)
    ended = Ended(tmp_path, script, signal.SIGINT)
    assert ended.code == 130, ended.err
    assert not list(tmp_path.glob(".cozviewer*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_nor_does_a_gui_thread_that_is_stuck(tmp_path: Path) -> None:
    script = """
def begin(window):
    ready()
    time.sleep(3600)
"""
    ended = Ended(tmp_path, script, signal.SIGTERM)
    assert ended.code == 128 + signal.SIGTERM
    assert "in begin" in ended.log


@pytest.mark.skipif(sys.platform == "win32", reason="a call of POSIX")
def test_nor_does_a_library_that_keeps_python_from_running(tmp_path: Path) -> None:
    script = """
def begin(window):
    window.closing.connect(lambda: ctypes.PyDLL(None).sleep(3600))
    window.close()
"""
    ended = Ended(tmp_path, script)
    assert ended.code == 1
    assert "Timeout" in ended.log


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_second_signal_does_not_even_wait(tmp_path: Path) -> None:
    script = PATIENT + STUCK.format(start="ready()", stuck=FOR_EVER)
    ended = Ended(tmp_path, script, signal.SIGTERM, signal.SIGINT)
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
def test_an_error_at_the_start_leaves_no_thread(tmp_path: Path, where: str) -> None:
    script = f"""
app_init = Window.__init__
def wrong():
    raise RuntimeError("boom")
{where}
"""
    ended = Ended(tmp_path, PATIENT + script)
    assert ended.code == 1
    assert "Unexpected error (RuntimeError: boom)" in ended.err
    assert "QThread" not in ended.err
    assert "Traceback" in ended.log
    assert "Ended while at work" not in ended.log


def test_an_error_while_the_first_photo_is_opened_is_shown(tmp_path: Path) -> None:
    script = """
def wrong(*_):
    raise RuntimeError("boom")
Window.open_image = wrong
windows = []
CrashDialog.showEvent = lambda self, event: later(windows[0].close)
begin = windows.append
"""
    ended = Ended(tmp_path, PATIENT + script)
    assert (ended.code, ended.err) == (0, "")
    assert "RuntimeError: boom" in ended.log


@pytest.mark.parametrize(
    "step", ["images.opening.close", "parts.comparison.close", "panes.hide_document"]
)
def test_an_error_while_closing_leaves_no_thread(tmp_path: Path, step: str) -> None:
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
    ended = Ended(tmp_path, PATIENT + script)
    assert ended.code == 0
    assert "QThread" not in ended.err
    assert "RuntimeError" in ended.log
    assert "boom" in ended.log
