"""After the correction a step says what its parent says, only finer."""

from dataclasses import replace

import numpy as np
import pytest

from cozviewer.chain.fidelity import (
    COLOURS,
    ENLARGED_AND_SHRUNK,
    FIRST_OF_METHOD_4,
    OF_METHOD_3,
    OF_METHOD_4,
    OF_METHOD_5,
    OF_METHOD_7,
    OF_PHOTO,
    OF_STEP,
    Correction,
    _convolved,
    _gaussian,
    _lacking_detail,
    beyond_parent,
    blurred,
    corrected,
    enlarged,
    shrunk,
)
from cozviewer.image.pixels import RgbFloat, luma_of, to_float
from tests.pyramid.pyramids import gentle, noise


def parent_and_drifted(drift: float) -> tuple[RgbFloat, RgbFloat]:
    """Return a parent and what a model with a colour shift of `drift` made of it."""
    parent = to_float(gentle(40, 32)) * np.float32(0.8) + np.float32(0.1)
    detail = (to_float(noise(160, 128)) - np.float32(0.5)) * np.float32(0.1)
    return parent, enlarged(parent) + detail + np.float32(drift)


@pytest.mark.parametrize("drift", [-0.02, 0.02, 0.1])
def test_a_colour_shift_is_taken_back(drift: float) -> None:
    parent, fine = parent_and_drifted(drift)
    result = corrected(fine, parent, 1.0)
    assert abs(float(result.mean() - parent.mean())) < 1e-3
    assert np.abs(result.mean(axis=(0, 1)) - parent.mean(axis=(0, 1))).max() < 2e-3


def test_coarse_detail_comes_from_the_parent() -> None:
    parent, fine = parent_and_drifted(0.0)
    fine += enlarged(to_float(gentle(40, 32, seed=1)) - np.float32(0.5)) * np.float32(0.3)
    before = np.abs(shrunk(fine) - parent).mean()
    after = np.abs(shrunk(corrected(fine, parent, 1.0)) - parent).mean()
    assert after < before / 4


def sharp_and_blurred(contrast: float) -> tuple[RgbFloat, RgbFloat]:
    """Return a parent of noise, and a result that has half of it."""
    parent = np.float32(0.5) + np.float32(contrast) * (to_float(noise(40, 32)) - np.float32(0.5))
    half: RgbFloat = np.float32(0.5) + (parent - np.float32(0.5)) * np.float32(0.5)
    return parent, enlarged(half)


def lost(fine: RgbFloat, parent: RgbFloat) -> float:
    """Return the spread of what the luma of a result lacks."""
    return float(luma_of(parent - shrunk(fine))[4:-4, 4:-4].std())


OF_LUMA = [OF_PHOTO, OF_METHOD_3, FIRST_OF_METHOD_4, OF_METHOD_4, OF_METHOD_5]
CORRECTIONS = pytest.mark.parametrize("correction", [OF_STEP, *OF_LUMA])


@CORRECTIONS
def test_detail_comes_from_the_parent_as_well(correction: Correction) -> None:
    parent, fine = sharp_and_blurred(0.6)
    without = lost(
        corrected(fine.copy(), parent, 1.0, replace(correction, detail_rounds=0)), parent
    )
    assert lost(corrected(fine, parent, 1.0, correction), parent) < without / 2


@pytest.mark.parametrize("correction", OF_LUMA)
def test_colour_does_not_come_with_detail(correction: Correction) -> None:
    parent, fine = sharp_and_blurred(0.6)
    without = corrected(fine.copy(), parent, 1.0, replace(correction, detail_rounds=0))
    change = corrected(fine, parent, 1.0, correction) - without
    assert np.abs(change - change[:, :, :1]).max() < 1e-6
    assert change.std() > 0.01


def test_after_the_first_step_colour_comes_with_detail() -> None:
    parent, fine = sharp_and_blurred(0.6)
    before, after = (
        parent - shrunk(corrected(fine.copy(), parent, 1.0, correction))
        for correction in (OF_METHOD_5, OF_STEP)
    )
    of_colour = [(lack - luma_of(lack))[4:-4, 4:-4].std() for lack in (before, after)]
    assert of_colour[1] < of_colour[0] / 2
    np.testing.assert_allclose(luma_of(after), luma_of(before), atol=1 / 255)


