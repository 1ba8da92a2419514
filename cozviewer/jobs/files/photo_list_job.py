"""Reads what a list of photos shows: which photos are in a folder, their sizes and thumbnails."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.export.upscaling.inputs import FoundPhoto, photos_in
from cozviewer.image import exif
from cozviewer.image.reading import opened
from cozviewer.image.source import preview
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.report import sentence_of
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate

THUMBNAIL = 96
"""Longest side of a thumbnail in pixels."""

LARGEST_DECODED = 4_000_000
"""Pixels up to which a photo that has no quick preview is decoded for its thumbnail."""


@dataclass(frozen=True, eq=False)
class FindRequest:
    """Files and folders that were added to a list; compared by identity.

    Attributes:
        paths: As they were dropped or chosen.
        cancelled: Set to stop.
    """

    paths: tuple[Path, ...]
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True)
class PhotoLook:
    """What a list shows of a photo.

    Attributes:
        path: The photo.
        width, height: Its size in pixels, upright; 0 if it cannot be opened.
        image: Its thumbnail; None where that would take long.
        problem: Why it cannot be opened, as one sentence; "" if it can.
    """

    path: Path
    width: int
    height: int
    image: QImage | None = None
    problem: str = ""


class PhotoListJob(QObject):
    """Signals:
    found: (FindRequest, tuple[FoundPhoto, ...], str) The photos of the files and folders, and a
        sentence about a folder that could not be used, or "".
    looked: (PhotoLook)
    """

    found = Signal(object, object, str)
    looked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.closing = Event()

    @Slot(object)
    def find(self, request: FindRequest) -> None:
        """Find the photos of files and folders; those of folders in all folders below, too."""
        photos: list[FoundPhoto] = []
        sentence = ""

        def stopped() -> bool:
            return self.closing.is_set() or request.cancelled.is_set()

        for path in request.paths:
            try:
                if path.is_dir():
                    photos += photos_in(path, True, stopped)
                else:
                    photos.append(FoundPhoto(path))
            except Cancelled:
                return
            except Exception as error:
                doing = translate("Upscale", "reading {name}").format(name=path.name)
                sentence = sentence_of(error, doing)
        self.found.emit(request, tuple(photos), sentence)

    @Slot(object)
    def look(self, path: Path) -> None:
        """Read the size of a photo, and make its thumbnail if that is quick."""
        if self.closing.is_set():
            return
        try:
            self.looked.emit(self._look(path))
        except Cancelled:
            return
        except Exception as error:
            self.looked.emit(PhotoLook(path, 0, 0, None, sentence_of(error, "reading a photo")))

    def _look(self, path: Path) -> PhotoLook:
        stopped = self.closing.is_set
        small = preview(path, stopped)
        if small is not None:
            rgb, width, height = small
            return PhotoLook(path, width, height, _thumbnail(Image.fromarray(rgb)))
        with opened(path, stopped) as (_, image):
            width, height = image.size
            turned = exif.orientation(image.info.get("exif"))
            thumbnail = None
            if width * height <= LARGEST_DECODED and turned == 1:
                try:
                    mode = "RGBA" if image.has_transparency_data else "RGB"
                    thumbnail = _thumbnail(image.convert(mode))
                except (OSError, ValueError, SyntaxError):  # damaged: it is reported later
                    thumbnail = None
        if turned >= 5:
            width, height = height, width
        return PhotoLook(path, width, height, thumbnail)


def _thumbnail(image: Image.Image) -> QImage:
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    return to_qimage(np.asarray(image))
