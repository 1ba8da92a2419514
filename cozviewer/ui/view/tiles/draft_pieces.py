"""The parts of drafts that a pane shows until tiles cover them.

Unlike tiles they may lie anywhere and are not cached; they are dropped when the photo changes or
the view is complete.
"""

import math
from dataclasses import dataclass

from PySide6.QtGui import QImage

from cozviewer.image.rect import Rect
from cozviewer.jobs.quick_job import DraftImage
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import LevelRegion, at_level
from cozviewer.pyramid.plan import Place, Plan, place

FADE_SECONDS = 0.1
"""Time for a part to fade in; shorter than for a tile, as drafts are meant to be quick."""

BUDGET = 96 << 20
"""Maximum bytes of images that are kept; the oldest are dropped first. A view has 4 to 33 MB."""


@dataclass(frozen=True, slots=True)
class PieceDraw:
    """How one part is drawn.

    Attributes:
        under: The coarsest level whose tiles lie over it.
        image: The whole part.
        place: The visible part of the image, and its place in the view.
        opacity: In 0..1.
    """

    under: int
    image: QImage
    place: Place
    opacity: float


@dataclass(frozen=True, slots=True)
class _Piece:
    region: LevelRegion
    image: QImage
    arrived: float


class DraftPieces:
    """The parts that are in memory, oldest first. GUI thread only."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._pieces: list[_Piece] = []

    def __len__(self) -> int:
        return len(self._pieces)

    @property
    def _bytes(self) -> int:
        return sum(piece.image.sizeInBytes() for piece in self._pieces)

    def add(self, part: DraftImage, now: float, fade: bool) -> None:
        """Add a part; with `fade` it fades in from `now` on."""
        arrived = now if fade else -math.inf
        self._pieces.append(_Piece(part.region, part.image, arrived))
        while len(self) > 1 and self._bytes > self._budget:
            self._pieces.pop(0)

    def clear(self) -> None:
        """Remove all parts."""
        self._pieces.clear()

    def draws(self, view: View, plan: Plan, now: float) -> list[PieceDraw]:
        """Return the parts to draw between the tiles of a plan, bottom to top.

        A part lies over the tiles that it was made from and coarser ones, and under all finer ones
        and those of the level of the plan.
        """
        self._forget_covered(now)
        found = []
        for piece in sorted(self._pieces, key=lambda piece: (_under(piece, plan), piece.region.z)):
            where = place(piece.region, view)
            if where is not None:
                opacity = min(1.0, max(0.02, (now - piece.arrived) / FADE_SECONDS))
                found.append(PieceDraw(_under(piece, plan), piece.image, where, opacity))
        return found

    def shown(self, view: View, plan: Plan) -> bool:
        """Return whether any part is visible: inside the view, where a plan lacks tiles."""
        return any(
            plan.lacking.touches(at_level(rect.intersected(view.level_region(z)), z, plan.level))
            for z, rect in (piece.region for piece in self._pieces)
        )

    def level_at(self, view: View, plan: Plan, view_x: float, view_y: float) -> int | None:
        """Return the level of the draft that is visible at a point of the view; None if there is
        none."""
        if not plan.lacking.touches(_pixel(view, plan.level, view_x, view_y)):
            return None
        levels = [
            (_under(piece, plan), piece.region.z)
            for piece in self._pieces
            if _contains(view, piece.region, view_x, view_y)
        ]
        return max(levels)[1] if levels else None

    def _forget_covered(self, now: float) -> None:
        """Remove parts that a later one of the same level covers, once that has faded in."""
        whole = [
            (index, piece)
            for index, piece in enumerate(self._pieces)
            if now - piece.arrived >= FADE_SECONDS
        ]
        self._pieces = [
            piece
            for index, piece in enumerate(self._pieces)
            if not any(
                later > index
                and other.region.z == piece.region.z
                and other.region.rect.contains(piece.region.rect)
                for later, other in whole
            )
        ]


def _under(piece: _Piece, plan: Plan) -> int:
    return min(piece.region.z - 1, plan.level)


def _pixel(view: View, z: int, view_x: float, view_y: float) -> Rect:
    """Return the pixel of level z at a point of the view."""
    region = view.level_region(z)
    left, top, right, bottom = view.level_box(z, region)
    x = math.floor(left + (right - left) * view_x / view.width)
    y = math.floor(top + (bottom - top) * view_y / view.height)
    return Rect(region.x + x, region.y + y, 1, 1)


def _contains(view: View, region: LevelRegion, view_x: float, view_y: float) -> bool:
    """Return whether a point of the view lies in a region of a level."""
    left, top, right, bottom = view.level_box(*region)
    x = left + (right - left) * view_x / view.width
    y = top + (bottom - top) * view_y / view.height
    return 0 <= x < region.rect.width and 0 <= y < region.rect.height
