"""A scale bar in the lower right corner of an exported image; `pyramid.scale_bar` chooses it.

It is light with a dark outline, so that it is seen on any background.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from PIL import Image, ImageDraw

from cozviewer.export.caption import Plate, built_in_font, drawable, plated_bands, text_size
from cozviewer.image.pixels import Rgb8
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.scale_bar import ScaleBar, scale_bar

LIGHT = (255, 255, 255, 255)
DARK = (0, 0, 0, 230)

_LONGEST = 12
"""Maximum length in heights of the text."""

_PART = 0.4
"""Maximum length as a part of the width of the image."""

_ASCII = str.maketrans({"µ": "u", "\N{PRIME}": "'", "″": '"'})
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def bar_for(
    scale: Scale, magnification: float, width: int, height: int, sideways: bool = False
) -> ScaleBar | None:
    """Return the bar for an image; None where it has no room.

    Args:
        scale: Of the source.
        magnification: Pixels of the image per source pixel.
        width, height: Of the image as it is turned, in pixels.
        sideways: Whether it is turned by a quarter.
    """
    longest = min(_LONGEST * text_size(height), _PART * width)
    bar = scale_bar(scale, magnification, sideways, longest)
    if bar is None:
        return None
    plate = _plate(bar, width, height)
    return bar if plate.x >= 0 and plate.y >= 0 else None


def bar_of_view(scale: Scale, view: View) -> ScaleBar | None:
    """Return the bar for the image of a view; None where it has no room."""
    width, height = view.shown_size
    sideways = view.orientation.sideways
    return bar_for(scale, view.camera.magnification, width, height, sideways)


def with_scale_bar(rgb: Rgb8, bar: ScaleBar, above: int = 0) -> Rgb8:
    """Return an image with a bar.

    Args:
        rgb: (H, W, 3) uint8; is not changed.
        bar: See `bar_for`.
        above: How many pixels it is moved up, over what else is in the corner.
    """
    height, width = rgb.shape[:2]
    return next(scale_bar_bands([rgb], bar, width, height, above))


def scale_bar_bands(
    bands: Iterable[Rgb8], bar: ScaleBar, width: int, height: int, above: int = 0
) -> Iterator[Rgb8]:
    """Yield an image's bands, top to bottom, with a bar in the corner of the whole.

    Args:
        bands: (rows, width, 3) uint8, `height` rows in all; they are not changed.
        bar, above: As for `with_scale_bar`.
    """
    plate = _plate(bar, width, height)
    moved = Plate(plate.image, plate.x, max(0, plate.y - above))
    yield from plated_bands(bands, moved)


def _plate(bar: ScaleBar, width: int, height: int) -> Plate:
    size = text_size(height)
    font = built_in_font(size)
    text = drawable(_in_ascii(bar.label))
    edge = max(1, round(size / 12))
    thick, length = max(2, round(size / 5)), max(1, round(bar.length))
    text_width = round(font.getlength(text))
    ascent, descent = font.getmetrics()
    inner = max(length, text_width)
    image = Image.new("RGBA", (inner + 2 * edge, ascent + descent + thick + 3 * edge), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    left, top = edge + (inner - length) // 2, image.height - edge - thick
    outline = (left - edge, top - edge, left + length - 1 + edge, top + thick - 1 + edge)
    draw.rectangle(outline, DARK)
    draw.rectangle((left, top, left + length - 1, top + thick - 1), LIGHT)
    at = (edge + (inner - text_width) // 2, edge)
    if "µ" in bar.label:
        _draw_stem(draw, at[0] + font.getlength(text[: text.index("u")]), at[1] + ascent, size)
    draw.text(at, text, LIGHT, font, stroke_width=edge, stroke_fill=DARK)
    if "µ" in bar.label:
        _draw_stem(draw, at[0] + font.getlength(text[: text.index("u")]), at[1] + ascent, size, 0)
    margin = round(0.7 * size)
    return Plate(image, width - margin - image.width, height - margin - image.height)


def _draw_stem(
    draw: ImageDraw.ImageDraw, x: float, baseline: int, size: int, edge: int | None = None
) -> None:
    """Make the letter u at x the sign for a millionth, which the built-in font lacks: its left stem
    extends below the baseline.

    Args:
        edge: Width of the outline; None is that of the text, 0 draws the stem itself.
    """
    outline = edge is None
    edge = max(1, round(size / 12)) if outline else 0
    left, thick = round(x + size * 0.075), max(1, round(size * 0.09))
    box = (left - edge, baseline - size // 6, left + thick - 1 + edge, baseline + size // 6 + edge)
    draw.rectangle(box, DARK if outline else LIGHT)


def _in_ascii(label: str) -> str:
    """Return a label in characters that the built-in font has: "2·10⁻¹⁴ m" as "2·10^-14 m"."""
    plain = _RAISED.sub(lambda found: "^" + unicodedata.normalize("NFKC", found[0]), label)
    return plain.replace("\N{MINUS SIGN}", "-").translate(_ASCII)
