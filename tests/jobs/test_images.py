"""Arrays and QImages are the same pixels, whatever their width."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from cozviewer.jobs.images import pixels_of, to_qimage, to_rgb8


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (512, 512), (7, 1021)])
def test_there_and_back(height: int, width: int) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    image = to_qimage(rgb)
    assert image.format() == QImage.Format.Format_RGB32
    np.testing.assert_array_equal(to_rgb8(image), rgb)
    np.testing.assert_array_equal(to_rgb8(image.convertToFormat(QImage.Format.Format_RGB888)), rgb)


def test_colours_are_where_they_belong() -> None:
    image = to_qimage(np.array([[[10, 20, 30]]], np.uint8))
    colour = image.pixelColor(0, 0)
    assert (colour.red(), colour.green(), colour.blue()) == (10, 20, 30)


def test_the_image_outlives_its_array() -> None:
    rgb = np.full((64, 64, 3), 7, np.uint8)
    image = to_qimage(rgb)
    rgb[:] = 200
    del rgb
    assert image.pixelColor(63, 63).red() == 7


def test_a_view_with_gaps_is_packed() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
    np.testing.assert_array_equal(to_rgb8(to_qimage(rgb[3:9, 5:17])), rgb[3:9, 5:17])


def test_transparent_pixels_keep_their_colour() -> None:
    image = QImage(2, 1, QImage.Format.Format_ARGB32)
    image.setPixelColor(0, 0, QColor(255, 0, 0, 0))
    image.setPixelColor(1, 0, QColor(10, 20, 30, 255))
    image.setDevicePixelRatio(2.0)
    rgb, alpha = pixels_of(image)
    assert rgb.tolist() == [[[255, 0, 0], [10, 20, 30]]]
    assert alpha is not None
    assert alpha.tolist() == [[0, 255]]
    assert image.devicePixelRatio() == 2.0
