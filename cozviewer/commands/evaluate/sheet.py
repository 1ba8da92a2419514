"""The image sheet of `evaluate`: rows are methods, columns are scales."""

import numpy as np
from PIL import ImageFont

from cozviewer.evaluate.metrics import Metric
from cozviewer.evaluate.niqe import niqe
from cozviewer.evaluate.results import Evaluation, Figures
from cozviewer.export.origin import Origin
from cozviewer.export.sheet import CAPTION_SIZE, NOTE_SIZE, Panel, sheet
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE

PANEL = 256
"""Side of a state on the sheet: half of its own, so that each pixel is the mean of four."""

COLUMNS = 8
"""Most scales that are shown."""

NOTED = ("niqe", "lr_psnr")
"""The figures under a caption; there is room for two."""


def sheet_of(evaluation: Evaluation) -> Rgb8:
    """Return the sheet: for each of the first images, a row for each method, with the first state
    before its scales. (H, W, 3) uint8."""
    first = next(iter(evaluation.outcomes.values()))
    shown = evaluation.images[: len(first.states)]
    rows = [
        [_photo_panel(image, outcome.states[number][0])]
        + [
            _panel(name, level, outcome.states[number][level], evaluation, figures)
            for level, figures in enumerate(outcome.figures[number][:COLUMNS], 1)
        ]
        for number, image in enumerate(shown)
        for name, outcome in evaluation.outcomes.items()
    ]
    count = len(evaluation.images)
    about = f"The first {len(shown)} of {count} photos. " if len(shown) < count else ""
    return sheet(
        f"Evaluation: {', '.join(evaluation.outcomes)}",
        f"{about}Each scale shows the middle of the one before (framed in the first), "
        "4 times closer, at half its size.",
        rows,
    )


def origin_of_sheet(evaluation: Evaluation) -> Origin:
    """Return where the pixels of the sheet come from."""
    outcomes = evaluation.outcomes.values()
    return Origin(
        kind="mixed" if any(outcome.generative for outcome in outcomes) else "interpolated",
        engine=", ".join(outcome.title for outcome in outcomes),
        source_name=", ".join(evaluation.images[: len(next(iter(outcomes)).states)]),
        source_digest="",
        recipe_digest="",
        prompt="",
        centre="",
        magnification="",
        level=evaluation.levels * STEP_LEVELS,
    )


def _photo_panel(image: str, state: Rgb8) -> Panel:
    near = PANEL * (STEP_SCALE - 1) // (2 * STEP_SCALE)
    value = niqe(state)
    note = "the photo" if value is None else f"the photo, NIQE {value:.2f}"
    framed = (near, near, PANEL - near, PANEL - near)
    return Panel(_small(state), _fitting(f"x1  {image}", CAPTION_SIZE), note, framed)


def _panel(name: str, level: int, state: Rgb8, evaluation: Evaluation, figures: Figures) -> Panel:
    noted = [_noted(metric, figures) for metric in evaluation.metrics if metric.name in NOTED]
    caption = _fitting(f"x{STEP_SCALE**level}  {name}", CAPTION_SIZE)
    return Panel(_small(state), caption, _fitting("  ".join(noted), NOTE_SIZE))


def _noted(metric: Metric, figures: Figures) -> str:
    value = figures[metric.name]
    shown = "undefined" if value is None else f"{value:.{metric.digits}f} {metric.unit}"
    return f"{metric.title} {shown}".rstrip()


def _small(state: Rgb8) -> Rgb8:
    fours = state.reshape(PANEL, 2, PANEL, 2, 3).sum(axis=(1, 3), dtype=np.uint16)
    rounded: Rgb8 = ((fours + 2) // 4).astype(np.uint8)
    return rounded


def _fitting(text: str, size: int) -> str:
    """Return as much of a text as fits over a panel."""
    font = ImageFont.load_default(size)
    while font.getlength(text.encode("ascii", "replace").decode("ascii")) > PANEL:
        text = text[:-1]
    return text
