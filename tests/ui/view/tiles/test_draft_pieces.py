"""Where parts of drafts are drawn: between the tiles, cut to the view, and told from them."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_qimage, to_rgb8
from cozviewer.jobs.quick_job import DraftImage
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey, tiles_of
from cozviewer.pyramid.plan import Place, Plan, plan
from cozviewer.ui.view.painting.painter import draw_plan
from cozviewer.ui.view.tiles.draft_pieces import BUDGET, FADE_SECONDS, DraftPieces
from cozviewer.ui.view.tiles.tile_cache import TileCache

SIZE = 256
"""Of the source."""

VIEW = View(camera_at(100, 100, 4.0), 400, 300)
"""Shows pixels (200, 250) to (600, 550) of level 2, one to one."""

SEEN = Rect(200, 250, 400, 300)

GREY, DRAFT, REAL = 90, 150, 210
"""What the source, a draft and a real tile are filled with."""


def flat(width: int, height: int, value: int) -> QImage:
    return to_qimage(np.full((height, width, 3), value, np.uint8))


def part(z: int, region: Rect, value: int = DRAFT) -> DraftImage:
    return DraftImage(LevelRegion(z, region), flat(region.width, region.height, value))


def tiles_with(*keys: TileKey) -> TileCache:
    """Return the source, and these tiles."""
    tiles = TileCache(0)
    side = min(TILE, SIZE)
    for key in tiles_of(0, Rect(0, 0, SIZE, SIZE)):
        tiles.put([(key, flat(side, side, GREY))], 0.0, fade=False)
    for key in keys:
        tiles.put([(key, flat(TILE, TILE, REAL))], 0.0, fade=False)
    return tiles


def corner() -> TileCache:
    """Return the source, and the tiles of the upper left 512 pixels of level 2."""
    return tiles_with(*tiles_of(2, Rect(0, 0, 512, 512)))


def planned(view: View, tiles: TileCache) -> Plan:
    return plan(view, SIZE, SIZE, 0, 1000, lambda z, span: tiles.shown(z, span, 9.0))


def painted(view: View, tiles: TileCache, pieces: DraftPieces, now: float = 9.0) -> Rgb8:
    image = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    current = planned(view, tiles)
    draws = pieces.draws(view, current, now)
    draw_plan(painter, current, tiles, QRect(0, 0, view.width, view.height), pieces=draws)
    painter.end()
    return to_rgb8(image)[:, :, 0]


def with_parts(*parts: DraftImage, budget: int = BUDGET) -> DraftPieces:
    pieces = DraftPieces(budget)
    for one in parts:
        pieces.add(one, 0.0, fade=False)
    return pieces


@pytest.fixture(autouse=True)
def _qt(qapp: object) -> None:
    """Painting wants an application."""


def test_a_part_lies_over_what_it_was_drawn_from() -> None:
    pieces = with_parts(part(2, Rect(300, 300, 100, 50)))
    shown = painted(VIEW, tiles_with(), pieces)
    expected = np.full((300, 400), GREY, np.uint8)
    expected[50:100, 100:200] = DRAFT
    assert np.array_equal(shown, expected)


def test_real_tiles_lie_over_it() -> None:
    pieces = with_parts(part(2, SEEN))
    shown = painted(VIEW, corner(), pieces)
    expected = np.full((300, 400), DRAFT, np.uint8)
    expected[: 512 - 250, : 512 - 200] = REAL
    assert np.array_equal(shown, expected)


@pytest.mark.parametrize(
    ("z", "magnification", "tile_z", "over"),
    [
        (2, 4.0, 1, True),  # derived from real tiles of level 2
        (4, 16.0, 2, False),  # its parent
        (4, 16.0, 3, True),
        (4, 4.0, 2, True),  # all that the view needs, though the draft is finer
        (6, 16.0, 4, True),
        (6, 16.0, 2, False),
    ],
)
def test_which_tiles_lie_over_it(z: int, magnification: float, tile_z: int, over: bool) -> None:
    view = View(camera_at(102, 102, magnification), 40, 30)
    pieces = with_parts(part(z, view.level_region(z).grown(100)))
    (key,) = tiles_of(tile_z, view.visible(tile_z, SIZE, SIZE))
    assert set(np.unique(painted(view, tiles_with(key), pieces))) == {REAL if over else DRAFT}


def test_finer_parts_lie_over_coarser_ones() -> None:
    coarse, fine = part(2, SEEN, DRAFT), part(4, Rect(1200, 1200, 80, 80), DRAFT + 9)
    view = View(camera_at(77.5, 77.5, 16.0), 40, 40)
    for order in ((coarse, fine), (fine, coarse)):
        assert np.all(painted(view, tiles_with(), with_parts(*order)) == DRAFT + 9)


def test_it_is_cut_to_the_view_and_moves_with_it() -> None:
    pieces = with_parts(part(2, Rect(0, 0, 1024, 1024)))
    view = View(camera_at(100, 100, 8.0), 400, 300)
    (draw,) = pieces.draws(view, planned(view, tiles_with()), 9.0)
    # 300..500 and 325..475 of level 2, and a pixel more on every side.
    assert draw.place == Place(Rect(299, 324, 202, 152), -2.0, -2.0, 404.0, 304.0)
    beside = with_parts(part(2, Rect(700, 0, 100, 100)))
    assert beside.draws(view, planned(view, tiles_with()), 9.0) == []


def test_it_comes_in_softly_and_covers_the_first_part_then() -> None:
    pieces = with_parts(part(2, Rect(300, 300, 100, 100)))
    pieces.add(part(2, SEEN, REAL), 5.0, fade=True)
    halfway = painted(VIEW, tiles_with(), pieces, 5.0 + FADE_SECONDS / 2)
    assert abs(int(halfway[0, 0]) - (GREY + REAL) / 2) <= 2
    assert abs(int(halfway[60, 110]) - (DRAFT + REAL) / 2) <= 2
    assert len(pieces) == 2
    assert np.all(painted(VIEW, tiles_with(), pieces, 5.0 + 2 * FADE_SECONDS) == REAL)
    assert len(pieces) == 1


def test_parts_of_other_levels_or_beside_are_not_forgotten() -> None:
    pieces = with_parts(
        part(2, SEEN), part(4, Rect(800, 1000, 16, 12)), part(2, Rect(201, 250, 400, 300))
    )
    painted(VIEW, tiles_with(), pieces)
    assert len(pieces) == 3


def test_a_draft_is_seen_where_tiles_are_lacking() -> None:
    pieces = with_parts(part(2, Rect(300, 300, 100, 50)))
    lacking = planned(VIEW, tiles_with())
    assert pieces.shown(VIEW, lacking)
    there = planned(VIEW, corner())
    assert not pieces.shown(VIEW, there)  # the tiles that lack are beside it
    assert not there.sharp
    elsewhere = View(camera_at(30, 30, 4.0), 100, 100)
    assert not pieces.shown(elsewhere, planned(elsewhere, tiles_with()))
    assert not with_parts().shown(VIEW, lacking)


def test_the_level_of_a_draft_at_a_place() -> None:
    pieces = with_parts(part(2, SEEN), part(4, Rect(1200, 1200, 80, 80)))
    lacking = planned(VIEW, tiles_with())
    assert pieces.level_at(VIEW, lacking, 0, 0) == 2
    assert pieces.level_at(VIEW, lacking, 399.9, 299.9) == 2
    assert pieces.level_at(VIEW, lacking, 300 - 200, 300 - 250) == 4
    assert pieces.level_at(VIEW, lacking, 319 - 200, 319 - 250) == 4
    assert pieces.level_at(VIEW, lacking, 320 - 200, 320 - 250) == 2
    some = planned(VIEW, corner())
    assert pieces.level_at(VIEW, some, 311, 0) is None
    assert pieces.level_at(VIEW, some, 312, 0) == 2
    alone = with_parts(part(2, Rect(300, 300, 100, 50)))
    assert alone.level_at(VIEW, lacking, 99, 60) is None


def test_the_oldest_parts_go_when_there_are_too_many() -> None:
    parts = [part(2, SEEN.moved(x, 0)) for x in range(5)]
    pieces = with_parts(*parts, budget=2 * 400 * 300 * 4)
    (one, two) = pieces.draws(VIEW, planned(VIEW, tiles_with()), 9.0)
    assert (one.place.view_x, two.place.view_x) == (3.0, 4.0)


@pytest.mark.parametrize("z", [60, 200])
def test_it_is_exact_far_down(z: int) -> None:
    camera = camera_at(100.3, 100.7, 2.0**z)
    view = View(camera, 400, 300)
    seen = view.level_region(z)
    pieces = with_parts(part(z, Rect(seen.x + 10, seen.y + 20, 100, 100)))
    current = planned(view, tiles_with())
    (draw,) = pieces.draws(view, current, 9.0)
    left, top = view.view_x(z, seen.x), view.view_y(z, seen.y)
    assert math.isclose(draw.place.view_x, left + 10, abs_tol=1e-6)
    assert math.isclose(draw.place.view_y, top + 20, abs_tol=1e-6)
    assert pieces.shown(view, current)
    assert pieces.level_at(view, current, left + 11, top + 21) == z
    assert set(tiles_of(z, seen)) == set(current.lacking)
