"""Texture that is borrowed from the photo: how much, of what, and always the same."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import blurred, enlarged, shrunk
from cozviewer.chain.paper import first_state, later_states
from cozviewer.chain.quick_view import quick_view
from cozviewer.chain.recipe import TEXTURE, recipe_of
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8, RgbFloat, luma_of, to_float
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.util.cancel import never
from tests.chain.conftest import MakeChain, refined
from tests.chain.fakes import DetailUpscaler, Silent
from tests.chain.textures.test_material import fur, grass, rgb, seeds


def portrait() -> Rgb8:
    """Return the astronaut twice as large, as a portrait."""
    large = Image.fromarray(data.astronaut()).resize((1024, 1024), Image.Resampling.LANCZOS)
    return np.asarray(large)[:600, 200:800]


def texture_of(photo: Rgb8, version: int = TEXTURE) -> PhotoTexture:
    def read(part: Rect) -> Rgb8:
        assert part.intersected(Rect(0, 0, photo.shape[1], photo.shape[0])) == part
        return photo[part.y : part.bottom, part.x : part.right]

    return PhotoTexture(read, photo.shape[1], photo.shape[0], version)


def around(x: float, y: float, z: int, width: int = 192, height: int = 160) -> Rect:
    """Return a region of level z around a place in source pixels."""
    return Rect(int(x * 2**z) - width // 2, int(y * 2**z) - height // 2, width, height)


def plain(region: Rect) -> RgbFloat:
    return np.full((region.height, region.width, 3), 0.5, np.float32)


def contrast(fine: RgbFloat) -> float:
    """Return the contrast of the finest band, in grey levels, away from the edges."""
    luma = luma_of(fine) * 255
    return float((luma - blurred(luma, 2))[16:-16, 16:-16].std())


def added(photo: Rgb8, region: Rect, z: int) -> RgbFloat:
    fine = plain(region)
    texture_of(photo).add(fine, region, z)
    return fine


@pytest.mark.parametrize("z", [4, 6, 10, 40, 90])
def test_a_plain_level_gets_the_contrast_of_the_photo_at_any_depth(z: int) -> None:
    fine = added(grass(), around(256, 256, z), z)
    assert contrast(fine) == pytest.approx(9.5, rel=0.15)  # of 9 to 20 in this photo
    assert contrast(added(fur(), around(110, 60, z), z)) == pytest.approx(4.8, rel=0.2)


def test_the_first_step_gets_nothing() -> None:
    fine = added(grass(), around(256, 256, 2), 2)
    np.testing.assert_array_equal(fine, np.float32(0.5))


def test_plain_places_and_structure_get_nothing() -> None:
    for photo, x, y in (
        (rgb(data.astronaut()), 225, 150),  # a mouth
        (rgb(data.astronaut()), 60, 40),  # a wall
        (rgb(data.coffee()), 300, 150),  # a cup
        (rgb(data.page()), 150, 90),  # letters
        (rgb(data.astronaut()), 105, 275),  # a seam of cloth
        (portrait(), 368, 475),  # the rim of a collar
        (np.full((200, 200, 3), 90, np.uint8), 100, 100),
    ):
        for z in (4, 8):
            fine = added(photo, around(x, y, z), z)
            np.testing.assert_array_equal(fine, np.float32(0.5))


def test_the_first_version_stays_what_it_was() -> None:
    """Sessions continue with it; it borrowed from islands that are smaller than three cells, and
    all of the contrast between stones and blades."""

    def bands(photo: Rgb8, region: Rect) -> list[tuple[RgbFloat, RgbFloat] | None]:
        return [texture_of(photo, version).band(region, 6) for version in (1, 2)]

    earlier, present = bands(portrait(), around(368, 475, 6))
    assert earlier is not None
    assert earlier[1].mean() > 10
    assert present is None
    earlier, present = bands(grass(), around(256, 256, 6))
    assert earlier is not None
    assert present is not None
    np.testing.assert_allclose(present[1], 9 + 0.4 * (earlier[1] - 9), rtol=0.03)
    earlier, present = bands(fur(), around(110, 60, 6))
    assert earlier is not None
    assert present is not None
    np.testing.assert_array_equal(earlier[0], present[0])


def test_texture_with_a_direction_has_its_whole_contrast() -> None:
    """From the third version on; in the second, what the finest band of wood has beyond 1.8 times
    the octave beside it counted as noise."""

    def band(photo: Rgb8, region: Rect, version: int) -> tuple[RgbFloat, RgbFloat]:
        found = texture_of(photo, version).band(region, 6)
        assert found is not None
        return found

    wood, along = rgb(data.coffee()), around(540, 290, 6)
    earlier, present = (band(wood, along, version) for version in (2, 3))
    assert earlier[1].mean() < 5
    assert 6 < present[1].mean() < 10  # of 10.4 in the photo
    assert float(np.corrcoef(earlier[0].ravel(), present[0].ravel())[0, 1]) > 0.99
    earlier, present = (band(seeds(), around(256, 256, 6), version) for version in (2, 3))
    np.testing.assert_allclose(present[0], earlier[0], atol=0.1)


def textured(region: Rect, share: float) -> RgbFloat:
    """Return a level that has texture of its own, of a share of the contrast that grass should
    have everywhere."""
    luma = luma_of(to_float(grass()[100 : 100 + region.height, 100 : 100 + region.width]))
    laid = texture_of(grass()).band(region, 6)
    assert laid is not None
    high = luma - blurred(luma, 2)
    there = enlarged(blurred(shrunk(high**2), 1.5)) * np.float32(255**2)
    own: RgbFloat = luma + high * (np.float32(share) * laid[1] / np.sqrt(there) - 1)
    return own.repeat(3, axis=2)


def test_a_level_that_has_its_own_texture_gets_none() -> None:
    region = around(256, 256, 6)
    own = textured(region, 1.2)
    fine = own.copy()
    texture_of(grass()).add(fine, region, 6)
    assert np.abs(fine - own)[16:-16, 16:-16].mean() * 255 < 0.1


def test_exaggerated_texture_is_softened() -> None:
    """From the third version on, where a level has more than half again the contrast of its
    texture; but not where texture is faint, as that may be beside a contour."""
    region = around(256, 256, 6)
    own = textured(region, 3)
    left = {}
    for version in (2, 3):
        fine = own.copy()
        texture_of(grass(), version).add(fine, region, 6)
        left[version] = contrast(fine) / contrast(own)
    assert left[2] == pytest.approx(1, abs=0.03)
    assert 0.48 < left[3] < 0.62
    assert np.abs(shrunk(blurred(fine - own, 6)))[4:-4, 4:-4].max() * 255 < 2
    region = around(110, 60, 6)
    own = 0.5 + 2 * (added(fur(), region, 6) - 0.5)
    fine = own.copy()
    texture_of(fur()).add(fine, region, 6)
    assert contrast(fine) > 0.95 * contrast(own)


def test_the_mean_stays_where_texture_is_beyond_black() -> None:
    region = around(256, 256, 6)
    y, x = np.mgrid[: region.height, : region.width] * (2 * np.pi / 16)
    dark = (0.06 * (2 - np.cos(x) - np.cos(y))).astype(np.float32)[:, :, None].repeat(3, axis=2)
    shift = {}
    for version in (2, 3):
        fine = dark.copy()
        texture_of(grass(), version).add(fine, region, 6)
        shift[version] = float(shrunk(np.clip(fine, 0, 1) - dark).mean()) * 255
    assert shift[2] > 0.2
    assert abs(shift[3]) < 0.02


def test_shrunk_back_the_level_is_what_it_was() -> None:
    region = around(110, 60, 6)
    fine = added(fur(), region, 6)
    off = (shrunk(fine) - 0.5)[4:-4, 4:-4]
    assert -10 * np.log10((off**2).mean()) > 60
    assert abs(off.mean()) * 255 < 0.02


@pytest.mark.parametrize("grey", [0.04, 0.97])
def test_near_black_and_white_nothing_is_clipped_and_the_mean_stays(grey: float) -> None:
    region = around(256, 256, 6)
    fine = np.full((region.height, region.width, 3), grey, np.float32)
    texture_of(grass()).add(fine, region, 6)
    inner = fine[16:-16, 16:-16]
    assert 1 < contrast(fine) < 6
    assert abs(np.clip(inner, 0, 1).mean() - grey) * 255 < 0.06


@pytest.mark.parametrize("z", [4, 8])
def test_the_same_place_gets_the_same_in_any_region_and_session(z: int) -> None:
    region = around(110, 60, z, 256, 224)
    whole = texture_of(fur()).band(region, z)
    assert whole is not None
    part = Rect(region.x + 72, region.y + 40, 96, 80)
    other = texture_of(fur())
    other.band(around(200, 60, z), z)  # a survey of another window, seen before
    band = other.band(part, z)
    assert band is not None
    inside = np.s_[40:120, 72:168]
    np.testing.assert_allclose(band[0], whole[0][inside], atol=1e-3)
    np.testing.assert_allclose(band[1], whole[1][inside], atol=1e-3)


def test_levels_and_places_differ() -> None:
    texture = texture_of(grass())
    one, two = (texture.band(around(256, 256, z), z) for z in (6, 8))
    next_to = texture.band(around(256, 256, 6).moved(192, 0), 6)
    assert one is not None
    assert two is not None
    assert next_to is not None
    for other in (two, next_to):
        likeness = np.corrcoef(one[0].ravel(), other[0].ravel())[0, 1]
        assert abs(likeness) < 0.1


def test_nothing_repeats_and_no_lattice_shows() -> None:
    """The autocorrelation beside its middle is low everywhere, also at the lattice's period."""
    laid = texture_of(grass()).band(around(256, 256, 8, 512, 512), 8)
    assert laid is not None
    plane = laid[0][:, :, 0] - laid[0][:, :, 0].mean()
    spectrum = np.abs(np.fft.fft2(plane)) ** 2
    likeness = np.fft.ifft2(spectrum).real
    likeness /= likeness[0, 0]
    likeness[:9, :9] = likeness[-8:, :9] = likeness[:9, -8:] = likeness[-8:, -8:] = 0
    assert np.abs(likeness).max() < 0.1