@pytest.mark.parametrize("black", [True, False])
def test_after_the_first_step_what_is_beyond_black_and_white_shifts_no_colour(black: bool) -> None:
    """As in the blue of dark wood, where a model's contours reach beyond black."""
    parent = np.full((40, 48, 3), [0.5, 0.4, 0.05], np.float32)
    stripes = np.tile(np.asarray([1, 1, -1, -1], np.float32), 48)[None, :, None]
    fine = enlarged(parent) + np.float32(0.1) * stripes
    if not black:
        fine, parent = 1 - fine, 1 - parent
    before, after = (
        parent - shrunk(np.clip(corrected(fine.copy(), parent, 1.0, correction), 0, 1))
        for correction in (OF_METHOD_5, OF_STEP)
    )
    shifts = [np.abs(lack[4:-4, 4:-4].mean((0, 1))).max() for lack in (before, after)]
    assert shifts[0] > 5 / 255
    assert shifts[1] < shifts[0] / 4


@CORRECTIONS
def test_noise_that_the_result_is_free_of_does_not_return(correction: Correction) -> None:
    parent, fine = sharp_and_blurred(0.6)
    fine[:] = np.float32(0.5)
    without = corrected(fine.copy(), parent, 1.0, replace(correction, detail_rounds=0))
    assert np.array_equal(corrected(fine, parent, 1.0, correction), without)


def test_after_the_first_step_faint_detail_is_no_noise() -> None:
    parent, fine = sharp_and_blurred(0.12)
    of_photo, of_step = (
        lost(corrected(fine.copy(), parent, 1.0, correction), parent)
        for correction in (OF_PHOTO, OF_STEP)
    )
    assert of_step < 0.7 * of_photo


@pytest.mark.parametrize(
    ("correction", "least", "most"),
    [(OF_PHOTO, 0, 0.02), (OF_STEP, 0, 0.02), (OF_METHOD_3, 0.1, 1)],
)
def test_what_counts_as_detail_where_it_is_dark_shifts_no_brightness(
    correction: Correction, least: float, most: float
) -> None:
    """As among bright hairs, where the result has contrast that its surroundings lack."""
    stripes = np.tile(np.asarray([1, 1, -1, -1], np.float32), (40, 16))[:, :, None]
    added = _lacking_detail(stripes.copy(), (stripes > 0).astype(np.float32), correction)
    assert least <= abs(float(added[8:-8, 8:-8].mean())) <= most


def test_detail_far_from_the_photo_gets_further_rounds() -> None:
    """As in wood and grass."""
    parent, fine = sharp_and_blurred(0.6)
    far, before = (
        lost(corrected(fine.copy(), parent, 1.0, correction), parent)
        for correction in (OF_PHOTO, FIRST_OF_METHOD_4)
    )
    assert far < before / 2


def test_detail_near_the_photo_gets_no_further_rounds() -> None:
    _, fine = sharp_and_blurred(0.6)
    parent = shrunk(fine) + (to_float(noise(40, 32, seed=2)) - np.float32(0.5)) / np.float32(64)
    more, before = (
        corrected(fine.copy(), parent, 1.0, correction)
        for correction in (OF_PHOTO, FIRST_OF_METHOD_4)
    )
    assert np.array_equal(more, before)


def hairs(contrast: float, sharpness: int) -> RgbFloat:
    """Return (160, 192, 3): slanted bright lines on dark grey, 16 pixels apart."""
    down, across = np.mgrid[:160, :192]
    lines = (0.5 + 0.5 * np.cos(2 * np.pi * (across - 0.3 * down) / 16)) ** sharpness
    luma = (0.2 + contrast * lines).astype(np.float32)
    return np.repeat(luma[:, :, None], 3, 2)


def with_and_without_limit(fine: RgbFloat, parent: RgbFloat) -> tuple[RgbFloat, RgbFloat]:
    limited, other = (
        corrected(fine.copy(), parent, 1.0, correction) for correction in (OF_METHOD_5, OF_METHOD_4)
    )
    return limited, other


def test_after_the_first_step_contrast_far_beyond_the_parents_is_reduced() -> None:
    """As that of hairs out of focus, which a model draws thinner and much brighter."""
    parent, fine = shrunk(hairs(0.3, 1)), hairs(0.75, 2)
    limited, other = with_and_without_limit(fine, parent)
    assert lost(limited, parent) < 0.5 * lost(other, parent)
    # They remain the lines of the model.
    inner = np.s_[16:-16, 16:-16]
    assert np.corrcoef(limited[inner].ravel(), fine[inner].ravel())[0, 1] > 0.98


