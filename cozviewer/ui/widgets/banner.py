"""A message over the photo: what went wrong and what to do, or what was done."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

GOOD_NEWS_MS = 6000
"""Messages about success disappear after this time; warnings stay until closed or replaced."""

WIDEST = 760
MARGIN = 12
"""Logical pixels: of the banner, and between it and the edges of what it lies over."""


class Banner(QWidget):
    """A strip with one message and a close button; hidden while there is none.

    It lies over the upper edge of a widget without changing that widget's size, so that the photo
    does not move.
    """

    def __init__(self, under: QWidget) -> None:
        """Make a hidden banner.

        Args:
            under: The widget that it lies over; its parent.
        """
        super().__init__(under)
        self._under = under
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._text = Label()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("✕")
        close.setToolTip(translate("Window", "Close (Esc)"))
        close.setAccessibleName(translate("Window", "Close"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        under.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The message, or "" while hidden."""
        return self._text.text() if not self.isHidden() else ""

    def warn(self, sentence: str) -> None:
        """Show a warning, which stays."""
        self._show(sentence, trouble=True)
        self._timer.stop()

    def show_message(self, sentence: str) -> None:
        """Show a message about success for a while."""
        self._show(sentence, trouble=False)
        self._timer.start(GOOD_NEWS_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the widget under it."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _show(self, sentence: str, trouble: bool) -> None:
        self._text.setText(sentence)
        self.setProperty("trouble", trouble)
        self.style().unpolish(self)
        self.style().polish(self)
        self._place()
        self.show()

    def _place(self) -> None:
        width = min(WIDEST, self._under.width() - 2 * MARGIN)
        height = min(self.heightForWidth(width), self._under.height() - 2 * MARGIN)
        self.setGeometry((self._under.width() - width) // 2, MARGIN, width, max(0, height))
        self.raise_()
