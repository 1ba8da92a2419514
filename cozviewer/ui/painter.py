"""Draws a plan with a QPainter: whole tiles scaled by the painter, fast enough for every frame."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from cozviewer.pyramid.compose import BACKGROUND
from cozviewer.pyramid.plan import Plan
from cozviewer.ui.tile_cache import TileCache

BACKGROUND_COLOUR = QColor(*BACKGROUND)


def draw_plan(
    painter: QPainter, plan: Plan, tiles: TileCache, view_width: int, view_height: int
) -> None:
    """Draw a plan over the background.

    Args:
        painter: In device pixels (1 unit = 1 view pixel).
        tiles: Where the images are.
        view_width, view_height: Size of the view.
    """
    painter.fillRect(0, 0, view_width, view_height, BACKGROUND_COLOUR)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    # Overviews round up, so theirs may reach a little past the picture.
    painter.setClipRect(plan.picture.x, plan.picture.y, plan.picture.width, plan.picture.height)
    for draw in plan.draws:
        image = tiles.image(draw.key)
        if image is None:
            continue
        part = draw.tile_part
        painter.setOpacity(draw.opacity)
        painter.drawImage(
            QRectF(draw.view_x, draw.view_y, draw.view_width, draw.view_height),
            image,
            QRectF(part.x, part.y, part.width, part.height),
        )
    painter.setOpacity(1.0)
    painter.setClipping(False)


def draw_frame(painter: QPainter, image: QImage, opacity: float) -> None:
    """Draw a composed frame, pixel for pixel."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setOpacity(opacity)
    painter.drawImage(0, 0, image)
    painter.setOpacity(1.0)
