"""Where the parts of a sharper draft lie, and how long they are kept."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from cozviewer.image.rect import Rect
from cozviewer.jobs.images import to_qimage
from cozviewer.jobs.quick_job import SharperImage
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.ui.view.tiles.draft_pieces import FADE_SECONDS
from cozviewer.ui.view.tiles.sharper import SharperParts

VIEW = View(camera_at(100, 100, 6.0), 400, 300)


@pytest.fixture(autouse=True)
def _qt(qapp: object) -> None:
    """Images want an application."""


def part(view: View, place: Rect) -> SharperImage:
    return SharperImage(view, place, to_qimage(np.zeros((place.height, place.width, 3), np.uint8)))


def moved(view: View, dx: float, dy: float) -> View:
    return replace(view, camera=view.camera.panned(dx, dy))


def with_parts(*parts: SharperImage) -> SharperParts:
    kept = SharperParts()
    for one in parts:
        kept.add(one, 0.0, fade=False)
    return kept


def test_a_part_moves_with_the_view() -> None:
    parts = with_parts(part(VIEW, Rect(50, 60, 100, 80)))
    for dx, dy in ((0, 0), (30, -7), (-500, 0)):
        ((_, corner, opacity),) = parts.draws(moved(VIEW, dx, dy), 9.0)
        assert (corner, opacity) == (QPoint(50 - dx, 60 - dy), 1.0)
    view = moved(VIEW, 30, -7)
    assert parts.seen_at(view, 20, 67)
    assert parts.seen_at(view, 119.9, 146.9)
    assert not parts.seen_at(view, 19.9, 67)
    assert not parts.seen_at(view, 120, 67)


@pytest.mark.parametrize(
    "view",
    [
        moved(VIEW, 0.5, 0),
        replace(VIEW, camera=VIEW.camera.zoomed(1.01)),
        replace(VIEW, width=401),
    ],
)
def test_it_fits_no_other_view(view: View) -> None:
    parts = with_parts(part(VIEW, Rect(0, 0, 400, 300)))
    assert parts.draws(view, 9.0) == []
    assert not parts.seen(view)
    assert not parts.seen_at(view, 100, 100)


def test_out_of_the_view_it_is_not_seen() -> None:
    parts = with_parts(part(VIEW, Rect(0, 0, 100, 100)))
    assert parts.seen(VIEW)
    assert parts.seen(moved(VIEW, 99, 99))
    assert not parts.seen(moved(VIEW, 100, 0))
    assert not SharperParts().seen(VIEW)


def test_it_comes_in_softly() -> None:
    parts = SharperParts()
    parts.add(part(VIEW, Rect(0, 0, 100, 100)), 5.0, fade=True)
    ((_, _, halfway),) = parts.draws(VIEW, 5.0 + FADE_SECONDS / 2)
    ((_, _, whole),) = parts.draws(VIEW, 5.0 + 2 * FADE_SECONDS)
    assert halfway == pytest.approx(0.5)
    assert whole == 1


def test_the_parts_of_the_last_two_views_are_kept() -> None:
    views = [moved(VIEW, 10 * step, 0) for step in range(4)]
    parts = with_parts(*[part(view, Rect(0, 0, 100, 100)) for view in views for _ in range(2)])
    corners = [corner.x() for _, corner, _ in parts.draws(views[3], 9.0)]
    assert corners == [-10, -10, 0, 0]
    parts.clear()
    assert len(parts) == 0
