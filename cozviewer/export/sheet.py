"""Sheets: images in a grid with a caption above each.

Texts use Pillow's built-in font, so that nothing must be installed; it has only ASCII.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cozviewer.image.pixels import Rgb8

PAPER = (24, 25, 28)
INK = (236, 236, 232)
FAINT = (158, 160, 166)
FRAME = (255, 176, 46)

MARGIN = 28
GAP = 16
TIGHT = 4
TITLE_SIZE = 24
CAPTION_SIZE = 19
NOTE_SIZE = 15


@dataclass(frozen=True, eq=False)
class Panel:
    """One image of a sheet.

    Attributes:
        pixels: (H, W, 3) uint8; all panels of a sheet have one size.
        caption: Text above it.
        note: Smaller text below the caption.
        framed: Area to frame, as (left, top, right, bottom) in its pixels.
    """

    pixels: Rgb8
    caption: str
    note: str = ""
    framed: tuple[int, int, int, int] | None = None


def sheet(title: str, subtitle: str, rows: Sequence[Sequence[Panel]], group: int = 1) -> Rgb8:
    """Return the sheet as (H, W, 3) uint8.

    Args:
        title, subtitle: Lines at the top.
        rows: Rows with the same number of panels.
        group: Number of panels in a row that are placed closer together.
    """
    panel_height, panel_width = rows[0][0].pixels.shape[:2]
    columns = len(rows[0])
    head = TITLE_SIZE + NOTE_SIZE + 2 * GAP + 6
    text_height = CAPTION_SIZE + NOTE_SIZE + GAP
    lefts = [
        MARGIN + column * (panel_width + TIGHT) + column // group * (GAP - TIGHT)
        for column in range(columns)
    ]
    width = lefts[-1] + panel_width + MARGIN
    row_height = text_height + panel_height + GAP
    image = Image.new("RGB", (width, 2 * MARGIN + head + len(rows) * row_height - GAP), PAPER)
    draw = ImageDraw.Draw(image)
    _write(draw, MARGIN, MARGIN, title, TITLE_SIZE, INK)
    _write(draw, MARGIN, MARGIN + TITLE_SIZE + 10, subtitle, NOTE_SIZE, FAINT)
    for row, panels in enumerate(rows):
        y = MARGIN + head + row * row_height
        for x, panel in zip(lefts, panels, strict=True):
            _write(draw, x, y, panel.caption, CAPTION_SIZE, INK)
            _write(draw, x, y + CAPTION_SIZE + 5, panel.note, NOTE_SIZE, FAINT)
            top = y + text_height
            image.paste(Image.fromarray(panel.pixels), (x, top))
            if panel.framed is not None:
                left, upper, right, lower = panel.framed
                draw.rectangle((x + left, top + upper, x + right, top + lower), None, FRAME, 2)
    return np.asarray(image)


def _write(
    draw: ImageDraw.ImageDraw, x: int, y: int, text: str, size: int, colour: tuple[int, int, int]
) -> None:
    known = text.encode("ascii", "replace").decode("ascii")
    draw.text((x, y), known, colour, ImageFont.load_default(size))
