"""A pane drawn by the GPU.

Qt's OpenGL paint engine caches each image as a texture under its `cacheKey` (256 MB, least recently
used first out), so a sheet of tiles is uploaded when it changes, not for every frame.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
)
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from cozviewer.jobs.report import log

SOFTWARE = (
    "llvmpipe",
    "softpipe",
    "swrast",
    "software",
    "swiftshader",
    "microsoft basic render",
    "gdi generic",
)
"""Parts of the names of software renderers, which are slower than painting without OpenGL."""

DEVICES = ("dri/renderD*", "nvidia[0-9]*", "dxg", "mali*")
"""Device files in /dev of Linux systems with a GPU (dxg: under WSL)."""

_GL_RENDERER = 0x1F01
_GL_NO_ERROR = 0


def renderer() -> str | None:
    """Return the name of the OpenGL renderer; None if there is none. GUI thread."""
    if QGuiApplication.platformName() in ("offscreen", "minimal", "vnc", "linuxfb"):
        return None
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return None
    try:
        if context.format().majorVersion() < 2:  # required by the paint engine
            return None
        name = context.functions().glGetString(_GL_RENDERER)
        return str(name) if name else None
    finally:
        context.doneCurrent()
        surface.destroy()


def has_device() -> bool:
    """Return whether this computer may have a GPU, without loading its driver."""
    if sys.platform != "linux":
        return True
    return any(any(Path("/dev").glob(name)) for name in DEVICES)


def is_software(name: str) -> bool:
    """Return whether the name is that of a software renderer."""
    return any(part in name.lower() for part in SOFTWARE)


class GpuSurface(QOpenGLWidget):
    """A surface that covers a pane and passes all events to it.

    Signals:
        begins: the driver is about to draw for the first time.
        drawn: a frame was drawn without an error.
        failed: the driver failed, for the reason in the log; nothing more is drawn here.
    """

    begins = Signal()
    drawn = Signal()
    failed = Signal()

    def __init__(self, paint: Callable[[QPainter], None], pane: QWidget) -> None:
        """Create the surface.

        Args:
            paint: Draws the whole pane with a painter in its logical pixels.
            pane: The pane, its parent.
        """
        super().__init__(pane)
        self._paint = paint
        self._begun = self._broken = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(pane.rect())
        self.lower()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._broken:
            return
        if not self._begun:
            self._begun = True
            self.begins.emit()
        super().paintEvent(event)
        if not self.isValid():
            self._fail("no OpenGL context could be made")

    def paintGL(self) -> None:
        functions = self.context().functions()
        painter = QPainter(self)
        try:
            self._paint(painter)
        except Exception as error:
            log.exception("Drawing with the GPU")
            self._fail(str(error) or type(error).__name__)
            return
        finally:
            painter.end()
        code = functions.glGetError()
        if code != _GL_NO_ERROR or not self.context().isValid():
            self._fail(f"OpenGL error {code:#x}")
        else:
            self.drawn.emit()

    def _fail(self, reason: str) -> None:
        if not self._broken:
            self._broken = True
            log.warning("The GPU does not draw: %s", reason)
            self.failed.emit()
