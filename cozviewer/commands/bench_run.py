"""The measuring of `cozviewer bench`: bare crop, drafts and refined views on one machine.

Tiles and converted weights stay in memory, so that nothing of earlier runs is used, and nothing is
left.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

import numpy as np

from cozviewer.assembly import open_chain
from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice, Upscaler
from cozviewer.chain.quick_view import quick_view
from cozviewer.commands.bench_report import Bare, Drafted, Figures, RefinedView, Taken
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.views import composed, view_of
from cozviewer.config.choice import AUTO, EngineChoice
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.source import Source
from cozviewer.models.context import ModelContext
from cozviewer.models.device import pick_device
from cozviewer.models.engines import make_upscaler
from cozviewer.models.number_formats import machine_key, supported_formats
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.upscaler import NetworkUpscaler, bare_run
from cozviewer.models.without_torch import suffices
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import wanted_region
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser, level_name
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import Cancelled, CozviewerError

VIEW = (1280, 800)
QUICK_VIEW = (640, 400)

FIRST, DEEPER, JUMP = 4, 16, 64
"""Magnifications: of the first step, of the one after it, and of a jump without tiles."""

BARE_ROUNDS, DRAFT_ROUNDS = 2, 3
"""Each is run so many times and the fastest run counts; --quick runs it once."""

WARM_UP = 64
"""Side of the image that is run first, in pixels: kernels are compiled then."""

T = TypeVar("T")


Clock = Callable[[], Taken]
"""Returns a moment, counted from any fixed one."""


def process_clock() -> Taken:
    """Return the present moment and the CPU time that the process has used."""
    return Taken(time.perf_counter(), time.process_time())


def _chain(source: Source, choice: EngineChoice, notice: Notice, cancelled: IsCancelled) -> Chain:
    return open_chain(OpenedImage(source), choice, None, notice, cancelled=cancelled)


def _draft(notice: Notice) -> Upscaler:
    return compact(cache_dir=None, notice=notice)


@dataclass(frozen=True)
class Networks:
    """What makes the networks that are measured.

    Attributes:
        chain: Returns the chain of the views; its tiles are kept in memory.
        upscaler: One of the engine, and `kind`, those whose bare runs are measured.
        bare: Runs a network over an image, with nothing around it.
        draft: The one of drafts.
        formats: The number formats of a device.
    """

    chain: Callable[[Source, EngineChoice, Notice, IsCancelled], Chain] = _chain
    upscaler: Callable[[str, ModelContext], Upscaler] = make_upscaler
    kind: type = NetworkUpscaler
    bare: Callable[[Any, Rgb8, IsCancelled], RgbFloat] = bare_run
    draft: Callable[[Notice], Upscaler] = _draft
    formats: Callable[[str], Sequence[str]] = supported_formats


USUAL = Networks()


@dataclass(frozen=True)
class _Bench:
    """What all measurements have in common."""

    chain: Chain
    size: tuple[int, int]
    quick: bool
    line: ProgressLine
    cancelled: IsCancelled
    clock: Clock
    networks: Networks

    def taken(self, work: Callable[[], T]) -> tuple[Taken, T]:
        """Do a work and return what it took and what it returned."""
        before = self.clock()
        result = work()
        after = self.clock()
        return _between(before, after), result

    def view(self, magnification: int) -> View:
        """Return the view of the middle of the image, on whole source pixels."""
        source = self.chain.pyramid.source
        middle = Fraction(source.width // 2), Fraction(source.height // 2)
        return view_of(source, middle, Fraction(magnification), self.size)


def measure(
    source: Source,
    choice: EngineChoice,
    quick: bool,
    line: ProgressLine,
    cancelled: IsCancelled,
    clock: Clock = process_clock,
    networks: Networks = USUAL,
) -> Figures:
    """Measure all, in a minute or two.

    Args:
        source: The image; its middle is viewed.
        choice: What to draw with.
        quick: Only a quarter of the pixels, everything once, and no second level.

    Raises:
        BadInput, Failure: The engine is unknown, or failed.
        Cancelled: `cancelled` returned True.
    """
    import psutil

    load = psutil.getloadavg()[0]
    try:
        chain = networks.chain(source, choice, line.notice, cancelled)
        try:
            size = QUICK_VIEW if quick else VIEW
            bench = _Bench(chain, size, quick, line, cancelled, clock, networks)
            return _measured(bench, choice, load)
        finally:
            chain.pyramid.store.close()
    except Cancelled as error:
        raise Cancelled("Stopped; nothing is kept.") from error


def _measured(bench: _Bench, choice: EngineChoice, load: float) -> Figures:
    chain = bench.chain
    bench.line.show(f"Loading {chain.upscaler.name}")
    loading, _ = bench.taken(partial(chain.load, bench.cancelled))
    crop = _crop(bench)
    bare = _bare(bench, choice, crop)
    drafts = _drafts(bench) if chain.upscaler.generative else []
    device = chain.upscaler.device
    used = next((each.taken for each in bare if each.device == device), None)
    return Figures(
        machine=dict(machine_key(with_torch=not suffices(choice.device))),
        load=load,
        engine=chain.upscaler.name,
        device=device,
        chosen=_why(choice, bare),
        view=bench.size,
        crop=(crop.shape[1], crop.shape[0]),
        quick=bench.quick,
        loading=loading,
        bare=bare,
        drafts=drafts,
        refined=_refined(bench, used),
    )


def _crop(bench: _Bench) -> Rgb8:
    """Return the photo's own pixels under the view at ×4, contiguous."""
    source = bench.chain.pyramid.source
    seen = bench.view(FIRST).visible(STEP_LEVELS, source.width, source.height)
    there = coarser(seen, STEP_LEVELS)
    return np.ascontiguousarray(source.pixels(0, there))


