"""Looks up the prompts that the levels under a view were generated with, off the GUI thread."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.prompt_history import LevelPrompt, steps_below
from cozviewer.jobs.latest import answer
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_region
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.translation import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class PromptsRequest:
    """A request for the prompts under a view at rest.

    Attributes:
        view: Camera and size.
        cancelled: Set when a newer request replaces this one.
    """

    view: View
    cancelled: Event = field(default_factory=Event)


class PromptFinder(QObject):
    """Looks up prompts; lives on a worker's thread.

    Signals:
        found: (PromptsRequest, tuple[LevelPrompt, ...]) coarse to fine; empty where the view shows
            nothing but source pixels.
        failed: (str) one sentence.
    """

    found = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self._pyramid = pyramid

    @Slot(object)
    def find(self, request: PromptsRequest) -> None:
        """Answer one request, unless it has been cancelled."""
        answer(
            request,
            lambda: self._steps_below(request.view),
            lambda words: self.found.emit(request, words),
            self.failed.emit,
            QT_TRANSLATE_NOOP("Error", "reading the prompts"),
        )

    def _steps_below(self, view: View) -> tuple[LevelPrompt, ...]:
        return steps_below(self._pyramid, wanted_region(view, self._pyramid.source))
