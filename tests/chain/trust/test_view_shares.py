"""Shares of a view by origin."""

import numpy as np
import pytest

from cozviewer.chain.trust.overlays import INTERPOLATED, SOURCE, STEPS
from cozviewer.chain.trust.view_shares import shares_of
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import tiles_of
from tests.pyramid.pyramids import enlarged, put_level, put_tiles, pyramid_of

GREY = np.full((128, 256, 3), 100, np.uint8)


def view_at(magnification: float) -> View:
    return View(camera_at(128, 64, magnification), 512, 256).aligned()


@pytest.mark.parametrize(
    ("magnification", "text"),
    [(0.5, "Original photo (scaled down)"), (1, "Original photo"), (1.5, "Original photo")],
)
def test_the_photo_is_all_of_it(magnification: float, text: str) -> None:
    (share,) = shares_of(pyramid_of(GREY), view_at(magnification), True)
    assert share.mark.text.startswith(text)
    assert (share.part, share.level, share.mark.colour) == (1.0, 0, SOURCE)


def test_missing_and_generated_parts_add_up() -> None:
    pyramid = pyramid_of(GREY)
    (all_missing,) = shares_of(pyramid, view_at(4), True)
    assert all_missing.mark.colour == INTERPOLATED
    # The view shows columns 256..767 and rows 128..383 of level 2.
    left_half = list(tiles_of(2, Rect(256, 128, 256, 256)))
    put_tiles(pyramid, enlarged(GREY, 4), left_half)
    enlarged_part, generated = shares_of(pyramid, view_at(4), True)
    assert (enlarged_part.part, generated.part) == (0.5, 0.5)
    assert (enlarged_part.level, generated.level) == (0, 2)


def test_a_level_that_stands_in_for_a_finer_one_is_named() -> None:
    pyramid = pyramid_of(GREY)
    put_level(pyramid, 2, enlarged(GREY, 4))
    (share,) = shares_of(pyramid, view_at(16), True)
    assert share.mark.text == "Generated detail, level 1 (×4), not yet at full detail"
    assert share.mark.colour == STEPS[0]
    (source,) = shares_of(pyramid, view_at(16), True, finest=0)
    assert source.level == 0


def test_beside_the_photo_there_is_nothing() -> None:
    view = View(camera_at(9000, 9000, 4), 64, 64)
    assert shares_of(pyramid_of(GREY), view, True) == ()
