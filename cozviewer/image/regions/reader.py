"""The program's side of the process that reads regions of one file; see `child`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cozviewer.image.georeference import Georeference
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers.notes import sentence
from cozviewer.image.readers.worker import Ended, Worker
from cozviewer.image.rect import Rect
from cozviewer.image.resolution import Resolution, resolution
from cozviewer.image.subject import UNKNOWN, Subject, scale_of_resolution
from cozviewer.image.tiled.protocol import RegionFacts, RegionRequest
from cozviewer.image.toning.samples import MOST_SAMPLES, Samples
from cozviewer.image.toning.tone_range import range_from_json
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.forks import Process, start
from cozviewer.util.translation import translate

_SECONDS_PER_PIXEL = 3e-6
_MOST_LEVELS = 64


def started(module: str) -> Process:
    """Start a process for a module of this package."""
    return start("cozviewer.image.regions.child", [f"cozviewer.image.regions.{module}"])


@dataclass(frozen=True)
class RegionProcess:
    """What the process runs, how it is started, and how long it may take.

    Attributes:
        module: The module of this package that reads the file.
        private: Whether errors of the library may quote personal data.
        started: Starts it for a module of this package.
        header_seconds: Time for starting it and reading a header; of a map, values of all of it.
        region_seconds: Time for reading a region, besides that of its pixels.
    """

    module: str
    private: bool = False
    started: Callable[[str], Process] = started
    header_seconds: float = 60.0
    region_seconds: float = 10.0


class ProcessReader:
    """A `RegionReader` whose file is read in its own process.

    A process that crashes or hangs in a region is ended, and the next region is read by a new one.
    A region that ended one twice, or hung, is not read again.
    """

    def __init__(
        self,
        kind: str,
        request: RegionRequest,
        process: RegionProcess,
        *,
        identity: bytes | None = None,
        subject: Subject | None = None,
    ) -> None:
        """Start the process and read the header.

        Args:
            kind: Name of the format.
            request: The file.
            process: What reads it.
            identity: See `RegionFacts`.
            subject: What it shows, if stated elsewhere in the file.

        Raises:
            BadInput: It cannot be read.
            Cancelled: `request.cancelled` is set.
        """
        self._kind, self._name = kind, request.name
        self._process = process
        self._request = {
            "module": process.module,
            "path": str(request.path.absolute()),
            "page": request.page,
            "managed": request.managed,
            "tone": request.tone.text,
            "private": process.private,
        }
        self._worker: Worker | None = None
        self._hopeless: set[tuple[int, Rect]] = set()
        self._closed = False
        header = self._start(request.cancelled)
        self._sizes = _sizes_of(header)
        self._facts = _facts_of(header, identity, subject)

    @property
    def kind(self) -> str:
        """See `RegionReader`."""
        return self._kind

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """See `RegionReader`."""
        return self._sizes

    @property
    def facts(self) -> RegionFacts:
        """See `RegionReader`."""
        return self._facts

    def read(self, level: int, region: Rect) -> Rgb8:
        """See `RegionReader`."""
        place = (level, region)
        if place in self._hopeless:
            raise self._stopped()
        for attempt in range(2):
            try:
                return self._read(level, region)
            except ValueError as error:
                raise BadInput(
                    translate(
                        "Error",
                        "A part of {name} is damaged ({reason}): get a fresh copy of it.",
                    ).format(name=self._name, reason=str(error).strip().rstrip("."))
                ) from error
            except Ended as error:
                self._end()
                if self._closed:
                    break
                if error.late or attempt:
                    self._hopeless.add(place)
                    raise (self._late() if error.late else self._stopped()) from error
        raise self._stopped()

    def numbers(self, most_pixels: int) -> Samples:
        """Return the numbers of the image, thinned out to at most so many pixels.

        Raises:
            BadInput: They cannot be read.
        """
        worker = self._worker
        if worker is None:
            raise self._stopped()
        try:
            command = json.dumps({"numbers": most_pixels}).encode() + b"\n"
            answer = worker.answer(command, self._process.header_seconds)
            shape, kind = tuple(int(side) for side in answer["shape"]), np.dtype(answer["type"])
            if len(shape) != 3 or prod(shape) > MOST_SAMPLES or kind.kind not in "uif":
                raise ValueError(f"{shape} samples of type {kind}")
            values = np.empty(shape, kind)
            worker.fill(values.reshape(-1).view(np.uint8).data)
            offered = range_from_json(answer["offered"])
            return Samples(values, offered, extent=answer["extent"])
        except (Ended, ValueError) as error:
            raise self._stopped() from error
        finally:
            worker.rested()

    def close(self) -> None:
        """See `RegionReader`; also while a region is being read."""
        self._closed = True
        self._end()

    def _read(self, level: int, region: Rect) -> Rgb8:
        worker = self._worker
        if worker is None:
            self._start(never)
            worker = self._worker
        if worker is None or self._closed:
            raise Ended(False)
        command = {
            "level": level,
            "x": region.x,
            "y": region.y,
            "width": region.width,
            "height": region.height,
        }
        channels = 4 if self._facts.alpha else 3
        values = np.empty((region.height, region.width, channels), np.uint8)
        try:
            seconds = self._process.region_seconds + _SECONDS_PER_PIXEL * region.area
            worker.answer(json.dumps(command).encode() + b"\n", seconds)
            worker.fill(values.reshape(-1).data)
        finally:
            worker.rested()
        return values

    def _start(self, cancelled: IsCancelled) -> dict[str, Any]:
        worker = Worker(self._name, cancelled)
        try:
            process = self._process
            header = worker.start(
                lambda: process.started(process.module),
                self._request,
                process.header_seconds,
            )
        except BaseException as error:
            worker.end()
            check_cancelled(cancelled)
            if isinstance(error, Ended):
                raise (self._late() if error.late else self._stopped()) from error
            if isinstance(error, ValueError):
                raise BadInput(self._damaged(str(error))) from error
            raise
        worker.rested()
        self._worker = worker
        return header

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()

    def _damaged(self, reason: str) -> str:
        return translate(
            "Error",
            "{name} begins like {kind} but cannot be read as such ({reason}): it is damaged or of "
            "a rare kind; get a fresh copy, or save it as PNG.",
        ).format(name=self._name, kind=self._kind, reason=reason.strip().rstrip("."))

    def _stopped(self) -> BadInput:
        return BadInput(
            translate(
                "Error",
                "A part of {name} cannot be read: the decoder of {kind} stopped unexpectedly; the "
                "file is damaged or too large; get a fresh copy, or save it as TIFF.",
            ).format(name=self._name, kind=self._kind)
        )

    def _late(self) -> BadInput:
        return BadInput(
            translate(
                "Error",
                "A part of {name} takes too long to be read: it is damaged or too large; save it "
                "as TIFF with another program.",
            ).format(name=self._name)
        )


def _sizes_of(header: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    """Return the sizes of the levels; those that are not smaller than the one before are left
    out, with all that follow."""
    sizes = [(int(width), int(height)) for width, height in header["sizes"][:_MOST_LEVELS]]
    kept = sizes[:1]
    for size in sizes[1:]:
        if size[0] >= kept[-1][0] or size[1] > kept[-1][1] or min(size) < 1:
            break
        kept.append(size)
    return tuple(kept)


def _facts_of(
    header: dict[str, Any], identity: bytes | None, subject: Subject | None
) -> RegionFacts:
    per_cm = header["per_cm"]
    found = None if per_cm is None else resolution(per_cm[0], per_cm[1], "cm")
    georeference = Georeference.from_json(header["georeference"])
    return RegionFacts(
        block=int(header["block"]),
        page=int(header["page"]),
        pages=int(header["pages"]),
        resolution=found,
        notices=tuple(sentence(key, numbers) for key, numbers in header["notes"]),
        subject=subject or _subject_of(str(header["field"]), found),
        colours=str(header["colours"]),
        bits=None if header["bits"] is None else int(header["bits"]),
        alpha=bool(header["alpha"]),
        profile=str(header["profile"]),
        georeference=georeference,
        identity=identity,
        offered=None if header["offered"] is None else range_from_json(header["offered"]),
    )


def _subject_of(field: str, found: Resolution | None) -> Subject:
    """Return what an image shows, and how large, where that is a slide."""
    return Subject("microscopy", scale_of_resolution(found)) if field == "microscopy" else UNKNOWN
