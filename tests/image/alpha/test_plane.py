"""Alpha at any level: without seams, and with edges as hard as in the photo."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cozviewer.image.alpha.levels import MemoryAlpha
from cozviewer.image.alpha.plane import Alpha, over
from cozviewer.image.rect import Rect
from tests.image.alpha.images import disc_alpha, disc_source


def alpha_of(side: int = 40) -> Alpha:
    alpha = disc_source(side).alpha
    assert alpha is not None
    return alpha


@pytest.mark.parametrize("z", [2, 4])
def test_regions_fit_together(z: int) -> None:
    alpha = alpha_of()
    whole = alpha.region(z, Rect(0, 0, 40 << z, 40 << z))
    side = 64
    for y in range(0, 40 << z, side):
        for x in range(0, 40 << z, side):
            part = Rect(x, y, min(side, (40 << z) - x), min(side, (40 << z) - y))
            expected = whole[part.y : part.bottom, part.x : part.right]
            assert np.array_equal(alpha.region(z, part), expected)


@pytest.mark.parametrize("scale", [2, 3, 16])
def test_rows_do_not_depend_on_the_bands(scale: int) -> None:
    alpha = alpha_of()
    whole = alpha.rows(scale, 0, 40 * scale)
    bands = [alpha.rows(scale, top, min(40 * scale, top + 7)) for top in range(0, 40 * scale, 7)]
    assert np.array_equal(np.concatenate(bands), whole)
    if scale == 16:
        assert np.array_equal(whole, alpha.region(4, Rect(0, 0, 640, 640)))


@pytest.mark.parametrize(("z", "widest"), [(2, 2.2), (4, 4.5)])
def test_an_edge_stays_an_edge(z: int, widest: float) -> None:
    """Interpolation alone makes it 4.5 and 18 pixels wide; and it must get closer to the truth."""
    scale, shape = 1 << z, disc_alpha(40)
    found = alpha_of().region(z, Rect(0, 0, 40 * scale, 40 * scale)).astype(float)
    smooth = np.asarray(
        Image.fromarray(shape).resize((40 * scale, 40 * scale), Image.Resampling.BICUBIC), float
    )
    truth = disc_alpha(40, scale)
    around = 2 * np.pi * 0.35 * 40 * scale
    assert ((found > 25) & (found < 230)).sum() / around < widest
    assert np.square(found - truth).mean() < 0.5 * np.square(smooth - truth).mean()
    assert abs((found > 127).sum() - (truth > 127).sum()) < 0.01 * found.size


def test_a_soft_shadow_stays_soft() -> None:
    shape = Image.fromarray(disc_alpha(80)).filter(ImageFilter.GaussianBlur(6))
    alpha = Alpha(MemoryAlpha((np.asarray(shape),)))
    found = alpha.region(2, Rect(0, 0, 320, 320)).astype(int)
    smooth = np.asarray(shape.resize((320, 320), Image.Resampling.BICUBIC), int)
    assert np.abs(found - smooth).max() <= 1


def test_clear_regions_are_known() -> None:
    alpha = alpha_of(80)
    assert alpha.is_clear(2, Rect(0, 0, 24, 24))
    assert not alpha.is_clear(2, Rect(140, 140, 64, 64))
    assert not alpha.is_clear(0, Rect(0, 0, 80, 80))


def test_deep_regions_are_exact_enough() -> None:
    alpha = alpha_of()
    middle = (20 << 30) + 12345
    assert (alpha.region(30, Rect(middle, middle, 50, 40)) == 255).all()
    assert not alpha.region(30, Rect(5 << 30, 5 << 30, 50, 40)).any()


def test_over_rounds_to_nearest() -> None:
    every = np.arange(256, dtype=np.uint8)
    rgb = np.dstack([np.full((1, 256), 10, np.uint8)] * 3)
    found = over(rgb, every[None], (200, 255, 0))
    share = every[None, :, None] / 255
    expected = np.floor(rgb * share + np.array((200, 255, 0)) * (1 - share) + 0.5)
    assert np.abs(found - expected).max() == 0
