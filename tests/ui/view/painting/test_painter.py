"""Plans as pixels: no gaps between tiles, exact far down, and no leak in the binding below."""

import sys

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_qimage, to_rgb8
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import BACKGROUND
from cozviewer.pyramid.geometry import TILE, tiles_of
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.plan import plan
from cozviewer.ui.view.layer import _strips_beside
from cozviewer.ui.view.painting.painter import (
    draw_plan,
    shown_rect,
    turned_image,
    turning,
    view_rect,
)
from cozviewer.ui.view.tiles.tile_cache import TileCache


def painted(view: View, source: Rgb8) -> Rgb8:
    """Paint a view of a source whose level 0 is all in memory, and nothing else."""
    height, width = source.shape[:2]
    tiles = TileCache(0)
    for key in tiles_of(0, Rect(0, 0, width, height)):
        x, y = key.col * TILE, key.row * TILE
        part = to_qimage(source[y : y + TILE, x : x + TILE])
        tiles.put([(key, part)], 0.0, fade=False)
    image = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    drawing = plan(view, width, height, 0, 1000, lambda z, span: tiles.shown(z, span, 1.0))
    draw_plan(painter, drawing, tiles, QRect(0, 0, view.width, view.height))
    painter.end()
    return to_rgb8(image)


@pytest.mark.parametrize("magnification", [0.61, 0.9173, 1.0, 1.37, 2.9, 13.7])
@pytest.mark.parametrize("shift", [0.0, 0.31, 0.77])
def test_tiles_join_without_gaps(qtbot: QtBot, magnification: float, shift: float) -> None:
    grey = np.full((1100, 1100, 3), 180, np.uint8)
    view = View(camera_at(512 + shift, 512 - shift, magnification), 400, 300)
    assert np.all(painted(view, grey) == 180)


def test_the_image_ends_where_it_ends(qtbot: QtBot) -> None:
    white = np.full((100, 100, 3), 255, np.uint8)
    shown = painted(View(camera_at(0, 50, 1.0), 80, 60), white)
    assert np.all(shown[:, :40] == BACKGROUND)
    assert np.all(shown[:, 40:] == 255)


@pytest.mark.parametrize("doublings", [8, 11, 13, 20, 40, 64])
def test_a_stand_in_from_far_above_is_a_smooth_ramp(qtbot: QtBot, doublings: int) -> None:
    ramp = np.zeros((64, 64, 3), np.uint8)
    ramp[:, :32] = 40
    ramp[:, 32:] = 200
    shown = painted(View(camera_at(32.0, 20.0, 2.0**doublings), 200, 100), ramp).astype(int)
    assert np.all(np.diff(shown[50, :, 0]) >= 0)
    assert abs(shown[50, 100, 0] - 120) <= 3
    if doublings >= 20:
        assert np.ptp(shown) <= 2


def test_painting_costs_no_reference_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12 on Python 3.11 lost one at every call and ended the program in minutes."""
    grey = np.full((64, 64, 3), 90, np.uint8)
    view = View(camera_at(32, 32, 2.0), 64, 64)
    painted(view, grey)
    before = sys.getrefcount(None)
    for _ in range(50):
        painted(view, grey)
    assert sys.getrefcount(None) > before - 50


@pytest.mark.parametrize("dx", [-130, -7, 0, 12, 64, 500])
@pytest.mark.parametrize("dy", [-90, -3, 0, 5, 48, 300])
def test_frame_and_strips_cover_a_moved_view_once(dx: int, dy: int) -> None:
    view = View(camera_at(0, 0, 1.0), 64, 48)
    times = np.zeros((48, 64), int)
    times[max(0, -dy) : max(0, 48 - dy), max(0, -dx) : max(0, 64 - dx)] += 1
    for strip in _strips_beside((dx, dy), view):
        assert QRect(0, 0, 64, 48).contains(strip)
        times[strip.top() : strip.bottom() + 1, strip.left() : strip.right() + 1] += 1
    assert np.all(times == 1)


ALL = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


@pytest.mark.parametrize("orientation", ALL, ids=str)
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (130, 67)])
def test_an_image_is_turned_without_loss(orientation: Orientation, size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    turned = turned_image(to_qimage(rgb), orientation)
    assert turned.format() == QImage.Format.Format_RGB32
    assert np.array_equal(to_rgb8(turned), orientation.turned(rgb))


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_parts_and_points_of_a_view_are_where_they_are_shown(orientation: Orientation) -> None:
    view = View(camera_at(0, 0, 1.0), 130, 67, orientation)
    part = QRect(10, 20, 33, 7)
    shown = shown_rect(view, part)
    assert turning(view).mapRect(QRectF(part)) == QRectF(shown)
    assert view_rect(view, shown) == part
    assert shown_rect(view, QRect(0, 0, 130, 67)) == QRect(0, 0, *view.shown_size)
