"""A message over the photo: what went wrong and what to do, or what was done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

GOOD_NEWS_MS = 6000
"""Messages about success disappear after this time; warnings stay until closed or replaced."""

WIDEST = 760
MARGIN = 12
"""Logical pixels: of the banner, and between it and the edges of what it lies over."""


@dataclass(frozen=True)
class BannerAction:
    """What the user can do about a message.

    Attributes:
        text: On the button.
        run: Called when it is pressed; the banner is hidden by then.
    """

    text: str
    run: Callable[[], object]


class Banner(QWidget):
    """A strip with a message, maybe a button for an action, and one to close; hidden without one.

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
        self._action: BannerAction | None = None
        self._button = QPushButton()
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.setObjectName("banner-action")
        self._button.clicked.connect(self._on_pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(self._text, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
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

    def warn(self, sentence: str, action: BannerAction | None = None) -> None:
        """Show a warning, which stays."""
        self._show(sentence, action, trouble=True)
        self._timer.stop()

    def show_message(self, sentence: str, action: BannerAction | None = None) -> None:
        """Show a message about success for a while; one with an action stays."""
        self._show(sentence, action, trouble=False)
        if action is None:
            self._timer.start(GOOD_NEWS_MS)
        else:
            self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the widget under it."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    @Slot()
    def _on_pressed(self) -> None:
        action = self._action
        self.hide()
        if action is not None:
            action.run()

    def _show(self, sentence: str, action: BannerAction | None, trouble: bool) -> None:
        self._text.setText(sentence)
        self._action = action
        self._button.setText("" if action is None else action.text)
        self._button.setVisible(action is not None)
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
