"""The plan of a frame: what is drawn, what stands in, what is asked for."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TILE, TileKey, level_rect, level_size, tile_rect, tiles_of
from cozviewer.pyramid.plan import Draw, Place, Plan, Shown, plan
from cozviewer.pyramid.tile_mask import SHEET, Opacities, TileMask, pixels_of, span_of

WIDTH, HEIGHT = 3001, 2003
COARSEST = -math.ceil(math.log2(WIDTH / TILE))
"""The first level that is one tile: the overview."""

FINEST = 258
OVERVIEW = TileKey(COARSEST, 0, 0)


def view_at(x: float | Fraction, y: float | Fraction, zoom: float, size: tuple[int, int]) -> View:
    return View(camera_at(x, y, zoom), *size)


def planned(
    view: View, memory: Mapping[TileKey, float] | Iterable[TileKey], finest: int = FINEST
) -> Plan:
    """Return the plan with `memory` there: tiles, or tiles and their opacities."""
    there = memory if isinstance(memory, Mapping) else dict.fromkeys(memory, 1.0)
    return plan(view, WIDTH, HEIGHT, COARSEST, finest, shown(lambda key: there.get(key, 0.0)))


def shown(opacity: Callable[[TileKey], float]) -> Shown:
    """Return what a plan asks, answered tile by tile."""

    def answer(z: int, span: Rect) -> Opacities:
        found = [opacity(key) for key in tiles_of(z, pixels_of(span))]
        return np.array(found, float).reshape(span.height, span.width)

    return answer


def seen_tiles(view: View, z: int) -> list[TileKey]:
    region = view.visible(z, WIDTH, HEIGHT)
    span = span_of(region)
    return TileMask(z, span, np.ones((span.height, span.width), bool)).centre_first(region)


def drawn(plan: Plan) -> list[TileKey]:
    """Return the tiles that are drawn, sorted; each is drawn once, coarse ones first."""
    assert [draw.z for draw in plan.draws] == sorted(draw.z for draw in plan.draws)
    keys = sorted(key for draw in plan.draws for key in tiles_in(draw))
    assert len(keys) == len(set(keys))
    return keys


def tiles_in(draw: Draw) -> list[TileKey]:
    return list(tiles_of(draw.z, pixels_of(draw.tiles)))


def opacities(plan: Plan) -> dict[TileKey, float]:
    return {key: draw.opacity for draw in plan.draws for key in tiles_in(draw)}


def covered(plan: Plan, view: View) -> np.ndarray:
    """Return the (height, width) mask of view pixels whose middle is drawn on, within the part
    that the plan says is the image's."""
    mask = np.zeros((view.height, view.width), bool)
    for draw in plan.draws:
        mask[rows_of(draw, view), columns_of(draw, view)] = True
    inside = np.zeros_like(mask)
    inside[plan.photo.y : plan.photo.bottom, plan.photo.x : plan.photo.right] = True
    return mask & inside


def columns_of(draw: Draw, view: View) -> slice:
    place = draw.place
    return middles(place.view_x, place.view_x + place.view_width, view.width)


def rows_of(draw: Draw, view: View) -> slice:
    place = draw.place
    return middles(place.view_y, place.view_y + place.view_height, view.height)


def middles(start: float, end: float, size: int) -> slice:
    """Return the pixels 0..size whose middle is within start..end, borderline cases included."""
    first = math.ceil(start - 0.5 - 1e-6)
    last = math.floor(end - 0.5 + 1e-6)
    return slice(min(max(first, 0), size), min(max(last + 1, 0), size))


def inside_picture(view: View) -> np.ndarray:
    """Return the mask of view pixels whose middle is in the image, none of them borderline."""
    mask = np.zeros((view.height, view.width), bool)
    left, right = view.view_x(0, 0) + 1e-5, view.view_x(0, WIDTH) - 1e-5
    top, bottom = view.view_y(0, 0) + 1e-5, view.view_y(0, HEIGHT) - 1e-5
    mask[middles(top, bottom, view.height), middles(left, right, view.width)] = True
    return mask


# -- All is there


@pytest.mark.parametrize(
    ("view", "level"),
    [
        (view_at(1500, 1000, 1.0, (1280, 800)), 0),
        (view_at(0, 0, 1.0, (1280, 800)), 0),
        (view_at(1500, 1000, 0.3, (1280, 800)), -1),
        (view_at(3001, 2003, 3.7, (1280, 800)), 2),
        (view_at(1500, 1000, 2.1, (1281, 801)), 1),
        (view_at(1500, 1000, 2.0**60 * 1.3, (1280, 800)), 60),
        (view_at(1500, 1000, 0.01, (1280, 800)), COARSEST),
    ],
)
def test_with_all_in_memory_exactly_the_seen_tiles_are_drawn(view: View, level: int) -> None:
    asked: list[TileKey] = []

    def all_there(key: TileKey) -> float:
        asked.append(key)
        return 1.0

    frame = plan(view, WIDTH, HEIGHT, COARSEST, FINEST, shown(all_there))
    assert frame.level == level
    assert drawn(frame) == sorted(seen_tiles(view, level))
    assert sorted(asked) == drawn(frame)
    assert frame.wanted() == ()
    assert frame.sharp
    assert covered(frame, view)[inside_picture(view)].all()


