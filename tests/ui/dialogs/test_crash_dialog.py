"""Uncaught errors: logged, shown once, counted, from any thread."""

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from cozviewer.ui.dialogs.crash_dialog import Crash, CrashDialog, CrashReporter

PATIENCE = 180_000


@pytest.fixture
def reporter(qtbot: QtBot, tmp_path: Path) -> Iterator[CrashReporter]:
    reporter = CrashReporter(tmp_path / "cozviewer.log")
    yield reporter
    if reporter.dialog is not None:
        reporter.dialog.close()
    QApplication.processEvents()


def fail(reporter: CrashReporter, text: str = "boom") -> None:
    try:
        raise ValueError(text)
    except ValueError as error:
        reporter.report(ValueError, error, error.__traceback__)


def fail_otherwise(reporter: CrashReporter) -> None:
    try:
        raise LookupError("other")
    except LookupError as error:
        reporter.report(LookupError, error, error.__traceback__)


def shown(reporter: CrashReporter) -> list[str]:
    QApplication.processEvents()
    assert reporter.dialog is not None
    labels = reporter.dialog.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible()]


def test_an_error_is_shown_and_logged(
    reporter: CrashReporter, caplog: pytest.LogCaptureFixture
) -> None:
    fail(reporter)
    assert shown(reporter) == [
        "An unexpected error occurred and the last action was not completed. You can continue.",
        "ValueError: boom",
    ]
    assert "ValueError: boom" in caplog.text
    assert "in fail" in caplog.text


def test_repeated_errors_are_counted_in_one_dialog(
    reporter: CrashReporter, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(12):
        fail(reporter)
    fail_otherwise(reporter)
    assert shown(reporter)[1:] == ["ValueError: boom", "13 errors so far."]
    dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, CrashDialog)]
    assert len(dialogs) == 1
    assert reporter.dialog is not None
    assert reporter.dialog.details.count("Traceback") == 2
    assert caplog.text.count("Traceback") == 2
    assert "10th time" in caplog.text


def test_an_error_that_was_shown_and_closed_does_not_come_back(reporter: CrashReporter) -> None:
    fail(reporter)
    shown(reporter)
    dialog = reporter.dialog
    assert dialog is not None
    dialog.close()
    QApplication.processEvents()
    fail(reporter)
    QApplication.processEvents()
    assert reporter.dialog is None
    fail_otherwise(reporter)
    assert shown(reporter)[1] == "LookupError: other"


def test_text_of_an_error_is_plain(reporter: CrashReporter) -> None:
    fail(reporter, "<img src='file:///etc/passwd'>\nand more " + "x" * 1000)
    assert shown(reporter)[1].startswith("ValueError: <img src='file:///etc/passwd'> and more x")
    assert len(shown(reporter)[1]) == 300
    assert reporter.dialog is not None
    for label in reporter.dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_details_are_copied_and_the_log_is_opened(qtbot: QtBot, tmp_path: Path) -> None:
    opened: list[QUrl] = []
    dialog = CrashDialog(tmp_path / "a b.log", None, opened.append)
    qtbot.addWidget(dialog)
    dialog.add(Crash("ValueError: boom", "Traceback of it", new=True))
    dialog.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == dialog.details
    assert copied.startswith("cozviewer ")
    assert copied.endswith("Traceback of it")
    assert dialog.log_button is not None
    dialog.log_button.click()
    assert opened == [QUrl.fromLocalFile(str(tmp_path / "a b.log"))]


def test_without_a_log_there_is_no_button_for_it(qtbot: QtBot) -> None:
    dialog = CrashDialog(None)
    qtbot.addWidget(dialog)
    assert dialog.log_button is None


def test_while_the_program_closes_errors_are_only_logged(
    reporter: CrashReporter, caplog: pytest.LogCaptureFixture
) -> None:
    reporter.quiet = True
    fail(reporter)
    QApplication.processEvents()
    assert reporter.dialog is None
    assert "ValueError: boom" in caplog.text


def test_an_error_in_the_dialog_itself_ends_there(
    reporter: CrashReporter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def wrong(*_: object) -> None:
        calls.append(1)
        raise RuntimeError("no dialog")

    monkeypatch.setattr(CrashDialog, "add", wrong)
    with reporter.installed():
        fail(reporter)
        for _ in range(5):
            QApplication.processEvents()
        fail_otherwise(reporter)
        QApplication.processEvents()
    assert len(calls) == 1
    assert "The dialog about an error failed" in caplog.text


def test_ctrl_c_is_no_error(
    reporter: CrashReporter, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with qtbot.waitSignal(reporter.interrupted, timeout=PATIENCE):
        reporter.report(KeyboardInterrupt, KeyboardInterrupt(), None)
    QApplication.processEvents()
    assert reporter.dialog is None
    assert not caplog.records


def test_errors_of_all_kinds_of_threads_arrive(
    reporter: CrashReporter, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong() -> None:
        raise OSError("in a thread")

    class Wrong(QThread):
        def run(self) -> None:
            raise EOFError("in a QThread")

    with reporter.installed():
        thread = threading.Thread(target=wrong)
        thread.start()
        thread.join()
        qt_thread = Wrong()
        qt_thread.start()
        qtbot.waitUntil(qt_thread.isFinished, timeout=PATIENCE)
        qt_thread.wait()
        assert shown(reporter)[1:] == ["OSError: in a thread", "2 errors so far."]
    assert "in a QThread" in caplog.text


def test_an_error_that_stops_nothing_is_only_logged(
    reporter: CrashReporter, caplog: pytest.LogCaptureFixture
) -> None:
    class Wrong:
        def __del__(self) -> None:
            raise ValueError("in the end")

    before = sys.unraisablehook
    with reporter.installed(), caplog.at_level(logging.ERROR):
        Wrong()
        gc.collect()
    QApplication.processEvents()
    assert sys.unraisablehook is before
    assert reporter.dialog is None
    assert "ValueError: in the end" in caplog.text


def test_details_are_shown_on_request(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = CrashDialog(tmp_path / "cozviewer.log")
    qtbot.addWidget(dialog)
    dialog.add(Crash("ValueError: boom", "Traceback of it", new=True))
    dialog.show()
    text = dialog.findChildren(QPlainTextEdit)[0]
    assert not text.isVisible()
    dialog.details_button.click()
    assert text.isVisible()
    assert text.toPlainText() == dialog.details
    assert f"Log: {tmp_path / 'cozviewer.log'}" in dialog.details
    dialog.add(Crash("LookupError: other", "Traceback of another", new=True))
    assert text.toPlainText().endswith("Traceback of another")