def _bare(bench: _Bench, choice: EngineChoice, crop: Rgb8) -> list[Bare]:
    """Run the crop through the engine's network in every number format."""
    context = ModelContext(choice.device, notice=bench.line.notice)
    networks = bench.networks
    if not isinstance(networks.upscaler(choice.engine, context), networks.kind):
        taken, _ = _timed_run(bench, bench.chain.upscaler, crop)
        return [Bare("", bench.chain.upscaler.device, taken)]
    found: list[Bare] = []
    exact: RgbFloat | None = None
    for numbers in networks.formats(choice.device):
        bench.line.show(f"Running the bare crop in {numbers}")
        try:
            upscaler = networks.upscaler(choice.engine, replace(context, numbers=numbers))
            taken, fine = _timed_run(bench, upscaler, crop)
        except Cancelled:
            raise
        except CozviewerError as error:  # not every network can do every format
            found.append(Bare(numbers, trouble=str(error)))
            continue
        difference = None if exact is None else 255 * float(np.abs(fine - exact).mean())
        exact = fine if exact is None else exact
        found.append(Bare(numbers, upscaler.device, taken, difference))
    return found


def _timed_run(bench: _Bench, upscaler: Upscaler, crop: Rgb8) -> tuple[Taken, RgbFloat]:
    """Return the fastest of some bare runs over a crop, and its result."""
    check_cancelled(bench.cancelled)
    upscaler.load(bench.cancelled)
    bare = bench.networks.bare
    bare(upscaler, np.ascontiguousarray(crop[:WARM_UP, :WARM_UP]), bench.cancelled)
    runs = []
    for _ in range(1 if bench.quick else BARE_ROUNDS):
        check_cancelled(bench.cancelled)
        runs.append(bench.taken(partial(bare, upscaler, crop, bench.cancelled)))
    return min(runs, key=lambda run: run[0].seconds)


def _drafts(bench: _Bench) -> list[Drafted]:
    """Have views drafted of which no tile is there."""
    network = bench.networks.draft(bench.line.notice)
    network.load(bench.cancelled)
    drafts = []
    for magnification in (FIRST, JUMP):
        bench.line.show(f"Drafting ×{magnification}")
        _drafted(bench, network, magnification)  # compiles kernels
        runs = [
            _drafted(bench, network, magnification)
            for _ in range(1 if bench.quick else DRAFT_ROUNDS)
        ]
        drafts.append(min(runs, key=lambda run: run.whole.seconds))
    return drafts


def _drafted(bench: _Bench, network: Upscaler, magnification: int) -> Drafted:
    """Have a view drafted, from its middle outwards."""
    pyramid, view = bench.chain.pyramid, bench.view(magnification)
    region = wanted_region(view, pyramid.source)
    before = bench.clock()
    moments = []
    for _ in quick_view(pyramid, network, region, *region.rect.middle, bench.cancelled):
        moments.append(_between(before, bench.clock()))
    return Drafted(magnification, moments[0], moments[-1])


def _refined(bench: _Bench, bare: Taken | None) -> list[RefinedView]:
    """Refine the view without tiles, with all of them, and one level deeper."""
    views = [
        _refined_view(bench, FIRST, "nothing", bare),
        _refined_view(bench, FIRST, "all its tiles", None),
    ]
    if not bench.quick:
        views.append(_refined_view(bench, DEEPER, level_name(STEP_LEVELS), bare))
    return views


def _refined_view(bench: _Bench, magnification: int, had: str, bare: Taken | None) -> RefinedView:
    """Make a view as `cozviewer render` does."""
    view = bench.view(magnification)
    work = partial(composed, bench.chain, view, bench.line, bench.cancelled)
    taken, _ = bench.taken(work)
    over = None
    if bare is not None and bare.core_seconds > 0:
        over = taken.core_seconds / bare.core_seconds
    return RefinedView(magnification, had, taken, over)


def _why(choice: EngineChoice, bare: list[Bare]) -> str:
    """Return why the number format in use is."""
    if not any(each.numbers for each in bare):
        return ""
    if choice.numbers != AUTO:
        return "asked for with --numbers"
    if len(bare) == 1:
        return "the only one that this device supports"
    if not suffices(choice.device) and pick_device(choice.device).name != "cpu":
        return "the usual one of this device"
    return "timed when loaded: the fastest that is exact enough"


def _between(before: Taken, after: Taken) -> Taken:
    return Taken(after.seconds - before.seconds, after.core_seconds - before.core_seconds)
