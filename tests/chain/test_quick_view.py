"""Drafts: where they are drawn, from what, in which order, and that nothing of them stays."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import COLOURS, corrected, shrunk
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.quick_view import (
    FAST_PIXEL,
    FIRST,
    FIRST_SHARPER,
    LARGEST,
    LARGEST_SHARPER,
    QuickPiece,
    SharperPiece,
    pieces,
    quick_view,
    sharper_level,
    sharper_view,
    worthwhile,
)
from cozviewer.image.pixels import Rgb8, RgbFloat, to_8bit, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey, tiles_of
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Cancelled
from tests.chain.conftest import MakeChain
from tests.chain.fakes import HALO, DetailUpscaler, FakeUpscaler
from tests.pyramid.pyramids import cut, gentle, noise, put_level, put_tiles

EVERYWHERE = 10**6


@dataclass
class Shifting(FakeUpscaler):
    """Repeats pixels in other colours, as models do."""

    generative: bool = True
    sizes: list[tuple[int, ...]] = field(default_factory=list)

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        return rgb.repeat(4, axis=0).repeat(4, axis=1) * np.float32(0.8) + np.float32(0.1)


def drafted(
    chain: Chain, z: int, region: Rect, x: int = 0, y: int = 0, cancelled: IsCancelled = never
) -> list[QuickPiece]:
    return list(quick_view(chain.pyramid, chain.upscaler, LevelRegion(z, region), x, y, cancelled))


def made_at_once(rgb: Rgb8, halo: int = HALO) -> Rgb8:
    """Return the whole next level, drawn in one piece."""
    parent = to_float(np.pad(rgb, ((halo, halo), (halo, halo), (0, 0)), mode="symmetric"))
    fine = corrected(DetailUpscaler().finer(parent), parent, 1.0, COLOURS)
    return to_8bit(fine[4 * halo : -4 * halo, 4 * halo : -4 * halo])


def joined(made: list[QuickPiece], region: Rect) -> Rgb8:
    """Return what a region looks like under its pieces; each must be inside."""
    out = np.zeros((region.height, region.width, 3), np.uint8)
    for piece in made:
        assert region.contains(piece.region.rect)
        place = piece.region.rect.moved(-region.x, -region.y)
        out[place.y : place.bottom, place.x : place.right] = piece.pixels
    return out


# -- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "place", "expected"),
    [
        (
            Rect(0, 0, 1280, 800),
            (640, 400),
            [Rect(384, 144, 512, 512), Rect(0, 0, 1280, 800)],
        ),
        (
            Rect(1000, 2000, 1280, 800),
            (1010, 2790),
            [Rect(1000, 2288, 512, 512), Rect(1000, 2000, 1280, 800)],
        ),
        # The pointer is elsewhere: the part of the region that is next to it.
        (
            Rect(1000, 2000, 1280, 800),
            (9000, 2400),
            [Rect(1768, 2144, 512, 512), Rect(1000, 2000, 1280, 800)],
        ),
        # About as large as the first piece: one.
        (Rect(0, 0, 600, 500), (0, 0), [Rect(0, 0, 600, 500)]),
        (Rect(7, 9, 1, 1), (0, 0), [Rect(7, 9, 1, 1)]),
        (
            Rect(0, 0, 2000, 100),
            (1500, 50),
            [Rect(1244, 0, 512, 100), Rect(1000, 0, 1000, 100), Rect(0, 0, 1000, 100)],
        ),
        (
            Rect(0, 0, 2560, 1600),
            (2000, 1000),
            [
                Rect(1744, 744, 512, 512),
                Rect(1280, 800, 1280, 800),
                Rect(1280, 0, 1280, 800),
                Rect(0, 800, 1280, 800),
                Rect(0, 0, 1280, 800),
            ],
        ),
    ],
)
def test_pieces_come_from_the_pointer_outwards(
    region: Rect, place: tuple[int, int], expected: list[Rect]
) -> None:
    assert pieces(region, *place) == expected


@given(
    st.builds(
        Rect,
        st.integers(0, 10**30),
        st.integers(0, 10**30),
        st.integers(1, 6000),
        st.integers(1, 6000),
    ),
    st.integers(-(10**30), 10**30),
    st.integers(-(10**30), 10**30),
)
def test_pieces_cover_the_region_once_beside_the_first(region: Rect, x: int, y: int) -> None:
    found = pieces(region, x, y)
    assert all(region.contains(piece) and not piece.empty for piece in found)
    assert all(max(piece.width, piece.height) <= LARGEST for piece in found)
    if sum(piece.area for piece in found) != region.area:
        first = found.pop(0)
        assert max(first.width, first.height) <= FIRST
    assert sum(piece.area for piece in found) == region.area
    for one in found:
        assert sum(one.intersected(other).area for other in found) == one.area


# -- pixels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "region",
    [
        Rect(0, 0, 1324, 812),
        Rect(1, 2, 1300, 700),
        Rect(400, 300, 512, 300),
        Rect(1323, 811, 1, 1),
        Rect(37, 0, 900, 812),
    ],
)
def test_a_draft_of_the_first_step_is_drawn_from_the_photo(
    chain_over: MakeChain, region: Rect
) -> None:
    photo = noise(331, 203)
    made = drafted(chain_over(photo, DetailUpscaler()), 2, region, 700, 300)
    assert np.array_equal(joined(made, region), cut(made_at_once(photo), region))


def test_a_cold_jump_goes_through_all_levels(chain_over: MakeChain) -> None:
    photo = noise(32, 24)
    chain = chain_over(photo, DetailUpscaler())
    whole = made_at_once(made_at_once(made_at_once(photo)))
    region = Rect(700, 500, 900, 700)
    assert np.array_equal(joined(drafted(chain, 6, region), region), cut(whole, region))
    shapes = [asked.shape for asked in chain.upscaler.asked]  # type: ignore[attr-defined]
    # The levels above are drawn once, for all pieces.
    assert len(shapes) == 2 + 2
    assert shapes[0][0] < shapes[1][0] < shapes[3][0]


def test_it_begins_at_the_finest_level_that_is_there(chain_over: MakeChain) -> None:
    chain = chain_over(noise(90, 60), DetailUpscaler())
    level = noise(360, 240, seed=4)  # unlike anything that the photo would give
    put_level(chain.pyramid, 2, level)
    region = Rect(300, 200, 700, 600)
    whole = made_at_once(level)
    assert np.array_equal(joined(drafted(chain, 4, region), region), cut(whole, region))


def test_real_tiles_on_the_way_are_used_where_they_are(chain_over: MakeChain) -> None:
    photo = noise(100, 96)
    chain = chain_over(photo, DetailUpscaler())
    real = noise(400, 384, seed=5)
    put_tiles(chain.pyramid, real, [TileKey(2, 0, 0)])
    mixed = made_at_once(photo)
    mixed[:TILE, :TILE] = real[:TILE, :TILE]
    border = 4 * TILE
    region = Rect(border - 124, border - 174, 600, 500)  # on both sides of that tile's border
    assert np.array_equal(
        joined(drafted(chain, 4, region), region), cut(made_at_once(mixed), region)
    )


def test_only_what_is_missing_is_drawn(chain_over: MakeChain) -> None:
    chain = chain_over(noise(331, 203), DetailUpscaler())
    level = noise(1324, 812)
    whole = Rect(0, 0, 1324, 812)
    here = [key for key in tiles_of(2, whole) if key.col < 1024 // TILE]
    put_tiles(chain.pyramid, level, here)
    made = drafted(chain, 2, Rect(100, 100, 1100, 600))
    assert [piece.region.rect for piece in made] == [Rect(1024, 100, 176, 600)]


@pytest.mark.parametrize("z", [0, -1, 2])
def test_where_nothing_is_missing_there_is_no_draft(chain_over: MakeChain, z: int) -> None:
    chain = chain_over(noise(90, 60), DetailUpscaler())
    put_level(chain.pyramid, 2, noise(360, 240))
    assert drafted(chain, z, chain.pyramid.level_rect(z)) == []
    assert chain.upscaler.asked == []  # type: ignore[attr-defined]


def test_colours_are_kept_whatever_the_network_does(chain_over: MakeChain) -> None:
    photo = gentle(120, 90)
    chain = chain_over(photo, Shifting())
    (piece,) = drafted(chain, 2, Rect(0, 0, 480, 360))
    back = shrunk(to_float(piece.pixels)) * 255
    assert np.abs(back - photo).mean() < 1
    assert np.abs((back - photo).mean(axis=(0, 1))).max() < 0.3


def test_nothing_is_stored(chain_over: MakeChain) -> None:
    chain = chain_over(noise(331, 203), DetailUpscaler())
    drafted(chain, 6, Rect(3000, 3000, 1280, 800))
    assert chain.pyramid.store.usage()[1] == 0
    for z, region in ((2, Rect(0, 0, 1324, 812)), (6, Rect(3000, 3000, 1280, 800))):
        assert not any(chain.pyramid.has(key) for key in tiles_of(z, region))


# -- sharper than the view's own level -----------------------------------------------------------

SOFT = View(camera_at(61.3, 48.9, 6.0), 560, 500)
"""Enlarges level 2 by half; of an image of 130 x 100 it shows no border."""


def sharpened(
    chain: Chain, view: View, cancelled: IsCancelled = never, x: float = 0, y: float = 0
) -> list[SharperPiece]:
    return list(sharper_view(chain.pyramid, chain.upscaler, view, x, y, cancelled))


def seen_of(level: Rgb8, z: int, view: View) -> Rgb8:
    """Return what a view shows of a level, all of which is given."""
    whole = Rect(0, 0, level.shape[1], level.shape[0])
    box = view.level_box(z, whole)
    size = view.width, view.height
    return np.asarray(Image.fromarray(level).resize(size, Image.Resampling.BICUBIC, box=box))


def assembled(made: list[SharperPiece], view: View) -> Rgb8:
    out = np.zeros((view.height, view.width, 3), np.uint8)
    for piece in made:
        place = piece.view_part
        out[place.y : place.bottom, place.x : place.right] = piece.pixels
    return out


@pytest.mark.parametrize(
    ("magnification", "level"),
    [
        (0.5, None),
        (1.0, None),
        (1.9, None),  # the photo itself, however enlarged
        (2.1, None),  # ×4, made smaller
        (4.0, None),
        (5.1, None),
        (5.3, 4),
        (8.0, 4),
        (8.1, None),  # ×16, made smaller
        (20.0, None),
        (21.0, 6),
        (32.0, 6),
        (2.0**40 * 1.5, 42),
        (2.0**40 * 1.2, None),
        (2.0**41 * 1.5, None),
    ],
)
def test_a_view_is_made_sharper_where_its_level_is_enlarged(
    magnification: float, level: int | None
) -> None:
    assert sharper_level(camera_at(10, 10, magnification)) == level


def test_a_view_is_drawn_from_the_next_level_of_its_real_tiles(chain_over: MakeChain) -> None:
    chain = chain_over(noise(130, 100), DetailUpscaler())
    level = noise(520, 400, seed=4)
    put_level(chain.pyramid, 2, level)
    made = sharpened(chain, SOFT, x=100, y=400)
    assert [piece.view_part for piece in made] == pieces(
        Rect(0, 0, 560, 500), 100, 400, FIRST_SHARPER, LARGEST_SHARPER
    )
    assert len(made) > 1
    expected = seen_of(made_at_once(level), 4, SOFT).astype(int)
    assert np.abs(assembled(made, SOFT) - expected).max() <= 1
    own = seen_of(level, 2, SOFT).astype(int)
    assert np.abs(own - expected).mean() > 5


def test_it_ends_where_the_image_does(chain_over: MakeChain) -> None:
    chain = chain_over(gentle(60, 40), DetailUpscaler())
    put_level(chain.pyramid, 2, gentle(240, 160))
    view = View(camera_at(2, 38, 7.0), 300, 200)
    made = sharpened(chain, view)
    assert {piece.view_part for piece in made} == {view.photo_area(60, 40)}
    assert view.photo_area(60, 40) != Rect(0, 0, 300, 200)


def test_tiles_that_are_there_are_taken_as_they_are(chain_over: MakeChain) -> None:
    chain = chain_over(noise(130, 100), DetailUpscaler())
    level, deeper = noise(520, 400, seed=4), noise(2080, 1600, seed=5)
    put_level(chain.pyramid, 2, level)
    some = [key for key in tiles_of(4, Rect(0, 0, 2080, 1600)) if key.col < 1024 // TILE]
    put_tiles(chain.pyramid, deeper, some)
    mixed = made_at_once(level)
    mixed[:, :1024] = deeper[:, :1024]
    made = sharpened(chain, SOFT)
    assert np.abs(assembled(made, SOFT) - seen_of(mixed, 4, SOFT).astype(int)).max() <= 1
    within = View(camera_at(30, 50, 6.0), 100, 80)
    assert sharpened(chain, within) == []


def test_a_sharper_view_is_not_stored_and_can_be_stopped(chain_over: MakeChain) -> None:
    chain = chain_over(noise(130, 100), DetailUpscaler())
    put_level(chain.pyramid, 2, noise(520, 400))
    before = chain.pyramid.store.usage()
    asked = chain.upscaler.asked  # type: ignore[attr-defined]
    with pytest.raises(Cancelled):
        sharpened(chain, SOFT, lambda: len(asked) >= 1)
    assert len(asked) == 1
    sharpened(chain, SOFT)
    assert chain.pyramid.store.usage() == before
    assert sharpened(chain, View(camera_at(61, 49, 4.0), 300, 200)) == []


# -- stopping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_it_stops_before_any_level_and_piece(chain_over: MakeChain, after: int) -> None:
    chain = chain_over(noise(90, 60), DetailUpscaler())
    asked = chain.upscaler.asked  # type: ignore[attr-defined]
    with pytest.raises(Cancelled):
        drafted(chain, 6, Rect(0, 0, 1280, 800), cancelled=lambda: len(asked) >= after)
    assert len(asked) == after


def test_the_network_is_told_whom_to_ask(chain_over: MakeChain) -> None:
    told: list[IsCancelled] = []

    class Noting(DetailUpscaler):
        def upscale(
            self,
            rgb: Rgb8 | RgbFloat,
            prompt: str,
            seed: int,
            cancelled: IsCancelled,
            progressed: Progressed = ignore,
        ) -> RgbFloat:
            told.append(cancelled)
            return super().upscale(rgb, prompt, seed, cancelled)

    drafted(chain_over(noise(90, 60), Noting()), 2, Rect(0, 0, 100, 100), cancelled=never)
    assert told == [never]


def test_pieces_are_given_out_as_they_are_drawn(chain_over: MakeChain) -> None:
    chain = chain_over(noise(331, 203), DetailUpscaler())
    making = quick_view(
        chain.pyramid, chain.upscaler, LevelRegion(2, Rect(0, 0, 1280, 800)), 640, 400, never
    )
    first = next(making)
    assert first.region.rect == Rect(384, 144, 512, 512)
    assert len(chain.upscaler.asked) == 1  # type: ignore[attr-defined]


# -- whether -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generative", "seconds", "worth"),
    [
        (True, None, True),
        (True, 7.0, True),
        (True, FAST_PIXEL / 2, False),  # a GPU
        (False, None, False),  # bicubic
        (False, 7.0, False),
    ],
)
def test_it_is_left_out_where_the_engine_is_as_fast(
    generative: bool, seconds: float | None, worth: bool
) -> None:
    assert worthwhile(FakeUpscaler(generative=generative), seconds) is worth
