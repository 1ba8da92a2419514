"""Reads the numbers of a file and makes small images of them while a tone is chosen."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.image.pixels import Rgb8
from cozviewer.image.tone import Tone, Window
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.shown import counts_of, presets_of, samples_of, shown, usual_span
from cozviewer.image.toning.tone_range import Preset
from cozviewer.jobs.latest import answer

MOST_PIXELS = 1 << 19
"""Pixels of the small image: more than a window shows of it, and few enough for a drag."""


@dataclass(frozen=True)
class NumbersRequest:
    """A request for the numbers of a file.

    Attributes:
        path: The file.
        page: Which page or frame, from 1.
        cancelled: Set when a newer request replaces this one.
    """

    path: Path
    page: int
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class Numbers:
    """What is known about the numbers of a file.

    Attributes:
        samples: The numbers, thinned out.
        presets: Tones to choose from.
        span: The values that a histogram shows.
    """

    samples: Samples
    presets: tuple[Preset, ...]
    span: Window


@dataclass(frozen=True, eq=False)
class ToneRequest:
    """A request for a small image by a tone.

    Attributes:
        samples: The numbers.
        tone: The tone.
        span: The values that a histogram shows.
        bands: Those that it counts, from 1; () counts none.
        cancelled: Set when a newer request replaces this one.
    """

    samples: Samples
    tone: Tone
    span: Window
    bands: tuple[int, ...]
    cancelled: Event = field(default_factory=Event)


@dataclass(frozen=True, eq=False)
class ToneView:
    """A small image by a tone.

    Attributes:
        rgb: (h, w, 3) sRGB, the whole image.
        counts: (bands, BINS) of the histogram; None if it was not requested.
    """

    rgb: Rgb8
    counts: NDArray[np.int64] | None


class ToneJob(QObject):
    """Answers requests; lives on a worker's thread.

    Signals:
        known: (NumbersRequest, Numbers)
        toned: (ToneRequest, ToneView)
        failed: (object, str) The request, and one sentence.
    """

    known = Signal(object, object)
    toned = Signal(object, object)
    failed = Signal(object, str)

    @Slot(object)
    def read(self, request: NumbersRequest) -> None:
        """Read the numbers of a file."""
        answer(
            request,
            lambda: _numbers(request),
            lambda numbers: self.known.emit(request, numbers),
            lambda sentence: self.failed.emit(request, sentence),
            "reading the values of the file",
        )

    @Slot(object)
    def show(self, request: ToneRequest) -> None:
        """Make a small image."""
        answer(
            request,
            lambda: _view(request),
            lambda view: self.toned.emit(request, view),
            lambda sentence: self.failed.emit(request, sentence),
            "showing the tone",
        )


def _numbers(request: NumbersRequest) -> Numbers:
    samples = samples_of(request.path, request.page, MOST_PIXELS, request.cancelled.is_set)
    return Numbers(samples, presets_of(samples), usual_span(samples))


def _view(request: ToneRequest) -> ToneView:
    counts = None
    if request.bands:
        counts = counts_of(request.samples, request.bands, request.span)
    return ToneView(shown(request.samples, request.tone), counts)
