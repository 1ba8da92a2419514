"""Collects what the panels Info and Histogram show, on its own thread."""

from dataclasses import dataclass, field, replace
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from cozviewer.chain.chain import Chain
from cozviewer.chain.textures.borrowed_texture import borrows
from cozviewer.chain.trust.view_shares import Share, shares_of
from cozviewer.export.origin import Origin, read_origin
from cozviewer.image.facts.exif_fields import ExifFields, exif_fields
from cozviewer.image.facts.file_facts import FileFacts, file_facts
from cozviewer.image.facts.histogram import Histogram, histogram_of
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.jobs.images import to_rgb8
from cozviewer.jobs.latest import answer
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_region

SAMPLED_PIXELS = 16_000_000
"""Pixels of the largest overview whose pixels are counted for a photo that is not in memory."""


@dataclass(frozen=True)
class PhotoRequest:
    """A request for information about a photo and its file.

    Attributes:
        source: The photo.
        cancelled: Set when another photo is shown.
    """

    source: Source
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True)
class PhotoInfo:
    """What is known about a photo and its file.

    Attributes:
        facts: About the file; None if there is none, or it can no longer be read.
        exif: How the photo was taken.
        origin: What made it, if cozviewer exported it.
    """

    facts: FileFacts | None
    exif: ExifFields
    origin: Origin | None


@dataclass(frozen=True)
class ViewRequest:
    """A request for the composition of a view.

    Attributes:
        chain: What it is made with.
        view: Camera and size.
        finest: As for `compose`.
        cancelled: Set when a newer request replaces this one.
    """

    chain: Chain
    view: View
    finest: int | None
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True)
class ViewInfo:
    """The composition of a view.

    Attributes:
        shares: Its parts, coarse to fine.
        borrowed: Whether it holds texture that is borrowed from elsewhere in the photo.
    """

    shares: tuple[Share, ...]
    borrowed: bool


@dataclass(frozen=True, eq=False)
class HistogramRequest:
    """A request for a histogram.

    Attributes:
        source: The photo, all of which counts if there is no `image`.
        image: The view as it is shown.
        part: The part of `image` that shows the photo.
        cancelled: Set when a newer request replaces this one.
    """

    source: Source
    image: QImage | None
    part: Rect
    cancelled: Event = field(default_factory=Event)


class InfoJob(QObject):
    """Answers requests; lives on a worker's thread.

    Signals:
        photo_known: (PhotoRequest, PhotoInfo)
        view_known: (ViewRequest, ViewInfo)
        counted: (HistogramRequest, Histogram)
        failed: (object, str) The request, and one sentence.
    """

    photo_known = Signal(object, object)
    view_known = Signal(object, object)
    counted = Signal(object, object)
    failed = Signal(object, str)

    @Slot(object)
    def read_photo(self, request: PhotoRequest) -> None:
        """Read the information about a photo."""
        answer(
            request,
            lambda: _photo_info(request),
            lambda info: self.photo_known.emit(request, info),
            lambda sentence: self.failed.emit(request, sentence),
            "reading the file's metadata",
        )

    @Slot(object)
    def describe_view(self, request: ViewRequest) -> None:
        """Determine the composition of a view."""
        answer(
            request,
            lambda: _view_info(request),
            lambda info: self.view_known.emit(request, info),
            lambda sentence: self.failed.emit(request, sentence),
            "describing the view",
        )

    @Slot(object)
    def count(self, request: HistogramRequest) -> None:
        """Count pixels."""
        answer(
            request,
            lambda: _histogram(request),
            lambda histogram: self.counted.emit(request, histogram),
            lambda sentence: self.failed.emit(request, sentence),
            "counting the pixels",
        )


def _photo_info(request: PhotoRequest) -> PhotoInfo:
    source, cancelled = request.source, request.cancelled.is_set
    exif = exif_fields(source.exif)
    if source.path is None or not source.path.is_file():
        return PhotoInfo(None, exif, None)
    if isinstance(source.levels, TiledLevels):
        facts = source.levels.file_facts(source.path.stat().st_size)
    else:
        facts = file_facts(source.path, cancelled)
    return PhotoInfo(facts, exif, read_origin(source.path, cancelled))


def _view_info(request: ViewRequest) -> ViewInfo:
    chain, view = request.chain, request.view
    pyramid = chain.pyramid
    shares = shares_of(pyramid, view, chain.upscaler.generative, request.finest)
    borrowed = False
    if request.finest is None and any(share.level > 0 for share in shares):
        region = wanted_region(view, pyramid.source)
        borrowed = borrows(chain.texture, pyramid, region, request.cancelled.is_set)
    return ViewInfo(shares, borrowed)


def _histogram(request: HistogramRequest) -> Histogram:
    cancelled = request.cancelled.is_set
    if request.image is None:
        source = request.source
        if source.levels.in_memory:
            return histogram_of(source.levels[0], cancelled)
        return replace(histogram_of(source.small(SAMPLED_PIXELS)[1], cancelled), sampled=True)
    part = request.part
    rgb = to_rgb8(request.image)[part.y : part.bottom, part.x : part.right]
    return histogram_of(rgb, cancelled)
