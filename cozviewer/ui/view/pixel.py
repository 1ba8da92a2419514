"""The pixel under the pointer: its place in the photo, its colour as shown, and its origin."""

import math
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from cozviewer.image.alpha.plane import OPAQUE
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.georeference import MapPlace
from cozviewer.pyramid.transparency import AlphaOptions, alpha_of_part
from cozviewer.ui.view.layer import Layer
from cozviewer.util.translation import translate

MOST_DECIMALS = 12
"""Largest number of decimals of a coordinate."""


@dataclass(frozen=True)
class Pixel:
    """A pixel under the pointer.

    Attributes:
        x, y: Its place in source pixels, with enough decimals to distinguish view pixels.
        rgb: Its colour as shown, 0..255; None of the difference of two images.
        origin: Where it comes from: original, enlarged, generated or a draft.
        alpha: Its alpha, 0..255; None of an opaque image, and without a colour.
        on_map: Where it lies on the earth; None where the photo does not say so.
    """

    x: str
    y: str
    rgb: tuple[int, int, int] | None
    origin: str
    alpha: int | None = None
    on_map: MapPlace | None = None

    @property
    def place(self) -> str:
        """Return "812.4, 340.1"."""
        return f"{self.x}, {self.y}"

    @property
    def hex(self) -> str:
        """Return "#806028", with alpha "#80602880", or "" without a colour."""
        if self.rgb is None:
            return ""
        return "#" + bytes((*self.rgb, *(() if self.alpha is None else (self.alpha,)))).hex()

    @property
    def text(self) -> str:
        """Return "x 812.4, y 340.1 · RGB 128 96 40", with the place on a map in the middle."""
        return " · ".join(
            part for part in (self._place_text, self._map_text, self._rgb_text) if part
        )

    @property
    def short_text(self) -> str:
        """Return the text for little room: without the place on a map."""
        return " · ".join(part for part in (self._place_text, self._rgb_text) if part)

    @property
    def _place_text(self) -> str:
        return translate("View", "x {x}, y {y}").format(x=self.x, y=self.y)

    @property
    def _map_text(self) -> str:
        return "" if self.on_map is None else self.on_map.text

    @property
    def _rgb_text(self) -> str:
        if self.rgb is None:
            return ""
        return f"{'RGB' if self.alpha is None else 'RGBA'} {self.values}"

    @property
    def values(self) -> str:
        """Return "128 96 40", with alpha "128 96 40 128", or "" without a colour."""
        if self.rgb is None:
            return ""
        alpha = () if self.alpha is None else (self.alpha,)
        return " ".join(map(str, (*self.rgb, *alpha)))


def coordinates(view: View, view_x: float, view_y: float) -> tuple[str, str]:
    """Return the place of a view pixel in source pixels, rounded down: (x, y).

    There are decimals where the view is magnified. The arithmetic is exact at any depth.

    Args:
        view: The view.
        view_x, view_y: A view pixel; its middle counts.
    """
    magnification = view.camera.magnification
    digits = min(MOST_DECIMALS, max(0, math.ceil(math.log10(magnification))))
    x, y = source_place(view, view_x, view_y)
    return _decimal(x, digits), _decimal(y, digits)


def source_place(view: View, view_x: float, view_y: float) -> tuple[Fraction, Fraction]:
    """Return the place of the middle of a view pixel in source pixels, exact at any depth."""
    camera, half = view.camera, Fraction(1, 2)
    unit = Fraction(camera.scale) * Fraction(2) ** camera.level
    x, y = (
        centre + (Fraction(math.floor(at)) + half - Fraction(size, 2)) / unit
        for centre, at, size in zip(
            camera.source_centre, (view_x, view_y), (view.width, view.height), strict=True
        )
    )
    return x, y


def _decimal(value: Fraction, digits: int) -> str:
    """Return a number, rounded down, with a fixed number of decimals."""
    scaled = math.floor(value * 10**digits)
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def shown_image(layer: Layer, part: QRect | None = None) -> QImage:
    """Return what a layer shows, with drafts but without overlays, which tint the image, and
    without what lies behind transparent parts.

    GUI thread.

    Args:
        part: In view pixels; None for the whole view.
    """
    view = layer.view
    area = part or QRect(0, 0, view.width, view.height)
    frame, covering = layer.frame, layer.exact.covering
    if covering is not None and not layer.legend:  # the version before a new prompt
        return covering if part is None else covering.copy(part)
    if frame is not None and layer.shows_frame and layer.draft_over is None:
        return frame if part is None else frame.copy(part)
    image = QImage(area.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.translate(-area.topLeft())
    if frame is not None and covering is not None:
        painter.drawImage(QPoint(0, 0), frame)
    else:
        with layer.veil.left_out():
            layer.draw(painter, area)
    painter.end()
    return image


def shown_alpha(layer: Layer, view_x: float, view_y: float) -> int | None:
    """Return the alpha of a view pixel, 0..255; None of an opaque image. GUI thread."""
    document = layer.document
    if document is None or document.source.alpha is None:
        return None
    options = AlphaOptions(layer.kernel, hard=layer.finest is None, at_hand=True)
    part = Rect(math.floor(view_x), math.floor(view_y), 1, 1)
    plane = alpha_of_part(document.source, layer.view, part, options)
    return OPAQUE if plane is None else int(plane[0, 0])


def shown_colour(layer: Layer, view_x: float, view_y: float) -> tuple[int, int, int]:
    """Return the colour that a layer shows at a view pixel, 0..255. GUI thread."""
    image = shown_image(layer, QRect(math.floor(view_x), math.floor(view_y), 1, 1))
    colour = QColor(image.pixel(0, 0))
    return colour.red(), colour.green(), colour.blue()
