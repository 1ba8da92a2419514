"""The main window: shows which image is open, and takes keys, drops and the close button."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow

from cozviewer.chain.chain import Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.ui.dialogs.models_dialog import ModelsDialog
from cozviewer.ui.image_controller import ImageController
from cozviewer.ui.image_scope import ImageScope
from cozviewer.ui.services import Services
from cozviewer.ui.widgets.plain import window_title
from cozviewer.ui.window_parts import WindowParts
from cozviewer.util.translation import translate

HOLD_KEY = Qt.Key.Key_B
"""Shows the other image of a blink comparison while it is held."""

ARROW_PART = 0.15
"""Part of the view that an arrow key moves."""

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MainWindow(QMainWindow):
    """One image and everything around it.

    Attributes:
        parts: What the window is made of.
        images: Opens images, and keeps the one that is open.
        navigator, panes, readout, banner, minimap, prompting, actions_by_name, draw_with,
            engine_menu, compare_menu, bookmarks_menu: Those of the parts that are used most, which
            is why the window has more than 12 attributes.

    Signals:
        opened: An image and its chain are open.
        photo_painted: The photo is on screen.
        closing: The window has begun to close for good.
    """

    opened = Signal()
    photo_painted = Signal()
    closing = Signal()

    def __init__(self, services: Services, choice: EngineChoice) -> None:
        super().__init__()
        self.setWindowTitle("cozviewer")
        self.resize(1280, 860)
        self.setAcceptDrops(True)
        self._services = services
        self._models: ModelsDialog | None = None
        self.parts = parts = WindowParts(self, services, choice)
        self.navigator, self.panes = parts.navigator, parts.panes
        self.readout, self.banner, self.minimap = parts.readout, parts.banner, parts.minimap
        self.prompting, self.actions_by_name = parts.prompting, parts.actions
        self.draw_with, self.engine_menu = parts.draw_with, parts.engine_menu
        self.compare_menu, self.bookmarks_menu = parts.compare_menu, parts.sessions.menu
        self.images = images = ImageController(services, choice, parts)
        images.opening.started.connect(self._on_reading)
        images.opening.previewed.connect(self._on_previewed)
        images.opening.failed.connect(self._on_open_failed)
        images.shown.connect(self._on_shown)
        images.opened.connect(self._on_opened)
        parts.empty.open_wanted.connect(images.ask)
        parts.empty.sample_wanted.connect(lambda: self.open_picture(services.sample))
        parts.comparison.retired.connect(images.retire)
        self.engine_menu.chosen.connect(images.choose_engine)
        self.engine_menu.models_wanted.connect(self.show_models)
        self.readout.stop_wanted.connect(self.stop_work)
        self.panes.generated.painted.connect(self.photo_painted)

    @property
    def document(self) -> Document | None:
        """The document of the open image."""
        return None if self.images.scope is None else self.images.scope.document

    def open_picture(
        self,
        path: Path,
        allow_huge: bool = False,
        picture: Path | None = None,
        page: int | None = None,
    ) -> None:
        """Open a photo or a session; see `ImageController.open`."""
        self.images.open(path, allow_huge, picture, page)

    @Slot()
    def show_models(self) -> None:
        """Show which models are installed, and offer the rest."""
        if self._models is None:
            self._models = ModelsDialog(self._services.offers, self._services.fetch, self)
        self._models.open()

    @Slot(bool)
    def set_reduced_motion(self, reduced: bool) -> None:
        """Let nothing glide or fade, or again."""
        self.navigator.reduced_motion = reduced
        self.readout.set_reduced_motion(reduced)

    @Slot()
    def toggle_full_screen(self) -> None:
        """Give the whole screen to the image, or leave full screen."""
        full = not self.isFullScreen()
        self.menuBar().setVisible(not full)
        self.parts.bar.setVisible(not full)
        # The other states stay: a maximised window is maximised again afterwards.
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def stop_work(self) -> None:
        """Stop all work; see `ImageController.stop`."""
        self.images.stop()

    # -- opening ---------------------------------------------------------------------------------

    @Slot(str)
    def _on_reading(self, name: str) -> None:
        self.readout.show()
        self.readout.show_work(Progress(f"Opening {name}", 0, 0, 0, None))

    @Slot(object)
    def _on_previewed(self, preview: Preview) -> None:
        if self.images.scope is None:
            self.parts.pages.setCurrentWidget(self.panes)
            self.navigator.set_source(preview.width, preview.height)
            self.panes.show_preview(preview)

    @Slot(object)
    def _on_shown(self, scope: ImageScope) -> None:
        scope.warmed.connect(self._on_warmed)
        self.engine_menu.show_choice(scope.choice, self.images.choice)
        self.parts.pages.setCurrentWidget(self.panes)
        source = scope.source
        title = window_title(source.name)
        if source.pages > 1:
            title += " " + translate("Window", "({page} of {pages})").format(
                page=source.page, pages=source.pages
            )
        self.setWindowTitle(f"{title} — cozviewer")
        self.parts.enable(picture=True)
        self.parts.comparison.set_image(scope.document.image)
        self.parts.prompts_side.follow(scope.document.chain.upscaler.accepts_prompt)
        self.minimap.set_source(scope.source)

    @Slot(object)
    def _on_opened(self, scope: ImageScope) -> None:
        self.panes.generated.setFocus()
        self.opened.emit()

    @Slot(str)
    def _on_open_failed(self, sentence: str) -> None:
        """Go on with what was open before."""
        if sentence:
            self.banner.warn(sentence)
        self.readout.show_work(None)
        self.engine_menu.show_choice(self.images.choice_in_use, self.images.choice)
        if self.images.scope is None:
            self.panes.show_preview(None)
            self.parts.pages.setCurrentWidget(self.parts.empty)
            self.readout.hide()

    @Slot(str, object)
    def _on_warmed(self, place: str, devices: list[str]) -> None:
        self.engine_menu.show_devices(devices)
        supported = self._services.numbers(self.engine_menu.choice.device)
        self.engine_menu.show_numbers(supported, place)

    # -- input -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = ARROWS.get(Qt.Key(event.key()))
        if arrow is not None:
            dx, dy = (
                way * ARROW_PART * size
                for way, size in zip(arrow, self.navigator.view_size, strict=True)
            )
            self.navigator.step(dx, dy)
        elif event.key() == HOLD_KEY:
            self.panes.hold(True)
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        """Stop work and close the banner; where there is neither, leave a mode."""
        scope = self.images.scope
        if self.images.working or self.banner.text:
            self.banner.hide()
            self.stop_work()
        elif scope is not None and scope.blind.active:
            scope.blind.end()
        elif self.isFullScreen():
            self.toggle_full_screen()
        else:
            self.stop_work()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == HOLD_KEY and not event.isAutoRepeat():
            self.panes.hold(False)
        else:
            super().keyReleaseEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.open_picture(Path(url.toLocalFile()))
                event.acceptProposedAction()
                return

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop all work, wait for the tile under work, leave no thread behind."""
        self.closing.emit()
        self.hide()
        if self._models is not None:
            self._models.shut_down()
        self.parts.exporting.close()
        self.parts.sessions.close()
        self.parts.comparison.close()
        self.images.close()
        super().closeEvent(event)