def test_a_tile_is_cut_to_what_is_seen_and_drawn_where_it_lies() -> None:
    side = SHEET * TILE
    view = view_at(side + 18, 30, 1.0, (60, 40))  # from 12 left of a sheet's edge; 10..50
    frame = planned(view, seen_tiles(view, 0))
    left = Place(Rect(TILE - 13, 9, 13, 42), -1, -1, 13, 42)
    right = Place(Rect(0, 9, 49, 42), 12, -1, 49, 42)
    assert frame.draws == (
        Draw(0, Rect(SHEET - 1, 0, 1, 1), left, 1.0),
        Draw(0, Rect(SHEET, 0, 1, 1), right, 1.0),
    )


@pytest.mark.skipif(SHEET == 1, reason="every tile is a sheet")
def test_tiles_of_a_sheet_are_drawn_at_once_and_around_a_missing_one_in_few_parts() -> None:
    view = view_at(SHEET * TILE / 2, SHEET * TILE / 2, 1.0, (SHEET * TILE - 4, SHEET * TILE - 4))
    tiles = seen_tiles(view, 0)
    (draw,) = planned(view, tiles).draws
    assert draw.tiles == Rect(0, 0, SHEET, SHEET)

    missing = TileKey(0, 1, 1)
    frame = planned(view, set(tiles) - {missing})
    assert drawn(frame) == sorted(set(tiles) - {missing})
    assert len(frame.draws) <= 4
    assert frame.wanted()[0] == missing
    assert frame.bare


