"""The work of `cozviewer demo`: views along one zoom, laid out as a strip and a comparison."""

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cozviewer.commands.common.output import check_outputs, make_folder
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.views import composed, opened_chain, view_of
from cozviewer.export.picture import check_target, save_picture
from cozviewer.export.provenance import origin_of_strip
from cozviewer.export.sheet import Panel, sheet
from cozviewer.export.strip import note, strip, times
from cozviewer.export.targets import refuse_source
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.pyramid.wording import BORROWED
from cozviewer.util.cancel import IsCancelled

STEPS = 4
"""Zoom steps of the demo: up to 256x."""

PANEL = 340
"""Side of a view in pixels: less than a tile, so that each needs four at most."""


@dataclass(frozen=True)
class Made:
    """What `make_demo` wrote, how many tiles it computed, and what made them."""

    strip: Path
    comparison: Path
    computed: int
    engine: str
    device: str


def make_demo(
    image: Path,
    centre: tuple[Fraction, Fraction] | None,
    args: argparse.Namespace,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> Made:
    """Zoom into `centre` (default: the middle) and write both pictures.

    Raises:
        BadInput: The picture, the engine or the output folder is wrong.
        Cancelled, Failure: On the way.
    """
    strip_path = args.output / "zoom-strip.png"
    comparison_path = args.output / "comparison.png"
    check_outputs([strip_path, comparison_path], args)
    with opened_chain(image, args, line, cancelled) as chain:
        source, engine = chain.pyramid.source, chain.upscaler.name
        for path in (strip_path, comparison_path):
            refuse_source(path, source)
        views = [
            view_of(source, centre, Fraction(STEP_SCALE) ** step, (PANEL, PANEL))
            for step in range(STEPS + 1)
        ]
        make_folder(args.output)
        for path in (strip_path, comparison_path):
            check_target(path, PANEL, PANEL)
        computed, made = 0, []
        for view in views:
            tiles, pixels = composed(chain, view, line, cancelled)
            computed += tiles.computed
            made.append(pixels)
        line.show("Laying out")
        smooth = [compose(chain.pyramid, view, finest=0) for view in views]
        origin = origin_of_strip(chain, views, cancelled)
        pixels = strip(source.name, engine, views, made, origin.borrowed)
        save_picture(strip_path, pixels, origin, cancelled=cancelled)
        pixels = _comparison(source.name, engine, views[1:], smooth[1:], made[1:], origin.borrowed)
        save_picture(comparison_path, pixels, origin, cancelled=cancelled)
    return Made(strip_path, comparison_path, computed, engine, chain.upscaler.device)


def _comparison(
    name: str,
    engine: str,
    views: list[View],
    smooth: list[Rgb8],
    made: list[Rgb8],
    borrowed: bool,
) -> Rgb8:
    """Return pairs of enlarged and drawn pictures, two pairs a row."""
    drawn = f"drawn finer, with {BORROWED}" if borrowed else "drawn finer"
    pairs = [
        (
            Panel(left, f"x{times(view)}  bicubic", note(view)),
            Panel(right, f"x{times(view)}  {engine}", note(view)),
        )
        for view, left, right in zip(views, smooth, made, strict=True)
    ]
    rows = [[*first, *second] for first, second in zip(pairs[::2], pairs[1::2], strict=True)]
    return sheet(
        f"{name}: bicubic beside {engine}",
        f"Left of each pair the photo's own pixels, enlarged; right the same place, {drawn}.",
        rows,
        group=2,
    )
