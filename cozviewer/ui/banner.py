"""A sentence at the top of the picture: what went wrong and what to do, or what was done."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

GOOD_NEWS_MS = 6000
"""Good news goes by itself; bad news stays until it is closed or replaced."""


class Banner(QWidget):
    """A strip with one sentence and a close button; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("✕")
        close.setToolTip("Close")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence, or "" while hidden."""
        return self._text.text() if not self.isHidden() else ""

    def warn(self, sentence: str) -> None:
        """Show a sentence about trouble."""
        self._show(sentence, trouble=True)
        self._timer.stop()

    def tell(self, sentence: str) -> None:
        """Show good news for a while."""
        self._show(sentence, trouble=False)
        self._timer.start(GOOD_NEWS_MS)

    def _show(self, sentence: str, trouble: bool) -> None:
        self._text.setText(sentence)
        self.setProperty("trouble", trouble)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
