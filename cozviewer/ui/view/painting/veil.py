"""What lies behind an image with transparent parts: a checkerboard, white or black.

Tiles, drafts and exact frames are painted opaque, as without alpha. Then the backdrop b is painted
over the colours c with the opacity 1 - a, where the alpha is a (the veil): c a + b (1 - a). So one
more image is painted for each frame, whatever lies under it and however it fades.

The squares of the checkerboard are fixed to the screen.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from cozviewer.image.alpha.plane import OPAQUE, Plane
from cozviewer.image.rect import rect_between
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.pyramid.transparency import AlphaOptions, alpha_of_part, alpha_of_view
from cozviewer.ui.settings import BACKDROP_CHOICES
from cozviewer.ui.view.painting.painter import around, shown_rect, view_rect

BACKDROPS = BACKDROP_CHOICES
"""What can lie behind an image; the first one is the default."""

CHECKERBOARD, WHITE, BLACK = BACKDROPS

SQUARE = 8
"""Side of a square of the checkerboard in logical pixels."""

LIGHT, DARK = 255, 204
"""Grey levels of the checkerboard, as in most image editors."""


@dataclass(frozen=True)
class Backdrop:
    """What lies behind an image in one pane.

    Attributes:
        kind: One of BACKDROPS.
        square: Side of a square of the checkerboard in device pixels.
    """

    kind: str = CHECKERBOARD
    square: int = SQUARE

    @property
    def brush(self) -> QBrush:
        """A brush that paints it, from the upper left corner of a pane on."""
        if self.kind != CHECKERBOARD:
            return QBrush(QColor(self.kind))
        return QBrush(_checkerboard(self.square))

    def dark(self, x: int, y: int, width: int, height: int, coarse: int = 1) -> NDArray[np.bool_]:
        """Return where the dark squares of the checkerboard are, (height, width).

        Args:
            x, y: The upper left corner of a part of a pane, in device pixels.
            width, height: Its size, in pixels that are `coarse` wide.
        """
        across = np.arange(x, x + width * coarse, coarse) // self.square & 1
        down = np.arange(y, y + height * coarse, coarse) // self.square & 1
        odd: NDArray[np.bool_] = across != down[:, None]
        return odd


@cache
def _checkerboard(square: int) -> QImage:
    """Return two by two squares."""
    image = QImage(2 * square, 2 * square, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT, LIGHT, LIGHT))
    painter = QPainter(image)
    for x, y in ((square, 0), (0, square)):
        painter.fillRect(x, y, square, square, QColor(DARK, DARK, DARK))
    painter.end()
    return image


@cache
def _veils(grey: int) -> NDArray[np.uint32]:
    """Return the premultiplied pixel (ARGB32) of a grey backdrop for each alpha, 0..255."""
    clear = OPAQUE - np.arange(256, dtype=np.uint32)
    return (clear * grey + 127) // 255 * np.uint32(0x010101) | clear << np.uint32(24)


def veil_image(alpha: Plane, backdrop: Backdrop, x: int, y: int, coarse: int = 1) -> QImage:
    """Return the backdrop, multiplied by 1 - alpha, which is its opacity.

    Args:
        alpha: (H, W) uint8 of a part of a pane.
        backdrop: What lies behind it.
        x, y: The upper left corner of the part in the pane, in device pixels.
        coarse: The width of a pixel of `alpha` in device pixels.
    """
    height, width = alpha.shape
    if backdrop.kind == CHECKERBOARD:
        packed = _veils(LIGHT)[alpha]
        dark = backdrop.dark(x, y, width, height, coarse)
        np.copyto(packed, _veils(DARK)[alpha], where=dark)
    else:
        packed = _veils(255 if backdrop.kind == WHITE else 0)[alpha]
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(packed.data, width, height, 4 * width, form).copy()


@dataclass(frozen=True, eq=False)
class Known:
    """The exact alpha of a view at rest, and where it lies in the present view.

    Attributes:
        plane: (H, W) uint8, upright; None if all of it is opaque.
        place: Its place in pixels of the present view, upright.
    """

    plane: Plane | None
    place: QRect


class Veil:
    """Paints the backdrop of one layer. GUI thread only.

    Attributes:
        kind: One of BACKDROPS.
    """

    def __init__(self, ratio: Callable[[], float]) -> None:
        """Make a veil.

        Args:
            ratio: Returns the device pixels of the pane per logical pixel.
        """
        self.kind = CHECKERBOARD
        self._ratio = ratio
        self._is_left_out = False
        self._whole: tuple[View, AlphaOptions, int, Plane | None] | None = None
        self._turned: tuple[Plane, Orientation, Plane] | None = None
        self._image: tuple[Plane, _Piece, QImage] | None = None

    @property
    def is_left_out(self) -> bool:
        """Whether no backdrop is painted at present."""
        return self._is_left_out

    @property
    def backdrop(self) -> Backdrop:
        """What lies behind the image."""
        # Even, so that a checkerboard at half the resolution is the same.
        return Backdrop(self.kind, max(2, 2 * round(SQUARE * self._ratio() / 2)))

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Paint the opaque colours that lie under transparent parts, for the time being."""
        before, self._is_left_out = self._is_left_out, True
        try:
            yield
        finally:
            self._is_left_out = before

    def forget(self) -> None:
        """Drop the cached parts of an image."""
        self._whole = self._turned = self._image = None

    def fill(self, painter: QPainter, area: QRect) -> None:
        """Paint the backdrop alone.

        Args:
            painter: In pixels of what is shown, and in the upper left corner of the pane.
            area: What to paint.
        """
        if not area.isEmpty():
            painter.setOpacity(1.0)
            painter.fillRect(area, self.backdrop.brush)

    def draw(
        self,
        painter: QPainter,
        area: QRect,
        source: Source,
        view: View,
        known: Known | None,
        options: AlphaOptions,
    ) -> None:
        """Paint the backdrop over the opaque image.

        Args:
            painter: In pixels of what is shown.
            area: What to paint, in these pixels.
            source: The image.
            view: The view, turned as it is shown.
            known: The exact alpha, where it is known.
            options: How the alpha is resampled elsewhere.
        """
        if source.alpha is None or self._is_left_out or area.isEmpty():
            return
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        rest: tuple[QRect, ...] = (area,)
        place = QRect() if known is None else shown_rect(view, known.place)
        covered = place.intersected(area)
        if known is not None and not covered.isEmpty():
            rest = tuple(part for part in around(covered, area) if not part.isEmpty())
            if known.plane is not None:
                plane = self._as_shown(known.plane, view.orientation)
                self._draw(painter, covered, plane, place.topLeft(), 1)
        for part in rest:
            coarse = options.coarse
            if 2 * part.width() * part.height() > view.width * view.height:
                found, corner = self._of_view(source, view, options), QPoint(0, 0)
            else:
                # A coarse part that is turned would not always lie at whole coarse pixels.
                coarse = coarse if view.orientation == UPRIGHT else 1
                found, corner = _of_part(source, view, part, replace(options, coarse=coarse))
            if found is not None:
                self._draw(painter, part, found, corner, coarse)

    def _draw(
        self, painter: QPainter, area: QRect, plane: Plane, corner: QPoint, coarse: int
    ) -> None:
        """Paint a part of the backdrop.

        Args:
            area: In pixels of what is shown.
            plane: The alpha, turned as it is shown.
            corner: The upper left corner of `plane`, in pixels of what is shown.
            coarse: The width of a pixel of `plane`.
        """
        piece = _piece(area, plane, corner, coarse, self.backdrop)
        if piece is None:
            return
        kept = self._image
        if kept is None or kept[0] is not plane or kept[1] != piece:
            part = plane[piece.top : piece.bottom, piece.left : piece.right]
            place = piece.place
            image = veil_image(part, piece.backdrop, place.x(), place.y(), coarse)
            self._image = kept = plane, piece, image
        image = kept[2]
        if coarse == 1:
            painter.drawImage(piece.place, image)
            return
        painter.save()
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        painter.drawImage(QRect(piece.place, image.size() * coarse), image)
        painter.restore()

    def _of_view(self, source: Source, view: View, options: AlphaOptions) -> Plane | None:
        """Return the alpha of a view, which is kept for the next painting."""
        changes = 0 if source.alpha is None else source.alpha.levels.changes
        if self._whole is None or self._whole[:3] != (view, options, changes):
            self._whole = view, options, changes, alpha_of_view(source, view, options)
        return self._whole[3]

    def _as_shown(self, plane: Plane, orientation: Orientation) -> Plane:
        """Return an upright plane turned as it is shown."""
        if orientation == UPRIGHT:
            return plane
        kept = self._turned
        if kept is None or kept[0] is not plane or kept[1] != orientation:
            self._turned = kept = plane, orientation, orientation.turned(plane)
        return kept[2]


