"""The alpha plane of an image: its levels, any region of any level, and how it is collected."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.alpha.enlarging import REACH, enlarged
from cozviewer.image.alpha.levels import AlphaLevels
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect, rect_between

Plane = NDArray[np.uint8]
"""(H, W) uint8 alpha: 0 transparent, 255 opaque."""

OPAQUE = 255


@dataclass(frozen=True, eq=False)
class Alpha:
    """The alpha of an image. Immutable, so any thread may read it.

    Levels z > 0 are not stored: they are interpolated from level 0, as a function of the place
    alone, so that regions fit together without seams.

    Attributes:
        levels: Level k is level z = -k, of the size of the colours.
    """

    levels: AlphaLevels

    @property
    def width(self) -> int:
        return self.levels.size(0)[0]

    @property
    def height(self) -> int:
        return self.levels.size(0)[1]

    @property
    def coarsest(self) -> int:
        """The coarsest level, <= 0."""
        return 1 - len(self.levels)

    @property
    def whole(self) -> Plane:
        """All of level 0, (H, W) uint8; raises as `Levels[0]`."""
        return self.levels[0]

    def region(self, z: int, level_region: Rect) -> Plane:
        """Return a region of any level, (height, width) uint8; do not write to it.

        Args:
            z: coarsest or above.
            level_region: In pixels of level z, not empty, inside the image.
        """
        if z <= 0:
            return self.levels.read(-z, level_region)
        near = self._near(z, level_region)
        unit = Fraction(1, 1 << z)
        return enlarged(
            self.padded(0, near),
            float(level_region.x * unit - near.x),
            float(level_region.y * unit - near.y),
            (level_region.width, level_region.height),
            math.ldexp(1.0, -z),
        )

    def rows(self, scale: int, top: int, bottom: int) -> Plane:
        """Return some rows of the whole image enlarged, (bottom - top, width * scale) uint8.

        Args:
            scale: Pixels of the result per pixel of level 0, 1 or more; any whole number.
            top, bottom: The first row, and the first one after the last, of the result.
        """
        near = rect_between(0, top // scale, self.width, -(-bottom // scale)).grown(REACH)
        first = float(Fraction(top, scale) - near.y)
        size = (self.width * scale, bottom - top)
        return enlarged(self.padded(0, near), float(REACH), first, size, 1 / scale)

    def is_clear(self, z: int, level_region: Rect) -> bool:
        """Return whether nothing of a region can be seen: alpha is 0 in all of it.

        Args:
            z: 0 or above.
            level_region: In pixels of level z, inside the image.
        """
        whole = Rect(0, 0, self.width, self.height)
        return not self.levels.read(0, self._near(z, level_region).intersected(whole)).any()

    def padded(self, z: int, wanted: Rect) -> Plane:
        """Return a region of a stored level, with its edges repeated beyond it."""
        there = wanted.intersected(Rect(0, 0, *self.levels.size(-z)))
        return _extended(self.levels.read(-z, there), there, wanted)

    def padded_at_hand(self, z: int, wanted: Rect) -> Plane | None:
        """Return what `padded` does where that is in memory, else None; for the GUI thread."""
        there = wanted.intersected(Rect(0, 0, *self.levels.size(-z)))
        part = self.levels.at_hand(-z, there)
        return None if part is None else _extended(part, there, wanted)

    def _near(self, z: int, level_region: Rect) -> Rect:
        """Return the pixels of level 0 on which a region of level z >= 0 depends."""
        return rect_between(
            level_region.x >> z,
            level_region.y >> z,
            -(-level_region.right >> z),
            -(-level_region.bottom >> z),
        ).grown(REACH)


def _extended(part: Plane, there: Rect, wanted: Rect) -> Plane:
    """Return a plane of the region `there` with its edges repeated up to `wanted`."""
    if there == wanted:
        return part
    rows = (there.y - wanted.y, wanted.bottom - there.bottom)
    columns = (there.x - wanted.x, wanted.right - there.right)
    return np.pad(part, (rows, columns), mode="edge")


def is_opaque(plane: Plane) -> bool:
    """Return whether nothing is transparent."""
    return bool((plane == OPAQUE).all())


def over(rgb: Rgb8, alpha: Plane, background: tuple[int, int, int] | Rgb8) -> Rgb8:
    """Return pixels over a background, composited in sRGB values and rounded to nearest.

    Args:
        rgb: (H, W, 3) uint8, not multiplied by alpha.
        alpha: (H, W) uint8.
        background: A colour, or (H, W, 3) uint8.
    """
    if is_opaque(alpha):
        return rgb
    share = alpha[..., None].astype(np.uint16)
    behind = np.asarray(background, np.uint16)
    out = rgb * share
    out += behind * (OPAQUE - share)
    out += 127
    out //= OPAQUE
    return out.astype(np.uint8)


class AlphaWriter:
    """Collects the alpha plane of an image that is decoded part by part.

    Memory is needed only from the first pixel on that is not opaque.
    """

    def __init__(self, width: int, height: int) -> None:
        """Expect an image of a size, as its file states."""
        self._size = height, width
        self._plane: Plane | None = None

    def write(self, x: int, y: int, part: Image.Image | None) -> None:
        """Add the alpha of a part of the image.

        Args:
            x, y: The upper left corner of the part.
            part: Of mode "L"; None if it is opaque.
        """
        if part is None or part.getextrema()[0] == OPAQUE:
            return
        if self._plane is None:
            self._plane = np.full(self._size, OPAQUE, np.uint8)
        self._plane[y : y + part.height, x : x + part.width] = np.asarray(part)

    @property
    def plane(self) -> Plane | None:
        """The plane, as stored in the file; None if the image is opaque."""
        return self._plane
