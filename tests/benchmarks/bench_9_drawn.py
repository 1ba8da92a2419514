"""How many pixels are drawn for a view, at every magnification: a table, without drawing any."""

from collections.abc import Callable
from fractions import Fraction

from cozviewer.assembly import open_chain
from cozviewer.chain.chain import Chain
from cozviewer.chain.planned import planned
from cozviewer.commands.common.views import view_of
from cozviewer.config.choice import EngineChoice
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser, finer, level_name
from cozviewer.session.source import OpenedImage
from tests.benchmarks.desk import SAMPLE, show

SIZE = (1280, 800)
STEP, DEEPEST = Fraction(11, 10), 300
GOAL = 6.0
"""Times the screen's pixels, at most."""

Drawn = Callable[[Chain, int, Rect], list[Rect]]
"""Returns what is drawn of level z, in its pixels, so that a region can be shown that lacks all of
it, while all of the level before is there."""


def runs_drawn(chain: Chain, z: int, level_region: Rect) -> list[Rect]:
    """Return the runs that draw what a region lacks."""
    whole = chain.pyramid.level_rect(z)
    work = {each.z: each for each in planned(chain.pyramid, chain.recipe, z, level_region)}
    if z not in work:
        return []
    return [run.level_region.intersected(whole) for _, runs in work[z].parts for run in runs]


def test_drawn() -> None:
    print(f"\n9. Pixels drawn for a view of {SIZE[0]} x {SIZE[1]}, from the level before")
    source = open_source(SAMPLE)
    chain = open_chain(OpenedImage(source), EngineChoice(), None, print)
    try:
        rows = list(table(chain, runs_drawn))
    finally:
        chain.pyramid.store.close()
    print(
        f"  {'magnification':>15} {'level':>6} {'runs':>5} {'of the screen':>14} {'with halo':>10}"
    )
    for zoom, z, count, part, haloed in rows:
        print(f"  {zoom:>15.2f} {level_name(z):>6} {count:>5} {part:>14.2f} {haloed:>10.2f}")
    zoom, z, _, worst, _ = max(rows, key=lambda row: row[3])
    show(f"the most, at x{zoom:.2f} ({level_name(z)})", f"{worst:.2f}", f"<= {GOAL:.0f}")
    zoom, z, _, _, worst = max(rows, key=lambda row: row[4])
    show(f"   with halo, at x{zoom:.2f} ({level_name(z)})", f"{worst:.2f}")


def table(chain: Chain, drawn: Drawn) -> list[tuple[float, int, int, float, float]]:
    """Return (magnification, level, runs of the network, pixels drawn over those of the screen,
    the same with what the network draws around them and is cut away) for each magnification."""
    pyramid, source = chain.pyramid, chain.pyramid.source
    middle = Fraction(source.width, 2), Fraction(source.height, 2)
    screen = SIZE[0] * SIZE[1]
    rows = []
    zoom = Fraction(1)
    while zoom <= DEEPEST:
        view = view_of(source, middle, zoom, SIZE)
        z = wanted_level(view, source.coarsest)
        rects = drawn(chain, z, view.visible(z, source.width, source.height))
        cores = [coarser(rect, STEP_LEVELS) for rect in rects]
        haloed = [
            finer(core.grown(*chain.recipe.margins(core.width, core.height)), STEP_LEVELS)
            for core in cores
        ]
        area, around = (sum(rect.area for rect in each) for each in (rects, haloed))
        assert all(pyramid.level_rect(z).contains(rect) for rect in rects)
        rows.append((float(zoom), z, len(rects), area / screen, around / screen))
        zoom *= STEP
    return rows
