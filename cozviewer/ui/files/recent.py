"""Files that were opened lately: kept in the settings, and shown in the File menu."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.widgets.plain import menu_text, tool_tip
from cozviewer.util.paths import is_network_path
from cozviewer.util.translation import translate, with_note

KEY = "recent-files"

MOST = 10
"""Files that are kept."""

LONGEST = 60
"""Maximum number of characters of a name in the menu."""


def recent_files() -> tuple[Path, ...]:
    """Return the files that were opened lately, the last one first. GUI thread."""
    try:
        texts = json.loads(kept_text(KEY) or "[]")
    except (ValueError, RecursionError):
        return ()
    paths = (
        [Path(text) for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
    )
    return tuple(path for path in paths if path.is_absolute())[:MOST]


def keep_recent(paths: Iterable[Path]) -> None:
    """Keep these files, and no others. GUI thread."""
    keep_text(KEY, json.dumps([str(path) for path in paths][:MOST]))


class RecentMenu(QMenu):
    """The submenu "Open Recent".

    Signals:
        chosen: (Path) A file.
        changed: (tuple[Path, ...]) The files, the last one first.
    """

    chosen = Signal(object)
    changed = Signal(object)

    def __init__(self, look: Callable[[tuple[Path, ...]], None], parent: QWidget) -> None:
        """Make the menu of the kept files.

        Args:
            look: Finds out in the background which files are missing; see `show_missing`.
        """
        super().__init__(translate("Menu", "Open Re&cent"), parent)
        self._look = look
        self._files: dict[Path, QAction] = {}
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._on_about_to_show)
        self._fill(recent_files())

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, the last one first."""
        return tuple(self._files)

    def add(self, path: Path) -> None:
        """Put a file that was opened to the top."""
        if self.paths[:1] != (path,):
            self._keep([path, *(each for each in recent_files() if each != path)])

    @Slot()
    def clear_all(self) -> None:
        """Forget all files."""
        self._keep([])

    @Slot(object, object)
    def show_missing(self, paths: tuple[Path, ...], missing: frozenset[Path]) -> None:
        """Disable missing files, of those that were checked."""
        for path in paths:
            if path in self._files:
                self._files[path].setEnabled(path not in missing)

    def _keep(self, paths: Iterable[Path]) -> None:
        keep_recent(paths)
        self._fill(recent_files())
        self.changed.emit(self.paths)

    @Slot()
    def _on_about_to_show(self) -> None:
        if recent_files() != self.paths:  # another window of the program has opened one
            self._fill(recent_files())
        # Merely checking for a file on another computer would make Windows sign in there.
        self._look(tuple(path for path in self.paths if not is_network_path(str(path))))

    def _fill(self, paths: tuple[Path, ...]) -> None:
        self.clear()
        self._files = {}
        names = [path.name for path in paths]
        for path in paths:
            name = path.name if len(path.name) <= LONGEST else path.name[:LONGEST] + "…"
            if names.count(path.name) > 1:
                name = with_note(name, path.parent.name)
            action = self.addAction(menu_text(name))
            action.setToolTip(tool_tip(str(path)))
            action.setData(path)
            action.triggered.connect(self._on_chosen)
            self._files[path] = action
        if paths:
            self.addSeparator()
            self.addAction(translate("Menu", "&Clear Menu")).triggered.connect(self.clear_all)
        self.menuAction().setEnabled(bool(paths))

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(action.data())
