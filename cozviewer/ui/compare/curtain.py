"""The divider of the split view: a line with a round grip that is dragged over the image.

The line is painted with the images (see `paint`); the grip is a widget of its own, so that it can
have the keyboard focus, and is never part of an export.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSlider, QWidget

from cozviewer.ui.widgets.theme import shown_theme
from cozviewer.util.translation import translate

REACH = 11
"""Logical pixels beside the line in which a press grabs the line instead of the image."""

TARGET = 44
"""Side of the grip in logical pixels, as a target of pointers and fingers."""

RADIUS, RADIUS_HOVERED = 17.0, 19.0
"""Radius of the disc of the grip in logical pixels."""

RANGE = 1000
"""Positions of the grip as a slider; an arrow key moves it by 1 %, page keys by 10 %."""

_DISC, _EDGE, _ARROWS = QColor(255, 255, 255, 240), QColor(0, 0, 0, 150), QColor(40, 40, 45)

_KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)
"""Keys of a slider, which are shortcuts of the window elsewhere."""


class Grip(QSlider):
    """The grip: a slider for the keyboard and screen readers, a disc for all others.

    Signals:
        dragged: (float) The pointer is there, in logical pixels of the parent.
        centred: It was double-clicked.
    """

    dragged = Signal(float)
    centred = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, pane)
        self.setFixedSize(QSize(TARGET, TARGET))
        self.setRange(0, RANGE)
        self.setSingleStep(RANGE // 100)
        self.setPageStep(RANGE // 10)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(
            translate("Compare", "Drag to compare; double-click to center; arrow keys move it")
        )
        self.setAccessibleName(translate("Compare", "Divider"))
        self._pane, self._hovered = pane, False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QRectF(self.rect()).center()
        radius = RADIUS_HOVERED if self._hovered or self.isSliderDown() else RADIUS
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 60))
        painter.drawEllipse(middle, radius + 2, radius + 2)
        painter.setPen(QPen(_EDGE, 1.2))
        painter.setBrush(_DISC)
        painter.drawEllipse(middle, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shown_theme().accent), 2.4))
            painter.drawEllipse(middle, radius - 2, radius - 2)
        pen = QPen(_ARROWS, 2.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for way in (-1, 1):
            tip = QPointF(middle.x() + way * 10, middle.y())
            back = [QPointF(middle.x() + way * 5, middle.y() + dy) for dy in (-5, 5)]
            painter.drawPolyline([back[0], tip, back[1]])

    def event(self, event: QEvent) -> bool:
        """Take the keys of a slider before they become shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if plain and event.key() in _KEYS:
                event.accept()
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.update()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.dragged.emit(self.mapToParent(event.position()).x())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self.update()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.centred.emit()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass the wheel on to the image under the grip."""
        QApplication.sendEvent(
            self._pane,
            QWheelEvent(
                self.mapToParent(event.position()),
                event.globalPosition(),
                event.pixelDelta(),
                event.angleDelta(),
                event.buttons(),
                event.modifiers(),
                event.phase(),
                event.inverted(),
                event.source(),
                event.pointingDevice(),
            ),
        )
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class Curtain(QObject):
    """The divider of one pane: an event filter that takes presses on the line, and the grip.

    Attributes:
        grip: The grip.

    Signals:
        moved: The position changed.
    """

    moved = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._held = False
        self._enabled = False
        self._position = 0.5
        self.grip = Grip(pane)
        self.grip.hide()
        self.grip.valueChanged.connect(self._on_value)
        self.grip.dragged.connect(self._move_to)
        self.grip.centred.connect(self._centre)

    @property
    def enabled(self) -> bool:
        """Whether the divider is shown."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self._enabled = enabled
        self._held = False
        if not enabled and self.grip.hasFocus():
            self._pane.setFocus()
        self.grip.setVisible(enabled)
        self._place()

    @property
    def position(self) -> float:
        """From 0 (left) to 1 (right) of the pane's width."""
        return self._position

    @position.setter
    def position(self, position: float) -> None:
        self._position = min(1.0, max(0.0, position))
        self._place()
        self.moved.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take presses on the line and moves while it is held; all other events go on."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        if not self._enabled or not isinstance(event, QMouseEvent):
            return False
        x = event.position().x()
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonPress and self._near(x):
            self._held = left
            return self._held
        if kind == QEvent.Type.MouseButtonDblClick and left and self._near(x):
            self._centre()
            return True
        if kind == QEvent.Type.MouseMove and self._held:
            self._move_to(x)
            return True
        if kind == QEvent.Type.MouseButtonRelease and self._held:
            self._held = False
            return True
        if kind == QEvent.Type.MouseMove and event.buttons() == Qt.MouseButton.NoButton:
            near = self._near(x)
            self._pane.setCursor(
                Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.OpenHandCursor
            )
        return False

    def _near(self, x: float) -> bool:
        return abs(x - self._position * self._pane.width()) <= REACH

    def _place(self) -> None:
        """Put the grip onto the line, without its being a change by the user."""
        self.grip.blockSignals(True)
        self.grip.setValue(round(self._position * RANGE))
        self.grip.blockSignals(False)
        x = round(self._position * self._pane.width()) - TARGET // 2
        self.grip.move(x, (self._pane.height() - TARGET) // 2)

    @Slot(float)
    def _move_to(self, x: float) -> None:
        self.position = x / max(1, self._pane.width())

    @Slot(int)
    def _on_value(self, value: int) -> None:
        self.position = value / RANGE

    @Slot()
    def _centre(self) -> None:
        self.position = 0.5