def test_contrast_is_reduced_where_it_is_in_excess_alone() -> None:
    parent = shrunk(np.concatenate([hairs(0.3, 1), hairs(0.3, 1)], 1))
    fine = np.concatenate([hairs(0.75, 2), hairs(0.3, 2)], 1)
    limited, other = with_and_without_limit(fine, parent)
    assert np.abs(limited - other)[:, :192].max() > 0.1
    np.testing.assert_array_equal(limited[:, 280:], other[:, 280:])


def test_contrast_is_not_reduced_for_what_the_result_lacks() -> None:
    """Noise of the parent that is not in the result, and detail that is too weak there."""
    parent, fine = sharp_and_blurred(0.6)
    for result in (fine, np.full_like(fine, 0.5)):
        limited, other = with_and_without_limit(result, parent)
        np.testing.assert_array_equal(limited, other)


def patterned(contrast: float) -> tuple[RgbFloat, RgbFloat]:
    """Return a parent of faint noise, and a result with a lattice.

    Args:
        contrast: That of the lattice, over the parent's.
    """
    parent = np.float32(0.5) + (to_float(noise(48, 40)) - np.float32(0.5)) / np.float32(16)
    spread = float((luma_of(parent) - blurred(luma_of(parent), 1)).std())
    lattice = np.tile(np.asarray([[1, 1, -1, -1], [-1, -1, 1, 1]], np.float32), (80, 48))
    return parent, enlarged(parent) + np.float32(contrast * spread) * lattice[:, :, None]


def finest(fine: RgbFloat) -> float:
    """Return the contrast beyond the resolution of the parent, away from the edges."""
    return float(beyond_parent(fine)[32:-32, 32:-32].std())


def test_after_the_first_step_no_pattern_grows_out_of_nothing() -> None:
    """As beside a collar, where the model generates a weave with ten times the contrast."""
    parent, fine = patterned(8)
    before, after = (
        corrected(fine.copy(), parent, 1.0, correction) for correction in (OF_METHOD_7, OF_STEP)
    )
    assert finest(before) == pytest.approx(finest(fine), rel=0.02)
    # The parent has 2.6 grey levels, a little more than where the limit begins to rise from 1.
    assert finest(after) == pytest.approx(finest(fine) * 1.15 / 8, rel=0.05)
    assert np.abs(shrunk(after) - shrunk(before)).max() < 1 / 255
    half = corrected(fine.copy(), parent, 0.5, OF_STEP)
    assert finest(after) < finest(half) < finest(before)


def test_a_pattern_no_stronger_than_its_parent_stays() -> None:
    for parent, fine in (patterned(0.6), sharp_and_blurred(0.6)):
        before, after = (
            corrected(fine.copy(), parent, 1.0, correction) for correction in (OF_METHOD_7, OF_STEP)
        )
        np.testing.assert_array_equal(after, before)


def test_what_lies_beyond_the_parent_shrinks_to_nothing() -> None:
    fine = to_float(noise(192, 160))
    beyond = beyond_parent(fine)
    assert np.abs(shrunk(beyond)).std() < 0.25 * shrunk(fine).std()
    smooth = enlarged(to_float(gentle(48, 40)))
    assert np.abs(beyond_parent(smooth))[16:-16, 16:-16].max() < 2 / 255


@pytest.mark.parametrize("blur", [0.5, 1.0, 2.5])
def test_contours_stay_sharper_than_those_of_their_parent(blur: float) -> None:
    sharp = np.repeat((np.arange(64) > 32).astype(np.float32)[None, :, None], 40, 0).repeat(3, 2)
    fine, soft = sharp.repeat(4, 0).repeat(4, 1), blurred(sharp, blur)
    before, after = (
        corrected(fine.copy(), soft, 1.0, correction) for correction in (OF_METHOD_7, OF_STEP)
    )
    np.testing.assert_array_equal(after, before)


def test_contours_of_a_soft_parent_get_no_rings() -> None:
    """Its result is sharper than the parent, so both differ most at its contours."""
    parent = np.repeat((np.arange(64) > 32).astype(np.float32)[None, :, None], 40, 0).repeat(3, 2)
    fine = parent.repeat(4, 0).repeat(4, 1)
    soft = blurred(parent, 2.5)
    without = corrected(fine.copy(), soft, 1.0, COLOURS)
    assert np.abs(corrected(fine, soft, 1.0) - without).max() < 1 / 255


