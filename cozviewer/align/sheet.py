"""The contact sheet of a training: crops, each with its prompt before and after."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cozviewer.align.samples import Sample
from cozviewer.export.replacing import replacing
from cozviewer.export.sheet import CAPTION_SIZE, FAINT, GAP, INK, MARGIN, NOTE_SIZE, PAPER
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import never

CROP = 240, 150
"""Size of a crop on the sheet."""

TEXT_WIDTH = 560
"""Width of the column of text."""

LINES = 3
"""Most lines of an answer."""

LINE_HEIGHT = NOTE_SIZE + 5


def save_prompt_sheet(path: Path, rows: Sequence[tuple[Sample, str, str]], step: int) -> None:
    """Write the sheet as PNG.

    Args:
        path: The file; replaced.
        rows: Sample, prompt before, prompt after.
        step: The step of the prompts after.

    Raises:
        Failure: A sample is gone, or the disk is full.
    """
    image = Image.fromarray(prompt_sheet(rows, step))
    with replacing(path, never) as file:
        image.save(file, "PNG", compress_level=6)


def prompt_sheet(rows: Sequence[tuple[Sample, str, str]], step: int) -> Rgb8:
    """Return the sheet as (H, W, 3) uint8; Pillow's built-in font has only ASCII."""
    height = 2 * MARGIN + CAPTION_SIZE + GAP + len(rows) * (CROP[1] + GAP)
    image = Image.new("RGB", (2 * MARGIN + CROP[0] + GAP + TEXT_WIDTH, height), PAPER)
    draw = ImageDraw.Draw(image)
    caption, note = ImageFont.load_default(CAPTION_SIZE), ImageFont.load_default(NOTE_SIZE)
    draw.text((MARGIN, MARGIN), f"Words after {step:,} steps", INK, caption)
    for number, (sample, before, after) in enumerate(rows):
        top = MARGIN + CAPTION_SIZE + GAP + number * (CROP[1] + GAP)
        _, crop = sample.images()
        small = Image.fromarray(crop)
        small.thumbnail(CROP, Image.Resampling.LANCZOS)
        image.paste(small, (MARGIN, top))
        x = MARGIN + CROP[0] + GAP
        kind = "held out" if sample.held_out else "trained on"
        about = f"{sample.photo}, x{STEP_SCALE**sample.level}, {kind}"
        draw.text((x, top), _known(about), FAINT, note)
        y = top + LINE_HEIGHT
        for label, text in (("before", before), ("after", after)):
            draw.text((x, y), label, FAINT, note)
            for line in _wrapped(_known(text), note, TEXT_WIDTH - 64):
                draw.text((x + 64, y), line, INK, note)
                y += LINE_HEIGHT
            y = max(y, top + LINE_HEIGHT * 2) + 2
    return np.asarray(image)


def _known(text: str) -> str:
    """Return text in one line of characters that the font has."""
    return " ".join(text.split()).encode("ascii", "replace").decode("ascii")


def _wrapped(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> list[str]:
    """Return the lines of a text, at most LINES."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1]} ..."]
    return lines
