"""Runs `cozviewer demo`: views along one zoom, laid out as a strip and a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.series import Needs, needs_of
from cozviewer.commands.common.options import OpenOptions, ScaleBars
from cozviewer.commands.common.output import make_folder
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.views import opened_chain, view_of
from cozviewer.export.image import check_target, save_image
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import origin_of_strip
from cozviewer.export.run import run_task
from cozviewer.export.scale_bar import bar_of_view, with_scale_bar
from cozviewer.export.sheet import Panel, sheet
from cozviewer.export.streaming import OnProgress
from cozviewer.export.strip import note, times
from cozviewer.export.targets import Inputs, refuse_inputs, refuse_source
from cozviewer.export.tasks import StripTask
from cozviewer.image.pixels import Rgb8
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.wording import BORROWED
from cozviewer.util.cancel import IsCancelled

STEPS = 4
"""Number of zoom steps: up to 256x."""

PANEL = 340
"""Side of a view in pixels."""


@dataclass(frozen=True)
class DemoResult:
    """The files written by `make_demo`, the number of generated tiles, and the engine."""

    strip: Path
    comparison: Path
    computed: int
    engine: str
    device: str


def make_demo(
    options: OpenOptions,
    inputs: Inputs,
    output: Path,
    centre: tuple[Fraction, Fraction] | None,
    bars: ScaleBars,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> DemoResult:
    """Zoom into an image and write both results.

    Args:
        options: The image, and the engine.
        inputs: Files that must not be replaced.
        output: The folder to write to.
        centre: Where to zoom into, in source pixels; None is the middle.
        bars: Whether each view gets a scale bar.
        line: Shows the progress.
        cancelled: Checked repeatedly.

    Raises:
        BadInput: The image, the engine or the output folder is wrong.
        Cancelled, Failure: On the way.
    """
    strip_path = output / "zoom-strip.png"
    comparison_path = output / "comparison.png"
    refuse_inputs([strip_path, comparison_path], inputs)
    with opened_chain(options, line, cancelled) as (image, chain):
        source, engine = chain.pyramid.source, chain.upscaler.name
        for path in (strip_path, comparison_path):
            refuse_source(path, source)
        scale = bars.scale_of(image)
        views = tuple(
            view_of(source, centre, Fraction(STEP_SCALE) ** step, (PANEL, PANEL))
            for step in range(STEPS + 1)
        )
        make_folder(output)
        for path in (strip_path, comparison_path):
            check_target(path, PANEL, PANEL)
        zoom = run_task(StripTask(strip_path, views, scale), chain, cancelled, line.show_work)
        task = _PairsTask(comparison_path, views, scale)
        pairs = run_task(task, chain, cancelled, line.show_work)
    computed = zoom.generated + pairs.generated
    return DemoResult(strip_path, comparison_path, computed, engine, chain.upscaler.device)


@dataclass(frozen=True)
class _PairsTask:
    """Views beside plain enlargements of the photo; an export task.

    Attributes:
        path: The file to write.
        views: Square, of one size; the first shows the photo's own pixels and is left out.
        scale: Of the source, for a scale bar in each image; None for no bars.
    """

    path: Path
    views: tuple[View, ...]
    scale: Scale | None = None

    def needs(self, pyramid: Pyramid) -> Needs:
        """See `Task`."""
        return needs_of(pyramid, self.views)

    def write(self, chain: Chain, is_cancelled: IsCancelled, on_progress: OnProgress) -> Origin:
        """See `Task`."""
        on_progress(Progress(f"Writing {self.path.name}", 0, 0, 0, None))
        pyramid, views = chain.pyramid, self.views[1:]
        made = [compose(pyramid, view, complete=True) for view in views]
        smooth = [compose(pyramid, view, finest=0) for view in views]
        origin = origin_of_strip(chain, self.views, is_cancelled)
        for index, view in enumerate(views):
            if self.scale is not None and (bar := bar_of_view(self.scale, view)) is not None:
                made[index] = with_scale_bar(made[index], bar)
                smooth[index] = with_scale_bar(smooth[index], bar)
                origin = replace(origin, scale_bar=bar.label)
        name, engine = pyramid.source.name, chain.upscaler.name
        pixels = _comparison(name, engine, views, smooth, made, origin.borrowed)
        save_image(self.path, pixels, origin, cancelled=is_cancelled)
        return origin


def _comparison(
    name: str,
    engine: str,
    views: Sequence[View],
    smooth: list[Rgb8],
    made: list[Rgb8],
    borrowed: bool,
) -> Rgb8:
    """Return pairs of enlarged and generated images, two pairs per row."""
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