def test_strands_keep_their_direction() -> None:
    laid = texture_of(fur()).band(around(110, 150, 8, 512, 512), 8)
    assert laid is not None
    down, across = np.gradient(luma_of(laid[0])[:, :, 0])
    angle = 0.5 * np.arctan2(2 * (down * across).mean(), (across**2).mean() - (down**2).mean())
    down, across = np.gradient(luma_of(fur()[134:166, 94:126].astype(np.float32))[:, :, 0])
    own = 0.5 * np.arctan2(2 * (down * across).mean(), (across**2).mean() - (down**2).mean())
    apart = abs((angle - own + np.pi / 2) % np.pi - np.pi / 2)
    assert np.degrees(apart) < 15


def test_beyond_the_edges_the_texture_goes_on() -> None:
    fine = added(grass(), Rect(-96, -80, 192, 160), 6)
    assert contrast(fine) > 5


def test_where_texture_is_borrowed() -> None:
    photo = np.concatenate([grass()[:256, :256], np.full((256, 256, 3), 120, np.uint8)], axis=1)
    texture = texture_of(photo)
    found = texture.borrowed(Rect(0, 0, 512, 256))
    assert found.shape == (64, 128)
    assert found[20:-20, 10:48].mean() > 0.95
    assert not found[:, 68:].any()
    part = texture.borrowed(Rect(128, 100, 101, 50))
    assert part.shape == (13, 26)
    np.testing.assert_array_equal(part, found[25:38, 32:58])


