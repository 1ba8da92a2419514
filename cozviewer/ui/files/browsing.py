"""Opens files one after the other: those that the user chose, and their neighbours in the folder.

`Walk` lists the files in order, `ReadingAhead` keeps the neighbours in memory,
and the `ImageController` opens one.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from cozviewer.image.folder import SUFFIXES
from cozviewer.session.session import SUFFIX
from cozviewer.ui.files.edge_buttons import EdgeButtons
from cozviewer.ui.files.read_ahead import ReadingAhead
from cozviewer.ui.files.recent import RecentMenu
from cozviewer.ui.files.walk import Walk
from cozviewer.ui.image_controller import ImageController
from cozviewer.ui.opening import IMAGES
from cozviewer.ui.window_parts import WindowParts
from cozviewer.util.paths import absolute
from cozviewer.util.translation import translate

REPEAT_SECONDS = 0.15
"""Steps that follow each other faster come from a key that is held down: then each photo is shown
before the next one is opened."""


class Browsing(QObject):
    """The window's way from file to file. GUI thread.

    Attributes:
        walk: The files, and the place among them.
        recent: The menu of files that were opened lately.

    Signals:
        moved: `position` may be another one.
    """

    moved = Signal()

    def __init__(self, images: ImageController, parts: WindowParts) -> None:
        super().__init__(parts.window)
        self._images, self._parts = images, parts
        self._allow_huge = False
        self._way = 1
        self._stepped = 0.0
        self._target: Path | None = None
        self._asked: Path | None = None
        self.walk = Walk(self)
        self._ahead = ReadingAhead(self._may_read_ahead, self)
        self.recent = RecentMenu(self.walk.look, parts.window)
        entries = parts.menus["file"].actions()
        below_open = entries[entries.index(parts.actions["open"]) + 1]
        parts.menus["file"].insertMenu(below_open, self.recent)
        parts.menus["file"].insertSeparator(parts.actions["export"])
        self._edges = EdgeButtons(parts.panes.generated)
        self._connect()
        parts.empty.show_recent(self.recent.paths)
        self._offer()

    def _connect(self) -> None:
        images, walk = self._images, self.walk
        walk.changed.connect(self._on_walk_changed)
        walk.gathered.connect(self._on_gathered)
        walk.failed.connect(self._parts.banner.warn)
        walk.missed.connect(self.recent.show_missing)
        images.opened.connect(self._on_opened)
        images.opening.failed.connect(self._on_failed)
        self.recent.chosen.connect(self.open)
        self.recent.changed.connect(self._parts.empty.show_recent)
        self._parts.empty.recent_wanted.connect(self.open)
        self._parts.compare_menu.chosen.connect(self._offer)
        self._edges.pressed.connect(self.step)

    @property
    def position(self) -> tuple[int, int] | None:
        """The number of the open image among the files, from 1, and how many there are; None if it
        is the only one."""
        path = self._images.path
        place = None if path is None else self.walk.place_of(path)
        return None if place is None or self.walk.count < 2 else (place + 1, self.walk.count)

    # -- opening ---------------------------------------------------------------------------------

    @Slot(object)
    def open(
        self,
        path: Path,
        allow_huge: bool = False,
        photo: Path | None = None,
        page: int | None = None,
    ) -> None:
        """Open one photo or session, and walk through its folder from now on.

        Args:
            allow_huge, photo, page: See `ImageController.open`.
        """
        self.walk.leave_chosen()
        self._allow_huge, self._target = allow_huge, None
        self._images.open(path, allow_huge, photo, page)

    def open_all(self, paths: Sequence[Path], allow_huge: bool = False) -> None:
        """Open files or folders: the first one now, the others are walked through.

        Args:
            allow_huge: See `ImageController.open`; for all of them.
        """
        paths = [absolute(path) for path in paths]
        if len(paths) == 1 and paths[0].name.lower().endswith((*SUFFIXES, SUFFIX)):
            self.open(paths[0], allow_huge)  # need not wait for a look whether it is a folder
        elif paths:
            self._allow_huge, self._target = allow_huge, None
            self.walk.gather(tuple(paths))

    @Slot()
    def ask(self) -> None:
        """Ask which photos or session to open."""
        kinds = translate("Files", "Images and Sessions ({patterns});;All Files (*)")
        chosen, _ = QFileDialog.getOpenFileNames(
            self._parts.window,
            translate("Files", "Open Images or Session"),
            str(self._images.opening.folder),
            kinds.format(patterns=f"{IMAGES} *{SUFFIX}"),
        )
        self.open_all([Path(path) for path in chosen])

    # -- walking ---------------------------------------------------------------------------------

    @Slot()
    def next(self) -> None:
        """Open the next photo; after the last one comes the first."""
        self.step(1)

    @Slot()
    def previous(self) -> None:
        """Open the previous photo; before the first one comes the last."""
        self.step(-1)

    @Slot(int)
    def step(self, way: int) -> None:
        """Open a neighbour: the one after (1) or before (-1) the newest one that was wanted."""
        path = self.walk.neighbour(way)
        if path is None:
            return
        now, before = time.monotonic(), self._stepped
        self._stepped, self._way = now, way
        self._target = path
        self.walk.move_to(path)
        if not (self._images.opening.reading and now - before < REPEAT_SECONDS):
            self._open_target()

    def _open_target(self) -> None:
        if self._target is not None:
            self._asked = self._target
            ahead = self._ahead.take(self._target)
            self._images.open_next(self._target, ahead, self._allow_huge)

    @Slot(object)
    def _on_opened(self) -> None:
        path = self._images.path
        if path is not None and path != self._asked:  # not every photo on the way is recent
            self.recent.add(path)
        if path is not None and path == self._asked and self._target not in (None, path):
            self._open_target()  # a key is held down
        else:
            self._target = self._asked = None
            self.walk.follow(path)
        self.moved.emit()
        self._want_neighbours()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        """After a broken file the next step continues from there; after Stop, from the open one."""
        if sentence and self._target is not None and self._target != self._asked:
            self._open_target()  # a key is held down
            return
        target, self._target = self._target, None
        if not sentence and target is not None and self._images.path is not None:
            self.walk.move_to(self._images.path)
        self._want_neighbours()

    @Slot(object)
    def _on_gathered(self, path: Path) -> None:
        if self.walk.count == 1:
            self.open(path, self._allow_huge)
        else:
            self._images.open_next(path, None, self._allow_huge)

    @Slot()
    def _on_walk_changed(self) -> None:
        self._offer()
        self.moved.emit()
        self._want_neighbours()

    @Slot()
    def _offer(self) -> None:
        """Offer to step where there is anywhere to go."""
        possible = self.walk.neighbour(1) is not None
        next_photo, previous = (
            self._parts.actions[name] for name in ("next-photo", "previous-photo")
        )
        next_photo.setEnabled(possible)
        previous.setEnabled(possible)
        # Side by side, the inner edge of the pane is in the middle of the image area.
        mode = self._parts.panes.mode
        self._edges.allow(possible and (mode is None or mode.in_one_pane))
        self._edges.name(
            translate("Files", "Previous photo (Page Up)"),
            translate("Files", "Next photo (Page Down)"),
        )

    # -- reading ahead ---------------------------------------------------------------------------

    def _want_neighbours(self) -> None:
        """Read the next photo in the current direction ahead, and the previous one."""
        if self._images.scope is None or self._target is not None:
            return
        around = [self.walk.neighbour(self._way), self.walk.neighbour(-self._way)]
        self._ahead.want([path for path in around if path is not None])

    def _may_read_ahead(self) -> bool:
        scope = self._images.scope
        return scope is not None and self._parts.navigator.at_rest and not self._images.working

    def close(self) -> None:
        """End the threads."""
        self._ahead.close()
        self.walk.close()
