"""What reads regions of a file: the seam between file formats and the levels of a source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from cozviewer.image.georeference import Georeference
from cozviewer.image.limits import HUGE
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.resolution import Resolution
from cozviewer.image.subject import UNKNOWN, Subject
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.tone_range import ToneRange
from cozviewer.util.cancel import IsCancelled, never

LARGE = 100_000_000
"""Default of `RegionRequest.large`: a second to decode, and 400 MB."""

BLOCK = 256
"""Default side of what is read at once, in pixels."""


@dataclass(frozen=True)
class RegionFacts:
    """The metadata of an image's file.

    Attributes:
        block: Side of the square regions that are read with the least waste, in pixels: that of
            the file's own tiles.
        exif: The EXIF block, adapted to the upright image (see `exif.upright`).
        page, pages: Which page or frame of its file it is, from 1, and how many there are.
        resolution: Of level 0, if stated in the file.
        warnings: What is missing of the image, a translated sentence each.
        notices: Messages for the user about how it is read, a translated sentence each.
        subject: What it shows, as far as the file states it: the field of work, and its physical
            size. "medical" keeps a caution in sight.
        colours, bits, profile: As in `facts.file_facts.FileFacts`, for the panel Info.
        alpha: Whether pixels have alpha as a fourth channel.
        georeference: Where the pixels of level 0 lie on the earth, if stated in the file.
        identity: What stands for the pixels in the digest of the source: of a drawing the bytes of
            its file, or their hash. None reads samples of the pixels (see `digest`), for which
            64 small regions of level 0 are read.
        offered: What a tone can change about the image; None if nothing.
    """

    block: int = BLOCK
    exif: bytes | None = None
    page: int = 1
    pages: int = 1
    resolution: Resolution | None = None
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    subject: Subject = UNKNOWN
    colours: str = "RGB"
    bits: int | None = 8
    alpha: bool = False
    profile: str = ""
    georeference: Georeference | None = None
    identity: bytes | None = None
    offered: ToneRange | None = None


class RegionReader(Protocol):
    """Reads regions of a file's own levels as upright sRGB pixels.

    Called from any thread, one call at a time: the caller holds a lock. Colour profile and
    orientation are applied by the reader.
    """

    @property
    def kind(self) -> str:
        """The format, a name in `readers.table.FORMATS`."""
        ...

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(width, height) of the file's levels in pixels, finest first; [0] is level 0 of the
        source. Any ratios between them; sizes that halve (rounded up or down) are shown as they
        are, others are resampled from the next finer one."""
        ...

    @property
    def facts(self) -> RegionFacts:
        """The metadata of the file. The same object at each call."""
        ...

    def read(self, level: int, region: Rect) -> Rgb8:
        """Return the pixels of a region.

        Args:
            level: An index of `sizes`.
            region: In pixels of that level, inside it, not empty.

        Returns:
            (region.height, region.width, 3) uint8 sRGB; 4 with alpha (`RegionFacts.alpha`), by
            which the colours are not multiplied.

        Raises:
            BadInput: The file was removed or is damaged there; one sentence.
            Failure: Memory ran out.
        """
        ...

    def close(self) -> None:
        """Close the file. Called once; nothing is read afterwards."""
        ...


@runtime_checkable
class HasNumbers(Protocol):
    """A reader that gives the numbers of its file, before they become colours."""

    def numbers(self, most_pixels: int) -> Samples:
        """Return the numbers, upright, of a smaller version or of some squares; quickly, and in
        little memory, however large the image is.

        Args:
            most_pixels: That are kept, see `toning.samples.thinned`.

        Raises:
            BadInput: There is nothing to choose about it, or it cannot be read.
        """
        ...


OnGlimpse = Callable[[Rgb8, int, int], None]
"""Receives a small version of an image, and the width and height of the image itself."""


@dataclass(frozen=True)
class RegionRequest:
    """A file that may be read region by region.

    Attributes:
        path: The file.
        kind: Its format by its first bytes, a name in `readers.table.FORMATS`.
        name: What people call the file.
        page: Which page or frame, from 1; None is the first one.
        managed: Whether its colour profile counts; if not, its numbers are taken as sRGB.
        large: Pixels above which a file with smaller versions of its image is read region by
            region; others are read into memory, which is exact and quick.
        huge: The same for files that have none, which takes long to make up for.
        for_numbers: Whether only numbers are to be read (`HasNumbers`), for which nothing needs to
            be prepared.
        tone: How its numbers are shown. A reader that does not follow it has facts in which
            nothing is `offered`.
        progress: Gets the part that is done, 0..1, where opening takes long; from any thread.
        cancelled: Whether the image is no longer wanted; to be checked often.
        glimpse: Gets an impression of an image that takes long to open, (h, w, 3) uint8, and the
            width and height of the image itself; from any thread.
    """

    path: Path
    kind: str
    name: str
    page: int | None = None
    managed: bool = True
    large: int = LARGE
    huge: int = HUGE
    for_numbers: bool = False
    tone: Tone = AUTOMATIC
    progress: Callable[[float], None] = lambda part: None
    cancelled: IsCancelled = never
    glimpse: OnGlimpse = lambda rgb, width, height: None


OpenRegions = Callable[[RegionRequest], RegionReader | None]
"""Opens a file for reading regions; None where it is not of the kind that it reads, or is better
read into memory. Raises BadInput (also where a package is missing, with the command that installs
it), Cancelled, Failure. May be called on any thread, and closes the file unless it returns it."""
