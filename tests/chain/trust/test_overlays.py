"""Overlays: every part in the colour of its origin, every departure in the colour of its size."""

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from cozviewer.chain.chain import texture_of
from cozviewer.chain.trust.overlays import (
    DOT,
    DOT_EDGE,
    DOTS,
    HEAT,
    INTERPOLATED,
    SOURCE,
    STEPS,
    Colour,
    Kind,
    borrowed_mark,
    deviation_at,
    marked,
)
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.origins import patch_at
from cozviewer.pyramid.pyramid import Pyramid
from tests.pyramid.pyramids import enlarged, put_level, put_tiles, pyramid_of

GREY = np.full((128, 256, 3), 100, np.uint8)


def view_at(magnification: float) -> View:
    return View(camera_at(128, 64, magnification), 512, 256).aligned()


def hue(rgb: Rgb8, x: int, y: int) -> tuple[float, ...]:
    """Return which way a pixel departs from grey."""
    pixel = rgb[y, x].astype(float) - rgb[y, x].mean()
    return tuple(pixel / max(1e-9, float(np.abs(pixel).max())))


def towards(colour: Colour) -> tuple[float, ...]:
    away = np.asarray(colour, float) - np.mean(colour)
    return tuple(away / max(1e-9, float(np.abs(away).max())))


def assert_coloured(rgb: Rgb8, x: int, y: int, colour: Colour) -> None:
    assert np.allclose(hue(rgb, x, y), towards(colour), atol=0.2), (hue(rgb, x, y), colour)


def drawn(
    pyramid: Pyramid, view: View, kind: str, generative: bool = True
) -> tuple[Rgb8, list[str]]:
    frame = compose(pyramid, view)
    before = frame.copy()
    result = marked(frame, pyramid, view, kind, generative)  # type: ignore[arg-type]
    assert np.array_equal(frame, before)
    return result.rgb, [mark.text for mark in result.legend]


def test_source_pixels_are_told_from_interpolated_ones() -> None:
    rgb, legend = drawn(pyramid_of(GREY), view_at(1), "origin")
    assert_coloured(rgb, 256, 128, SOURCE)
    assert legend == ["Original photo"]
    rgb, legend = drawn(pyramid_of(GREY), view_at(4), "origin")
    assert_coloured(rgb, 100, 100, INTERPOLATED)
    assert legend == ["Enlarged, no detail added"]
    _, legend = drawn(pyramid_of(GREY), view_at(0.5), "origin")
    assert legend == ["Original photo (scaled down)"]


def test_each_step_has_its_colour_and_what_stands_in_for_it_is_striped() -> None:
    pyramid = pyramid_of(GREY)
    put_level(pyramid, 2, enlarged(GREY, 4))
    rgb, legend = drawn(pyramid, view_at(4), "origin")
    assert_coloured(rgb, 100, 100, STEPS[0])
    assert legend == ["Generated detail, level 1 (×4)"]
    # The view of x16 lies on tiles 14 to 17, of rows 7 and 8.
    right_half = [TileKey(4, col, row) for col in range(32, 36) for row in range(14, 18)]
    put_tiles(pyramid, enlarged(GREY, 16), right_half)
    rgb, legend = drawn(pyramid, view_at(16), "origin")
    assert_coloured(rgb, 500, 60, STEPS[1])
    assert legend == [
        "Generated detail, level 1 (×4), not yet at full detail",
        "Generated detail, level 2 (×16)",
    ]
    left, right = rgb[40:80, 20:230].reshape(-1, 3), rgb[40:80, 290:480].reshape(-1, 3)
    assert len(np.unique(left, axis=0)) > 1 == len(np.unique(right, axis=0))


def test_interpolation_is_never_called_generated() -> None:
    pyramid = pyramid_of(GREY)
    put_level(pyramid, 2, enlarged(GREY, 4))
    assert drawn(pyramid, view_at(4), "origin", generative=False)[1] == ["Enlarged, level 1 (×4)"]


