"""A field for a path, with a Browse button."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from cozviewer.ui.widgets.forms import with_browse


def file_filter(*kinds: tuple[str, str]) -> str:
    """Return a filter for QFileDialog.

    Args:
        kinds: What a kind of file is called, and its patterns: ("Models", "*.pth *.pt").
    """
    return ";;".join(f"{title} ({patterns})" for title, patterns in kinds)


class PathField(QWidget):
    """A path that can be typed or browsed for."""

    def __init__(self, title: str, *, folder: bool, filter_: str = "", hint: str = "") -> None:
        """Create an empty field.

        Args:
            title: Of the file dialog.
            folder: Whether it takes a folder rather than a file.
            filter_: File filter as for QFileDialog.
            hint: Placeholder text.
        """
        super().__init__()
        self._title, self._folder, self._filter = title, folder, filter_
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setClearButtonEnabled(True)
        self.setLayout(with_browse(self.line, self._browse))
        self.setFocusProxy(self.line)

    @property
    def text(self) -> str:
        """The text without surrounding blanks."""
        return self.line.text().strip()

    @property
    def path(self) -> Path | None:
        """The text as a path; None if it is empty."""
        return Path(self.text) if self.text else None

    def show_path(self, path: Path | str | None) -> None:
        """Set the path."""
        self.line.setText(str(path or ""))

    @Slot()
    def _browse(self) -> None:
        start = self.text or str(Path.home())
        if self._folder:
            chosen = QFileDialog.getExistingDirectory(self, self._title, start)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, self._title, start, self._filter)
        if chosen:
            self.line.setText(chosen)
