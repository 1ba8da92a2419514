"""Where the pixels of a view come from."""

from itertools import product

import pytest

from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TileKey, tiles_of
from cozviewer.pyramid.origins import Patch, patch_at, patches, view_box
from tests.pyramid.pyramids import enlarged, gentle, put_level, put_tiles, pyramid_of

SOURCE = gentle(38, 25)
"""x4 of it has 3 x 2 tiles, x16 has 10 x 7."""


def view_at(magnification: float, width: int = 76, height: int = 50) -> View:
    return View(camera_at(19, 12.5, magnification), width, height).aligned()


@pytest.mark.parametrize("magnification", [0.5, 1.0, 1.1])
def test_small_views_come_from_the_source(magnification: float) -> None:
    found = patches(pyramid_of(SOURCE), view_at(magnification))
    assert [(patch.z, patch.level, patch.enlarged) for patch in found] == [(0, 0, False)]


def test_large_images_shown_small_come_from_their_overviews() -> None:
    found = patches(pyramid_of(gentle(525, 75)), View(camera_at(262, 37, 0.25), 100, 100))
    assert [(patch.z, patch.level, patch.enlarged) for patch in found] == [(-2, -2, False)]


def test_before_any_step_a_large_view_is_interpolated_from_the_source() -> None:
    found = patches(pyramid_of(SOURCE), view_at(4))
    assert {(patch.z, patch.level, patch.enlarged) for patch in found} == {(2, 0, True)}
    assert sum(patch.level_region.area for patch in found) == 76 * 50


def test_what_is_made_is_its_own_origin_and_stands_in_for_what_is_not() -> None:
    pyramid = pyramid_of(SOURCE)
    level_2, level_4 = enlarged(SOURCE, 4), enlarged(SOURCE, 16)
    put_level(pyramid, 2, level_2)
    some = [TileKey(4, 4, 3)]
    put_tiles(pyramid, level_4, some)
    found = {
        patch.made_from: patch for patch in patches(pyramid, view_at(16)) if not patch.enlarged
    }
    assert list(found) == some
    rest = [patch for patch in patches(pyramid, view_at(16)) if patch.enlarged]
    assert rest
    for patch in rest:
        key = next(tiles_of(4, patch.level_region))
        assert patch.made_from == TileKey(2, key.col // 4, key.row // 4)


def test_the_source_alone_can_be_asked_about() -> None:
    pyramid = pyramid_of(SOURCE)
    put_level(pyramid, 2, enlarged(SOURCE, 4))
    assert [patch.made_from for patch in patches(pyramid, view_at(4), finest=0)] == [None]


@pytest.mark.parametrize("magnification", [0.3, 1.0, 3.7, 4.0, 13.0, 100.0])
def test_the_boxes_of_all_patches_cover_the_image_in_the_view_once(magnification: float) -> None:
    pyramid, view = pyramid_of(SOURCE), view_at(magnification)
    image = view.photo_area(38, 25)
    boxes = [view_box(view, patch) for patch in patches(pyramid, view)]
    assert sum(box.area for box in boxes) == pytest.approx(image.area, rel=0.02)
    for index, box in enumerate(boxes):
        assert all(box.intersected(other).empty for other in boxes[:index])


def test_a_pixel_is_told_by_its_patch_and_beside_the_image_by_none() -> None:
    pyramid, view = pyramid_of(SOURCE), view_at(1)
    assert patch_at(pyramid, view, 38, 25) == Patch(Rect(0, 0, 38, 25), 0, None)
    assert patch_at(pyramid, view, 10, 10) is None


@pytest.mark.parametrize("magnification", [3.3, 4.0, 13.0, 100.0])
def test_each_pixel_is_told_by_the_patch_whose_box_it_is_in(magnification: float) -> None:
    pyramid, view = pyramid_of(SOURCE), view_at(magnification, 150, 90)
    put_tiles(pyramid, enlarged(SOURCE, 4), [TileKey(2, 1, 0), TileKey(2, 0, 1)])
    boxes = {patch: view_box(view, patch) for patch in patches(pyramid, view)}
    for view_x, view_y in product(range(-1, 151, 4), range(-1, 91, 4)):
        found = [
            patch
            for patch, box in boxes.items()
            if box.x <= view_x < box.right and box.y <= view_y < box.bottom
        ]
        assert patch_at(pyramid, view, view_x, view_y) == next(iter(found), None)
        assert len(found) <= 1
