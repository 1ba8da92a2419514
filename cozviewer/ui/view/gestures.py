"""Translates wheel, trackpad and mouse events of a pane into camera motion."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from cozviewer.ui.view.drag import Drag
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.wheel import WheelZoom, meaning

DOUBLE_CLICK = 2.0
"""Zoom factor of a double-click; its inverse with Alt or Shift."""

SIDE_BUTTONS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)
"""Buttons 4 and 5 of a mouse go back and forward through the views."""

PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
"""The second of two quick presses is a double-click."""

SMALLEST_PINCH = 0.1
"""Minimum of the zoom factor 1 + value of a pinch event."""


class Gestures(QObject):
    """An event filter on one pane. Positions are passed on in device pixels from its centre."""

    def __init__(self, navigator: Navigator, pane: QWidget) -> None:
        super().__init__(pane)
        self._navigator = navigator
        self._pane = pane
        self._drag = Drag()
        pane.setCursor(Qt.CursorShape.OpenHandCursor)
        pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the gesture events of the pane; pass on all others."""
        match event:
            case QWheelEvent():
                self._wheel(event)
            case QNativeGestureEvent() if (
                event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
            ):
                factor = max(SMALLEST_PINCH, 1.0 + event.value())
                self._navigator.pinch(factor, *self._offset(event.position()))
            case QMouseEvent():
                return self._mouse(event)
            case _:
                return False
        event.accept()
        return True

    def _wheel(self, event: QWheelEvent) -> None:
        wanted = meaning(event)
        if isinstance(wanted, WheelZoom):
            zoom = self._navigator.pinch if wanted.smooth else self._navigator.zoom
            zoom(wanted.factor, *self._offset(event.position()))
        elif wanted is not None:
            ratio = self._pane.devicePixelRatioF()
            self._navigator.pan(wanted.dx * ratio, wanted.dy * ratio)

    def _mouse(self, event: QMouseEvent) -> bool:
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        x, y, now = event.position().x(), event.position().y(), event.timestamp()
        ratio = self._pane.devicePixelRatioF()
        if kind == QEvent.Type.MouseButtonDblClick and left:
            outwards = event.modifiers() & (
                Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
            )
            factor = 1 / DOUBLE_CLICK if outwards else DOUBLE_CLICK
            self._navigator.zoom(factor, *self._offset(event.position()))
        elif kind in PRESSES and event.button() in SIDE_BUTTONS:
            if event.button() == Qt.MouseButton.BackButton:
                self._navigator.back()
            else:
                self._navigator.forward()
        elif kind == QEvent.Type.MouseButtonPress and (
            left or event.button() == Qt.MouseButton.MiddleButton
        ):
            self._pane.setFocus()
            self._navigator.hold()
            self._drag.press(x, y, now)
        elif kind == QEvent.Type.MouseMove:
            way = self._drag.move(x, y, now)
            if way is not None:
                self._pane.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._navigator.pan(-way[0] * ratio, -way[1] * ratio)
        elif kind == QEvent.Type.MouseButtonRelease:
            velocity = self._drag.release(now)
            self._pane.setCursor(Qt.CursorShape.OpenHandCursor)
            if velocity is not None:
                self._navigator.throw(-velocity[0] * ratio, -velocity[1] * ratio)
        else:
            return False
        return True

    def _offset(self, position: QPointF) -> tuple[float, float]:
        """Return a position in the pane in device pixels from its centre."""
        ratio = self._pane.devicePixelRatioF()
        return (
            (position.x() - self._pane.width() / 2) * ratio,
            (position.y() - self._pane.height() / 2) * ratio,
        )
