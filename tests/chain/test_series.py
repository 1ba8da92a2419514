"""What a series of views lacks: each tile once, coarse to fine, and all of it."""

from fractions import Fraction

import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.series import missing_of, needs_of, refine_series
from cozviewer.export.movies.camera_path import frame_specs
from cozviewer.pyramid.camera import View, camera_at, fit
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled
from tests.chain.conftest import MakeChain
from tests.chain.fakes import FakeUpscaler
from tests.pyramid.pyramids import noise

IMAGE = noise(83, 51)
SIZE = (80, 50)


def flown(depth: int = 16) -> list[View]:
    """Return the views of a zoom from the whole image to a place in it."""
    start = View(fit(83, 51, *SIZE), *SIZE)
    end = View(camera_at(35, 30, depth), *SIZE)
    return [frame.view for frame in frame_specs(start, end, Fraction(12), 3)]


def lacking(pyramid: Pyramid, views: list[View]) -> list[View]:
    """Return the views of which something is not made."""
    source = pyramid.source
    return [
        view
        for view in views
        if (z := wanted_level(view, source.coarsest)) > 0
        and pyramid.missing(tiles_of(z, view.visible(z, source.width, source.height)))
    ]


def test_afterwards_no_frame_lacks_anything_and_no_tile_was_made_twice(
    chain_over: MakeChain,
) -> None:
    upscaler = FakeUpscaler()
    chain: Chain = chain_over(IMAGE, upscaler)
    views = flown()
    needs = needs_of(chain.pyramid, views)
    missing = missing_of(chain.pyramid, chain.recipe, needs)
    assert lacking(chain.pyramid, views)
    reports = list(refine_series(chain, needs, never))
    assert not lacking(chain.pyramid, views)
    made = [key for report in reports for key in report.finished]
    assert set(made) == missing
    assert len(made) == len(missing)
    assert [key.z for key in made] == sorted(key.z for key in made)
    asked = len(upscaler.asked)
    assert asked < len(made)
    list(refine_series(chain, needs, never))
    assert len(upscaler.asked) == asked


def test_progress_counts_all_tiles_of_all_levels(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE, FakeUpscaler())
    needs = needs_of(chain.pyramid, flown())
    total = len(missing_of(chain.pyramid, chain.recipe, needs))
    reports = list(refine_series(chain, needs, never))
    assert {report.total for report in reports} == {total}
    assert [report.done for report in reports] == sorted(report.done for report in reports)
    assert reports[-1].done == total
    fractions = [report.fraction for report in reports]
    assert fractions == sorted(fractions, key=lambda part: part or 0.0)
    assert fractions[-1] == 1


def test_a_stop_keeps_what_was_made(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(IMAGE, upscaler)
    needs = needs_of(chain.pyramid, flown())
    total = missing_of(chain.pyramid, chain.recipe, needs)
    made = list[TileKey]()
    work = refine_series(chain, needs, lambda: len(upscaler.asked) >= 1)
    with pytest.raises(Cancelled):
        made.extend(key for report in work for key in report.finished)
    assert made
    left = missing_of(chain.pyramid, chain.recipe, needs)
    assert left == total - set(made)
    again = [key for report in refine_series(chain, needs, never) for key in report.finished]
    assert sorted(again) == sorted(left)


def test_views_of_the_source_need_nothing(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE, FakeUpscaler())
    assert not needs_of(chain.pyramid, [View(camera_at(25, 25, 0.5), *SIZE)])
