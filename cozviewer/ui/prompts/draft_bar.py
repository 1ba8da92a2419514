"""The bar over the photo that asks whether to keep or discard a new version of a level."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QWidget

from cozviewer.pyramid.geometry import level_name
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import listed, translate

MARGIN = 16
"""Distance to the lower edge of the pane in logical pixels."""


class DraftBar(QWidget):
    """Lies over a pane, so that the photo does not move when it appears or disappears.

    Attributes:
        keep, discard, older: Its buttons.

    Signals:
        older_wanted: (bool) whether the old version is to be shown, as long as the button is held.
    """

    older_wanted = Signal(bool)

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setObjectName("draft")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._text = Label()
        self.keep = QPushButton(translate("Prompts", "Keep"))
        self.keep.setDefault(True)
        self.keep.setToolTip(translate("Prompts", "Replace the old version"))
        self.discard = QPushButton(translate("Prompts", "Discard"))
        self.discard.setToolTip(translate("Prompts", "Restore the old version"))
        self.older = QPushButton(translate("Prompts", "Hold to Compare with Old"))
        self.older.pressed.connect(lambda: self.older_wanted.emit(True))
        self.older.released.connect(lambda: self.older_wanted.emit(False))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.older, self.discard, self.keep):
            # Clicking does not take the focus from the view; the Tab key can.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(16, 8, 8, 8)
        self._box.setSpacing(16)
        self._box.addWidget(self._text)
        self._box.addLayout(buttons)
        pane.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """Its text, or "" while hidden."""
        return "" if self.isHidden() else self._text.text()

    def show_levels(self, levels: Sequence[int], has_tiles: bool) -> None:
        """Ask about new versions.

        Args:
            levels: The levels that have one; empty hides the bar.
            has_tiles: Whether any tiles have been generated that could be kept.
        """
        self._text.setText(new_version_text(levels))
        self.keep.setEnabled(has_tiles)
        self.setVisible(bool(levels))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the lower edge of the pane."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        for direction in (QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom):
            self._box.setDirection(direction)
            if self._box.sizeHint().width() <= self._pane.width():
                break
        self.resize(self._box.sizeHint())
        x = max(0, (self._pane.width() - self.width()) // 2)
        self.move(x, self._pane.height() - self.height() - MARGIN)
        self.raise_()


def new_version_text(levels: Sequence[int]) -> str:
    """Return "New version at ×4, ×16 and ×64"."""
    names = [level_name(z) for z in levels]
    shown = names[-1] if names else ""
    if len(names) > 1:
        shown = translate("Prompts", "{levels} and {last}").format(
            levels=listed(names[:-1]), last=shown
        )
    return translate("Prompts", "New version at {levels}").format(levels=shown)