def test_small_photos_are_no_trouble() -> None:
    for side in (1, 7, 47, 60):
        photo = np.ascontiguousarray(grass()[:side, :side])
        fine = added(photo, Rect(0, 0, 64, 64), 4)
        assert np.isfinite(fine).all()
        assert texture_of(photo).borrowed(Rect(0, 0, side, side)).shape == (-(-side // 4),) * 2


# -- in a chain ----------------------------------------------------------------------------------


def borrowing(chain: Chain) -> Chain:
    recipe = recipe_of(chain.upscaler, Silent(), photo_texture=True)
    return Chain(chain.pyramid, chain.upscaler, chain.prompter, recipe)


def flattening(chain_over: MakeChain) -> Chain:
    """Return a chain over grass whose upscaler leaves nothing of it."""
    return borrowing(chain_over(grass(), Flat(accepts_prompt=False)))


class Flat(DetailUpscaler):
    """Draws nothing but grey."""

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        return np.full((4 * rgb.shape[0], 4 * rgb.shape[1], 3), 0.5, np.float32)


def test_tiles_and_drafts_hold_the_same_texture_from_the_second_step_on(
    chain_over: MakeChain,
) -> None:
    drafted, chain = flattening(chain_over), flattening(chain_over)
    region = around(256, 256, 4, 256, 256)
    (piece,) = quick_view(
        drafted.pyramid, drafted.upscaler, LevelRegion(4, region), 0, 0, never, drafted.texture
    )
    refined(chain, 4, region)
    made = chain.pyramid.exact_region(4, region)
    first = chain.pyramid.exact_region(2, Rect(region.x // 4, region.y // 4, 64, 64))
    assert contrast(to_float(first)) < 4  # what fidelity brings back
    assert contrast(to_float(made)) > 8
    np.testing.assert_allclose(piece.pixels.astype(int), made, atol=1)


def test_a_chain_without_it_adds_nothing(chain_over: MakeChain) -> None:
    chain = chain_over(grass(), Flat(accepts_prompt=False))
    assert chain.texture is None
    region = around(256, 256, 4, 128, 128)
    refined(chain, 4, region)
    assert contrast(to_float(chain.pyramid.exact_region(4, region))) < 4


def test_runs_apart_have_the_texture_of_one_run(chain_over: MakeChain) -> None:
    at_once, by_parts = flattening(chain_over), flattening(chain_over)
    region = Rect(4096, 4096, 512, 256)
    refined(at_once, 4, region)
    refined(by_parts, 4, Rect(4096, 4096, 256, 256))
    refined(by_parts, 4, Rect(4352, 4096, 256, 256))
    one, other = (chain.pyramid.exact_region(4, region) for chain in (at_once, by_parts))
    assert np.abs(one.astype(int) - other).max() <= 1


def test_the_protocol_of_the_paper_borrows_from_its_first_state() -> None:
    upscaler = Flat(accepts_prompt=False)
    recipe = recipe_of(upscaler, Silent(), photo_texture=True)
    first = first_state(grass())
    states = list(later_states(first, 3, upscaler, Silent(), recipe, never))
    found = [contrast(to_float(state.pixels)) for state in states]
    assert found[0] < 4
    assert min(found[1:]) > 8
    (again,) = later_states(states[1], 1, upscaler, Silent(), recipe, never, first.pixels)
    np.testing.assert_array_equal(again.pixels, states[2].pixels)
