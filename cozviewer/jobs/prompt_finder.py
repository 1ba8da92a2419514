"""Finds the words that the levels under a view were made with, off the GUI thread."""

from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.chain.prompt_history import words_below
from cozviewer.jobs.report import sentence_of
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True)
class WordsRequest:
    """A view at rest.

    Attributes:
        view: Camera and size.
        cancelled: Set when a newer request took its place.
    """

    view: View
    cancelled: Event = field(default_factory=Event)


class WordsFinder(QObject):
    """Signals:
    found: (WordsRequest, tuple[LevelWords, ...]) coarse to fine; none where all is source.
    failed: (str) one sentence.
    """

    found = Signal(object, object)
    failed = Signal(str)

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self._pyramid = pyramid

    @Slot(object)
    def find(self, request: WordsRequest) -> None:
        """Answer one request, unless it is not wanted any more."""
        if request.cancelled.is_set():
            return
        source, view = self._pyramid.source, request.view
        z = wanted_level(view, source.coarsest)
        try:
            words = words_below(self._pyramid, z, view.visible(z, source.width, source.height))
        except Exception as error:
            self.failed.emit(sentence_of(error, "reading the words"))
        else:
            self.found.emit(request, words)