@dataclass(frozen=True)
class _Piece:
    """The part of a plane that is not opaque and is painted: its pixels, and their place."""

    left: int
    top: int
    right: int
    bottom: int
    place: QPoint
    backdrop: Backdrop


def _piece(
    area: QRect, plane: Plane, corner: QPoint, coarse: int, backdrop: Backdrop
) -> _Piece | None:
    """Return what is to be painted of a plane; see `Veil._draw`."""
    left, top = (area.x() - corner.x()) // coarse, (area.y() - corner.y()) // coarse
    right = -(-(area.right() + 1 - corner.x()) // coarse)
    bottom = -(-(area.bottom() + 1 - corner.y()) // coarse)
    clear = plane[top:bottom, left:right] != OPAQUE
    rows, columns = clear.any(axis=1).nonzero()[0], clear.any(axis=0).nonzero()[0]
    if not rows.size:
        return None
    bottom, right = top + int(rows[-1]) + 1, left + int(columns[-1]) + 1
    top, left = top + int(rows[0]), left + int(columns[0])
    place = QPoint(corner.x() + left * coarse, corner.y() + top * coarse)
    return _Piece(left, top, right, bottom, place, backdrop)


def _of_part(
    source: Source, view: View, part: QRect, options: AlphaOptions
) -> tuple[Plane | None, QPoint]:
    """Return the alpha of a part of what is shown, turned, and its upper left corner."""
    inside, coarse = view_rect(view, part), options.coarse
    x, y = inside.x() // coarse * coarse, inside.y() // coarse * coarse
    right = min(view.width, -(-(inside.right() + 1) // coarse) * coarse)
    bottom = min(view.height, -(-(inside.bottom() + 1) // coarse) * coarse)
    found = alpha_of_part(source, view, rect_between(x, y, right, bottom), options)
    place = shown_rect(view, QRect(x, y, right - x, bottom - y))
    return None if found is None else view.orientation.turned(found), place.topLeft()
