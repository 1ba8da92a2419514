"""How a view is turned for the screen and for files: one of the eight orientations of EXIF.

Levels, tiles and views (names with `view_`) are always upright: nothing that is stored depends on
the orientation. Only what is finally seen is turned: the pixels that `compose` returns and what a
pane paints. That plane is called shown (`shown_`); it has the view's pixels, turned without loss.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cozviewer.image.rect import Rect

Pixel = TypeVar("Pixel", bound=np.generic)

_EXIF = {
    (0, False): 1,
    (0, True): 2,
    (2, False): 3,
    (2, True): 4,
    (3, True): 5,
    (1, False): 6,
    (1, True): 7,
    (3, False): 8,
}
"""The EXIF number (CIPA DC-008, 4.6.4) of turns and mirrored."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """How upright pixels are turned: first mirrored from left to right, then turned clockwise.

    Attributes:
        turns: Quarter turns clockwise, 0..3.
        mirrored: Whether they are mirrored first.
    """

    turns: int = 0
    mirrored: bool = False

    @property
    def exif(self) -> int:
        """Its number in EXIF, 1 (upright) to 8."""
        return _EXIF[self.turns, self.mirrored]

    @property
    def sideways(self) -> bool:
        """Whether width and height are exchanged."""
        return self.turns % 2 == 1

    @property
    def inverse(self) -> "Orientation":
        """What turns shown pixels upright again."""
        return self if self.mirrored else Orientation(-self.turns % 4)

    def rotated(self, turns: int) -> "Orientation":
        """Return the orientation turned clockwise by quarter turns; < 0: counterclockwise."""
        return Orientation((self.turns + turns) % 4, self.mirrored)

    def flipped(self, *, vertically: bool) -> "Orientation":
        """Return the orientation mirrored as seen: from left to right, or upside down."""
        return Orientation(((2 if vertically else 0) - self.turns) % 4, not self.mirrored)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the size that a size has when it is turned, in either direction."""
        return (height, width) if self.sideways else (width, height)

    def way(self, view_dx: float, view_dy: float) -> tuple[float, float]:
        """Return a distance over the view as it is seen on screen."""
        dx, dy = (-view_dx if self.mirrored else view_dx), view_dy
        for _ in range(self.turns):
            dx, dy = -dy, dx
        return dx, dy

    def point(
        self, view_x: float, view_y: float, view_width: int, view_height: int
    ) -> tuple[float, float]:
        """Return where a point of a view of this size is shown, from the upper left corner."""
        width, height = self.size(view_width, view_height)
        dx, dy = self.way(view_x - view_width / 2, view_y - view_height / 2)
        return width / 2 + dx, height / 2 + dy

    def rect(self, view_part: Rect, view_width: int, view_height: int) -> Rect:
        """Return where a part of a view of this size is shown."""
        x, y = self.point(view_part.x, view_part.y, view_width, view_height)
        right, bottom = self.point(view_part.right, view_part.bottom, view_width, view_height)
        left, top = round(min(x, right)), round(min(y, bottom))
        return Rect(left, top, *self.size(view_part.width, view_part.height))

    def turned(self, pixels: npt.NDArray[Pixel]) -> npt.NDArray[Pixel]:
        """Return pixels turned, without loss.

        Args:
            pixels: (height, width, ...).

        Returns:
            (height or width, width or height, ...); the array itself if upright, else a copy.
        """
        if self == UPRIGHT:
            return pixels
        mirrored = pixels[:, ::-1] if self.mirrored else pixels
        return np.ascontiguousarray(np.rot90(mirrored, -self.turns))


UPRIGHT = Orientation()
"""The orientation in which a photo is opened."""


def orientation_of(exif: int) -> Orientation | None:
    """Return the orientation with an EXIF number; None if there is none."""
    return next((Orientation(*key) for key, number in _EXIF.items() if number == exif), None)
