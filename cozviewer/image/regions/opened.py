"""What the modules that read regions return to the process that runs them."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.image.readers.opened import Note
from cozviewer.image.rect import Rect
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples
from cozviewer.image.toning.tone_range import ToneRange

ReadLevel = Callable[[int, Rect], NDArray[np.uint8]]
"""(index of the level, region inside it) to (H, W, 3) uint8 sRGB, or with alpha (H, W, 4)."""

DRAWN_BLOCK = 1024
"""Side of what is drawn at once of a page, in pixels: drawing starts from its first object each
time, so that a larger part costs hardly more than a small one."""

_KEPT_BLOCKS = 12
"""Drawn blocks in memory: 36 MB, with alpha 48."""


@dataclass(frozen=True)
class Request:
    """What is to be read.

    Attributes:
        path: The absolute path of the file.
        page: Which page, from 1; None is the first one.
        managed: Whether its colour profile counts.
        tone: How its numbers are shown; only maps follow it.
    """

    path: str
    page: int | None = None
    managed: bool = True
    tone: Tone = AUTOMATIC


@dataclass(frozen=True)
class OpenedRegions:
    """An image of which regions can be read.

    Attributes:
        sizes: (width, height) of its levels, finest first.
        read: Returns a region.
        block: Side of the regions that are read with the least waste, in pixels.
        needed: Memory for reading regions, in bytes.
        page, pages: Which page it is, from 1, and how many there are.
        per_cm: Pixels of level 0 per centimetre, across and down.
        notes: Notices about how it is shown.
        field: "microscopy" of slides; "" leaves it to the rest.
        georeference: As `georeference.Georeference.from_json` reads it; None without one.
        colours, bits, profile: As in `facts.file_facts.FileFacts`.
        alpha: Whether what `read` returns has alpha.
        offered: What a tone can change; None if nothing.
        numbers: Returns the numbers of the image at about so many pixels; None where `offered`
            is.
    """

    sizes: tuple[tuple[int, int], ...]
    read: ReadLevel
    block: int = 256
    needed: int = 1 << 29
    page: int = 1
    pages: int = 1
    per_cm: tuple[float, float] | None = None
    notes: tuple[Note, ...] = ()
    field: str = ""
    georeference: dict[str, Any] | None = None
    colours: str = "RGB"
    bits: int | None = 8
    alpha: bool = False
    profile: str = ""
    offered: ToneRange | None = None
    numbers: Callable[[int], Samples] | None = None


@dataclass
class DrawnBlocks:
    """Regions put together from blocks that are drawn when they are first read.

    Attributes:
        sizes: (width, height) of the levels.
        draw: Draws a region, at most DRAWN_BLOCK wide and high.
        channels: 3, or 4 with alpha.
    """

    sizes: tuple[tuple[int, int], ...]
    draw: ReadLevel
    channels: int = 3
    _kept: OrderedDict[tuple[int, int, int], NDArray[np.uint8]] = field(default_factory=OrderedDict)

    def read(self, level: int, region: Rect) -> NDArray[np.uint8]:
        """Return a region of a level."""
        result = np.empty((region.height, region.width, self.channels), np.uint8)
        columns = range(region.x // DRAWN_BLOCK, -(-region.right // DRAWN_BLOCK))
        rows = range(region.y // DRAWN_BLOCK, -(-region.bottom // DRAWN_BLOCK))
        for row in rows:
            for column in columns:
                block = self._block(level, column, row)
                x, y = column * DRAWN_BLOCK, row * DRAWN_BLOCK
                whole = Rect(x, y, block.shape[1], block.shape[0])
                part = whole.intersected(region)
                result[
                    part.y - region.y : part.bottom - region.y,
                    part.x - region.x : part.right - region.x,
                ] = block[part.y - y : part.bottom - y, part.x - x : part.right - x]
        return result

    def _block(self, level: int, column: int, row: int) -> NDArray[np.uint8]:
        key = (level, column, row)
        if key not in self._kept:
            width, height = self.sizes[level]
            whole = Rect(0, 0, width, height)
            place = Rect(column * DRAWN_BLOCK, row * DRAWN_BLOCK, DRAWN_BLOCK, DRAWN_BLOCK)
            self._kept[key] = self.draw(level, place.intersected(whole))
            if len(self._kept) > _KEPT_BLOCKS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def halving_sizes(width: int, height: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the sizes of levels that halve, rounded up, until both sides are at most `last`."""
    sizes = [(width, height)]
    while max(sizes[-1]) > last:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    return tuple(sizes)


def on_background(
    rgba: NDArray[np.uint8], background: tuple[int, int, int] = (255, 255, 255)
) -> NDArray[np.uint8]:
    """Return (H, W, 3) of (H, W, 4) pixels, not multiplied by their opacity, on a colour."""
    alpha = rgba[..., 3:]
    if alpha.size and int(alpha.min()) == 255:
        return np.ascontiguousarray(rgba[..., :3])
    part = alpha.astype(np.uint16)
    behind = np.array(background, np.uint16)
    mixed = rgba[..., :3] * part + behind * (255 - part)
    return ((mixed + 127) // 255).astype(np.uint8)
