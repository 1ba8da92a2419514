"""Prompts in the window: the panel follows the view, changed words are drawn, kept or discarded."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.chain import DESCRIBING, Progress
from cozviewer.chain.draft import region_anew
from cozviewer.chain.prompt_history import LevelWords
from cozviewer.image.rect import Rect
from cozviewer.jobs.document import Document
from cozviewer.jobs.latest import Latest
from cozviewer.jobs.prompt_finder import WordsRequest
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser, level_name
from cozviewer.ui.prompts.draft_bar import DraftBar, new_words_text
from cozviewer.ui.prompts.panel import Level, PromptsPanel
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.navigator import Navigator

NO_PICTURE = "Open a picture and zoom in: what each generated level was told is listed here."

NO_LEVELS = (
    "These are the picture's own pixels. Zoom in: what each generated level was told is listed"
    " here, to be changed and drawn again."
)


def takes_no_words(engine: str) -> str:
    """Return what is said of an engine that does not listen."""
    return (
        f"{engine} takes no words: it draws from the pixels alone.\n\n"
        "With an engine that accepts prompts, such as Chain-of-Zoom (menu Engine), what each"
        " level was told is listed here, to be changed and drawn again."
    )


class Prompting(QObject):
    """Joins panel, bar and document.

    Attributes:
        panel: The words.
        bar: Keep or discard.

    Signals:
        refine_wanted: what the view lacks is another thing now.
        told: (str) one sentence.
    """

    refine_wanted = Signal()
    told = Signal(str)

    def __init__(self, navigator: Navigator, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self.panel = PromptsPanel()
        self.bar = DraftBar(canvas)
        self._canvas = canvas
        self._document: Document | None = None
        self._words: Latest[WordsRequest, tuple[LevelWords, ...]] = Latest()
        self._found: tuple[LevelWords, ...] = ()
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
        """Be told whether the panel can be seen; else no words are looked for."""
        self._shown = shown
        self._follow()

    def set_document(self, document: Document | None) -> None:
        """Show a document's words. An undecided draft of the one before is discarded."""
        if self._document is not None:
            self._leave(self._document)
        self._document = document
        self._found, self._working = (), None
        self.panel.forget()
        if document is not None:
            document.words_found.connect(self._on_words)
            document.tiles_changed.connect(self._follow)
            document.progressed.connect(self._on_progress)
            document.refined.connect(self._on_work_ended)
            document.stopped.connect(self._on_work_ended)
            document.drafting.changed.connect(self._show)
        self._show()
        self._follow()

    def _leave(self, document: Document) -> None:
        document.words_found.disconnect(self._on_words)
        document.tiles_changed.disconnect(self._follow)
        document.progressed.disconnect(self._on_progress)
        document.refined.disconnect(self._on_work_ended)
        document.stopped.disconnect(self._on_work_ended)
        document.drafting.changed.disconnect(self._show)
        levels = document.drafting.levels
        if levels:
            document.drafting.discard()
            self.told.emit(f"{new_words_text(levels)} were not kept; the older picture stays.")

    # -- what is shown ---------------------------------------------------------------------------

    @Slot()
    def _follow(self) -> None:
        """Find the words under the view."""
        self._words.cancel()
        document = self._document
        if document is not None and document.chain.upscaler.accepts_prompt and self._shown:
            document.find_words(self._words.ask(WordsRequest(self._canvas.view)))

    @Slot(object, object)
    def _on_words(self, request: WordsRequest, found: tuple[LevelWords, ...]) -> None:
        if not self._words.accept(request, found) or self._document is None:
            return
        if self._document.drafting.in_force:  # else they are found anew as soon as it is
            self._found = found
            self._show()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        """A prompter that is asked, or a step that begins, is told at its level."""
        notes = {DESCRIBING: f"{DESCRIBING}…", f"Drawing {level_name(progress.z)}": "Drawing…"}
        note = notes.get(progress.stage)
        working = None if note is None else (progress.z, note)
        if working != self._working:
            self._working = working
            self._show()
            self._follow()  # a step that has begun has its words

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
        """Show rows and bar as things stand."""
        document = self._document
        hint, has_tiles = NO_PICTURE, False
        drafted: tuple[int, ...] = ()
        if document is not None:
            engine = document.chain.upscaler
            hint = NO_LEVELS if engine.accepts_prompt else takes_no_words(engine.name)
            drafted, has_tiles = document.drafting.levels, document.drafting.has_tiles
        self.bar.show_levels(drafted, has_tiles)
        notes = dict.fromkeys(drafted, "New, not kept yet")
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
    def _redraw(self, z: int, words: str) -> None:
        """Have a level's step made anew where the view is."""
        document, view = self._document, self._canvas.view
        if document is None:
            return
        source = document.source
        finest = wanted_level(view, source.coarsest)
        if z > finest:
            return  # the view has left the level just now
        region = view.visible(finest, source.width, source.height)
        seen = coarser(region, finest - z + STEP_LEVELS)
        made = next((found.step for found in self._found if found.z == z), None)
        whole = Rect(0, 0, 0, 0) if made is None else made.level_region
        anew = region_anew(whole, seen, (view.width, view.height))
        step = document.chain.step(z, anew, words)
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
            self.told.emit("A picture is being saved; discard when that is done, or stop it (Esc).")
            return
        self._document.interrupt()
        self._document.drafting.discard()
        self.refine_wanted.emit()
