"""The eight orientations: pixels, points and ways agree, and each has its EXIF number."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from cozviewer.image.rect import Rect
from cozviewer.pyramid.orientation import UPRIGHT, Orientation, orientation_of

ALL = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]

WIDTH, HEIGHT = 5, 3


def numbered() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.arange(WIDTH * HEIGHT, dtype=np.uint8).reshape(HEIGHT, WIDTH)


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_pixels_are_turned_as_a_photo_with_its_exif_number(orientation: Orientation) -> None:
    image = Image.fromarray(numbered())
    image.getexif()[0x0112] = orientation.exif
    assert np.array_equal(
        orientation.turned(numbered()), np.asarray(ImageOps.exif_transpose(image))
    )
    assert orientation_of(orientation.exif) == orientation


@pytest.mark.parametrize("number", [0, 9, -1])
def test_other_numbers_are_no_orientation(number: int) -> None:
    assert orientation_of(number) is None


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_points_go_where_the_pixels_go(orientation: Orientation) -> None:
    turned = orientation.turned(numbered())
    for y, x in np.ndindex(HEIGHT, WIDTH):
        shown_x, shown_y = orientation.point(x + 0.5, y + 0.5, WIDTH, HEIGHT)
        assert turned[int(shown_y), int(shown_x)] == numbered()[y, x]
        back = orientation.inverse.point(shown_x, shown_y, *orientation.size(WIDTH, HEIGHT))
        assert back == (x + 0.5, y + 0.5)


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_a_part_is_shown_where_its_pixels_are(orientation: Orientation) -> None:
    part = Rect(1, 0, 3, 2)
    place = orientation.rect(part, WIDTH, HEIGHT)
    shown = orientation.turned(numbered())[place.y : place.bottom, place.x : place.right]
    inner = numbered()[part.y : part.bottom, part.x : part.right]
    assert np.array_equal(shown, orientation.turned(inner))
    assert orientation.inverse.rect(place, *orientation.size(WIDTH, HEIGHT)) == part


@pytest.mark.parametrize("orientation", ALL, ids=str)
def test_more_turns_and_flips_act_on_what_is_shown(orientation: Orientation) -> None:
    shown = orientation.turned(numbered())
    assert np.array_equal(orientation.rotated(1).turned(numbered()), np.rot90(shown, -1))
    assert np.array_equal(orientation.rotated(-1).turned(numbered()), np.rot90(shown, 1))
    flipped = orientation.flipped(vertically=False)
    assert np.array_equal(flipped.turned(numbered()), shown[:, ::-1])
    flipped = orientation.flipped(vertically=True)
    assert np.array_equal(flipped.turned(numbered()), shown[::-1])
    assert np.array_equal(orientation.inverse.turned(shown), numbered())
    assert orientation.rotated(2).rotated(2) == orientation


def test_upright_pixels_are_not_copied() -> None:
    pixels = numbered()
    assert UPRIGHT.turned(pixels) is pixels
