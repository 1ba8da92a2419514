"""Prompts in the window: the panel follows the view; levels are regenerated with edited prompts."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import Progress
from cozviewer.chain.draft import region_anew
from cozviewer.chain.prompt_history import LevelPrompt
from cozviewer.image.rect import Rect
from cozviewer.jobs.document import Document
from cozviewer.jobs.latest import Latest
from cozviewer.jobs.prompt_finder import PromptsRequest
from cozviewer.pyramid.compose import wanted_region
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser
from cozviewer.ui.prompts.draft_bar import DraftBar, new_version_text
from cozviewer.ui.prompts.panel import Level, PromptsPanel
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.navigator import Navigator
from cozviewer.util.translation import translate


class PromptsController(QObject):
    """Connects the panel and the bar of drafts with the document.

    Attributes:
        panel: Shows and edits prompts.
        bar: Asks whether to keep or discard a new version.

    Signals:
        refine_wanted: the missing tiles of the view have changed; they are to be generated.
        message: (str) a message for the user.
    """

    refine_wanted = Signal()
    message = Signal(str)

    def __init__(self, navigator: Navigator, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self.panel = PromptsPanel()
        self.bar = DraftBar(canvas)
        self._canvas = canvas
        self._document: Document | None = None
        self._prompts: Latest[PromptsRequest, tuple[LevelPrompt, ...]] = Latest()
        self._found: tuple[LevelPrompt, ...] = ()
        self._working: tuple[int, str] | None = None
        self._shown = False
        self.panel.redraw_wanted.connect(self._redraw)
        self.bar.keep.clicked.connect(self._keep)
        self.bar.discard.clicked.connect(self._discard)
        self.bar.older_wanted.connect(canvas.layer.exact.show_older)
        navigator.gesture_started.connect(self._on_gesture)
        navigator.settled.connect(self._follow)
        self._show()

    def set_shown(self, shown: bool) -> None:
        """Set whether the panel is visible; prompts are only looked up while it is."""
        self._shown = shown
        self._follow()

    def set_document(self, document: Document | None) -> None:
        """Show the prompts of a document. An undecided draft of the previous one is discarded."""
        if self._document is not None:
            self._leave(self._document)
        self._document = document
        self._found, self._working = (), None
        self.panel.forget()
        if document is not None:
            document.prompts_found.connect(self._on_prompts)
            document.tiles_changed.connect(self._follow)
            document.progressed.connect(self._on_progress)
            document.refined.connect(self._on_work_ended)
            document.stopped.connect(self._on_work_ended)
            document.drafting.changed.connect(self._show)
        self._show()
        self._follow()

    def _leave(self, document: Document) -> None:
        document.prompts_found.disconnect(self._on_prompts)
        document.tiles_changed.disconnect(self._follow)
        document.progressed.disconnect(self._on_progress)
        document.refined.disconnect(self._on_work_ended)
        document.stopped.disconnect(self._on_work_ended)
        document.drafting.changed.disconnect(self._show)
        levels = document.drafting.levels
        if levels:
            document.drafting.discard()
            text = translate("Prompts", "{new_version} discarded.")
            self.message.emit(text.format(new_version=new_version_text(levels)))

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def is_searching(self) -> bool:
        """Whether the prompts under the view are being looked up."""
        return self._prompts.pending is not None

    @Slot()
    def _follow(self) -> None:
        """Look up the prompts under the view."""
        self._prompts.cancel()
        document = self._document
        if document is not None and document.chain.upscaler.accepts_prompt and self._shown:
            document.find_prompts(self._prompts.ask(PromptsRequest(self._canvas.view)))

    @Slot(object, object)
    def _on_prompts(self, request: PromptsRequest, found: tuple[LevelPrompt, ...]) -> None:
        if not self._prompts.accept(request, found) or self._document is None:
            return
        if self._document.drafting.in_force:  # otherwise they are looked up again as soon as it is
            self._found = found
            self._show()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        """Show at its level that a prompt is being written or tiles are being generated."""
        note = None
        if progress.kind == "describing":
            note = translate("Prompts", "Describing this area…")
        elif progress.kind == "generating":
            note = translate("Prompts", "Generating…")
        working = None if note is None else (progress.z, note)
        if working != self._working:
            self._working = working
            self._show()
            self._follow()  # a step that has begun has a prompt

    @Slot()
    def _on_work_ended(self) -> None:
        self._working = None
        self._show()
        self._follow()

    @Slot()
    def _on_gesture(self) -> None:
        self._working = None
        self._show()

    @Slot()
    def _show(self) -> None:
        """Update rows and bar."""
        document = self._document
        hint, has_tiles = no_photo_text(), False
        drafted: tuple[int, ...] = ()
        if document is not None:
            hint = no_levels_text()
            drafted, has_tiles = document.drafting.levels, document.drafting.has_tiles
        self.bar.show_levels(drafted, has_tiles)
        notes = dict.fromkeys(drafted, translate("Prompts", "New, not saved yet"))
        if self._working is not None:
            notes[self._working[0]] = self._working[1]
        levels = [
            Level(
                found.z, None if found.step is None else found.step.prompt, notes.get(found.z, "")
            )
            for found in self._found
        ]
        self.panel.show_levels(levels, hint)

    # -- what is changed -------------------------------------------------------------------------

    @Slot(int, str)
    def _redraw(self, z: int, prompt: str) -> None:
        """Regenerate a level where the view is, with another prompt."""
        document, view = self._document, self._canvas.view
        if document is None:
            return
        finest, region = wanted_region(view, document.source)
        if z > finest:
            return  # the view no longer shows the level
        seen = coarser(region, finest - z + STEP_LEVELS)
        made = next((found.step for found in self._found if found.z == z), None)
        whole = Rect(0, 0, 0, 0) if made is None else made.level_region
        anew = region_anew(whole, seen, (view.width, view.height))
        step = document.chain.step(z, anew, prompt)
        self._found = tuple(
            replace(found, step=step) if found.z == z else found for found in self._found
        )
        document.interrupt()
        document.drafting.redraw(step)
        self.refine_wanted.emit()

    @Slot()
    def _keep(self) -> None:
        if self._document is not None:
            self._document.interrupt()
            self._document.drafting.keep()
            self.refine_wanted.emit()

    @Slot()
    def _discard(self) -> None:
        if self._document is None:
            return
        if self._document.exporting:
            self.message.emit(
                translate("Prompts", "An export is running. Wait for it, or cancel it (Esc).")
            )
            return
        self._document.interrupt()
        self._document.drafting.discard()
        self.refine_wanted.emit()


def no_photo_text() -> str:
    """Return the hint that is shown while no photo is open."""
    return translate(
        "Prompts", "Open a photo and zoom in. The prompt of each zoom level appears here."
    )


def no_levels_text() -> str:
    """Return the hint that is shown while the view shows the photo itself."""
    return translate("Prompts", "This is the original photo. Zoom in to see and edit prompts.")
