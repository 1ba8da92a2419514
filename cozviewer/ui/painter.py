"""Draws a plan with a QPainter: whole tiles scaled by the painter, fast enough for every frame."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from cozviewer.pyramid.compose import BACKGROUND
from cozviewer.pyramid.geometry import Rect
from cozviewer.pyramid.plan import Draw, Place, Plan
from cozviewer.ui.draft_pieces import PieceDraw
from cozviewer.ui.tile_cache import TileCache

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
        painter: In device pixels (1 unit = 1 view pixel).
        tiles: Where the images are.
        area: What to draw, in view pixels. A rectangle, as painters are slow in other shapes.
        smooth: Whether pixels are interpolated; else they are squares.
        pieces: Drafts, the lowest first; each lies over the tiles that are coarser than its `under`
            and under all others.
    """
    painter.save()
    painter.setClipRect(area)
    painter.fillRect(area, BACKGROUND_COLOUR)
    # Overviews round up, so theirs may reach a little past the picture.
    picture = plan.picture
    seen = area.intersected(QRect(picture.x, picture.y, picture.width, picture.height))
    painter.setClipRect(seen)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    inside = QRectF(seen)

    def draw_part(place: Draw | Place, part: Rect, image: QImage | None, opacity: float) -> None:
        where = QRectF(place.view_x, place.view_y, place.view_width, place.view_height)
        if image is not None and where.intersects(inside):
            painter.setOpacity(opacity)
            painter.drawImage(where, image, QRectF(part.x, part.y, part.width, part.height))

    waiting = list(pieces)
    for draw in plan.draws:
        while waiting and waiting[0].under <= draw.key.z:
            piece = waiting.pop(0)
            draw_part(piece.place, piece.place.part, piece.image, piece.opacity)
        draw_part(draw, draw.tile_part, tiles.image(draw.key), draw.opacity)
    for piece in waiting:
        draw_part(piece.place, piece.place.part, piece.image, piece.opacity)
    painter.restore()


def draw_frame(
    painter: QPainter, image: QImage, corner: QPoint, opacity: float, area: QRect
) -> None:
    """Draw what of a composed frame lies in an area, pixel for pixel, its upper left corner at
    `corner`."""
    part = QRect(corner, image.size()).intersected(area)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setOpacity(opacity)
    painter.drawImage(part.topLeft(), image, part.translated(-corner))
    painter.setOpacity(1.0)
