"""Drags and drops, as the platform would send them."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

ACTION, BUTTON = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def files(*paths: Path) -> QMimeData:
    """Return what a file manager drags."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(window: QWidget, data: QMimeData) -> bool:
    """Drag something into a window; return whether the window would take it."""
    event = QDragEnterEvent(QPoint(300, 300), ACTION, data, BUTTON, NONE)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def leave(window: QWidget) -> None:
    """Drag it out again."""
    QApplication.sendEvent(window, QDragLeaveEvent())


def drop(window: QWidget, data: QMimeData) -> None:
    """Drag something into a window and drop it there."""
    drag(window, data)
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), ACTION, data, BUTTON, NONE))
