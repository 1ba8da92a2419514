"""What the readers of rare formats return to the process that runs them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from cozviewer.image.tone import Tone
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.tone_range import ToneRange

Note = tuple[str, dict[str, float | str]]
"""A notice about an image: a key of `notes.sentence`, and its numbers."""


@dataclass(frozen=True)
class Pixels:
    """A decoded image.

    Attributes:
        values: uint8; (H, W) grey, or (H, W, C): grey with opacity, colours, or both.
        notes: Notices about how it is shown.
        icc: Its colour profile.
        exif: Its EXIF block.
        offered: What a tone can change about it; None if nothing.
    """

    values: NDArray[Any]
    notes: tuple[Note, ...] = ()
    icc: bytes | None = None
    exif: bytes | None = None
    offered: ToneRange | None = None


@dataclass(frozen=True)
class Opened:
    """An image whose header was read.

    Attributes:
        width, height: In pixels, upright.
        needed: Memory for decoding it, in bytes.
        decode: Returns its pixels.
        page, pages: Which page or frame it is, from 1, and how many there are.
        per_cm: Pixels per centimetre, across and down.
        pixel_size: Of the subject: width and height of a pixel, and "m" or "arcsec".
        thumbnail: Returns a small JPEG of it, and its turn as in EXIF; None without one.
        toned: Returns its pixels by a tone; None where there is nothing to choose.
        samples: Returns its numbers; None where `toned` is.
    """

    width: int
    height: int
    needed: int
    decode: Callable[[], Pixels]
    page: int = 1
    pages: int = 1
    per_cm: tuple[float, float] | None = None
    pixel_size: tuple[float, float, str] | None = None
    thumbnail: Callable[[], tuple[bytes, int] | None] = field(default=lambda: None)
    toned: Callable[[Tone], Pixels] | None = None
    samples: Callable[[], Samples] | None = None


class Refused(Exception):
    """An image cannot be read for a reason that has a sentence of its own.

    Attributes:
        key: See `notes.refusal`.
        values: The values in its sentence.
    """

    def __init__(self, key: str, **values: float | str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def checked_tone(tone: Tone, offered: ToneRange) -> Tone:
    """Return a tone without what is automatic anyway, see `ToneRange.reduced`.

    Raises:
        Refused: It has what the file does not offer.
    """
    problem = offered.problem(tone)
    if problem is not None:
        raise Refused(problem[0], **problem[1])
    return offered.reduced(tone)


def checked_page(page: int | None, pages: int) -> int:
    """Return the page to open, the first one by default.

    Raises:
        Refused: There is no such page.
    """
    page = 1 if page is None else page
    if not 1 <= page <= pages:
        raise Refused("page", page=page, pages=pages)
    return page
