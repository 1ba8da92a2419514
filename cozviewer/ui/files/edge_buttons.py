"""Buttons for the next and the previous photo at the edges of the image, while the pointer is near.

They lie on the pane as its children, so that the wheel over them zooms as everywhere else.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from cozviewer.ui.widgets.plain import tool_tip

NEAR = 96
"""Distance from the edge in logical pixels at which a button appears."""

PART = 0.25
"""Largest part of the width of a pane that counts as near."""

REST_MS = 1500
"""They disappear when the pointer rests for so long, unless it is on one of them."""

SIZE = QSize(40, 76)
MARGIN = 10


class EdgeButton(QAbstractButton):
    """A chevron on a dark, rounded surface."""

    def __init__(self, pane: QWidget, *, forward: bool) -> None:
        super().__init__(pane)
        self._forward = forward
        self.setFixedSize(SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.underMouse()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 17, 20, 190 if strong else 110))
        painter.drawRoundedRect(self.rect(), 10, 10)
        pen = QPen(QColor(255, 255, 255, 240 if strong else 190), 2.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        side = 5.5 if self._forward else -5.5
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        down = 11 if self.isDown() else 12
        painter.drawPolyline(
            QPolygonF(
                [
                    middle + QPointF(-side, -down),
                    middle + QPointF(side, 0),
                    middle + QPointF(-side, down),
                ]
            )
        )


class EdgeButtons(QObject):
    """Shows the buttons of a pane. GUI thread.

    Signals:
        pressed: (int) 1 for the next photo, -1 for the previous one.
    """

    pressed = Signal(int)

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._allowed = False
        self._left = EdgeButton(pane, forward=False)
        self._right = EdgeButton(pane, forward=True)
        self._left.clicked.connect(lambda: self.pressed.emit(-1))
        self._right.clicked.connect(lambda: self.pressed.emit(1))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rested)
        pane.installEventFilter(self)

    def allow(self, allowed: bool) -> None:
        """Show them from now on when the pointer comes near, or never."""
        self._allowed = allowed
        if not allowed:
            self._hide()

    def name(self, left: str, right: str) -> None:
        """Set the tool tips."""
        self._left.setToolTip(tool_tip(left))
        self._right.setToolTip(tool_tip(right))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the pointer; every event is passed on."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            if event.buttons() == Qt.MouseButton.NoButton:
                self._follow(event.position())
            else:  # the photo is being dragged
                self._hide()
        elif kind == QEvent.Type.Leave:  # not sent where the pointer enters a button
            self._hide()
        elif kind == QEvent.Type.Resize:
            self._place()
        return False

    def _follow(self, position: QPointF) -> None:
        width = self._pane.width()
        near = min(NEAR, PART * width)
        room = self._pane.height() >= SIZE.height() + 2 * MARGIN
        self._place()
        self._left.setVisible(self._allowed and room and position.x() < near)
        self._right.setVisible(self._allowed and room and position.x() >= width - near)

        self._rest.start()

    @Slot()
    def _on_rested(self) -> None:
        """Leave the photo alone again, unless the pointer waits on a button."""
        if not (self._left.underMouse() or self._right.underMouse()):
            self._hide()

    def _hide(self) -> None:
        self._left.hide()
        self._right.hide()

    def _place(self) -> None:
        top = (self._pane.height() - SIZE.height()) // 2
        self._left.move(MARGIN, top)
        self._right.move(self._pane.width() - SIZE.width() - MARGIN, top)
