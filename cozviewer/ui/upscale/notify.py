"""Notifies the user of the desktop, if the window is not the active one."""

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

SHOWN_MS = 10_000
"""How long a notification and the icon that it needs stay."""


class Notifier(QObject):
    """Shows desktop notifications, or where there are none, marks the window in the task bar."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)

    def show(self, title: str, text: str) -> None:
        """Notify the user, unless a window of the program is active."""
        if QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._icon is None:
                icon = QApplication.windowIcon()
                self._icon = QSystemTrayIcon(QIcon(icon), self)
            self._icon.show()
            self._icon.showMessage(title, text, self._icon.icon(), SHOWN_MS)
            self._timer.start()

    @Slot()
    def hide(self) -> None:
        """Remove the icon."""
        if self._icon is not None:
            self._icon.hide()
