"""Arrays to QImages, off the GUI thread."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColorSpace, QImage, QPainter

from cozviewer.image.alpha.plane import Plane, over
from cozviewer.image.pixels import Rgb8


def to_qimage(rgb: Rgb8) -> QImage:
    """Return (H, W, 3) uint8 as a QImage in RGB32, which paints two to three times faster than
    RGB888. The packing is done by numpy, as Qt's own conversion holds the interpreter lock."""
    height, width = rgb.shape[:2]
    packed = np.empty((height, width, 4), np.uint8)
    packed[:, :, 0] = rgb[:, :, 2]
    packed[:, :, 1] = rgb[:, :, 1]
    packed[:, :, 2] = rgb[:, :, 0]
    packed[:, :, 3] = 255
    # The QImage shares the array's memory, so it is copied before the array goes.
    return QImage(packed.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def to_premultiplied(rgb: Rgb8, alpha: Plane) -> QImage:
    """Return (H, W, 3) uint8 with its alpha, (H, W) uint8, as a QImage in ARGB32_Premultiplied."""
    height, width = alpha.shape
    packed = np.empty((height, width, 4), np.uint8)
    packed[:, :, :3] = over(rgb, alpha, (0, 0, 0))[:, :, ::-1]
    packed[:, :, 3] = alpha
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(packed.data, width, height, 4 * width, form).copy()


def to_rgb8(image: QImage) -> Rgb8:
    """Return a QImage as (H, W, 3) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8)
    rows = rows.reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
    return np.ascontiguousarray(pixels[:, :, 2::-1])


def over_white(image: QImage) -> Rgb8:
    """Return a QImage in sRGB as (H, W, 3) uint8, over white where it is transparent."""
    space = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if image.colorSpace().isValid() and image.colorSpace() != space:
        image = image.convertedToColorSpace(space)
    if not image.hasAlphaChannel():
        return to_rgb8(image)
    image = QImage(image)  # the ratio of the caller's stays
    opaque = QImage(image.size(), QImage.Format.Format_RGB32)
    opaque.fill(Qt.GlobalColor.white)
    painter = QPainter(opaque)
    image.setDevicePixelRatio(1.0)
    painter.drawImage(0, 0, image)
    painter.end()
    return to_rgb8(opaque)
