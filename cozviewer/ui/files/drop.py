"""Drops on the window: shows where a file would be opened, and opens it."""

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cozviewer.ui.files.given import may_open
from cozviewer.ui.widgets.theme import shown_theme
from cozviewer.util.translation import translate

MARGIN = 14
RADIUS = 14
"""Logical pixels between the outline and the edge, and of its corners."""

SHADE = 150
"""How dark the photo becomes under the outline, 0 to 255."""


class DropTarget(QWidget):
    """The outline that lies over the image area while something is dragged over the window.

    Signals:
        dropped: (QMimeData) Something that may be opened; true only while the slot runs.
    """

    dropped = Signal(object)

    def __init__(self, window: QWidget, over: QWidget) -> None:
        """Take the drops on `window`, and show the outline over a part of it, its parent."""
        super().__init__(over)
        self._over = over
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        over.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the drag events of the window; pass on all others."""
        kind = event.type()
        if kind == QEvent.Type.Resize and watched is self._over:
            self.setGeometry(self._over.rect())
        elif kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            assert isinstance(event, QDropEvent)
            if self.isHidden() and not may_open(event.mimeData()):
                event.ignore()
                return True
            event.acceptProposedAction()
            if self.isHidden():
                self._show(event.mimeData())
            return True
        elif kind == QEvent.Type.DragLeave:
            self.hide()
            return True
        elif kind == QEvent.Type.Drop:
            assert isinstance(event, QDropEvent)
            self.hide()
            if may_open(event.mimeData()):
                event.acceptProposedAction()
                self.dropped.emit(event.mimeData())
            return True
        return False

    def _show(self, data: QMimeData) -> None:
        count = len(data.urls())
        if count > 1 and all(url.isLocalFile() for url in data.urls()):
            self._text = translate("Files", "Drop to open %n file(s)", None, count)
        else:
            self._text = translate("Files", "Drop to open")
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = shown_theme()
        shade = QColor(theme.window)
        shade.setAlpha(SHADE)
        painter.fillRect(self.rect(), shade)
        frame = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        dashes = Qt.PenStyle.DashLine
        painter.setPen(QPen(QColor(theme.accent), 2.0, dashes, Qt.PenCapStyle.RoundCap))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        painter.setFont(font)
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        text = painter.boundingRect(frame, flags, self._text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.bar))
        painter.drawRoundedRect(text.adjusted(-24, -14, 24, 14), RADIUS, RADIUS)
        painter.setPen(QColor(theme.text))
        painter.drawText(frame, flags, self._text)
