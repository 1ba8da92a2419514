"""What a series of views lacks: each tile once, coarse to fine, and all of it."""

from fractions import Fraction

import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import never
from cozviewer.chain.series import missing_of, needs_of, refine_series
from cozviewer.errors import Cancelled
from cozviewer.pyramid.camera import View, camera_at, fit
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.flight import takes
from cozviewer.pyramid.geometry import tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from tests.chain.conftest import MakeChain
from tests.chain.fakes import FakeUpscaler
from tests.pyramid.pyramids import noise

PICTURE = noise(331, 203)
SIZE = (320, 200)


def flown(depth: int = 16) -> list[View]:
    """Return the views of a flight from the whole picture to a place in it."""
    start = View(fit(331, 203, *SIZE), *SIZE)
    end = View(camera_at(140, 120, depth), *SIZE)
    return [take.view for take in takes(start, end, Fraction(12), 3)]


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
    chain: Chain = chain_over(PICTURE, upscaler)
    views = flown()
    needs = needs_of(chain.pyramid, views)
    missing = missing_of(chain.pyramid, chain.recipe.halo, needs)
    assert lacking(chain.pyramid, views)
    reports = list(refine_series(chain, needs, never))
    assert not lacking(chain.pyramid, views)
    made = [report.finished for report in reports if report.finished is not None]
    assert set(made) == missing
    assert len(made) == len(missing) == len(upscaler.asked)
    assert [key.z for key in made] == sorted(key.z for key in made)
    list(refine_series(chain, needs, never))
    assert len(upscaler.asked) == len(made)


def test_progress_counts_all_tiles_of_all_levels(chain_over: MakeChain) -> None:
    chain = chain_over(PICTURE, FakeUpscaler())
    needs = needs_of(chain.pyramid, flown())
    total = len(missing_of(chain.pyramid, chain.recipe.halo, needs))
    reports = list(refine_series(chain, needs, never))
    assert {report.total for report in reports} == {total}
    assert [report.done for report in reports] == sorted(report.done for report in reports)
    assert reports[-1].done == total


def test_a_stop_keeps_what_was_made(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(PICTURE, upscaler)
    needs = needs_of(chain.pyramid, flown())
    total = len(missing_of(chain.pyramid, chain.recipe.halo, needs))
    with pytest.raises(Cancelled):
        for _ in refine_series(chain, needs, lambda: len(upscaler.asked) >= 3):
            pass
    left = missing_of(chain.pyramid, chain.recipe.halo, needs)
    assert len(left) == total - 3
    list(refine_series(chain, needs, never))
    assert len(upscaler.asked) == total


def test_views_of_the_source_need_nothing(chain_over: MakeChain) -> None:
    chain = chain_over(PICTURE, FakeUpscaler())
    assert not needs_of(chain.pyramid, [View(camera_at(100, 100, 0.5), *SIZE)])
