"""The parent's side of the process that decodes a rare format; see `child`."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile

from cozviewer.image.colours.colour import converter
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers.child import PIXELS, SAMPLES, THUMBNAIL
from cozviewer.image.readers.notes import sentence
from cozviewer.image.readers.worker import Ended, Worker
from cozviewer.image.resolution import Resolution, resolution
from cozviewer.image.subject import UNKNOWN, Field, Subject, scale_of
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import MOST_SAMPLES, Samples
from cozviewer.image.toning.tone_range import ToneRange, range_from_json
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.forks import Process, start
from cozviewer.util.translation import translate

HEADER_SECONDS = 30.0
"""Time for starting the process and reading a header."""

DECODE_SECONDS = 30.0
"""Time for decoding, besides that of the pixels."""

_SECONDS_PER_PIXEL = 3e-6
_LONGEST_THUMBNAIL = 1 << 26

FIELDS_OF_KINDS: dict[str, Field] = {"DICOM": "medical"}
"""Formats of one field of work alone."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def started(reader: str) -> Process:
    """Start a process for a module of this package."""
    return start("cozviewer.image.readers.child", [f"cozviewer.image.readers.{reader}"])


class ProcessImage(ImageFile):
    """An image that another process reads, in Pillow's clothes.

    Pillow's class because size, mode and metadata are where code for opened files expects
    them. `close` ends the process.

    Attributes:
        page, pages: Which page it is, from 1, and how many there are.
        resolution: As stated in the file.
        subject: What it shows, as far as the file states it.
        memory_needed: Of the process and of what it returns, in bytes.
        messages: Sentences about how the image is shown, once it is loaded.
        tone: How its numbers become grey levels; to be set before it is loaded.
        offered: What a tone can change, once it is loaded; None if nothing.

    It has an attribute more than 12 for what is read besides pixels.
    """

    def __init__(
        self,
        file: io.BufferedReader,
        kind: str,
        reader: str,
        place: tuple[Path, str],
        page: int | None,
        cancelled: IsCancelled,
    ) -> None:
        """Read the header.

        Args:
            file: The file, for its size.
            kind: Name of the format.
            reader: The module of this package that reads it.
            place: Path of the file, and what people call it.
            page: Which one, from 1; None is the first one.
            cancelled: Checked repeatedly.

        Raises:
            BadInput: It cannot be read.
            Cancelled: `cancelled` returned True.
        """
        self._kind, (path, self._name) = kind, place
        self._request = {"kind": kind, "reader": reader, "path": str(path.absolute()), "page": page}
        self._process = _Process(self._name, kind, cancelled)
        self.page, self.pages = 1, 1
        self.resolution: Resolution | None = None
        self.subject = UNKNOWN
        self.memory_needed = 0
        self.messages: tuple[str, ...] = ()
        self.tone = AUTOMATIC
        self.offered: ToneRange | None = None
        try:
            super().__init__(file)
        except BaseException:
            self._process.end()
            raise

    def _open(self) -> None:
        self.format = self._kind
        header = self._process.started(self._request)
        self._size = int(header["width"]), int(header["height"])
        self._mode = "RGB"
        self.page, self.pages = int(header["page"]), int(header["pages"])
        self.memory_needed = int(header["needed"]) + 4 * self.width * self.height
        if header["per_cm"] is not None:
            across, down = header["per_cm"]
            self.resolution = resolution(across, down, "cm")
        size = header["pixel_size"]
        scale = None if size is None else scale_of(*size)
        self.subject = Subject(FIELDS_OF_KINDS.get(self._kind, "photo"), scale)

    def tell(self) -> int:
        """Return the number of the page, from 0."""
        return self.page - 1

    def load(self) -> Any:
        """Decode the image, once."""
        if self._im is None:
            values, answer = self._process.pixels(self.width, self.height, self.tone)
            image = Image.fromarray(values)
            self._size, self._mode, self.im = image.size, image.mode, image.im
            self.messages = tuple(sentence(key, numbers) for key, numbers in answer["notes"])
            if answer["offered"] is not None:
                self.offered = range_from_json(answer["offered"])
            for name, text in answer["info"].items():
                if text is not None:
                    self.info[name] = base64.b64decode(text)
        return self.im.pixel_access(self.readonly)

    def samples(self, most_pixels: int) -> Samples:
        """Return the numbers of the image, thinned out to at most so many pixels; afterwards the
        image itself cannot be loaded any more.

        Raises:
            BadInput: There is nothing to choose about it.
        """
        return self._process.samples(self.width, self.height, most_pixels)

    def thumbnail_in_file(self) -> Image.Image | None:
        """Return the small image that the file holds, upright; afterwards the image itself
        cannot be loaded any more."""
        jpeg, turn = self._process.thumbnail()
        if not jpeg:
            return None
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            small = image.convert("RGB")
        return small.transpose(_TURNS[turn]) if turn in _TURNS else small

    def close(self) -> None:
        """Free the memory, and end the process."""
        self._process.end()
        super().close()


