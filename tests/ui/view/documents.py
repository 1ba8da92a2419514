"""A document for the parts of a pane: it notes what is asked of it, and answers when told to."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from cozviewer.jobs.borrowed_finder import BorrowedRequest
from cozviewer.jobs.document import Document
from cozviewer.jobs.frame_composer import ComposedFrame, FrameRequest
from cozviewer.jobs.tile_loader import LoadRequest
from cozviewer.pyramid.camera import View, camera_at

VIEW = View(camera_at(50, 50, 2.0), 40, 30).aligned()
FAR_VIEW = View(camera_at(10, 10, 2.5), 40, 30).aligned()


class FakeDocument(QObject):
    """The signals of a document, and lists of the requests that it got."""

    tiles_answered = Signal(object)
    tiles_made = Signal(object)
    draft_drawn = Signal(object)
    sharper_drawn = Signal(object)
    tiles_changed = Signal(object)
    composed = Signal(object, object)
    marked = Signal(object, object, object)
    borrowed_found = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.chain = SimpleNamespace(upscaler=SimpleNamespace(generative=True))
        self.source = SimpleNamespace(width=100, height=100, coarsest=0)
        self.frames: list[FrameRequest] = []
        self.borrowed: list[BorrowedRequest] = []
        self.loads: list[LoadRequest] = []

    def compose(self, request: FrameRequest) -> None:
        self.frames.append(request)

    def find_borrowed(self, request: BorrowedRequest) -> None:
        self.borrowed.append(request)

    def load(self, request: LoadRequest) -> None:
        self.loads.append(request)

    def answer(self, request: FrameRequest, complete: bool = True) -> QImage:
        """Deliver a frame, and return it."""
        image = QImage(4, 3, QImage.Format.Format_RGB32)
        self.composed.emit(request, ComposedFrame(image, complete))
        return image

    @property
    def itself(self) -> Document:
        """This, for what takes a document."""
        return cast(Document, self)


@dataclass
class Heard:
    """The signals of an object, by name and in order."""

    names: list[str] = field(default_factory=list)

    def listen(self, sender: QObject, *names: str) -> None:
        for name in names:
            getattr(sender, name).connect(lambda *_, name=name: self.names.append(name))

    def take(self) -> list[str]:
        """Return what has come since the last call."""
        names, self.names = self.names, []
        return names