def test_a_tile_at_the_edge_ends_with_the_image() -> None:
    view = view_at(WIDTH, HEIGHT, 4.0, (60, 20))
    (draw,) = planned(view, seen_tiles(view, 2)).draws
    whole = level_rect(2, WIDTH, HEIGHT)
    tile = TileKey(2, (whole.right - 1) // TILE, (whole.bottom - 1) // TILE)
    assert tiles_in(draw) == [tile]
    corner, place = tile_rect(tile), draw.place
    assert (place.part.right, place.part.bottom) == (
        whole.right - corner.x,
        whole.bottom - corner.y,
    )
    assert (place.view_x + place.view_width, place.view_y + place.view_height) == (30, 10)


def test_outside_the_image_there_is_nothing_to_draw_or_to_wait_for() -> None:
    frame = planned(view_at(-5000, 100, 1.0, (1280, 800)), [OVERVIEW])
    assert (frame.draws, frame.wanted(), frame.sharp) == ((), (), True)


# -- Little is there


def test_the_wanted_tiles_come_centre_first_then_their_stand_ins_near_before_far() -> None:
    view = view_at(1500, 1000, 1.0, (1280, 800))
    frame = planned(view, [])
    levels = range(0, COARSEST - 1, -1)
    assert frame.wanted() == tuple(key for z in levels for key in seen_tiles(view, z))
    assert frame.bare
    assert not frame.sharp
    assert frame.draws == ()


def test_the_nearest_coarser_tile_stands_in_and_the_walk_ends_there() -> None:
    view = view_at(1500, 1000, 4.0, (600, 400))
    there = [OVERVIEW, *seen_tiles(view, -1), *seen_tiles(view, 0)]
    frame = planned(view, there)
    assert drawn(frame) == sorted(seen_tiles(view, 0))
    assert set(frame.wanted()) == set(seen_tiles(view, 2)) | set(seen_tiles(view, 1))


def test_a_neighbour_does_not_hide_that_a_tile_lacks_a_stand_in() -> None:
    view = view_at(TILE, 1.5 * TILE, 4.0, (2 * TILE, TILE))
    left, right = sorted(seen_tiles(view, 0))
    frame = planned(view, [OVERVIEW, left])
    assert drawn(frame) == [OVERVIEW, left]
    assert right in frame.wanted()
    assert not frame.bare
    assert covered(frame, view).all()


@pytest.mark.parametrize("depth", [*range(0, 20, 3), 40, 60, 63, 64, 200, 256])
@pytest.mark.parametrize(
    ("x", "y"),
    [
        (Fraction(WIDTH, 7), Fraction(HEIGHT, 3)),  # anywhere
        (1024, 1024),  # the corner of tiles on every level
        (WIDTH, HEIGHT),  # the image's corner
        (0, 1000),
        (WIDTH - 2, 1),
    ],
)
def test_with_the_overview_alone_the_view_is_covered_by_a_rectangle_near_it(
    depth: int, x: Fraction | float, y: Fraction | float
) -> None:
    view = view_at(x, y, math.ldexp(1.3, depth), (1280, 800))
    frame = planned(view, [OVERVIEW])
    assert drawn(frame) == [OVERVIEW]
    (draw,) = frame.draws
    place = draw.place
    assert not place.part.empty
    assert level_rect(COARSEST, WIDTH, HEIGHT).contains(place.part)
    # Two pixels around what is seen, be they large.
    reach = 2 * min(65536.0, view.camera.magnification * 2.0**-COARSEST) + 1280
    for start, length, size in (
        (place.view_x, place.view_width, view.width),
        (place.view_y, place.view_height, view.height),
    ):
        assert -reach <= start < size
        assert 0 < start + length <= size + reach
    mask = covered(frame, view)
    assert (mask == inside_picture(view)).all()


@pytest.mark.parametrize("depth", [1, 5, 10, 13, 16, 20, 40, 64])
@pytest.mark.parametrize(
    ("x", "y"), [(1000 + Fraction(1, 3), 700 + Fraction(2, 7)), (WIDTH, 5), (1024, 1024)]
)
def test_however_deep_a_stand_in_shows_the_right_spot(
    depth: int, x: Fraction | int, y: Fraction | int
) -> None:
    view = view_at(x, y, math.ldexp(1.3, depth), (1280, 800))
    frame = planned(view, seen_tiles(view, 0))
    assert (covered(frame, view) == inside_picture(view)).all()
    for draw in frame.draws:
        place, part = draw.place, draw.place.part
        across = part.x + (view.width / 2 - place.view_x) / place.view_width * part.width
        if part.x <= across <= part.right:
            assert across + draw.tiles.x * TILE == pytest.approx(float(x), abs=0.02)
        down = part.y + (view.height / 2 - place.view_y) / place.view_height * part.height
        if part.y <= down <= part.bottom:
            assert down + draw.tiles.y * TILE == pytest.approx(float(y), abs=0.02)


def test_stand_ins_move_smoothly_through_the_depths() -> None:
    """No jump where far stand-ins begin to be drawn smaller than they are."""
    x, y = Fraction(4001, 4), Fraction(2801, 4)
    tile = TileKey(0, math.floor(x) // TILE, math.floor(y) // TILE)
    before: float | None = None
    for notch in range(300):
        view = view_at(x, y, 1.05**notch * 64, (1280, 800))
        (draw,) = planned(view, [tile]).draws
        per_pixel = draw.place.view_width / draw.place.part.width
        assert per_pixel == pytest.approx(min(view.camera.magnification, 65536))
        assert before is None or before <= per_pixel * 1.000001
        before = per_pixel


# -- Fading and finer tiles


def test_under_a_fading_tile_lies_what_was_there_before() -> None:
    view = view_at(TILE / 2 + 10, TILE / 2 + 10, 4.0, (20, 20))
    (key,) = seen_tiles(view, 2)
    parent, grandparent = TileKey(1, key.col // 2, key.row // 2), TileKey(0, 0, 0)
    memory = {key: 0.4, parent: 0.7, grandparent: 1.0, OVERVIEW: 1.0}
    frame = planned(view, memory)
    assert opacities(frame) == {grandparent: 1.0, parent: 0.7, key: 0.4}
    assert frame.wanted() == ()
    assert not frame.sharp

    assert drawn(planned(view, memory | {key: 1.0})) == [key]


def test_a_derived_tile_waits_with_the_finer_tiles_that_are_there() -> None:
    view = view_at(TILE / 4, TILE / 4, 2.05, (3 * TILE // 4, TILE // 2))
    (key,) = seen_tiles(view, 1)
    children = seen_tiles(view, 2)
    assert len(children) > 2
    there, missing = children[:-1], children[-1]
    frame = planned(view, [OVERVIEW, *there])
    assert drawn(frame) == [OVERVIEW, *sorted(there)]
    assert not frame.sharp
    assert frame.wanted()[0] == key
    assert missing in frame.wanted()
    assert not set(there) & set(frame.wanted())


def test_finer_tiles_that_fill_the_view_are_sharp() -> None:
    """At the rim of a view a derived tile may never come: its unseen quarters are not made."""
    view = view_at(TILE / 2, TILE / 2, 2.05, (3 * TILE // 4, TILE // 2))
    children = seen_tiles(view, 2)
    frame = planned(view, [OVERVIEW, *children])
    assert drawn(frame) == sorted(children)
    assert frame.sharp
    assert frame.wanted() == tuple(seen_tiles(view, 1))


@pytest.mark.parametrize(("zoom", "level"), [(0.5, -1), (1.0, 0), (2.05, 1), (4.0, 2)])
def test_on_the_way_out_the_finer_tiles_stay_until_the_coarser_has_come(
    zoom: float, level: int
) -> None:
    view = view_at(1500, 1000, zoom, (300, 200))
    finer = seen_tiles(view, level + 1)
    coarser = seen_tiles(view, level)
    waiting = planned(view, [OVERVIEW, *finer])
    assert drawn(waiting) == sorted(finer)
    assert waiting.wanted() == tuple(coarser)

    fading = planned(view, dict.fromkeys([OVERVIEW, *finer], 1.0) | dict.fromkeys(coarser, 0.2))
    assert drawn(fading) == sorted(coarser) + sorted(finer)
    assert {draw.z for draw in fading.draws if draw.opacity < 1} == {level}
    assert fading.wanted() == ()

    assert drawn(planned(view, [OVERVIEW, *finer, *coarser])) == sorted(coarser)


@pytest.mark.parametrize("zoom", [0.5, 1.0, 4.0])
def test_finer_tiles_are_asked_for_only_under_a_derived_one(zoom: float) -> None:
    view = view_at(1500, 1000, zoom, (300, 200))
    frame = planned(view, [OVERVIEW])
    assert max(key.z for key in frame.wanted()) == frame.level


# -- Bounds


@pytest.mark.parametrize("zoom", [0.02, 0.5, 1.0, 1.2, 2.0, 4.1, 2.0**60])
def test_the_source_alone_is_never_drawn_finer_than_it_is(zoom: float) -> None:
    view = view_at(1500, 1000, zoom, (1280, 800))
    asked: list[TileKey] = []

    def nothing_there(key: TileKey) -> float:
        asked.append(key)
        return 0.0

    frame = plan(view, WIDTH, HEIGHT, COARSEST, 0, shown(nothing_there))
    assert frame.level == max(COARSEST, min(view.camera.draw_level, 0))
    assert all(COARSEST <= key.z <= 0 for key in [*asked, *frame.wanted()])


zooms = st.floats(-6, 9).map(lambda log2: 2.0**log2)
views = st.builds(
    view_at,
    st.floats(0, WIDTH),
    st.floats(0, HEIGHT),
    zooms,
    st.tuples(st.integers(1, 400), st.integers(1, 300)),
)


@given(view=views, chance=st.randoms(use_true_random=False), finest=st.sampled_from([0, FINEST]))
def test_whatever_is_in_memory_the_image_is_covered_and_no_more_is_asked(
    view: View, chance: Random, finest: int
) -> None:
    memory: dict[TileKey, float] = {}

    def opacity(key: TileKey) -> float:
        # The overview is there, as a cache pins it; the others are there, fading or not.
        if key not in memory:
            memory[key] = 1.0 if key == OVERVIEW else chance.choice([0.0, 0.0, 0.5, 1.0])
        return memory[key]

    frame = plan(view, WIDTH, HEIGHT, COARSEST, finest, shown(opacity))
    opaque = replace(frame, draws=tuple(draw for draw in frame.draws if draw.opacity == 1))
    assert covered(opaque, view)[inside_picture(view)].all()

    assert not frame.bare
    assert all(memory[key] == shown > 0 for key, shown in opacities(frame).items())
    assert drawn(frame)
    assert frame.level <= finest
    for key in memory:
        assert COARSEST <= key.z <= min(frame.level + 1, finest)
        whole = Rect(0, 0, *level_size(key.z, WIDTH, HEIGHT))
        assert not tile_rect(key).intersected(whole).intersected(view.level_region(key.z)).empty
    assert all(memory[key] == 0 for key in frame.wanted())
    assert len(set(frame.wanted())) == len(frame.wanted())
    level_tiles = seen_tiles(view, frame.level)
    assert set(frame.lacking) <= {key for key in level_tiles if memory[key] < 1}
    assert [key for key in frame.wanted() if key.z == frame.level] == [
        key for key in level_tiles if memory[key] == 0
    ]
    assert frame.sharp or any(memory[key] < 1 for key in level_tiles)
    for draw in frame.draws:
        z, place, corner = draw.z, draw.place, pixels_of(draw.tiles)
        part = place.part.moved(corner.x, corner.y)
        assert corner.contains(part)
        assert place.view_x == view.view_x(z, part.x)
        assert place.view_y == view.view_y(z, part.y)
        assert place.view_width == view.view_x(z, part.right) - place.view_x
        assert place.view_height == view.view_y(z, part.bottom) - place.view_y
