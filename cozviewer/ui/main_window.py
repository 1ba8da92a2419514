"""The main window: shows which image is open, and takes keys and the close button."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow

from cozviewer.chain.chain import Progress
from cozviewer.config.choice import EngineChoice
from cozviewer.config.fields import field_of
from cozviewer.jobs.document import Document
from cozviewer.jobs.files.opener import Preview
from cozviewer.ui.dialogs.about_dialog import show_about
from cozviewer.ui.dialogs.keys_dialog import KeysDialog
from cozviewer.ui.dialogs.models_dialog import ModelsDialog
from cozviewer.ui.files.browsing import Browsing
from cozviewer.ui.files.receiving import Receiving
from cozviewer.ui.files.view_commands import ViewCommands
from cozviewer.ui.image_controller import ImageController
from cozviewer.ui.image_scope import ImageScope
from cozviewer.ui.preferences.engine_memory import EngineMemory
from cozviewer.ui.preferences.window_state import keep_window
from cozviewer.ui.services import Services
from cozviewer.ui.widgets.plain import window_title
from cozviewer.ui.window_parts import WindowParts
from cozviewer.util.translation import translate, with_note

HOLD_KEY = Qt.Key.Key_B
"""Shows the other image of a blink comparison while it is held."""

ARROW_PART = 0.15
"""Part of the view that an arrow key moves; with Shift, it is a whole view."""

SHORTCUT = (
    Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.MetaModifier
)
"""With one of these, an arrow is a shortcut, and moves nothing while its command is disabled."""

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

STEPS = {Qt.Key.Key_Space: 1, Qt.Key.Key_Backspace: -1}
"""Keys to the next and the previous photo besides those of the menu. They are no shortcuts, so
that Space still presses a button that has the focus."""


class MainWindow(QMainWindow):
    """One image and everything around it.

    Attributes:
        parts: What the window is made of.
        images: Opens images, and keeps the one that is open.
        browsing: Opens files one after the other.
        receiving: Opens what is dropped or pasted.
        view_commands: Copies and prints the view.
        navigator, panes, readout, banner, minimap, prompting, actions_by_name, draw_with,
            engine_menu, compare_menu, bookmarks_menu: Those of the parts that are used most, which
            is why the window has more than 12 attributes.

    Signals:
        opened: An image and its chain are open.
        photo_painted: The photo is on screen.
        closing: The window is closing and will not be shown again.
    """

    opened = Signal()
    photo_painted = Signal()
    closing = Signal()

    def __init__(self, services: Services, choice: EngineChoice) -> None:
        super().__init__()
        self.setWindowTitle("cozviewer")
        self.resize(1280, 860)
        self._services = services
        self._models: ModelsDialog | None = None
        self.parts = parts = WindowParts(self, services, choice)
        self.navigator, self.panes = parts.navigator, parts.panes
        self.readout, self.banner, self.minimap = parts.readout, parts.banner, parts.minimap
        self.prompting, self.actions_by_name = parts.prompting, parts.actions
        self.draw_with, self.engine_menu = parts.draw_with, parts.engine_menu
        self.compare_menu, self.bookmarks_menu = parts.compare_menu, parts.sessions.menu
        self.images = images = ImageController(services, choice, parts)
        # First the sentence about one file; then browsing may go on to another.
        images.opening.failed.connect(self._on_open_failed)
        self.browsing = browsing = Browsing(images, parts)
        self.receiving = Receiving(browsing, images, parts)
        self.view_commands = ViewCommands(images, parts)
        browsing.moved.connect(self._show_title)
        images.opening.started.connect(self._on_reading)
        images.opening.progressed.connect(self.readout.show_work)
        images.opening.previewed.connect(self._on_previewed)
        images.shown.connect(self._on_shown)
        parts.toning.chosen.connect(images.show_tone)
        images.opened.connect(self._on_opened)
        parts.empty.open_wanted.connect(browsing.ask)
        parts.empty.sample_wanted.connect(lambda: self.open_image(services.sample))
        parts.comparison.retired.connect(images.retire)
        self.engine_menu.chosen.connect(images.choose_engine)
        memory = EngineMemory(lambda: images.choice, self)
        self.engine_menu.chosen.connect(memory.choose)
        images.opened.connect(memory.settle)
        self.engine_menu.models_wanted.connect(self.show_models)
        self.readout.stop_wanted.connect(self.stop_work)
        self.panes.generated.painted.connect(self.photo_painted)
        self.opened.connect(parts.upscaling.announce)

    @property
    def document(self) -> Document | None:
        """The document of the open image."""
        return None if self.images.scope is None else self.images.scope.document

    def open_image(
        self,
        path: Path,
        allow_huge: bool = False,
        photo: Path | None = None,
        page: int | None = None,
    ) -> None:
        """Open a photo, the photos of a folder, or a session; see `ImageController.open`."""
        if photo is None and page is None:
            self.browsing.open_all([path], allow_huge)
        else:
            self.browsing.open(path, allow_huge, photo, page)

    def open_images(self, paths: Sequence[Path], allow_huge: bool = False) -> None:
        """Open several files or a folder; see `Browsing.open_all`."""
        self.browsing.open_all(paths, allow_huge)

    @Slot()
    def show_models(self) -> None:
        """Show which models are installed, and offer the rest."""
        if self._models is None:
            self._models = ModelsDialog(self._services.offers, self._services.fetch, self)
        self._models.open()

    @Slot()
    def show_keys(self) -> None:
        """Show the shortcuts in effect, and mouse gestures."""
        dialog = KeysDialog(self.parts.preferences.shortcuts, self)
        dialog.change.clicked.connect(dialog.accept)
        dialog.change.clicked.connect(self.parts.preferences.show_shortcuts)
        dialog.open()

    @Slot()
    def show_about(self) -> None:
        """Show versions, folders and licences."""
        document = self.document
        device = "" if document is None else document.chain.upscaler.device
        show_about(self._services, device, self)

    @Slot()
    def toggle_full_screen(self) -> None:
        """Give the whole screen to the image, or leave full screen."""
        full = not self.isFullScreen()
        self.menuBar().setVisible(not full)
        self.parts.bar.setVisible(not full)
        # The other states stay: a maximised window is maximised again afterwards.
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def quit(self) -> None:
        """Close the window, after a question if photos are being upscaled."""
        if self.parts.upscaling.may_close():
            self.close()

    @Slot()
    def stop_work(self) -> None:
        """Stop all work; see `ImageController.stop`."""
        self.images.stop()
        self.panes.images.stop_others()

    # -- opening ---------------------------------------------------------------------------------

    @Slot(str)
    def _on_reading(self, name: str) -> None:
        self.readout.show()
        stage = translate("Files", "Opening {name}").format(name=name)
        self.readout.show_work(Progress(stage, 0, 0, 0, None))

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
        self._show_title()
        self.parts.enable(image=True)
        for name in ("reload", "show-in-folder"):
            self.actions_by_name[name].setEnabled(self.images.path is not None)
        for name in ("next-page", "previous-page"):
            self.actions_by_name[name].setEnabled(scope.source.pages > 1)
        self.parts.comparison.set_image(scope.document.image)
        upscaler = scope.document.chain.upscaler
        self.parts.prompts_command.follow(upscaler.name, upscaler.accepts_prompt)
        self.readout.pixel.forget_width()
        self.minimap.set_source(scope.source)
        self.parts.caution.setVisible(scope.document.chain.medical)
        self.engine_menu.show_found(scope.source.subject.field)
        self.parts.info.show_field(field_of(scope.choice, scope.source.subject.field).title)
        self.parts.backdrops.enable(alpha=scope.source.alpha is not None)

    @Slot()
    def _show_title(self) -> None:
        """Show in the title which image is open, and where it is in its folder."""
        if self.images.scope is not None:
            self.setWindowTitle(_title(self.images.scope, self.browsing.position))

    @Slot(object)
    def _on_opened(self, scope: ImageScope) -> None:
        focused = self.focusWidget()
        if focused is None or not self.parts.toning.panel.isAncestorOf(focused):
            self.panes.generated.setFocus()
        self.opened.emit()

    @Slot(str)
    def _on_open_failed(self, sentence: str) -> None:
        """Go on with what was open before."""
        if sentence:
            self.banner.warn(sentence)
        self.readout.show_work(None)
        self.parts.toning.take_back()
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
        if arrow is not None and not event.modifiers() & SHORTCUT:
            whole = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            part = 1.0 if whole else ARROW_PART
            self.navigator.step_part(part * arrow[0], part * arrow[1])
        elif event.key() == HOLD_KEY:
            self.panes.on_top.hold(True)
        elif event.key() in STEPS and not event.modifiers():
            self.browsing.step(STEPS[Qt.Key(event.key())])
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
            self.panes.on_top.hold(False)
        else:
            super().keyReleaseEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop all work, wait for the tile under work, leave no thread behind."""
        if event.spontaneous() and not self.parts.upscaling.may_close():
            event.ignore()
            return
        self.closing.emit()
        keep_window(self, self.parts.sides)
        self.hide()
        self.parts.preferences.close()
        if self._models is not None:
            self._models.shut_down()
        self.parts.exporting.close()
        self.parts.upscaling.close()
        self.parts.sessions.close()
        self.parts.comparison.close()
        self.browsing.close()
        self.images.close()
        super().closeEvent(event)


def _title(scope: ImageScope, position: tuple[int, int] | None) -> str:
    """Return the title over an image.

    Args:
        scope: What is open.
        position: Its number in its folder and how many there are, if they are known.
    """
    session = scope.document.image.session
    title, source = window_title(scope.source.name), scope.source
    if source.pages > 1:
        page = translate("Window", "page {page} of {pages}")
        page = page.format(page=f"{source.page:,}", pages=f"{source.pages:,}")
        title = with_note(title, page)
    if position is not None:
        place = translate("Window", "{number} of {count}")
        place = place.format(number=f"{position[0]:,}", count=f"{position[1]:,}")
        title = with_note(title, place)
    if session is not None:
        title = f"{window_title(session.path.name)} — {title}"
    return f"{title} — cozviewer"