class _Process:
    """The process of one image: what may go wrong becomes a sentence."""

    def __init__(self, name: str, kind: str, cancelled: IsCancelled) -> None:
        self._name, self._kind, self._cancelled = name, kind, cancelled
        self._worker = Worker(name, cancelled)

    def started(self, request: dict[str, Any]) -> dict[str, Any]:
        """Start the process and return the header."""
        with self._ends_explained():
            return self._worker.start(lambda: started(request["reader"]), request, HEADER_SECONDS)

    def pixels(self, width: int, height: int, tone: Tone) -> tuple[Any, dict[str, Any]]:
        """Return the values of an image that has about this size, by a tone, and what else
        `opened.Pixels` holds."""
        seconds = DECODE_SECONDS + _SECONDS_PER_PIXEL * width * height
        with self._ends_explained():
            answer = self._worker.answer(PIXELS + f" {tone.text}\n".encode(), seconds)
            shape = tuple(int(side) for side in answer["shape"])
            if abs(shape[1] - width) > 2 or abs(shape[0] - height) > 2 or shape[2:] > (4,):
                raise ValueError(f"{shape} pixels in place of {(height, width)}")
            values = np.empty(shape, np.uint8)
            self._worker.fill(values.reshape(-1).data)
        return values, answer

    def samples(self, width: int, height: int, most_pixels: int) -> Samples:
        """Return what `opened.Samples` holds, of at most so many pixels."""
        seconds = DECODE_SECONDS + _SECONDS_PER_PIXEL * width * height
        with self._ends_explained():
            answer = self._worker.answer(SAMPLES + b" %d\n" % most_pixels, seconds)
            shape, kind = tuple(int(side) for side in answer["shape"]), np.dtype(answer["type"])
            if len(shape) != 3 or prod(shape) > MOST_SAMPLES or kind.kind not in "uif":
                raise ValueError(f"{shape} samples of type {kind}")
            values = np.empty(shape, kind)
            self._worker.fill(values.reshape(-1).view(np.uint8).data)
        offered = range_from_json(answer["offered"])
        x = [float(number) for number in answer["primaries"]]
        primaries = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
        if answer["icc"] is None:
            return Samples(values, offered, primaries)
        icc = base64.b64decode(answer["icc"])

        def to_srgb(levels: NDArray[np.uint8]) -> Rgb8:
            image = Image.fromarray(levels)
            return converter(image.mode, icc)(image)

        return Samples(values, offered, primaries, to_srgb)

    def thumbnail(self) -> tuple[bytes, int]:
        """Return a small JPEG, nothing if there is none, and its turn as in EXIF."""
        with self._ends_explained():
            answer = self._worker.answer(THUMBNAIL + b"\n", DECODE_SECONDS)
            content = bytearray(min(int(answer["bytes"]), _LONGEST_THUMBNAIL))
            if content:
                self._worker.fill(memoryview(content))
        return bytes(content), int(answer["turn"])

    def end(self) -> None:
        """End the process, whatever it does."""
        self._worker.end()

    @contextmanager
    def _ends_explained(self) -> Iterator[None]:
        try:
            yield
        except Ended as error:
            check_cancelled(self._cancelled)
            if error.late:
                raise BadInput(
                    translate(
                        "Error",
                        "{name} takes too long to be read: it is damaged or too large; save it "
                        "as PNG with another program.",
                    ).format(name=self._name)
                ) from error
            raise BadInput(
                translate(
                    "Error",
                    "{name} cannot be read: the decoder of {kind} stopped unexpectedly; the file "
                    "is damaged or too large; get a fresh copy, or save it as PNG.",
                ).format(name=self._name, kind=self._kind)
            ) from error
