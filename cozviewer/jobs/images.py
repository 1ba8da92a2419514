"""Arrays to QImages, off the GUI thread."""

import numpy as np
from PySide6.QtGui import QColorSpace, QImage

from cozviewer.image.alpha.plane import Plane, is_opaque, over
from cozviewer.image.pixels import Rgb8


def to_qimage(rgb: Rgb8) -> QImage:
    """Return (H, W, 3) uint8 as a QImage in RGB32, which paints two to three times faster than
    RGB888; with alpha, (H, W, 4), in ARGB32. The packing is done by numpy, as Qt's own conversion
    holds the interpreter lock."""
    height, width, channels = rgb.shape
    packed = np.empty((height, width, 4), np.uint8)
    packed[:, :, 0] = rgb[:, :, 2]
    packed[:, :, 1] = rgb[:, :, 1]
    packed[:, :, 2] = rgb[:, :, 0]
    packed[:, :, 3] = 255 if channels == 3 else rgb[:, :, 3]
    form = QImage.Format.Format_RGB32 if channels == 3 else QImage.Format.Format_ARGB32
    # The QImage shares the array's memory, so it is copied before the array goes.
    return QImage(packed.data, width, height, 4 * width, form).copy()


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


def pixels_of(image: QImage) -> tuple[Rgb8, Plane | None]:
    """Return a QImage in sRGB: the colours, (H, W, 3) uint8, and the alpha, (H, W) uint8; None if
    it is opaque."""
    space = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if image.colorSpace().isValid() and image.colorSpace() != space:
        image = image.convertedToColorSpace(space)
    if not image.hasAlphaChannel():
        return to_rgb8(image), None
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
    alpha = pixels[:, :, 3].copy()
    return np.ascontiguousarray(pixels[:, :, 2::-1]), None if is_opaque(alpha) else alpha
