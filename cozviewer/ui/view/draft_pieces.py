"""The parts of drafts that a pane may show until real tiles cover them.

They are no tiles: they lie anywhere, are in no cache, and go when the picture changes or the view
is refined.
"""

import math
from dataclasses import dataclass

from PySide6.QtGui import QImage

from cozviewer.image.rect import Rect
from cozviewer.jobs.quick_job import DraftImage
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import at_level
from cozviewer.pyramid.plan import Place, Plan, place

FADE_SECONDS = 0.1
"""How long a part takes to come in: less than a tile, as a draft is there to be quick."""

BUDGET = 96 << 20
"""Most bytes of images that are kept; the oldest go first. A view is 4 MB to 33 MB."""


@dataclass(frozen=True, slots=True)
class PieceDraw:
    """What is drawn of one part.

    Attributes:
        under: The coarsest level whose tiles lie over it.
        image: All of it.
        place: What is seen of it, and where.
        opacity: In 0..1.
    """

    under: int
    image: QImage
    place: Place
    opacity: float


@dataclass(frozen=True, slots=True)
class _Piece:
    z: int
    level_region: Rect
    image: QImage
    arrived: float


class DraftPieces:
    """The parts that are in memory, oldest first. GUI thread only."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []

    def __len__(self) -> int:
        return len(self._pieces)

    def add(self, part: DraftImage, now: float, fade: bool) -> None:
        """Keep a part; with `fade` it comes in softly from `now` on."""
        arrived = now if fade else -math.inf
        self._pieces.append(_Piece(part.z, part.level_region, part.image, arrived))
        while len(self) > 1 and sum(piece.image.sizeInBytes() for piece in self._pieces) > BUDGET:
            self._pieces.pop(0)

    def clear(self) -> None:
        """Forget all."""
        self._pieces.clear()

    def draws(self, view: View, plan: Plan, now: float) -> list[PieceDraw]:
        """Return what is to be drawn between the tiles of a plan, the lowest first.

        A part lies over the tiles that it was drawn from and coarser ones, and under all that are
        finer or that the plan would be sharp with.
        """
        self._forget_covered(now)
        found = []
        for piece in sorted(self._pieces, key=lambda piece: (_under(piece, plan), piece.z)):
            where = place(piece.z, piece.level_region, view)
            if where is not None:
                opacity = min(1.0, max(0.02, (now - piece.arrived) / FADE_SECONDS))
                found.append(PieceDraw(_under(piece, plan), piece.image, where, opacity))
        return found

    def shown(self, view: View, plan: Plan) -> bool:
        """Tell whether anything of a draft is seen: inside the view, where a plan lacks tiles."""
        return any(
            plan.lacking.touches(
                at_level(
                    piece.level_region.intersected(view.level_region(piece.z)), piece.z, plan.level
                )
            )
            for piece in self._pieces
        )

    def level_at(self, view: View, plan: Plan, view_x: float, view_y: float) -> int | None:
        """Return the level of the draft that is seen at a place of the view; None where there is
        none."""
        if not plan.lacking.touches(_pixel(view, plan.level, view_x, view_y)):
            return None
        levels = [
            (_under(piece, plan), piece.z)
            for piece in self._pieces
            if _contains(view, piece.z, piece.level_region, view_x, view_y)
        ]
        return max(levels)[1] if levels else None

    def _forget_covered(self, now: float) -> None:
        """Forget parts that a later one of the same level covers, as soon as it is all there."""
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
                and other.z == piece.z
                and other.level_region.contains(piece.level_region)
                for later, other in whole
            )
        ]


def _under(piece: _Piece, plan: Plan) -> int:
    return min(piece.z - 1, plan.level)


def _pixel(view: View, z: int, view_x: float, view_y: float) -> Rect:
    """Return the pixel of level z at a place of the view."""
    region = view.level_region(z)
    left, top, right, bottom = view.level_box(z, region)
    x = math.floor(left + (right - left) * view_x / view.width)
    y = math.floor(top + (bottom - top) * view_y / view.height)
    return Rect(region.x + x, region.y + y, 1, 1)


def _contains(view: View, z: int, level_region: Rect, view_x: float, view_y: float) -> bool:
    """Tell whether a place of the view lies in a region of level z."""
    left, top, right, bottom = view.level_box(z, level_region)
    x = left + (right - left) * view_x / view.width
    y = top + (bottom - top) * view_y / view.height
    return 0 <= x < level_region.width and 0 <= y < level_region.height
