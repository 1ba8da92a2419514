"""Tiles in memory, in sheets ready to paint; limited in bytes, least recently drawn first out."""

import math
from collections import OrderedDict
from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt
import psutil
from PySide6.QtGui import QImage

from cozviewer.chain.draft import shows_stale
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store.draft import Stale
from cozviewer.pyramid.tile_mask import SHEET, Mask, Opacities, sheets_of, window

FADE_SECONDS = 0.18
"""Time for a new tile to fade in."""

MEMORY_SHARE = 0.25
"""Share of the memory of the computer that tiles may use ..."""

MEMORY_CAP = 2 << 30
"""... but at most this many bytes: 2 GiB are two thousand sheets, forty full screens."""

FROM_FILE_CAP = 256 << 20
"""The same of a photo that is not in memory itself ..."""

FROM_FILE_LEAST = 32 << 20
"""... and at least this many ..."""

FROM_FILE_SHARE = 64
"""... and so many for each pixel of the view, which is painted from at most four pixels of a level:
at least four views. What has left the view is read again in a hundredth of a second."""

SHEET_BYTES = (SHEET * TILE) ** 2 * 4

Name = tuple[int, int, int]
"""Level, column and row of a sheet."""


class _Sheet:
    """Adjacent tiles in one image.

    Attributes:
        pixels: (SHEET * TILE, SHEET * TILE, 4) uint8 in RGB32 layout.
        image: A QImage over the same memory; renewed after each change, as its `cacheKey`
            identifies the texture on a GPU.
        arrived: (SHEET, SHEET) `time.monotonic` of the arrival of each tile; -inf if it is not to
            fade in, inf if it has not arrived.
    """

    __slots__ = ("arrived", "image", "pixels")

    def __init__(self) -> None:
        side = SHEET * TILE
        self.pixels = np.zeros((side, side, 4), np.uint8)
        self.arrived = np.full((SHEET, SHEET), math.inf)
        self.renew()

    def renew(self) -> None:
        """Renew the image after the pixels have changed."""
        side = SHEET * TILE
        self.image = QImage(self.pixels.data, side, side, 4 * side, QImage.Format.Format_RGB32)

    def write(self, col: int, row: int, pixels: npt.NDArray[np.uint8]) -> None:
        """Write a tile, which may be cropped at the edge of the photo.

        Its outermost pixels are repeated beyond its edges where there is no other tile, as a GPU
        reads half a pixel beyond the edge when it interpolates.
        """
        x, y = col * TILE, row * TILE
        height, width = pixels.shape[:2]
        whole = self.pixels
        whole[y : y + height, x : x + width] = pixels
        bottom, right = y + height, x + width
        arrived, absent = self.arrived, math.inf
        if x and arrived[row, col - 1] == absent:
            whole[y:bottom, x - 1] = pixels[:, 0]
        if y and arrived[row - 1, col] == absent:
            whole[y - 1, x:right] = pixels[0]
        if right < whole.shape[1] and (width < TILE or arrived[row, col + 1] == absent):
            whole[y:bottom, right] = pixels[:, -1]
        if bottom < whole.shape[0] and (height < TILE or arrived[row + 1, col] == absent):
            whole[bottom, x : min(right + 1, whole.shape[1])] = whole[
                bottom - 1, x : min(right + 1, whole.shape[1])
            ]


def budget_for(view_pixels: int, *, in_memory: bool) -> int:
    """Return how many bytes the tiles of a photo may use.

    Args:
        view_pixels: Device pixels of the largest view of it.
        in_memory: Whether the photo itself is; one that is not is opened to use little memory.
    """
    cap = MEMORY_CAP
    if not in_memory:
        cap = min(max(FROM_FILE_LEAST, FROM_FILE_SHARE * view_pixels), FROM_FILE_CAP)
    return min(int(_total_memory() * MEMORY_SHARE), cap)


@cache
def _total_memory() -> int:
    """Return the memory of the computer in bytes; read once, as it takes a file handle."""
    return int(psutil.virtual_memory().total)


