"""The file that a dialog is to write: a free name is suggested, and nothing is replaced unasked."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QWidget

from cozviewer.export.targets import free_path, replaced_by
from cozviewer.image.reading import shown_name
from cozviewer.ui.widgets.plain import message_box
from cozviewer.util.paths import expanded


class TargetLine(QLineEdit):
    """A line for the path of the file, which follows what is chosen until a person changes it."""

    def __init__(self, suggested: Path) -> None:
        """Suggest a path, or one like it that is free."""
        super().__init__(str(free_path(suggested)))
        self._suggested = self.text()
        self._agreed: Path | None = None

    @property
    def path(self) -> Path:
        """The path that stands there."""
        return expanded(self.text())

    def suggest(self, name: str) -> None:
        """Suggest a name in the same folder, with the same ending, unless a person wrote another
        one."""
        if self.text() == self._suggested:
            there = Path(self.text())
            self._suggested = str(free_path(there.with_name(name).with_suffix(there.suffix)))
            self.setText(self._suggested)

    def use_suffix(self, suffix: str) -> None:
        """Change the ending."""
        path = Path(self.text())
        if not path.name:
            return
        path = path.with_suffix(suffix)
        if self.text() == self._suggested:
            self._suggested = str(free_path(path))
            self.setText(self._suggested)
        else:
            self.setText(str(path))

    def browse(self, title: str, patterns: str) -> None:
        """Have a file chosen; the file dialog asks whether one that exists is to be replaced."""
        chosen, _ = QFileDialog.getSaveFileName(self.window(), title, self.text(), patterns)
        if chosen:
            self._agreed = agreed_in_dialog(Path(chosen))
            self.setText(chosen)

    def ask(self, write: Callable[[], None]) -> None:
        """Write at once if nothing is replaced, or else if a person says so."""
        path = self.path
        taken = [] if path == self._agreed else replaced_by(path)
        ask_to_replace(taken, self.window(), write)


def agreed_in_dialog(chosen: Path) -> Path | None:
    """Return the file that a person has just agreed to replace by choosing it in a file dialog,
    which asks where one exists; None where it had no reason to ask."""
    return chosen if chosen.exists() else None


def ask_to_replace(taken: Sequence[Path], window: QWidget, write: Callable[[], None]) -> None:
    """Ask whether what exists is to be replaced, and write if so; nothing taken: write at once.

    Returns immediately; the question is modal to `window`.

    Args:
        taken: What exists (see `replaced_by`).
        window: Whose question it is.
        write: Does the work, on the GUI thread.
    """
    if not taken:
        write()
        return
    names = " and ".join(shown_name(each) for each in taken)
    one = len(taken) == 1
    box = message_box(
        window,
        QMessageBox.Icon.Question,
        "Replace a file?" if one else "Replace files?",
        f"{names} already exists. Replace it?" if one else f"{names} already exist. Replace them?",
        QMessageBox.StandardButton.NoButton,
    )
    replace = box.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    replace.setAutoDefault(False)
    box.accepted.connect(write)
    box.open()
