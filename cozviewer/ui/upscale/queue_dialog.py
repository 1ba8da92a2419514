"""The window of the upscale queue: its photos, its progress, and what can be done with them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelection, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListView,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.ui.files.show_in_folder import FileManager
from cozviewer.ui.upscale.items import QueueItem, State
from cozviewer.ui.upscale.queue import UpscaleQueue
from cozviewer.ui.upscale.queue_list import QueueDelegate, QueueModel
from cozviewer.ui.widgets.plain import Label
from cozviewer.ui.widgets.theme import quiet
from cozviewer.util.translation import translate
from cozviewer.util.units import duration_text

SOON_MS = 50
"""Time in which several photos that change count as one change."""


def dropped_paths(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """Return the files and folders that are dragged."""
    urls = event.mimeData().urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


class QueueDialog(QDialog):
    """The window of the queue; it can stay open beside the main window.

    It has an attribute for each button, more than 12.

    Signals:
        add_wanted: (list[Path]) More photos are wanted: these, or any if the list is empty.
        open_wanted: (Path) An upscaled photo is to be shown.
    """

    add_wanted = Signal(object)
    open_wanted = Signal(object)

    def __init__(self, queue: UpscaleQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Upscale", "Upscale Queue"))
        self.setAcceptDrops(True)
        self.resize(620, 460)
        self._queue = queue
        self._show_in_folder: Callable[[Path], None] = FileManager(self).show_file
        self.model = QueueModel(queue, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(QueueDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(True)
        self.list.setMinimumHeight(70)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.doubleClicked.connect(self._open_result)
        self.empty = Label(
            translate("Upscale", "No photos yet. Add photos, or drop files and folders here.")
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        quiet(self.empty)
        self.summary = Label()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, 1000)
        self.add = _button(translate("Upscale", "Add Photos…"))
        self.add.setShortcut(QKeySequence("Ctrl+U"))
        self.selected = _button(translate("Upscale", "Selected"))
        self.pause = _button("")
        self.clear = _button(translate("Upscale", "Clear Finished"))
        self._make_actions()
        self._lay_out()
        self.add.clicked.connect(lambda: self.add_wanted.emit([]))
        self.pause.clicked.connect(self._toggle)
        self.clear.clicked.connect(queue.clear_finished)
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        queue.changed.connect(self._describe)
        self._soon = QTimer(self)  # thousands of photos may change at once
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._describe)
        queue.item_changed.connect(self._describe_soon)
        queue.progressed.connect(self._describe)
        self._describe()

    def _make_actions(self) -> None:
        self.open_result = QAction(translate("Upscale", "Open Result"), self)
        self.open_result.triggered.connect(self._open_result)
        self.in_folder = QAction(translate("Upscale", "Show in Folder"), self)
        self.in_folder.triggered.connect(self._show_folder)
        self.retry = QAction(translate("Upscale", "Try Again"), self)
        self.retry.triggered.connect(lambda: self._queue.retry(self._numbers()))
        self.remove = QAction(translate("Upscale", "Remove from Queue"), self)
        self.remove.setShortcut(QKeySequence.StandardKey.Delete)
        self.remove.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.remove.triggered.connect(lambda: self._queue.remove(self._numbers()))
        self.row_actions = (self.open_result, self.in_folder, self.retry, self.remove)
        self.addActions(self.row_actions)
        menu = QMenu(self)
        menu.addActions(self.row_actions)
        self.selected.setMenu(menu)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.add, self.selected, self.clear):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.pause)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.summary)
        column.addWidget(self.bar)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)

    # -- what is shown ---------------------------------------------------------------------------

    @Slot()
    def _describe_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _describe(self) -> None:
        """Show how far the queue is, and what can be done."""
        queue, progress = self._queue, self._queue.progress
        rows = bool(queue.items)
        self.empty.setVisible(not rows)
        self.list.setVisible(rows)
        self.summary.setVisible(rows)
        self.bar.setVisible(queue.open_count > 0)
        self.bar.setValue(round(1000 * progress.fraction))
        self.summary.setText(summary_text(queue))
        self.pause.setText(
            translate("Upscale", "Resume")
            if queue.open_count and not queue.running
            else translate("Upscale", "Pause")
        )
        self.pause.setEnabled(queue.open_count > 0)
        self.pause.setDefault(queue.open_count > 0 and not queue.running)
        self.clear.setEnabled(any(item.state is State.DONE for item in queue.items))
        self._enable()

    @Slot(QItemSelection, QItemSelection)
    def _on_selected(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self._enable()

    def _enable(self) -> None:
        items = self._selected()
        done = [item for item in items if item.result is not None]
        self.open_result.setEnabled(len(done) == 1)
        self.in_folder.setEnabled(len(items) == 1)
        self.retry.setEnabled(any(item.state is State.FAILED for item in items))
        self.remove.setEnabled(bool(items))
        self.selected.setEnabled(bool(items))

    def _selected(self) -> list[QueueItem]:
        found = (self.model.item(index) for index in self.list.selectedIndexes())
        return [item for item in found if item is not None]

    def _numbers(self) -> list[int]:
        return [item.number for item in self._selected()]

    # -- what is done ----------------------------------------------------------------------------

    @Slot()
    def _toggle(self) -> None:
        if self._queue.running:
            self._queue.pause()
        else:
            self._queue.resume()

    @Slot()
    def _open_result(self) -> None:
        for item in self._selected():
            if item.result is not None:
                self.open_wanted.emit(item.result)
                return

    @Slot()
    def _show_folder(self) -> None:
        for item in self._selected():
            self._show_in_folder(item.result or item.photo)
            return

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if not self._selected():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.row_actions)
        menu.popup(self.list.viewport().mapToGlobal(place))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := dropped_paths(event):
            event.acceptProposedAction()
            self.add_wanted.emit(paths)


def summary_text(queue: UpscaleQueue) -> str:
    """Return how far a queue is: "2 of 5 photos · 45% · 3 min left"."""
    progress, items = queue.progress, queue.items
    if queue.open_count:
        total = progress.total
        text = translate("Upscale", "{done} of %n photo(s) finished", None, total)
        parts = [text.format(done=f"{progress.done:,}")]
    else:
        done = sum(item.state is State.DONE for item in items)
        parts = [translate("Upscale", "%n photo(s) finished", None, done)]
    failed = sum(item.state is State.FAILED for item in items)
    if failed:
        parts.append(translate("Upscale", "%n failed", None, failed))
    if not queue.open_count:
        return " · ".join(parts)
    parts.append(f"{int(100 * progress.fraction)}%")
    if not queue.running:
        parts.append(translate("Upscale", "paused"))
    elif queue.holding:
        parts.append(translate("Upscale", "waiting for the view"))
    elif progress.seconds_left is not None:
        left = duration_text(progress.seconds_left)
        parts.append(translate("Upscale", "{time} left").format(time=left))
    return " · ".join(parts)


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    return button
