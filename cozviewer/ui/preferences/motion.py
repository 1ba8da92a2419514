"""Whether less motion is set in the desktop."""

import ctypes
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.jobs.report import log

WAIT_MS = 1000
"""Longest time that the desktop may take to answer."""

SPI_GETCLIENTAREAANIMATION = 0x1042
"""Of SystemParametersInfo in winuser.h: whether Windows shows animations."""

PORTAL_SETTINGS = (
    ("org.freedesktop.appearance", "reduced-motion", 1),
    ("org.gnome.desktop.interface", "enable-animations", False),
)
"""Namespaces and keys of the settings portal of Linux desktops, and the values that ask for less
motion. The first one is of xdg-desktop-portal 1.20; older GNOME has only the second one."""


def _portal() -> bool:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    for namespace, key, reduced in PORTAL_SETTINGS:
        call = QDBusMessage.createMethodCall(
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Settings",
            "ReadOne",
        )
        call.setArguments([namespace, key])
        answer = bus.call(call, timeout=WAIT_MS)
        if answer.type() == QDBusMessage.MessageType.ReplyMessage:
            value: Any = answer.arguments()[0]
            value = value.variant() if hasattr(value, "variant") else value
            return bool(value == reduced)
    return False


def _windows() -> bool:
    library: Any = getattr(ctypes, "windll").user32  # noqa: B009 (not there on other systems)
    animates = ctypes.c_int(1)
    library.SystemParametersInfoW(SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animates), 0)
    return not animates.value


def _mac() -> bool:
    command = ["defaults", "read", "com.apple.universalaccess", "reduceMotion"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=WAIT_MS / 1000
    )
    return done.stdout.strip() == "1"


READERS: Mapping[str, Callable[[], bool]] = {"linux": _portal, "win32": _windows, "darwin": _mac}
"""Reads the setting, by `sys.platform`."""


def desktop_reduces_motion(
    platform: str = sys.platform, readers: Mapping[str, Callable[[], bool]] = READERS
) -> bool:
    """Return whether less motion is set in the desktop; False if that cannot be read.

    Takes up to a second: not for the GUI thread.
    """
    try:
        return readers[platform]() if platform in readers else False
    except Exception as error:  # of a library that differs from one system to another
        log.warning("The desktop's setting for motion cannot be read (%s)", error)
        return False


class MotionJob(QObject):
    """Queries the desktop, on its own thread.

    Signals:
        answered: (bool) whether less motion is set.
    """

    answered = Signal(bool)

    def __init__(self, read: Callable[[], bool]) -> None:
        super().__init__()
        self._read = read

    @Slot()
    def ask(self) -> None:
        """Ask once."""
        self.answered.emit(self._read())
