"""The window's place, size and panels, from one start to the next."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from cozviewer.ui.actions import Command
from cozviewer.ui.settings import keep_text, keep_texts, kept_texts

GEOMETRY, SIDES, PANEL = "window/geometry", "window/sides", "window/panel-"
"""Names of stored settings."""

LEAST_SIDE = 200
"""Logical pixels of a window at its minimum size."""

ON, OFF = "on", "off"

FRAME = QSize(16, 56)
"""Logical pixels that a window's frame and title may take at most."""


def restore_window(window: QMainWindow, sides: QSplitter) -> None:
    """Give a window the place and size of last time, before it is shown. GUI thread.

    A place that is on no screen now is corrected by Qt. Full screen is not restored.

    Args:
        sides: What divides the window.
    """
    usual, kept = window.size(), kept_texts(GEOMETRY, SIDES)
    window.restoreGeometry(_bytes(kept[GEOMETRY]))
    if window.isFullScreen():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowFullScreen)
    if window.width() < LEAST_SIDE or window.height() < LEAST_SIDE:
        window.resize(usual)  # what was stored is damaged
    sides.restoreState(_bytes(kept[SIDES]))


def bound_to_screen(window: QWidget) -> None:
    """Make a window that is not yet shown small enough for its screen, frame included. GUI thread.

    Qt does so with a size that was stored, but not with the first one.
    """
    room = window.screen().availableSize() - FRAME
    window.resize(window.size().boundedTo(room))


def keep_window(window: QMainWindow, sides: QSplitter) -> None:
    """Store the place and size of a window. GUI thread."""
    keep_texts({GEOMETRY: _text(window.saveGeometry()), SIDES: _text(sides.saveState())})


def keep_panels(commands: Mapping[str, Command], actions: Mapping[str, QAction]) -> None:
    """Give the switches of panels the state of last time, and store what the user changes.

    Args:
        commands, actions: See `Built`; of those that are `kept`.
    """
    names = [name for name, command in commands.items() if command.kept]
    kept = kept_texts(*(PANEL + name for name in names))
    for name in names:
        action, stored = actions[name], kept[PANEL + name]
        if stored in (ON, OFF):
            action.setChecked(stored == OFF)
            action.trigger()  # so that it counts as the choice of the user
        action.triggered.connect(lambda shown, name=name: _keep_panel(name, shown))


def _keep_panel(name: str, shown: bool) -> None:
    keep_text(PANEL + name, ON if shown else OFF)


def _text(data: QByteArray) -> str:
    return data.toBase64().toStdString()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))
