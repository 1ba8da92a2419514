"""The target file of a dialog: suggests a free name, and asks before a file is replaced."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QWidget

from cozviewer.export.targets import free_path, replaced_by
from cozviewer.image.reading import shown_name
from cozviewer.ui.widgets.plain import message_box
from cozviewer.util.errors import CozviewerError, MissingLibrary
from cozviewer.util.paths import expanded
from cozviewer.util.translation import listed, translate


class TargetLine(QLineEdit):
    """An input for the path of the file; the suggestion is updated until the user edits it."""

    def __init__(self, suggested: Path) -> None:
        """Suggest a path, or a similar one that is free."""
        super().__init__(str(free_path(suggested)))
        self._suggested = self.text()
        self._agreed: Path | None = None

    @property
    def path(self) -> Path:
        """The path as entered."""
        return expanded(self.text())

    def suggest(self, name: str) -> None:
        """Suggest a name in the same folder, with the same ending, unless the user entered another
        one."""
        if self.text() == self._suggested:
            there = Path(self.text())
            self._suggested = str(free_path(there.with_name(name).with_suffix(there.suffix)))
            self.setText(self._suggested)

    def use_suffix(self, suffix: str) -> None:
        """Replace the ending."""
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
        """Let the user choose a file; the file dialog asks before one is replaced."""
        chosen, _ = QFileDialog.getSaveFileName(self.window(), title, self.text(), patterns)
        if chosen:
            self._agreed = agreed_in_dialog(Path(chosen))
            self.setText(chosen)

    def ask(self, write: Callable[[], None], taken: Sequence[Path] | None = None) -> None:
        """Write at once if nothing is replaced, otherwise after the user has agreed.

        Args:
            write: Called on the GUI thread.
            taken: What exists and is replaced; None is what the file itself replaces.
        """
        path = self.path
        own = replaced_by(path)
        taken = own if taken is None else taken
        if path == self._agreed:
            taken = [each for each in taken if each not in own]
        ask_to_replace(taken, self.window(), write)


def text_of(error: CozviewerError) -> str:
    """Return the message of an error for a dialog, without shell commands."""
    return error.sentence if isinstance(error, MissingLibrary) else str(error)


def agreed_in_dialog(chosen: Path) -> Path | None:
    """Return the file that the user has just agreed to replace in a file dialog; None if there is
    none, so that the file dialog did not ask."""
    return chosen if chosen.exists() else None


def ask_to_replace(taken: Sequence[Path], window: QWidget, write: Callable[[], None]) -> None:
    """Ask before existing files are replaced, then write; write at once if there are none.

    Returns immediately; the question is modal to `window`.

    Args:
        taken: Existing files (see `replaced_by`).
        window: Parent of the question.
        write: Called on the GUI thread.
    """
    if not taken:
        write()
        return
    names = [shown_name(each) for each in taken]
    if len(names) == 1:
        title = translate("Export", "Replace File?")
        text = translate("Export", "{name} already exists. Replace it?").format(name=names[0])
    else:
        title = translate("Export", "Replace Files?")
        text = translate("Export", "{names} and {last} already exist. Replace them?")
        text = text.format(names=listed(names[:-1]), last=names[-1])
    box = message_box(
        window, QMessageBox.Icon.Question, title, text, QMessageBox.StandardButton.NoButton
    )
    replace = box.addButton(translate("Export", "Replace"), QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    replace.setAutoDefault(False)
    box.accepted.connect(write)
    box.open()