class TileCache:
    """Maps tile keys to paintable images. GUI thread only.

    The coarsest level is never evicted: it is drawn where nothing else is available.
    """

    def __init__(
        self, coarsest: int, budget_bytes: int | None = None, *, in_memory: bool = True
    ) -> None:
        """Create an empty cache.

        Args:
            coarsest: The coarsest level.
            budget_bytes: Memory that tiles may use; None is `budget_for` the views so far.
            in_memory: Whether the photo itself is in memory.
        """
        self._coarsest, self._in_memory = coarsest, in_memory
        self._budget = budget_for(0, in_memory=in_memory) if budget_bytes is None else budget_bytes
        self._sheets: OrderedDict[Name, _Sheet] = OrderedDict()
        self._absent: dict[Name, Mask] = {}

    @property
    def bytes(self) -> int:
        """Memory used by the images in bytes."""
        return len(self._sheets) * SHEET_BYTES

    @property
    def budget(self) -> int:
        """Memory that they may use in bytes."""
        return self._budget

    def allow_for(self, view_pixels: int) -> None:
        """Raise the budget, if necessary, for a view of so many device pixels."""
        self._budget = max(self._budget, budget_for(view_pixels, in_memory=self._in_memory))

    def shown(self, z: int, span: Rect, now: float) -> Opacities:
        """Return the opacity of each tile of a level, (height, width).

        It is 0 for tiles that are not here, and below 1 while they fade in.

        Args:
            z: The level.
            span: The tiles, in units of tiles of level z.
            now: `time.monotonic`.
        """
        arrived = np.full((span.height, span.width), math.inf)
        for col, row, part in sheets_of(span):
            sheet = self._sheets.get((z, col, row))
            if sheet is not None:
                inside = window(part, Rect(col * SHEET, row * SHEET, SHEET, SHEET))
                arrived[window(part, span)] = sheet.arrived[inside]
        # A tile that has just arrived is not quite 0, as 0 means "not here".
        grown = np.clip((now - arrived) / FADE_SECONDS, 0.02, 1.0)
        grown[grown > 0.999] = 1.0
        grown[arrived == math.inf] = 0.0
        return grown

    def has(self, key: TileKey) -> bool:
        """Return whether a tile is here."""
        sheet = self._sheets.get((key.z, key.col // SHEET, key.row // SHEET))
        return sheet is not None and sheet.arrived[key.row % SHEET, key.col % SHEET] < math.inf

    def image(self, z: int, col: int, row: int) -> QImage | None:
        """Return the sheet of a tile and mark it as used; None if it is not here."""
        key = (z, col // SHEET, row // SHEET)
        sheet = self._sheets.get(key)
        if sheet is None:
            return None
        self._sheets.move_to_end(key)
        return sheet.image

    def put(self, tiles: Iterable[tuple[TileKey, QImage]], now: float, fade: bool) -> None:
        """Add tiles (RGB32); with `fade` they fade in from `now` on."""
        changed = set()
        for key, image in tiles:
            name = (key.z, key.col // SHEET, key.row // SHEET)
            if name not in self._sheets:
                self._sheets[name] = _Sheet()
            self._sheets.move_to_end(name)
            sheet, col, row = self._sheets[name], key.col % SHEET, key.row % SHEET
            pixels = np.frombuffer(image.constBits(), np.uint8)  # RGB32 has no padding
            sheet.write(col, row, pixels.reshape(image.height(), image.width(), 4))
            sheet.arrived[row, col] = now if fade else -math.inf
            changed.add(name)
            self._note_absent(key, False)
        for name in changed:
            self._sheets[name].renew()
        self._evict()

    def mark_absent(self, key: TileKey) -> None:
        """Remember that a tile does not exist, so that it is not requested again."""
        self._note_absent(key, True)

    def absent(self, z: int, span: Rect) -> Mask:
        """Return which tiles of a level are known not to exist, (height, width).

        Args:
            z: The level.
            span: The tiles, in units of tiles of level z.
        """
        found = np.zeros((span.height, span.width), bool)
        for col, row, part in sheets_of(span):
            known = self._absent.get((z, col, row))
            if known is not None:
                inside = window(part, Rect(col * SHEET, row * SHEET, SHEET, SHEET))
                found[window(part, span)] = known[inside]
        return found

    def made(self, key: TileKey) -> None:
        """Note that a tile was generated: it and the tile derived from it may exist now."""
        self._note_absent(key, False)
        self._note_absent(TileKey(key.z - 1, key.col >> 1, key.row >> 1), False)

    def drop(self, stale: Stale) -> None:
        """Drop tiles that show a stale one, and what is known about missing tiles there."""
        for (z, col, row), sheet in list(self._sheets.items()):
            for y, x in np.argwhere(sheet.arrived < math.inf).tolist():
                if shows_stale(stale, TileKey(z, col * SHEET + x, row * SHEET + y)):
                    sheet.arrived[y, x] = math.inf
            if np.all(sheet.arrived == math.inf):
                del self._sheets[z, col, row]
        for (z, col, row), known in self._absent.items():
            for y, x in np.argwhere(known).tolist():
                if shows_stale(stale, TileKey(z, col * SHEET + x, row * SHEET + y)):
                    known[y, x] = False

    def _note_absent(self, key: TileKey, absent: bool) -> None:
        name = (key.z, key.col // SHEET, key.row // SHEET)
        if absent and name not in self._absent:
            self._absent[name] = np.zeros((SHEET, SHEET), bool)
        if name in self._absent:
            self._absent[name][key.row % SHEET, key.col % SHEET] = absent

    def _evict(self) -> None:
        if self.bytes <= self._budget:
            return
        for name in list(self._sheets):
            if self.bytes <= self._budget:
                return
            if name[0] != self._coarsest:
                del self._sheets[name]
