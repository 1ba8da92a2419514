"""Uncaught errors: written to the log, and shown once in a dialog.

The program continues, as most of them affect one action only. The same error may occur at every
repaint: it is counted, but neither shown nor logged in full again.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from cozviewer.ui.dialogs.versions import version_lines
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

log = logging.getLogger("cozviewer")

MOST_DETAILS = 10
"""Maximum number of different errors whose details a dialog keeps."""

LONGEST = 300
"""Maximum number of characters of an error that are shown; the details are complete."""


@dataclass(frozen=True, slots=True)
class Crash:
    """An uncaught error.

    Attributes:
        title: Its type and message, one line.
        details: Its traceback.
        new: Whether it has not occurred before.
    """

    title: str
    details: str
    new: bool


class CrashDialog(QDialog):
    """Reports an uncaught error. Not modal."""

    def __init__(
        self,
        log_file: Path | None,
        parent: QWidget | None = None,
        show_file: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        """Create the dialog.

        Args:
            log_file: The file that "Show Log" opens; None leaves that button out.
            show_file: Opens a file in the system's default program.
        """
        super().__init__(parent)
        self.setWindowTitle(translate("Help", "Unexpected Error"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._log_file = log_file
        self._show_file = show_file
        self._details: list[str] = []
        self._count = 0
        sentence = _label(
            translate(
                "Help",
                "An unexpected error occurred and the last action was not completed."
                " You can continue.",
            )
        )
        self._error = _label("")
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._times = _label("")
        self._times.hide()
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setMinimumHeight(180)
        self._text.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.details_button = QPushButton(translate("Help", "Show &Details"))
        self.details_button.setCheckable(True)
        self.details_button.toggled.connect(self._show_details)
        buttons.addButton(self.details_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button = QPushButton(translate("Help", "&Copy Details"))
        self.copy_button.clicked.connect(self._copy)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.log_button: QPushButton | None = None
        if log_file is not None:
            self.log_button = QPushButton(translate("Help", "Show &Log"))
            self.log_button.clicked.connect(self._show_log)
            buttons.addButton(self.log_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        column = QVBoxLayout(self)
        for label in (sentence, self._error, self._times):
            column.addWidget(label)
        column.addWidget(self._text, 1)
        column.addWidget(buttons)
        self.setMinimumWidth(560)

    @property
    def details(self) -> str:
        """The text that "Copy Details" copies."""
        about = "\n".join([*version_lines(), f"Log: {self._log_file or 'stderr'}"])
        return "\n\n".join([about, f"Errors: {self._count}", *self._details])

    def add(self, crash: Crash) -> None:
        """Show an error, or count it if one is shown already."""
        self._count += 1
        if self._count == 1:
            self._error.setText(crash.title)
        else:
            count = self._count
            self._times.setText(translate("Help", "%n error(s) so far.", None, count))
            self._times.show()
        if crash.new and len(self._details) < MOST_DETAILS:
            self._details.append(crash.details)
        self._text.setPlainText(self.details)

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self._text.setVisible(shown)
        self.adjustSize()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)

    @Slot()
    def _show_log(self) -> None:
        if self._log_file is not None:
            self._show_file(QUrl.fromLocalFile(str(self._log_file)))


class CrashReporter(QObject):
    """Receives uncaught errors from any thread. Lives on the GUI thread.

    Attributes:
        dialog: The open dialog, or None.
        quiet: Whether errors are only logged, as the program is closing.

    Signals:
        interrupted: a KeyboardInterrupt was not caught.
    """

    interrupted = Signal()
    _happened = Signal(object)

    def __init__(self, log_file: Path | None) -> None:
        super().__init__()
        self.dialog: CrashDialog | None = None
        self.quiet = False
        self._log_file = log_file
        self._lock = threading.Lock()
        self._times: dict[tuple[str, str, int], int] = {}
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Install Python's hooks for uncaught errors within the block."""
        before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.report
        threading.excepthook = self._report_of_thread
        sys.unraisablehook = self._log_unraisable
        try:
            yield
        finally:
            sys.excepthook, threading.excepthook, sys.unraisablehook = before

    def report(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """Log an error and show it. Any thread."""
        if issubclass(kind, KeyboardInterrupt):
            self.interrupted.emit()
            return
        times = self._counted(kind, trace)
        if times == 1:
            log.critical("Uncaught error", exc_info=(kind, error, trace))
        elif str(times).rstrip("0") == "1":
            log.error("Uncaught %s, as before, for the %dth time", kind.__name__, times)
        title = " ".join("".join(traceback.format_exception_only(kind, error)).split())
        details = "".join(traceback.format_exception(kind, error, trace)) if times == 1 else ""
        self._happened.emit(Crash(title[:LONGEST], details, times == 1))

    def _counted(self, kind: type[BaseException], trace: TracebackType | None) -> int:
        """Return how often an error of this type has occurred at this line."""
        file, line = "", 0
        while trace is not None:
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        key = (kind.__qualname__, file, line)
        with self._lock:
            self._times[key] = self._times.get(key, 0) + 1
            return self._times[key]

    def _report_of_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self.report(args.exc_type, args.exc_value, args.exc_traceback)

    def _log_unraisable(self, what: "sys.UnraisableHookArgs") -> None:
        """Log an error that was ignored by Python (in `__del__`, for example)."""
        if what.exc_value is not None and self._counted(what.exc_type, what.exc_traceback) == 1:
            log.error(
                "%s: %r",
                what.err_msg or "Error ignored in",
                what.object,
                exc_info=(what.exc_type, what.exc_value, what.exc_traceback),
            )

    @Slot(object)
    def _show(self, crash: Crash) -> None:
        if self.quiet:
            return
        try:
            self._show_in_dialog(crash)
        except Exception:
            self.quiet = True  # so that this error is not shown in the same way
            log.exception("The dialog about an error failed")

    def _show_in_dialog(self, crash: Crash) -> None:
        if self.dialog is not None and not isValid(self.dialog):
            self.dialog = None  # it was deleted with its parent
        if self.dialog is not None:
            self.dialog.add(crash)
        elif crash.new:  # otherwise it was shown before and closed
            parent = QApplication.activeModalWidget() or QApplication.activeWindow()
            self.dialog = CrashDialog(self._log_file, parent)
            self.dialog.finished.connect(self._on_closed)
            self.dialog.add(crash)
            self.dialog.show()

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None


def _label(text: str) -> Label:
    label = Label(text)
    label.setWordWrap(True)
    return label
