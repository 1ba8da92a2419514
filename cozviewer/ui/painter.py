"""Draws a plan with a QPainter: whole tiles scaled by the painter, fast enough for every frame."""

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from cozviewer.pyramid.compose import BACKGROUND
from cozviewer.pyramid.plan import Plan
from cozviewer.ui.tile_cache import TileCache

BACKGROUND_COLOUR = QColor(*BACKGROUND)


def draw_plan(
    painter: QPainter, plan: Plan, tiles: TileCache, area: QRect, smooth: bool = True
) -> None:
    """Draw a part of a plan over the background.

    Args:
        painter: In device pixels (1 unit = 1 view pixel).
        tiles: Where the images are.
        area: What to draw, in view pixels. A rectangle, as painters are slow in other shapes.
        smooth: Whether pixels are interpolated; else they are squares.
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
    for draw in plan.draws:
        where = QRectF(draw.view_x, draw.view_y, draw.view_width, draw.view_height)
        image = tiles.image(draw.key)
        if image is None or not where.intersects(inside):
            continue
        part = draw.tile_part
        painter.setOpacity(draw.opacity)
        painter.drawImage(where, image, QRectF(part.x, part.y, part.width, part.height))
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
