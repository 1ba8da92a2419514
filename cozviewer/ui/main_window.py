"""The main window: opens pictures, passes the settled view to the document, tells how it goes."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.overlays import Kind
from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import chosen_since
from cozviewer.image.source import Source
from cozviewer.jobs.document import Document
from cozviewer.jobs.opener import Preview
from cozviewer.pyramid.wording import magnification_text, provenance_text
from cozviewer.session.session import SUFFIX
from cozviewer.session.source import OpenedImage
from cozviewer.ui.actions import Command, build, enable
from cozviewer.ui.compare.blind import Blind
from cozviewer.ui.compare.compared_images import GENERATED, Sides
from cozviewer.ui.compare.menu import CompareMenu
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.compare.second_engine import SecondEngine
from cozviewer.ui.dialogs import help as help_texts
from cozviewer.ui.dialogs.models_dialog import ModelsDialog
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.export.controller import Exporting
from cozviewer.ui.export.link import Returning
from cozviewer.ui.file_watch import FileWatch
from cozviewer.ui.idle import Idle
from cozviewer.ui.opening import PICTURES, Opening
from cozviewer.ui.prompts.controller import Prompting
from cozviewer.ui.prompts.side import PromptsSide
from cozviewer.ui.services import Services
from cozviewer.ui.sessions import Sessions
from cozviewer.ui.status.readout import Readout
from cozviewer.ui.view.draw_with import DrawWith
from cozviewer.ui.view.minimap import Minimap
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pointer import Pointer, pointed_place
from cozviewer.ui.widgets.banner import Banner
from cozviewer.ui.widgets.empty import EmptyPage
from cozviewer.ui.widgets.plain import window_title

KEY_ZOOM = 1.25
"""What + and - zoom by."""

HOLD_KEY = Qt.Key.Key_B
"""Shows the other picture of a blink comparison while it is held."""

ARROW_PART = 0.15
"""Part of the view that an arrow key moves."""

FILES = f"Pictures and sessions ({PICTURES} *{SUFFIX});;All files (*)"


class MainWindow(QMainWindow):
    """One picture and everything around it.

    Signals:
        opened: a picture and its chain are open.
        photo_painted: it is on screen.
        closing: the window has begun to close for good.
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
        self._choice = choice
        self._document: Document | None = None
        self._closing: list[Document] = []
        self._engine_place = ""
        self._refined = False
        self._was_working = False

        self.navigator = Navigator(self)
        self.panes = ComparePanes(self.navigator)
        self.readout = Readout()
        self._empty = EmptyPage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.panes)
        self.banner = Banner(self._pages)
        self._pages.currentChanged.connect(self.banner.raise_)
        self.minimap = Minimap(self.navigator, self.panes.generated)
        self.prompting = Prompting(self.navigator, self.panes.generated, self)
        self._exporting = Exporting(
            self.navigator,
            self.panes,
            self.readout,
            self.banner,
            lambda: self.bookmarks_menu.bookmarks,
            self,
        )
        sides = QSplitter()
        sides.setObjectName("sides")
        sides.setHandleWidth(3)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self._pages)
        sides.setStretchFactor(0, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(sides, 1)
        column.addWidget(self.readout)
        self.setCentralWidget(page)
        self.readout.hide()

        self.actions_by_name, self._bar = build(self, self._commands(), services.icon)
        self.draw_with = DrawWith(self.panes, self.banner, self._menu("&View"))
        self.engine_menu = EngineMenu(services.engines, choice, self, services.missing_files)
        self.menuBar().insertMenu(self._menu("&Help").menuAction(), self.engine_menu)
        self.engine_menu.chosen.connect(self._on_engine_chosen)
        self.engine_menu.drafts_wanted.connect(self._on_drafts_wanted)
        self.panes.set_drafts_wanted(self.engine_menu.drafts)
        self.compare_menu = CompareMenu(services.engines, self.engine_menu, self)
        self.menuBar().insertMenu(self._menu("&Help").menuAction(), self.compare_menu)
        self._second = SecondEngine(services, self.panes, self)
        self._sessions = Sessions(
            services.open_chain, self.navigator, self._second, self.readout, self.banner, self
        )
        self.bookmarks_menu = self._sessions.menu
        self.menuBar().insertMenu(self._menu("&Help").menuAction(), self.bookmarks_menu)
        self.compare_menu.chosen.connect(self._on_compare_chosen)
        self.compare_menu.recipe_chosen.connect(self._second.choose)
        self.compare_menu.amplified.connect(self.panes.amplify)
        self._second.failed.connect(self.banner.warn)
        self._second.retired.connect(self._retire)
        self.engine_menu.models_wanted.connect(self.show_models)
        self._models: ModelsDialog | None = None
        enable(self.actions_by_name, picture=False)
        self.compare_menu.setEnabled(False)
        self._prompts = PromptsSide(self.prompting.panel, self.actions_by_name["prompts"])
        sides.addWidget(self._prompts)

        self._opening = Opening(services.open_chain, self)
        self._opening.started.connect(self._on_reading)
        self._opening.previewed.connect(self._on_previewed)
        self._opening.opened.connect(self._on_opened)
        self._opening.failed.connect(self._on_open_failed)
        self._opening.noticed.connect(self.banner.warn)
        self._opening.told.connect(self.banner.tell)
        self._file = FileWatch(self)
        self._file.told.connect(self.banner.warn)

        self.idle = Idle(
            self,
            self.navigator,
            self.panes,
            lambda: self._opening.reading or self._sessions.saving,
        )
        self.idle.set_wanted(self.engine_menu.ahead)
        self.engine_menu.ahead_wanted.connect(self.idle.set_wanted)
        for action in self.actions_by_name.values():  # a shortcut's key reaches nobody else
            action.triggered.connect(self.idle.disturb)
        self.idle.began.connect(self._on_ahead_began)
        self.idle.ended.connect(self._on_ahead_ended)
        self._empty.open_wanted.connect(self.choose_picture)
        self._empty.sample_wanted.connect(lambda: self.open_picture(services.sample))
        self.readout.stop_wanted.connect(self.stop_work)
        self.navigator.moved.connect(self._tell_view)
        self.navigator.gesture_started.connect(self._on_gesture)
        self.navigator.paused.connect(self._draw_draft)
        self.navigator.settled.connect(self._on_settled)
        self.prompting.refine_wanted.connect(self._on_refine_wanted)
        self.prompting.told.connect(self.banner.tell)
        self.prompting.setup_wanted.connect(self.engine_menu.ask)
        self._returning = Returning(self.navigator, self.banner, self)
        self._opening.led.connect(self._returning.follow)
        self._pointer = Pointer(self.panes.generated, self)
        self._pointer.described.connect(self.readout.show_pointed)
        self._blind = Blind(self.navigator, self.panes, self.banner, self)
        self.compare_menu.blind_wanted.connect(self._blind.ask)
        self._blind.begun.connect(lambda: self._set_blind(True))
        self._blind.ended.connect(lambda: self._set_blind(False))
        self.panes.generated.changed.connect(self._tell_view)
        self.panes.refine_wanted.connect(self._on_refine_wanted)
        self.panes.generated.painted.connect(self._on_painted)

    # -- commands --------------------------------------------------------------------------------

    def _commands(self) -> list[Command]:
        go = self.navigator
        return [
            Command("open", "&File", "&Open…", ("Ctrl+O",), self.choose_picture, "open",
                    needs_picture=False, short="Open"),
            Command("reload", "&File", "&Reload", ("F5",), self.reload),
            Command("export", "&File", "&Export…", ("Ctrl+S", "Ctrl+E"), self._exporting.ask,
                    "export", short="Export"),
            Command("region", "&File", "Export &part…", ("Ctrl+Shift+E",),
                    self._exporting.ask_region),
            Command("go-on", "&File", "&Go on with export", (), self._exporting.go_on),
            Command("movie", "&File", "&Zoom movie…", ("Ctrl+Shift+M",), self._exporting.ask_movie),
            Command("session", "&File", "Save &session…", ("Ctrl+Shift+S",),
                    lambda: self._sessions.ask()),
            Command("quit", "&File", "&Quit", ("Ctrl+Q",), self.close, needs_picture=False,
                    separated=True),
            Command("in", "&View", "Zoom &in", ("+", "=", "Ctrl++"), lambda: go.zoom(KEY_ZOOM),
                    "zoom-in", separated=True),
            Command("out", "&View", "Zoom &out", ("-", "Ctrl+-"), lambda: go.zoom(1 / KEY_ZOOM),
                    "zoom-out"),
            Command("fit", "&View", "&Whole picture", ("0", "Home"), go.fit, "fit"),
            Command("one", "&View", "&1:1, source pixels", ("1",), go.one_to_one, "one-to-one"),
            Command("previous", "&View", "&Previous view", ("Backspace",), go.previous,
                    "previous"),
            Command("compare", "&View", "&Compare", ("C",), self.set_comparing,
                    "compare", checkable=False, separated=True, short="Compare"),
            Command("prompts", "&View", "Pro&mpts", ("P",), self.prompting.set_shown,
                    "prompts", checkable=False, short="Prompts"),
            Command("origin", "&View", "Where it comes &from", ("O",), self.set_origin_shown,
                    checkable=False, separated=True),
            Command("trust", "&View", "How far it stays &true", ("T",), self.set_trust_shown,
                    checkable=False),
            Command("map", "&View", "&Map", ("M",), self._set_map, checkable=True,
                    needs_picture=False),
            Command("still", "&View", "&Reduced motion", (), self._set_reduced_motion,
                    checkable=False, needs_picture=False),
            Command("full", "&View", "&Full screen", ("F11",), self.toggle_full_screen,
                    needs_picture=False, separated=True),
            Command("refine", "&View", "Refine this &view", ("R",), self.refine_again),
            Command("stop", "&View", "&Stop work", (), self.stop_work),
            Command("keys", "&Help", "&Mouse and keys", ("F1",), self._show_keys,
                    needs_picture=False),
            Command("about", "&Help", "&About cozviewer", (), self._show_about,
                    needs_picture=False),
        ]  # fmt: skip

    def _menu(self, title: str) -> QMenu:
        for action in self.menuBar().actions():
            menu = action.menu()
            if isinstance(menu, QMenu) and menu.title() == title:
                return menu
        raise LookupError(title)

    @property
    def document(self) -> Document | None:
        """The open picture."""
        return self._document

    def open_picture(
        self, path: Path, allow_huge: bool = False, picture: Path | None = None
    ) -> None:
        """Read a picture, or a session (and its `picture`, if that is somewhere else), in the
        background; what is open stays until it is there."""
        self.banner.hide()  # what it says is about what was there before
        self._returning.forget()
        open_now = self._document.source if self._document else None
        self._opening.open(path, self._choice, allow_huge, picture, open_now)

    @Slot()
    def choose_picture(self) -> None:
        """Ask for a picture or a session."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Open a picture or a session", str(self._opening.folder), FILES
        )
        if chosen:
            self.open_picture(Path(chosen))

    @Slot()
    def reload(self) -> None:
        """Read the file again."""
        if self._document is None:
            return
        source, session = self._document.source, self._document.image.session
        if session is not None:
            self.open_picture(session.path, picture=source.path)
        elif source.path is not None:
            self.open_picture(source.path)

    @Slot()
    def show_models(self) -> None:
        """Show which models are here, and offer the rest."""
        if self._models is None:
            self._models = ModelsDialog(self._services.offers, self._services.fetch, self)
        self._models.open()

    @Slot(bool)
    def set_comparing(self, comparing: bool) -> None:
        """Compare as last time, or end it."""
        if comparing != (self.compare_menu.mode is not None):
            self.compare_menu.toggle()

    @Slot(object, object)
    def _on_compare_chosen(self, mode: Mode | None, sides: Sides) -> None:
        beside = self.panes.mode is Mode.SIDE
        if self._blind.active and (mode is not Mode.SIDE or (beside and sides != self.panes.sides)):
            self._blind.end()  # another comparison was chosen
        self.panes.compare(mode, sides)
        self.actions_by_name["compare"].setChecked(mode is not None)

    @Slot(bool)
    def set_origin_shown(self, shown: bool) -> None:
        """Colour the picture by where its pixels come from, or not."""
        self._show_overlay("origin", "trust", shown)

    @Slot(bool)
    def set_trust_shown(self, shown: bool) -> None:
        """Colour the picture by how far each step departs from the one before, or not."""
        self._show_overlay("trust", "origin", shown)

    def _set_blind(self, blind: bool) -> None:
        """Let nothing tell what is what while it is judged."""
        self._pointer.set_silent(blind)
        # The map lies over the generated picture alone.
        self._set_map(not blind and self.actions_by_name["map"].isChecked())
        self.actions_by_name["map"].setEnabled(not blind)
        for name in ("origin", "trust"):
            self.actions_by_name[name].setChecked(False)
            self.actions_by_name[name].setEnabled(not blind)
        if blind and self.panes.mode is not Mode.SIDE:
            self.compare_menu.compare_side_by_side()

    def _show_overlay(self, kind: Kind, other: Kind, shown: bool) -> None:
        if shown:
            self.actions_by_name[other].setChecked(False)
        if shown or not self.actions_by_name[other].isChecked():
            self.panes.generated.layer.set_overlay(kind if shown else None)

    @Slot()
    def toggle_full_screen(self) -> None:
        """Give the whole screen to the picture, or take it back."""
        full = not self.isFullScreen()
        self.menuBar().setVisible(not full)
        self._bar.setVisible(not full)
        # The other states stay: a maximised window is maximised again afterwards.
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def stop_work(self) -> None:
        """Stop opening, steps, export and saving; what was made stays."""
        self._opening.stop()
        self._sessions.stop()
        if self._document is not None:
            self._document.stop()

    @Slot()
    def refine_again(self) -> None:
        """Go on with a view that was stopped."""
        self._on_settled()

    # -- opening ---------------------------------------------------------------------------------

    @Slot(str)
    def _on_reading(self, name: str) -> None:
        self.readout.show()
        self.readout.show_work(Progress(f"Reading {name}", 0, 0, 0, None))

    @Slot(object)
    def _on_previewed(self, preview: Preview) -> None:
        if self._document is None:
            self._pages.setCurrentWidget(self.panes)
            self.navigator.set_source(preview.width, preview.height)
            self.panes.set_preview(preview)

    @Slot(object, object, object)
    def _on_opened(self, choice: EngineChoice, image: OpenedImage, chain: Chain) -> None:
        services, source = self._services, image.source
        document = Document(
            chain,
            services.devices,
            services.trim,
            find=services.find,
            quick=services.quick,
            may_ahead=services.may_ahead,
            session=image.session,
        )
        old, self._document = self._document, document
        document.progressed.connect(self._on_progress)
        document.refined.connect(self._on_refined)
        document.stopped.connect(self._on_stopped)
        document.warmed.connect(self._on_warmed)
        document.failed.connect(self.banner.warn)
        if image.session is None:
            self._choice = choice
        elif old is not None and old.source is source:  # else the session brought its engine
            self._choice = chosen_since(self._choice, self.engine_menu.choice, choice)
        self._engine_place = ""
        self.engine_menu.show_choice(choice, self._choice)
        self._tell_engine()
        self.readout.show_work(None)
        self._pages.setCurrentWidget(self.panes)
        self.setWindowTitle(f"{window_title(source.name)} — cozviewer")
        enable(self.actions_by_name, picture=True)
        self.compare_menu.setEnabled(True)
        self.panes.set_document(document, choice)
        self._second.set_image(image)
        self.prompting.set_document(document)
        self._exporting.set_document(document)
        self._pointer.set_document(document)
        self.idle.set_document(document)
        self._blind.set_document(document)
        self._prompts.follow(chain.upscaler.accepts_prompt)
        self.minimap.set_source(source)
        self._file.watch(source.path)
        if old is None or not _same_place(old.source, source):
            self.navigator.set_source(source.width, source.height)
        elif self.navigator.at_rest:
            self._on_settled()
        self._sessions.set_document(document, choice)
        self._returning.arrived(source)
        if old is not None:
            self._retire(old)
        self.panes.generated.setFocus()
        self.opened.emit()

    @Slot(str)
    def _on_open_failed(self, sentence: str) -> None:
        """A picture or engine could not be opened: what was there before goes on."""
        if sentence:
            self.banner.warn(sentence)
        self.readout.show_work(None)
        shown = self._choice if self._document is None else self.engine_menu.choice
        self.engine_menu.show_choice(shown, self._choice)
        if self._document is None:
            self.panes.set_preview(None)
            self._pages.setCurrentWidget(self._empty)
            self.readout.hide()

    @Slot(object)
    def _on_engine_chosen(self, choice: EngineChoice) -> None:
        if self._document is None:
            self._choice = choice
        else:
            self._opening.switch(self._document.image, choice)

    @Slot(object)
    def _retire(self, document: Document) -> None:
        """Let a document's threads end by themselves: a tile under work takes a moment."""
        self._closing.append(document)
        document.closed.connect(self._on_document_closed)
        document.close()

    @Slot()
    def _on_document_closed(self) -> None:
        document = self.sender()
        if isinstance(document, Document) and document in self._closing:
            self._closing.remove(document)
            document.deleteLater()

    # -- the view --------------------------------------------------------------------------------

    @Slot()
    def _on_gesture(self) -> None:
        if self._document is not None:
            self._document.interrupt()
            if not self._document.exporting:
                self.readout.show_work(None)
        self._refined = self._was_working = False

    @Slot()
    def _on_settled(self) -> None:
        if self._document is None:
            return
        self._refined = self._was_working = False
        if self.panes.shown is GENERATED:
            self._draw_draft()
            self._document.refine(self.panes.generated.view)
        else:
            self._document.interrupt()
            self._tell_view()

    @Slot()
    def _draw_draft(self) -> None:
        """Have a draft drawn of the view, or of the one that the camera glides to, from the pointer
        outwards."""
        if self._document is None or not self.panes.shows_drafts:
            return
        pane = self.panes.generated
        view, place = replace(pane.view, camera=self.navigator.goal), pointed_place(pane)
        self._document.draw_draft(view, place.x(), place.y())

    @Slot(bool)
    def _on_drafts_wanted(self, wanted: bool) -> None:
        self.panes.set_drafts_wanted(wanted)
        self._tell_view()

    @Slot()
    def _on_refine_wanted(self) -> None:
        if self.navigator.at_rest:  # else it will be when it has settled
            self._on_settled()

    @Slot()
    def _on_painted(self) -> None:
        self.photo_painted.emit()
        if self._document is not None:
            # The frame must reach the screen before the engine's import holds the interpreter.
            QTimer.singleShot(50, self._document, self._document.warm)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._was_working = True
        self.readout.show_work(progress)

    @Slot()
    def _on_refined(self) -> None:
        self._refined = True
        self._end_work("Refined" if self._was_working else "", final=True)

    @Slot()
    def _on_stopped(self) -> None:
        self._end_work("Stopped; press R to go on", final=False)

    def _end_work(self, note: str, final: bool) -> None:
        if self._document is not None and not self._document.exporting:
            self.readout.show_note(note)
        self.panes.generated.finish(final)
        self._tell_view()

    @Slot()
    def _on_ahead_began(self) -> None:
        self.readout.show_note("Drawing ahead")

    @Slot()
    def _on_ahead_ended(self) -> None:
        self.readout.show_note("")

    @Slot()
    def _tell_view(self) -> None:
        if self._document is None:
            return
        camera, upscaler = self.navigator.camera, self._document.chain.upscaler
        maker, generative = upscaler.name, upscaler.generative
        if self.panes.shown.kernel is not None:
            maker, generative = self.panes.shown.kernel, False
        refined = self._refined or self.panes.generated.sharp
        layer = self.panes.generated.layer
        drafts = layer.shows_draft, layer.draft_over
        text = provenance_text(camera, maker, generative, refined, *drafts, layer.borrows)
        self.readout.show_view(magnification_text(camera), text)

    @Slot(str, object)
    def _on_warmed(self, place: str, devices: list[str]) -> None:
        if self.sender() is self._document:
            self._engine_place = place
            self.engine_menu.show_devices(devices)
            supported = self._services.numbers(self.engine_menu.choice.device)
            self.engine_menu.show_numbers(supported, place)
            self._tell_engine()

    def _tell_engine(self) -> None:
        if self._document is not None:
            name = self._document.chain.upscaler.name
            self.readout.show_engine(
                f"{name} · {self._engine_place}" if self._engine_place else name
            )

    # -- the rest --------------------------------------------------------------------------------

    @Slot(bool)
    def _set_map(self, shown: bool) -> None:
        self.minimap.wanted = shown
        self.minimap.follow()

    @Slot(bool)
    def _set_reduced_motion(self, reduced: bool) -> None:
        self.navigator.reduced_motion = reduced
        self.readout.set_reduced_motion(reduced)

    @Slot()
    def _show_keys(self) -> None:
        help_texts.show_keys(self)

    @Slot()
    def _show_about(self) -> None:
        help_texts.show_about(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        view = self.navigator.view_size
        arrows = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        way = arrows.get(Qt.Key(event.key()))
        if way is not None:
            self.navigator.step(way[0] * view[0] * ARROW_PART, way[1] * view[1] * ARROW_PART)
        elif event.key() == HOLD_KEY:
            self.panes.hold(True)
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        """Stop work and close the banner; where there is neither, leave a mode."""
        working = self._document is not None and self._document.working
        if working or self._opening.reading or self._sessions.saving or self.banner.text:
            self.banner.hide()
            self.stop_work()
        elif self._blind.active:
            self._blind.end()
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
        """Stop all work, wait for the piece under way, leave no thread behind."""
        self.closing.emit()
        self.hide()
        if self._models is not None:
            self._models.shut_down()
        self._exporting.close()
        self._opening.close()
        self._sessions.close()
        self._second.close()
        documents = [*self._closing, *([self._document] if self._document else [])]
        for document in documents:
            document.close()
        for document in documents:
            document.wait()
        self.panes.set_document(None)
        self.prompting.set_document(None)
        self._pointer.set_document(None)
        self.idle.set_document(None)
        self._document = None
        super().closeEvent(event)


def _same_place(old: Source, new: Source) -> bool:
    """Tell whether a view of one picture is a view of the other: it is the same picture, or what
    the same file holds now, as large as before."""
    if old.digest == new.digest:
        return True
    same_size = (old.width, old.height) == (new.width, new.height)
    return same_size and old.path is not None and old.path == new.path
