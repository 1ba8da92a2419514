"""Where a view shows borrowed texture, found for the status line."""

from typing import Any

import numpy as np
import pytest
from skimage import data

from cozviewer.chain.chain import texture_of
from cozviewer.chain.textures.borrowed_texture import borrowed_mask
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.borrowed_finder import BorrowedFinder, BorrowedRequest
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import tiles_of
from cozviewer.pyramid.origins import patches
from tests.pyramid.pyramids import enlarged, put_tiles, pyramid_of

VIEW = View(camera_at(128, 128, 16), 320, 200).aligned()


@pytest.fixture
def grass() -> Rgb8:
    """A photo of even texture."""
    return np.repeat(data.grass()[:256, :256, None], 3, axis=2)


class Answers:
    """What a finder said."""

    def __init__(self, finder: BorrowedFinder) -> None:
        self.found: list[tuple[Any, ...]] = []
        self.failed: list[str] = []
        finder.found.connect(lambda *answer: self.found.append(answer))
        finder.failed.connect(self.failed.append)


def test_it_finds_what_the_view_shows_as_things_stand(grass: Rgb8) -> None:
    pyramid = pyramid_of(grass)
    texture = texture_of(pyramid)
    finder = BorrowedFinder(pyramid, texture)
    answers, request = Answers(finder), BorrowedRequest(VIEW)
    finder.find(request)
    put_tiles(pyramid, enlarged(grass, 16), list(tiles_of(4, VIEW.visible(4, 256, 256))))
    finder.find(request)
    assert [answer[0] for answer in answers.found] == [request, request]
    before, after = (answer[1] for answer in answers.found)
    assert not before.any()
    assert after.any()
    expected = borrowed_mask(texture, 256, 256, VIEW, patches(pyramid, VIEW))
    assert np.array_equal(after, expected)
    pyramid.store.close()


def test_what_is_not_wanted_any_more_is_not_looked_for(grass: Rgb8) -> None:
    pyramid = pyramid_of(grass)
    finder = BorrowedFinder(pyramid, texture_of(pyramid))
    answers, request = Answers(finder), BorrowedRequest(VIEW)
    request.cancelled.set()
    finder.find(request)
    assert answers.found == []
    pyramid.store.close()


def test_what_goes_wrong_is_said_in_a_sentence(
    grass: Rgb8, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("cozviewer.jobs.borrowed_finder.borrowed_mask", fail)
    pyramid = pyramid_of(grass)
    finder = BorrowedFinder(pyramid, texture_of(pyramid))
    answers = Answers(finder)
    finder.find(BorrowedRequest(VIEW))
    assert answers.found == []
    assert "looking for borrowed texture" in answers.failed[0]
    pyramid.store.close()
