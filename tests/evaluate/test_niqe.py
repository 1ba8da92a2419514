"""NIQE agrees with other implementations, and says so where it has no meaning."""

from typing import Literal

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from cozviewer.evaluate.enlarged import enlarged_middle
from cozviewer.evaluate.niqe import niqe
from cozviewer.image.pixels import Rgb8
from tests.pyramid.images import noise

# Of the same 8-bit pixels: BasicSR 1.4.2, `calculate_niqe(bgr, 0, convert_to="gray")`, and pyiqa
# 0.1.16, `NIQE` (luma of YIQ) with the parameters that BasicSR ships.
PHOTOS = [
    ("astronaut", 3.0610, 3.0624),
    ("chelsea", 2.5721, 2.5721),
    ("coffee", 4.0593, 4.0616),
    ("rocket", 7.0366, 7.0356),
    ("hubble_deep_field", 7.6324, 7.6324),
    ("retina", 6.1995, 6.1592),  # five of its blocks are flat
]

ENLARGED = [
    ("bicubic", 4, 7.0868, 7.0892),
    ("bicubic", 16, 12.7610, 12.7883),
    ("bicubic", 64, 16.4486, 16.5000),
    ("nearest", 4, 8.7517, 8.7777),
]
"""Of the middle of the astronaut, 512 pixels square after enlarging."""


@pytest.mark.parametrize(("name", "basicsr", "pyiqa"), PHOTOS)
def test_photos_get_what_other_implementations_give(
    name: str, basicsr: float, pyiqa: float
) -> None:
    value = niqe(getattr(data, name)())
    assert value == pytest.approx(basicsr, rel=0.01)
    assert value == pytest.approx(pyiqa, rel=0.01)


@pytest.mark.parametrize(("method", "scale", "basicsr", "pyiqa"), ENLARGED)
def test_enlargements_get_what_other_implementations_give(
    method: Literal["nearest", "bicubic"], scale: int, basicsr: float, pyiqa: float
) -> None:
    value = niqe(enlarged_middle(data.astronaut(), 512 / scale, 512, method))
    assert value == pytest.approx(basicsr, rel=0.01)
    assert value == pytest.approx(pyiqa, rel=0.01)


def test_blur_and_noise_make_a_photo_less_natural() -> None:
    def blurred(radius: float) -> Rgb8:
        photo = Image.fromarray(data.astronaut())
        return np.asarray(photo.filter(ImageFilter.GaussianBlur(radius)))

    noisy = data.astronaut() // 2 + noise(512, 512) // 2
    values = [niqe(image) for image in (data.astronaut(), blurred(1), blurred(3))]
    assert None not in values
    assert values == sorted(values, key=float)  # type: ignore[arg-type]
    worse, photo = niqe(noisy), values[0]
    assert worse is not None
    assert photo is not None
    assert worse > 2 * photo


@pytest.mark.parametrize(
    "image",
    [
        np.full((512, 512, 3), 100, np.uint8),
        np.zeros((512, 512, 3), np.uint8),
        noise(190, 95),  # no whole block
        noise(191, 96),  # one
        np.kron(noise(2, 2), np.ones((256, 256, 1), np.uint8)),
    ],
    ids=["grey", "black", "too low", "too small", "four colours"],
)
def test_what_has_no_structure_has_no_niqe(image: Rgb8) -> None:
    assert niqe(image) is None


def test_flat_parts_do_no_harm() -> None:
    image = data.astronaut().copy()
    image[:96] = 77
    value = niqe(image)
    assert value is not None
    assert 2 < value < 10


def test_what_is_beside_whole_blocks_does_not_count() -> None:
    photo = data.astronaut()
    assert niqe(photo) == niqe(photo[:480, :480]) != niqe(photo[:384, :480])
