"""The list of photos in the upscale dialog: add files and folders, drop them, remove them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.export.upscaling.inputs import FoundPhoto
from cozviewer.image.folder import SUFFIXES
from cozviewer.image.reading import shown_name
from cozviewer.jobs.files.photo_list_job import FindRequest, PhotoLook
from cozviewer.ui.upscale.photo_lists import PhotoLists
from cozviewer.ui.widgets.plain import tool_tip
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate

SOON_MS = 150
"""Time in which several photos that are measured count as one change."""

ROWS = 4
"""Rows that are visible without scrolling."""


class PhotoList(QWidget):
    """The list and its buttons.

    Signals:
        changed: Photos were added, removed or measured.
        problem: (str) A sentence about files or folders that cannot be used.
    """

    changed = Signal()
    problem = Signal(str)

    def __init__(self, lists: PhotoLists, paths: Sequence[Path]) -> None:
        """Begin with some files and folders."""
        super().__init__()
        self._lists = lists
        self._photos: dict[Path, FoundPhoto] = {}
        self._items: dict[Path, QListWidgetItem] = {}
        self._soon = QTimer(self)  # folders have thousands of photos, each measured on its own
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.changed)
        self._request: FindRequest | None = None
        self.list = QListWidget()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(ROWS * (self.fontMetrics().height() + 5) + 6)
        self.add = _button(translate("Upscale", "Add Photos…"))
        self.add_folder = _button(translate("Upscale", "Add Folder…"))
        self.remove = _button(translate("Upscale", "Remove"))
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.add, self.add_folder, self.remove):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.list)
        column.addLayout(row)
        self.add.clicked.connect(self._ask_files)
        self.add_folder.clicked.connect(self._ask_folder)
        self.remove.clicked.connect(self._remove)
        self.list.itemSelectionChanged.connect(self._enable)
        lists.found.connect(self._on_found)
        lists.looked.connect(self._on_looked)
        self._enable()
        self.add_paths(paths)

    @property
    def photos(self) -> list[FoundPhoto]:
        """The photos, without those that cannot be opened."""
        return [
            photo
            for path, photo in self._photos.items()
            if (look := self._lists.look(path)) is None or not look.problem
        ]

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of the photos that are measured."""
        looks = (self._lists.look(photo.path) for photo in self.photos)
        return [(look.width, look.height) for look in looks if look is not None and look.width]

    @property
    def searching(self) -> bool:
        """Whether folders are still being read, or `changed` follows in a moment."""
        return self._request is not None or self._soon.isActive()

    def add_paths(self, paths: Iterable[Path]) -> None:
        """Add files, and the photos of folders."""
        paths = list(paths)
        self._add(FoundPhoto(path) for path in paths if not path.is_dir())
        if folders := [path for path in paths if path.is_dir()]:
            self._request = self._lists.find(folders)

    def _add(self, photos: Iterable[FoundPhoto]) -> None:
        for photo in photos:
            if photo.path in self._photos:
                continue
            self._photos[photo.path] = photo
            item = QListWidgetItem(visible_line(shown_name(photo.path)))
            item.setData(Qt.ItemDataRole.UserRole, str(photo.path))
            item.setToolTip(tool_tip(str(photo.path)))
            self.list.addItem(item)
            self._items[photo.path] = item
            if (look := self._lists.look(photo.path)) is not None:
                self._show(item, look)
        self.changed.emit()

    @Slot(object, object, str)
    def _on_found(
        self, request: FindRequest, photos: tuple[FoundPhoto, ...], sentence: str
    ) -> None:
        if request is self._request:
            self._request = None
            self._add(photos)
            if sentence:
                self.problem.emit(sentence)

    @Slot(object)
    def _on_looked(self, look: PhotoLook) -> None:
        if look.path in self._items:
            self._show(self._items[look.path], look)
            if not self._soon.isActive():
                self._soon.start()

    def _show(self, item: QListWidgetItem, look: PhotoLook) -> None:
        name = visible_line(shown_name(look.path))
        if look.problem:
            item.setText(visible_line(f"{name}  ·  {look.problem}"))
            item.setToolTip(tool_tip(look.problem))
            item.setForeground(Qt.GlobalColor.gray)
        else:
            item.setText(f"{name}  ·  {look.width:,} × {look.height:,}")

    @Slot()
    def _ask_files(self) -> None:
        patterns = " ".join(sorted(f"*{suffix}" for suffix in SUFFIXES))
        images, everything = translate("Upscale", "Photos"), translate("Upscale", "All Files")
        chosen, _ = QFileDialog.getOpenFileNames(
            self,
            translate("Upscale", "Add Photos"),
            str(self._folder()),
            f"{images} ({patterns});;{everything} (*)",
        )
        self.add_paths(map(Path, chosen))

    @Slot()
    def _ask_folder(self) -> None:
        title = translate("Upscale", "Add the Photos of a Folder")
        chosen = QFileDialog.getExistingDirectory(self, title, str(self._folder()))
        if chosen:
            self.add_paths([Path(chosen)])

    def _folder(self) -> Path:
        return next((path.parent for path in self._photos), Path.home())

    @Slot()
    def _remove(self) -> None:
        for item in self.list.selectedItems():
            path = Path(item.data(Qt.ItemDataRole.UserRole))
            del self._photos[path], self._items[path]
            self.list.takeItem(self.list.row(item))
        self.changed.emit()

    @Slot()
    def _enable(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    return button
