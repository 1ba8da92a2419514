"""The parts of a draft of the next level, over the exact frame of a view that enlarges its level.

Their pixels are those of the view, so painting them is as fast as painting the frame. They move
with the view and are dropped when its magnification changes.
"""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from cozviewer.image.rect import Rect
from cozviewer.jobs.quick_job import SharperImage
from cozviewer.pyramid.camera import View
from cozviewer.ui.view.tiles.draft_pieces import FADE_SECONDS

MOST_VIEWS = 2
"""Maximum number of views whose parts are kept: the newest and the one it gradually covers."""


@dataclass(frozen=True, slots=True)
class _Part:
    drawn: SharperImage
    arrived: float


class SharperParts:
    """The parts that are in memory, oldest first. GUI thread only."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, drawn: SharperImage, now: float, fade: bool) -> None:
        """Add a part; with `fade` it fades in from `now` on."""
        self._parts.append(_Part(drawn, now if fade else -math.inf))
        views = list(dict.fromkeys(part.drawn.view for part in reversed(self._parts)))[:MOST_VIEWS]
        self._parts = [part for part in self._parts if part.drawn.view in views]

    def clear(self) -> None:
        """Remove all parts."""
        self._parts.clear()

    def draws(self, view: View, now: float) -> list[tuple[QImage, QPoint, float]]:
        """Return the images for a view, which may have moved by whole pixels, bottom to top.

        Each comes with its upper left corner in view pixels and its opacity.
        """
        return [
            (
                part.drawn.image,
                QPoint(part.drawn.view_part.x - shift[0], part.drawn.view_part.y - shift[1]),
                min(1.0, max(0.02, (now - part.arrived) / FADE_SECONDS)),
            )
            for part, shift in self._placed(view)
        ]

    def seen_at(self, view: View, view_x: float, view_y: float) -> bool:
        """Return whether a part lies at a point of the view."""
        for part, (dx, dy) in self._placed(view):
            place = part.drawn.view_part
            if place.x <= view_x + dx < place.right and place.y <= view_y + dy < place.bottom:
                return True
        return False

    def seen(self, view: View) -> bool:
        """Return whether a part lies in the view."""
        return any(
            not part.drawn.view_part.intersected(Rect(*shift, view.width, view.height)).empty
            for part, shift in self._placed(view)
        )

    def _placed(self, view: View) -> list[tuple[_Part, tuple[int, int]]]:
        """Return the parts that fit a view, and by how much the view has moved since."""
        shifts = ((part, view.shift_from(part.drawn.view)) for part in self._parts)
        return [(part, shift) for part, shift in shifts if shift is not None]