@pytest.mark.parametrize(("change", "colour"), [(0, HEAT[0]), (4, HEAT[1]), (20, HEAT[2])])
def test_departure_from_the_parent_is_shown_by_its_size(change: int, colour: Colour) -> None:
    pyramid = pyramid_of(GREY)
    child = enlarged(GREY, 4).copy()
    child[:, : child.shape[1] // 2] += np.uint8(change)
    put_level(pyramid, 2, child)
    rgb, legend = drawn(pyramid, view_at(4), "trust")
    assert_coloured(rgb, 60, 128, colour)
    assert_coloured(rgb, 450, 128, HEAT[0])
    assert len(legend) == len(HEAT)


@pytest.mark.parametrize("change", [0, 4, 20])
def test_departure_is_told_as_a_number_too(change: int) -> None:
    pyramid = pyramid_of(GREY)
    child = enlarged(GREY, 4).copy()
    child[:, : child.shape[1] // 2] += np.uint8(change)
    put_level(pyramid, 2, child)
    view = view_at(4)
    for view_x, expected in ((60, change), (450, 0)):
        patch = patch_at(pyramid, view, view_x, 128)
        assert patch is not None
        level_x = patch.level_region.x + 20
        assert deviation_at(pyramid, patch, level_x, 256) == pytest.approx(expected, abs=0.2)


def test_departure_of_what_is_not_generated_is_not_told() -> None:
    pyramid, view = pyramid_of(GREY), view_at(4)
    patch = patch_at(pyramid, view, 60, 128)
    assert patch is not None
    assert deviation_at(pyramid, patch, 200, 200) is None


def test_colours_of_departure_go_over_into_each_other_where_tiles_meet() -> None:
    pyramid = pyramid_of(GREY)
    child = enlarged(GREY, 4).copy()
    child[:, 512:] += np.uint8(8)  # from the border of two tiles on
    put_level(pyramid, 2, child)
    view = view_at(4)
    rgb, _ = drawn(pyramid, view, "trust")
    row = rgb[128].astype(float) - compose(pyramid, view)[128]
    border = round(view.view_x(2, 512))
    change = np.abs(row[border + 40] - row[border - 40]).max()
    assert change > 20
    assert np.abs(np.diff(row, axis=0)).max() < change / 4


@pytest.mark.parametrize("generative", [True, False])
def test_nothing_is_marked_where_nothing_is_generated(generative: bool) -> None:
    pyramid = pyramid_of(GREY)
    if not generative:
        put_level(pyramid, 2, enlarged(GREY, 4))
    view = view_at(4)
    rgb, legend = drawn(pyramid, view, "trust", generative)
    assert np.array_equal(rgb, compose(pyramid, view))
    assert legend == ["No generated detail in view"]


def plain_level(z: int) -> Rgb8:
    """Return a level in one grey of an image of 512 x 256 pixels."""
    return np.broadcast_to(np.uint8(128), (256 << z, 512 << z, 3))


def half_grass() -> Rgb8:
    rgb = np.full((256, 512, 3), 128, np.uint8)
    rgb[:, :256] = data.grass()[:256, :256, None]
    return rgb


def dots(rgb: Rgb8) -> NDArray[np.bool_]:
    """Return which pixels are of the middle of dots."""
    return np.asarray((rgb == DOT).all(axis=2))


@pytest.mark.parametrize("kind", ["origin", "trust"])
def test_borrowed_texture_is_dotted_where_the_photo_has_it_to_give(kind: Kind) -> None:
    pyramid = pyramid_of(half_grass())
    view = View(camera_at(256, 128, 16.0), 1024, 256).aligned()
    keys = list(tiles_of(4, view.visible(4, 512, 256)))
    put_tiles(pyramid, plain_level(4), keys)
    frame, texture = compose(pyramid, view), texture_of(pyramid)
    plain = marked(frame, pyramid, view, kind, True)
    made = marked(frame, pyramid, view, kind, True, texture=texture)
    assert not dots(plain.rgb).any()
    assert made.legend == (*plain.legend, borrowed_mark())
    assert borrowed_mark().text == "Texture borrowed from elsewhere in this photo"
    left, right = dots(made.rgb)[:, :160], dots(made.rgb)[:, 520:]
    assert left.sum() == pytest.approx(left.size * 8 / DOTS**2, rel=0.15)
    assert not right.any()
    np.testing.assert_array_equal(made.rgb[:, 520:], plain.rgb[:, 520:])
    # Between the dots the colours are as they were.
    same = (made.rgb == plain.rgb).all(axis=2)
    assert (~same).sum() <= 6 * dots(made.rgb).sum()
    # Each dot has a dark outline, also on white.
    y, x = np.argwhere(left)[len(np.argwhere(left)) // 2]
    around = made.rgb[y - 2 : y + 3, x - 2 : x + 3]
    assert (around == DOT_EDGE).all(axis=2).sum() >= 4


@pytest.mark.parametrize(("z", "level"), [(2, 2), (4, 2), (4, 0)])
def test_up_to_the_first_step_and_where_it_stands_in_nothing_is_dotted(z: int, level: int) -> None:
    pyramid = pyramid_of(half_grass())
    view = View(camera_at(100, 128, 2.0**z), 512, 256).aligned()
    if level:
        keys = list(tiles_of(level, view.visible(level, 512, 256)))
        put_tiles(pyramid, plain_level(level), keys)
    frame = compose(pyramid, view)
    made = marked(frame, pyramid, view, "origin", True, texture=texture_of(pyramid))
    assert borrowed_mark() not in made.legend
    np.testing.assert_array_equal(made.rgb, marked(frame, pyramid, view, "origin", True).rgb)
