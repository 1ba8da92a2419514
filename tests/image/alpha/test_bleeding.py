"""Colours under and beside what is transparent."""

import numpy as np

from cozviewer.image.alpha.bleeding import bleed, with_alpha
from cozviewer.image.source import source_from_pixels
from cozviewer.util.cancel import never
from tests.image.alpha.images import RED, disc, disc_source


def test_hidden_colours_become_those_of_the_surroundings() -> None:
    for hidden in (0, 255):
        source = disc_source(141, hidden)  # odd sides on all levels
        for level in source.levels:
            assert (level == RED).all()


def test_what_can_be_seen_does_not_change() -> None:
    rng = np.random.default_rng(3)
    rgb = rng.integers(0, 256, (37, 53, 3), np.uint8)
    alpha = rng.integers(0, 3, (37, 53)).astype(np.uint8) * 100
    bled = rgb.copy()
    bleed(bled, alpha, never)
    seen = alpha > 0
    assert np.array_equal(bled[seen], rgb[seen])
    assert not np.array_equal(bled[~seen], rgb[~seen])


def test_what_is_hidden_everywhere_stays() -> None:
    rgb = np.random.default_rng(4).integers(0, 256, (9, 7, 3), np.uint8)
    bled = rgb.copy()
    bleed(bled, np.zeros((9, 7), np.uint8), never)
    assert np.array_equal(bled, rgb)


def test_the_nearer_colour_is_taken() -> None:
    rgb = np.zeros((1, 64, 3), np.uint8)
    alpha = np.zeros((1, 64), np.uint8)
    rgb[0, 0], rgb[0, 63], alpha[0, [0, 63]] = (200, 0, 0), (0, 0, 200), 255
    bleed(rgb, alpha, never)
    assert rgb[0, 3, 0] > rgb[0, 3, 2]
    assert rgb[0, 60, 2] > rgb[0, 60, 0]
    assert np.abs(np.diff(rgb[0].astype(int), axis=0)).max() < 60  # no hard edge for a network


def test_overviews_average_by_alpha() -> None:
    rgb = np.zeros((128, 128, 3), np.uint8)
    rgb[:, ::2] = 200
    alpha = np.full((128, 128), 51, np.uint8)
    alpha[:, ::2] = 204
    colours, planes = with_alpha(rgb, alpha, never)
    assert (colours[1] == 160).all()  # four fifths of 200
    assert set(planes.levels[1].ravel().tolist()) <= {127, 128}


def test_the_digest_counts_alpha_and_no_hidden_colour() -> None:
    rgb, alpha = disc(40, hidden=0)
    digest = source_from_pixels(rgb, "a", alpha).digest
    assert disc_source(40, hidden=255).digest == digest
    assert source_from_pixels(rgb, "a").digest != digest
    opaque = np.full(alpha.shape, 255, np.uint8)
    assert source_from_pixels(rgb, "a", opaque).digest == source_from_pixels(rgb, "a").digest
    assert source_from_pixels(rgb, "a", opaque).alpha is None
    alpha[20, 20] = 254
    assert source_from_pixels(rgb, "a", alpha).digest != digest
