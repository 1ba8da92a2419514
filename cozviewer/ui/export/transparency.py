"""The field of the export dialog for what becomes of transparent parts."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from cozviewer.export.background import KEEP, Background, flattened_sentence
from cozviewer.image.source import Source
from cozviewer.pyramid.transparency import WHITE
from cozviewer.ui.widgets.forms import chooser
from cozviewer.ui.widgets.plain import Label
from cozviewer.ui.widgets.theme import quiet
from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import translate

_BACKGROUNDS: tuple[Background, ...] = (KEEP, WHITE, (0, 0, 0))


class TransparencyField(QWidget):
    """A chooser, and beside it what the format cannot hold.

    Attributes:
        box: The chooser.
        note: The sentence.

    Signals:
        changed: the user chose another one.
    """

    changed = Signal()

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self.box: QComboBox = chooser(
            (
                translate("Export", "Keep"),
                translate("Export", "White background"),
                translate("Export", "Black background"),
            )
        )
        self.note = Label()
        self.note.setWordWrap(True)
        quiet(self.note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.box)
        row.addWidget(self.note, 1)
        self.box.activated.connect(self.changed)

    @property
    def background(self) -> Background:
        """What is chosen."""
        return _BACKGROUNDS[self.box.currentIndex()]

    def show_for(self, path: Path, *, sheet: bool) -> None:
        """Say what a file does not keep.

        Args:
            path: The file; its suffix may be unknown.
            sheet: Whether it is a sheet of images, which are always on white.
        """
        try:
            said = flattened_sentence(self._source, path, self.background)
        except CozviewerError:  # the name has no known ending yet
            said = ""
        if sheet:
            said = translate(
                "Export", "Sheets show transparent parts on white or as on the screen."
            )
        self.box.setEnabled(not sheet)
        self.note.setText(said)