def test_fine_detail_stays() -> None:
    """What lies within the blocks of 4 x 4 is the model's own."""
    parent, fine = parent_and_drifted(0.02)
    detail = fine - shrunk(fine).repeat(4, 0).repeat(4, 1)
    result = corrected(fine.copy(), parent, 1.0)
    kept = result - shrunk(result).repeat(4, 0).repeat(4, 1)
    assert np.corrcoef(detail.ravel(), kept.ravel())[0, 1] > 0.98


def test_the_strength_says_how_much() -> None:
    drifts = []
    for strength in (0.0, 0.25, 0.5, 1.0):
        parent, fine = parent_and_drifted(0.05)
        drifts.append(float(corrected(fine, parent, strength).mean() - parent.mean()))
    assert drifts == sorted(drifts, reverse=True)
    assert drifts == pytest.approx([0.05, 0.05 * 0.75, 0.05 * 0.5, 0.0], abs=1e-3)


def test_without_strength_nothing_changes() -> None:
    parent, fine = parent_and_drifted(0.1)
    before = fine.copy()
    assert np.array_equal(corrected(fine, parent, 0.0), before)


def test_what_is_true_already_stays() -> None:
    parent = np.full((10, 12, 3), 0.25, np.float32)
    fine = np.full((40, 48, 3), 0.25, np.float32)
    assert np.abs(corrected(fine, parent, 1.0) - 0.25).max() < 1e-6


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (50, 1)])
def test_any_size_keeps_its_shape_and_kind(size: tuple[int, int]) -> None:
    parent = to_float(noise(*size))
    fine = enlarged(parent)
    assert fine.shape == (4 * size[1], 4 * size[0], 3)
    assert shrunk(fine).shape == parent.shape == blurred(parent, 1.0).shape
    result = corrected(fine, parent, 1.0)
    assert result.shape == fine.shape
    assert {a.dtype for a in (fine, shrunk(fine), blurred(parent, 1.0), result)} == {
        np.dtype(np.float32)
    }


def test_shrinking_is_the_mean_of_four_by_four() -> None:
    fine = to_float(noise(24, 12))
    means = fine.reshape(3, 4, 6, 4, 3).mean(axis=(1, 3))
    assert np.abs(shrunk(fine) - means).max() < 1e-6


def test_a_blur_keeps_the_light_and_spreads_it_evenly() -> None:
    point = np.zeros((21, 21, 3), np.float32)
    point[10, 10] = 1
    spread = blurred(point, 1.0)
    assert spread.sum(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=1e-5)
    assert np.array_equal(spread, spread[::-1])
    assert np.array_equal(spread, spread.transpose(1, 0, 2))
    assert spread[10, 10, 0] == pytest.approx(1 / (2 * np.pi), abs=0.002)
    assert not spread[:7].any()
    flat = np.full((5, 7, 3), 0.3, np.float32)
    assert np.abs(blurred(flat, 2.0) - 0.3).max() < 1e-6


def test_enlarging_and_shrinking_are_what_their_taps_say() -> None:
    noise = np.random.default_rng(5).random((24, 31, 3), dtype=np.float32)
    inside = np.s_[4:-4, 4:-4]  # at the edge Pillow cuts its kernel, the taps repeat the edge
    done = shrunk(enlarged(noise))[inside]
    np.testing.assert_allclose(_convolved(noise, ENLARGED_AND_SHRUNK)[inside], done, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (40, 40)])
@pytest.mark.parametrize("channels", [1, 3])
def test_blurs_and_means_have_the_bits_of_the_plain_formulas(
    size: tuple[int, int], channels: int
) -> None:
    """Tiles of any version of this program must be the same bytes."""
    image = to_float(noise(*size))[:, :, :channels] - np.float32(0.5)
    height, width = image.shape[:2]
    for taps in (ENLARGED_AND_SHRUNK, _gaussian(0.6), _gaussian(2.0)):
        radius = len(taps) // 2
        padded = np.pad(image, ((radius, radius), (radius, radius), (0, 0)), mode="edge")
        rows, both = np.zeros_like(padded[:height]), np.zeros_like(image)
        for i, tap in enumerate(taps):
            rows += tap * padded[i : i + height]
        for i, tap in enumerate(taps):
            both += tap * rows[:, i : i + width]
        assert _convolved(image, taps).tobytes() == both.tobytes()
    fine = to_float(noise(4 * size[0], 4 * size[1]))[:, :, :channels]
    means = fine.reshape(height, 4, width * 4, channels).sum(axis=1)
    means = means.reshape(height, width, 4, channels).sum(axis=2) * np.float32(1 / 16)
    assert shrunk(fine).tobytes() == means.tobytes()
