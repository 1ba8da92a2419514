"""Draws a plan with a QPainter, which scales the sheets of tiles; fast enough for every frame."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import BACKGROUND
from cozviewer.pyramid.geometry import TILE
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.plan import Draw, Place, Plan
from cozviewer.pyramid.tile_mask import SHEET
from cozviewer.ui.view.tiles.draft_pieces import PieceDraw
from cozviewer.ui.view.tiles.tile_cache import TileCache

BACKGROUND_COLOUR = QColor(*BACKGROUND)


def draw_plan(
    painter: QPainter,
    plan: Plan,
    tiles: TileCache,
    area: QRect,
    smooth: bool = True,
    pieces: Sequence[PieceDraw] = (),
) -> None:
    """Draw a part of a plan over the background.

    Args:
        painter: In view pixels.
        plan: What to draw.
        tiles: The images of the tiles.
        area: The part to draw, in view pixels. A rectangle, as clipping to other shapes is slow.
        smooth: Whether pixels are interpolated; otherwise they are squares.
        pieces: Drafts, bottom to top; each lies over the tiles that are coarser than its `under`
            and under all others.
    """
    painter.save()
    painter.setClipRect(area)
    # Overviews round up, so their tiles may extend a little beyond the photo.
    photo = plan.photo
    seen = area.intersected(QRect(photo.x, photo.y, photo.width, photo.height))
    for part in (area,) if plan.bare or seen.isEmpty() else around(seen, area):
        painter.fillRect(part, BACKGROUND_COLOUR)
    painter.setClipRect(seen)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    inside = QRectF(seen)

    def draw_part(place: Place, image: QImage | None, opacity: float, x: int, y: int) -> None:
        where = QRectF(place.view_x, place.view_y, place.view_width, place.view_height)
        if image is not None and where.intersects(inside):
            part = place.part
            painter.setOpacity(opacity)
            painter.drawImage(where, image, QRectF(x + part.x, y + part.y, part.width, part.height))

    def draw_piece(piece: PieceDraw) -> None:
        draw_part(piece.place, piece.image, piece.opacity, 0, 0)

    def draw_tiles(draw: Draw) -> None:
        first = draw.tiles
        image = tiles.image(draw.z, first.x, first.y)
        x, y = first.x % SHEET * TILE, first.y % SHEET * TILE
        draw_part(draw.place, image, draw.opacity, x, y)

    waiting = list(pieces)
    for draw in plan.draws:
        while waiting and waiting[0].under <= draw.z:
            draw_piece(waiting.pop(0))
        draw_tiles(draw)
    for piece in waiting:
        draw_piece(piece)
    painter.restore()


def around(inner: QRect, whole: QRect) -> tuple[QRect, ...]:
    """Return the rectangles that cover `whole` without `inner`, which lies in it."""
    left, right = inner.x() - whole.x(), whole.right() - inner.right()
    top, bottom = inner.y() - whole.y(), whole.bottom() - inner.bottom()
    return (
        QRect(whole.x(), whole.y(), whole.width(), top),
        QRect(whole.x(), inner.bottom() + 1, whole.width(), bottom),
        QRect(whole.x(), inner.y(), left, inner.height()),
        QRect(inner.right() + 1, inner.y(), right, inner.height()),
    )


def draw_frame(
    painter: QPainter, image: QImage, corner: QPoint, opacity: float, area: QRect
) -> None:
    """Draw the part of a composed frame that lies in an area, pixel for pixel.

    Args:
        painter: In view pixels.
        image: The frame.
        corner: Its upper left corner, in view pixels.
        opacity: In 0..1.
        area: The area, in view pixels.
    """
    part = QRect(corner, image.size()).intersected(area)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setOpacity(opacity)
    painter.drawImage(part.topLeft(), image, part.translated(-corner))
    painter.setOpacity(1.0)


def turned_image(image: QImage, orientation: Orientation) -> QImage:
    """Return an RGB32 image turned, without loss; the image itself if it is to be upright."""
    if orientation.mirrored:
        packed = np.frombuffer(image.constBits(), np.uint32)  # RGB32 has no padding
        width, height = image.width(), image.height()
        rows = np.ascontiguousarray(packed.reshape(height, width)[:, ::-1])
        form = QImage.Format.Format_RGB32
        image = QImage(rows.data, width, height, 4 * width, form).copy()
    if orientation.turns == 0:
        return image
    # Qt turns by right angles without loss, and large images twice as fast as numpy.
    return image.transformed(QTransform().rotate(90 * orientation.turns))


def turning(view: View) -> QTransform:
    """Return what maps the pixels of a view to where they are shown."""
    (xx, xy), (yx, yy) = view.orientation.way(1, 0), view.orientation.way(0, 1)
    x, y = view.orientation.point(0, 0, view.width, view.height)
    return QTransform(xx, xy, yx, yy, x, y)


def shown_rect(view: View, view_part: QRect) -> QRect:
    """Return where a part of a view is shown."""
    part = Rect(view_part.x(), view_part.y(), view_part.width(), view_part.height())
    place = view.orientation.rect(part, view.width, view.height)
    return QRect(place.x, place.y, place.width, place.height)


def view_rect(view: View, shown_part: QRect) -> QRect:
    """Return the part of a view that is shown somewhere."""
    part = Rect(shown_part.x(), shown_part.y(), shown_part.width(), shown_part.height())
    place = view.orientation.inverse.rect(part, *view.shown_size)
    return QRect(place.x, place.y, place.width, place.height)
