"""The page that is shown while no photo is open."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cozviewer.ui.widgets.plain import Label, menu_text, tool_tip
from cozviewer.util.translation import translate

HINT_WIDTH = 520
"""Maximum width of the hint in logical pixels, for lines of a comfortable length."""

SMALLEST = QSize(240, 130)
"""Minimum size in logical pixels."""

MOST_RECENT = 4
"""Recent files that are listed."""

LONGEST = 40
"""Maximum number of characters of a name in the list."""


class EmptyPage(QWidget):
    """Says what the program does, and offers to open a photo.

    Signals:
        open_wanted, sample_wanted: a button was pressed.
        recent_wanted: (Path) A recent file was chosen.
    """

    open_wanted = Signal()
    sample_wanted = Signal()
    recent_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty")
        headline = Label(translate("Window", "Zoom into a photo without limits"))
        headline.setObjectName("headline")
        self._hint = hint = Label(
            translate(
                "Window",
                "Drop a photo here or click Open, then scroll to zoom in. Missing detail is "
                "generated on this computer: a draft at once, the final detail within seconds to "
                "minutes.",
            )
        )
        hint.setMaximumWidth(HINT_WIDTH)
        for text in (headline, hint):
            text.setWordWrap(True)  # so that the text does not widen the window
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        open_button = QPushButton(translate("Window", "Open…"))
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_wanted)
        sample_button = QPushButton(translate("Window", "Try the Sample Photo"))
        sample_button.clicked.connect(self.sample_wanted)
        hint_row = QHBoxLayout()
        hint_row.addStretch(1)
        hint_row.addWidget(hint, 100)
        hint_row.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch(1)
        self._recent = QWidget()
        self._recent.setObjectName("recent")
        self._files = QVBoxLayout(self._recent)
        self._files.setContentsMargins(0, 18, 0, 0)
        self._files.setSpacing(0)
        self._column = column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(headline)
        column.addLayout(hint_row)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addWidget(self._recent)
        column.addStretch(1)
        self._recent.hide()

    @Slot(object)
    def show_recent(self, paths: tuple[Path, ...]) -> None:
        """List the files that were opened lately, the last one first."""
        while (item := self._files.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if paths:
            title = Label(translate("Window", "Recent"))
            title.setObjectName("recent-title")
            self._files.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        for path in paths[:MOST_RECENT]:
            name = path.name if len(path.name) <= LONGEST else path.name[:LONGEST] + "…"
            button = QPushButton(menu_text(name))
            button.setObjectName("recent-file")
            button.setToolTip(tool_tip(str(path)))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _checked=False, path=path: self.recent_wanted.emit(path))
            self._files.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Ask for no more than headline and buttons need, so that the window can become small."""
        return QSize(SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """Leave the recent files out where the page is too low for all of it, then the hint."""
        self._hint.setVisible(True)
        self._recent.setVisible(self._files.count() > 0)
        for part in (self._recent, self._hint):
            self._column.invalidate()
            self._column.activate()
            if self._column.heightForWidth(self.width()) > self.height():
                part.setVisible(False)
