"""The zoom box of the status bar: shows the magnification, and takes another one."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QToolTip, QWidget

from cozviewer.ui.status.zoom_text import zoom_choices, zoom_hint, zoom_of
from cozviewer.util.translation import translate

MARGINS, ARROW = 16, 26
"""Widths in logical pixels beside the text: both margins, and the arrow of the list."""

USUAL = "×1,024"
"""A text that leaves the width of the box as it is; only longer ones widen it."""


class ZoomBox(QLineEdit):
    """The magnification: a text that can be edited, and a list to choose from.

    Signals:
        wanted: (Zoom) a magnification was entered or chosen.
        left: Enter or Esc was pressed: the keyboard belongs to the image again.
    """

    wanted = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._clicked = False
        self.setMaxLength(60)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAccessibleName(translate("View", "Magnification"))
        self.setToolTip(translate("View", "Magnification: enter one, or choose from the list"))
        self.menu = QMenu(self)
        for title, zoom in zoom_choices():
            self.menu.addAction(title).setData(zoom)
            if title == "100%":
                self.menu.insertSeparator(self.menu.actions()[-1])
        self.menu.triggered.connect(lambda action: self._take(action.data()))
        self._arrow = self.addAction(_chevron(), QLineEdit.ActionPosition.TrailingPosition)
        self._arrow.setToolTip(translate("View", "Choose a magnification"))
        self._arrow.triggered.connect(self.open_list)

    def show_text(self, text: str) -> None:
        """Show the present magnification; what is being typed stays."""
        if text == self._shown:
            return
        self._shown = text
        if not self.isModified():
            self._restore()

    @property
    def shown(self) -> str:
        """The present magnification, whatever is being typed."""
        return self._shown

    @Slot()
    def edit(self) -> None:
        """Let the user type a magnification."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    @Slot()
    def open_list(self) -> None:
        """Open the list above the box."""
        height = self.menu.sizeHint().height()
        self.menu.popup(self.mapToGlobal(QPoint(0, -height - 2)))

    def sizeHint(self) -> QSize:
        width = max(self.fontMetrics().horizontalAdvance(text) for text in (USUAL, self._shown))
        return QSize(width + MARGINS + ARROW, 26)

    @property
    def least_width(self) -> int:
        """The width that shows the magnification alone, without the arrow."""
        return self.fontMetrics().horizontalAdvance(self._shown) + MARGINS

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrow.setVisible(self.width() >= self.sizeHint().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif event.key() == Qt.Key.Key_Escape:
            self._restore()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self.open_list()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._clicked = event.reason() == Qt.FocusReason.MouseFocusReason

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._restore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select all with the first click, so that typing replaces it."""
        super().mouseReleaseEvent(event)
        if self._clicked and not self.hasSelectedText():
            self.selectAll()
        self._clicked = False

    def changeEvent(self, event: QEvent) -> None:
        """Draw the arrow in the colour of the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._arrow.setIcon(_chevron())

    def event(self, event: QEvent) -> bool:
        """Keep Esc from what the window does with it."""
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def _enter(self) -> None:
        if not self.isModified() or self.text().strip() == self._shown:
            self._restore()
            self.left.emit()
            return
        zoom = zoom_of(self.text())
        if zoom is None:
            self._restore()
            self.selectAll()
            place = self.mapToGlobal(QPoint(0, -3 * self.height()))
            QToolTip.showText(place, zoom_hint(), self)
            return
        self._take(zoom)

    def _take(self, zoom: object) -> None:
        self._restore()
        self.wanted.emit(zoom)
        self.left.emit()

    def _restore(self) -> None:
        self.setText(self._shown)
        self.setModified(False)
        self.setCursorPosition(0)


def _chevron() -> QIcon:
    """Return an arrow down in the colour of text, sharp on every screen."""
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QApplication.palette().color(QPalette.ColorRole.ButtonText)
    painter.setPen(QPen(colour, 6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPolyline([QPointF(16, 24), QPointF(32, 40), QPointF(48, 24)])
    painter.end()
    return QIcon(pixmap)
