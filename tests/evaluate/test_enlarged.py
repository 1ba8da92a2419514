"""The simple enlargements are those of the paper's authors, and go on where theirs end."""

from typing import Literal

import numpy as np
import pytest
from PIL import Image

from cozviewer.evaluate.enlarged import enlarged_middle
from tests.pyramid.images import noise

FIRST = noise(512, 512)


@pytest.mark.parametrize("scale", [4, 16, 64, 256])
@pytest.mark.parametrize(
    ("method", "resample"),
    [("nearest", Image.Resampling.NEAREST), ("bicubic", Image.Resampling.BICUBIC)],
)
def test_whole_pixels_are_cut_out_first_and_then_interpolated(
    method: Literal["nearest", "bicubic"], resample: Image.Resampling, scale: int
) -> None:
    # As inference_coz.py has it.
    width = height = 512
    new = 512 // scale
    box = ((width - new) // 2, (height - new) // 2, (width + new) // 2, (height + new) // 2)
    theirs = Image.fromarray(FIRST).crop(box).resize((width, height), resample)
    ours = enlarged_middle(FIRST, 512 / scale, 512, method)
    assert np.array_equal(ours, np.asarray(theirs))


def test_the_same_size_is_the_image_itself() -> None:
    assert np.array_equal(enlarged_middle(FIRST, 160, 160, "bicubic"), FIRST[176:336, 176:336])


@pytest.mark.parametrize("scale", [4, 16, 64, 256, 1024, 4**8])
def test_each_scale_shows_the_middle_of_the_one_before(scale: int) -> None:
    before = enlarged_middle(FIRST, 512 / scale, 512, "nearest")
    after = enlarged_middle(FIRST, 512 / scale / 4, 512, "nearest")
    assert np.array_equal(after, before[192:320, 192:320].repeat(4, axis=0).repeat(4, axis=1))


def test_below_a_pixel_bicubic_stays_smooth() -> None:
    deep = enlarged_middle(FIRST, 512 / 4**6, 512, "bicubic").astype(int)
    assert np.abs(np.diff(deep, axis=0)).max() <= 1
    assert np.abs(np.diff(deep, axis=1)).max() <= 1
