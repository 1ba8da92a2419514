"""Upscaling in the window: opens the dialog and the queue, and lets the view generate first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QToolButton

from cozviewer.chain.chain import Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.export.upscaling.upscale import UpscaleOptions
from cozviewer.jobs.document import Document
from cozviewer.ui.services import Services
from cozviewer.ui.upscale.dialog import UpscaleDialog
from cozviewer.ui.upscale.kept import kept_options, kept_pace, queue_file
from cozviewer.ui.upscale.notify import Notifier
from cozviewer.ui.upscale.photo_lists import PhotoLists
from cozviewer.ui.upscale.queue import UpscaleQueue
from cozviewer.ui.upscale.queue_dialog import QueueDialog, summary_text
from cozviewer.ui.widgets.banner import Banner
from cozviewer.ui.widgets.plain import message_box, tool_tip
from cozviewer.util.translation import sentences, translate

if TYPE_CHECKING:
    from cozviewer.ui.image_controller import ImageController

WATCH_MS = 200
"""Time between two looks at whether the view still generates."""

GO_ON_AFTER = 5
"""How many checks in a row must find the view at rest before the queue continues: often the next
wheel event follows soon, and each interruption loses the current run."""


class Upscaling(QObject):
    """The dialog, the queue and its window. GUI thread.

    It has more than 12 attributes, for the widgets that it shows.

    Attributes:
        queue: The queue.
        mark: Shows the progress of the queue at the end of the menu bar.
    """

    def __init__(
        self,
        services: Services,
        images: Callable[[], ImageController],
        banner: Banner,
        window: QMainWindow,
    ) -> None:
        """Create the controller; the queue of the last time waits for the user.

        Args:
            images: Returns what holds the open image.
            banner: Shows how the work ended.
            window: Parent of the dialogs.
        """
        super().__init__(window)
        self._services, self._images = services, images
        self._banner, self._window = banner, window
        self._lists = PhotoLists(self)
        self.queue = UpscaleQueue(services.open_chain, services.trim, queue_file(), self)
        self.queue.open_cluster = services.open_cluster
        self._dialog: UpscaleDialog | None = None
        self._queue_dialog: QueueDialog | None = None
        self._question: QMessageBox | None = None
        self._notifier = Notifier(window)
        self._announced = False
        self.mark = QToolButton()
        self.mark.setObjectName("upscale-mark")
        self.mark.setAutoRaise(True)
        self.mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.mark.clicked.connect(self.show_queue)
        window.menuBar().setCornerWidget(self.mark, Qt.Corner.TopRightCorner)
        self._quiet = 0
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look_at_view)
        self.queue.changed.connect(self._on_progressed)
        self.queue.progressed.connect(self._on_progressed)
        self.queue.finished.connect(self._on_finished)
        self.queue.noticed.connect(banner.warn)
        self._on_progressed()
        QTimer.singleShot(0, self, self._announce)

    @property
    def running(self) -> bool:
        """Whether the queue works."""
        return self.queue.running

    @property
    def dialog(self) -> UpscaleDialog | None:
        """The upscale dialog while it is open."""
        return self._dialog

    @property
    def queue_dialog(self) -> QueueDialog | None:
        """The window of the queue, once it was opened."""
        return self._queue_dialog

    @Slot()
    def announce(self) -> None:
        """Show again, after the first photo is opened, that photos are left in the queue."""
        if not self._announced:
            self._announce()
            self._announced = True

    @Slot()
    def _announce(self) -> None:
        waiting = self.queue.open_count
        if waiting and not self.running:
            self._banner.show_message(
                translate(
                    "Upscale",
                    "%n photo(s) waiting to be upscaled since last time. Choose File > Upscale "
                    "Queue to resume.",
                    None,
                    waiting,
                )
            )

    @Slot()
    def ask(self) -> None:
        """Ask how the open photo is to be upscaled, or which photos are."""
        source = None if self._document is None else self._document.source
        self.ask_for([] if source is None or source.path is None else [source.path])

    def ask_for(self, paths: Sequence[Path]) -> None:
        """Ask how files and folders are to be upscaled; add them to the dialog if it is open."""
        if self._dialog is not None:
            self._dialog.add_paths(paths)
            self._dialog.raise_()
            return
        self._dialog = dialog = UpscaleDialog(
            paths, self._lists, kept_options(), self._engine_title(), self._pace(), self._window
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._on_wanted)
        dialog.finished.connect(self._on_dialog_closed)
        dialog.open()

    @Slot()
    def show_queue(self) -> None:
        """Show the window of the queue."""
        self._announced = True
        if self._queue_dialog is None:
            self._queue_dialog = dialog = QueueDialog(self.queue, self._window)
            dialog.add_wanted.connect(self.ask_for)
            dialog.open_wanted.connect(self._open_result)
            self._lists.looked.connect(dialog.model.show_look)
            self.queue.changed.connect(self._look_at_photos)
        self._look_at_photos()
        self._queue_dialog.show()
        self._queue_dialog.raise_()
        self._queue_dialog.activateWindow()

    def may_close(self) -> bool:
        """Return whether the window may close now; else ask, and close it if the user agrees."""
        if not self.running:
            return True
        if self._question is not None:
            return False
        count = self.queue.open_count
        box = message_box(
            self._window,
            QMessageBox.Icon.Question,
            translate("Upscale", "Quit?"),
            translate(
                "Upscale",
                "%n photo(s) still to be upscaled. You can resume the queue next time.",
                None,
                count,
            ),
            QMessageBox.StandardButton.NoButton,
        )
        leave = box.addButton(translate("Upscale", "Quit"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(leave)
        box.setEscapeButton(stay)
        box.accepted.connect(self._leave)
        box.finished.connect(self._on_answered)
        self._question = box
        box.open()
        return False

    def close(self) -> None:
        """Stop, and end the threads; the queue is kept."""
        self._watch.stop()
        self._notifier.hide()
        for dialog in (self._dialog, self._queue_dialog):
            if dialog is not None:
                dialog.close()
        self.queue.close()
        self._lists.close()

    # -- the view comes first --------------------------------------------------------------------

    @property
    def _document(self) -> Document | None:
        scope = self._images().scope
        return None if scope is None else scope.document

    @Slot(object)
    def set_document(self, document: Document) -> None:
        """Let the view of this document generate first."""
        document.view_work.progressed.connect(self._on_view_progress)

    @Slot(object)
    def _on_view_progress(self, progress: Progress) -> None:
        """Hold the queue: tiles of the view are missing, else nothing would be reported."""
        if self.queue.running and progress.done < progress.total:
            self._quiet = 0
            self.queue.set_held(True)

    @Slot()
    def _look_at_view(self) -> None:
        """Let the queue go on some time after the view is complete."""
        document = self._document
        busy = document is not None and document.view_work.working
        self._quiet = 0 if busy else self._quiet + 1
        if self._quiet >= GO_ON_AFTER:
            self.queue.set_held(False)

    # -- what the queue reports ------------------------------------------------------------------

    @Slot(object)
    def _on_wanted(self, photos: list[tuple[Path, UpscaleOptions]]) -> None:
        self._announced = True
        self.queue.add(photos, self._choice())
        if len(photos) > 1:
            self.show_queue()

    @Slot()
    def _on_dialog_closed(self) -> None:
        self._dialog = None

    @Slot()
    def _on_progressed(self) -> None:
        """Show the progress at the end of the menu bar."""
        queue = self.queue
        if queue.running != self._watch.isActive():
            if queue.running:
                self._watch.start()
            else:
                self._watch.stop()
                queue.set_held(False)
        self.mark.setVisible(queue.open_count > 0)
        if not queue.open_count:
            return
        if queue.running:
            part = int(100 * queue.progress.fraction)
            text = translate("Upscale", "Upscaling {percent}%").format(percent=part)
        else:
            count = queue.open_count
            text = translate("Upscale", "%n photo(s) waiting", None, count)
        if text != self.mark.text():
            self.mark.setText(text)
            # A menu bar places its corner only when it is resized.
            bar = self._window.menuBar()
            QApplication.postEvent(bar, QResizeEvent(bar.size(), bar.size()))
        self.mark.setToolTip(tool_tip(summary_text(queue)))

    @Slot(int, int)
    def _on_finished(self, done: int, failed: int) -> None:
        if not done and not failed:
            return
        text = translate("Upscale", "%n photo(s) upscaled.", None, done)
        if failed:
            trouble = translate(
                "Upscale", "%n photo(s) failed: see File > Upscale Queue.", None, failed
            )
            self._banner.warn(sentences((text, trouble)))
        else:
            results = [item.result for item in self.queue.items if item.result is not None]
            if done == 1 and results:
                saved = translate("Upscale", "Saved {path}.")
                text = saved.format(path=results[-1])
            self._banner.show_message(text)
        self._notifier.show(translate("Upscale", "Upscaling finished"), text)

    @Slot(object)
    def _open_result(self, path: Path) -> None:
        self._images().open(path)
        self._window.activateWindow()

    @Slot()
    def _look_at_photos(self) -> None:
        """Read sizes and thumbnails of the photos of the queue."""
        assert self._queue_dialog is not None
        model = self._queue_dialog.model
        for item in self.queue.items:
            look = self._lists.look(item.photo)
            if look is None:
                continue
            # The size may be known from the work on the photo, before the list was ever shown.
            lacks_image = look.image is not None and model.image(item) is None
            if lacks_image or not all(item.size):
                model.show_look(look)

    @Slot()
    def _leave(self) -> None:
        self.queue.pause()
        self._window.close()

    @Slot()
    def _on_answered(self) -> None:
        self._question = None

    # -- engine ----------------------------------------------------------------------------------

    def _choice(self) -> EngineChoice:
        return self._images().choice_in_use

    def _engine_title(self) -> str:
        if self._document is not None:
            return self._document.chain.upscaler.name
        name = self._choice().engine
        titles = {entry.name: entry.title for entry in self._services.engines}
        return titles.get(name, Path(name).name)

    def _pace(self) -> float | None:
        own = None if self._document is None else self._document.chain.seconds_per_pixel
        return kept_pace(self._choice()) if own is None else own
