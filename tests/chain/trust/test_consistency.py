"""How far a level departs from its parent."""

import numpy as np

from cozviewer.chain.trust.consistency import BLOCK, departure
from tests.pyramid.pyramids import gentle, noise


def test_pixels_that_only_grow_depart_nowhere() -> None:
    parent = noise(30, 22)
    child = parent.repeat(4, axis=0).repeat(4, axis=1)
    figures = departure(child, parent)
    assert figures.shape == (6, 8)
    assert not figures.any()


def test_detail_that_averages_out_is_no_departure() -> None:
    parent = np.full((16, 16, 3), 120, np.uint8)
    child = parent.repeat(4, axis=0).repeat(4, axis=1)
    child[:, ::2] += 40
    child[:, 1::2] -= 40
    assert not departure(child, parent).any()


def test_a_change_shows_where_it_is_and_in_grey_levels_of_its_strongest_channel() -> None:
    parent = gentle(32, 32)
    child = parent.repeat(4, axis=0).repeat(4, axis=1).astype(int)
    block = np.s_[2 * 4 * BLOCK : 3 * 4 * BLOCK, 4 * BLOCK : 2 * 4 * BLOCK]
    child[block] += (2, -5, 3)
    figures = departure(np.clip(child, 0, 255).astype(np.uint8), parent)
    assert np.argwhere(figures > 0.01).tolist() == [[2, 1]]
    assert 4.9 < figures[2, 1] < 5.1
