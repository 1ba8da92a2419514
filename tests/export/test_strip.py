"""The zoom strip: each image 4x closer, from the whole photo to the view."""

from fractions import Fraction

import numpy as np
import pytest

from cozviewer.export.sheet import FRAME
from cozviewer.export.strip import MOST, note, strip, strip_views, times
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.camera import View, camera_at
from tests.pyramid.pyramids import noise

SOURCE = source_from_pixels(noise(1600, 900), "photo.png")


def test_it_leads_from_the_whole_photo_to_the_view() -> None:
    views = strip_views(SOURCE, View(camera_at(812, 340, 64), 1280, 800), 480)
    steps = [view.camera.magnification for view in views]
    assert steps == [0.25, 1, 4, 16, 64]
    assert {(view.width, view.height) for view in views} == {(480, 480)}
    for view in views:
        x, y = view.camera.source_centre
        assert abs(x - 812) * Fraction(steps[0]) <= 1
        assert abs(y - 340) * Fraction(steps[0]) <= 1


def test_of_a_deep_zoom_it_shows_the_end() -> None:
    deep = Fraction(2) ** 60
    views = strip_views(SOURCE, View(camera_at(812, 340, deep), 1280, 800), 480)
    assert len(views) == MOST
    assert views[-1].camera.magnification == float(deep)


def test_of_the_whole_photo_it_is_one_image() -> None:
    assert len(strip_views(SOURCE, View(camera_at(800, 450, 0.5), 800, 450), 480)) == 1


def test_the_part_that_comes_next_is_framed() -> None:
    views = strip_views(SOURCE, View(camera_at(812, 340, 16), 1280, 800), 400)
    pixels = strip("photo.png", "Engine", views, [np.zeros((400, 400, 3), np.uint8)] * len(views))
    framed = (pixels == FRAME).all(axis=2)
    columns = np.flatnonzero(framed.any(axis=0))
    assert len(np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)) == len(views) - 1
    rows = np.flatnonzero(framed.any(axis=1))
    assert abs(rows[-1] - rows[0] - 100) <= 3


def test_borrowed_texture_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("cozviewer.export.sheet._write", lambda *words: written.append(words[3]))
    views = strip_views(SOURCE, View(camera_at(812, 340, 16), 1280, 800), 40)
    blank = [np.zeros((40, 40, 3), np.uint8)] * len(views)
    for borrowed in (False, True):
        written.clear()
        strip("photo.png", "Engine", views, blank, borrowed)
        maker = (
            "Engine, with texture borrowed from elsewhere in this photo" if borrowed else "Engine"
        )
        assert written[1].endswith(f"; its detail is drawn by {maker}.")


def test_captions_say_how_large_and_how_much() -> None:
    views = strip_views(SOURCE, View(camera_at(812, 340, 4096), 1280, 800), 480)
    assert [times(view) for view in views][-3:] == ["256", "1024", "4096"]
    assert [note(view).split()[0] for view in views][-3:] == ["1.9", "0.5", "0.1"]
