"""Text and faces in what is generated are outlined, and the legend says what that means."""

import numpy as np
import pytest

from cozviewer.chain.trust.detections import (
    FACE,
    LINE,
    TEXT,
    finding_mark,
    looking_mark,
    nothing_found_mark,
    with_findings,
    with_line,
)
from cozviewer.chain.trust.findings import Finding
from cozviewer.chain.trust.overlays import HEAT, Mark, Marked, generated_boxes
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import TileKey
from tests.pyramid.pyramids import enlarged, put_level, put_tiles, pyramid_of

FRAME = np.full((100, 200, 3), 90, np.uint8)

OVERLAY = Marked(np.full_like(FRAME, 120), (Mark(HEAT[0], "True"),))

LEFT = [Rect(0, 0, 100, 100)]


def told(*found: Finding, generated: list[Rect] = LEFT) -> tuple[Rgb8, list[Mark]]:
    """Return image and added legend of an overlay in which that was found."""
    asked: list[Rgb8] = []

    def find(frame: Rgb8) -> list[Finding]:
        asked.append(frame)
        return list(found)

    before = OVERLAY.rgb.copy()
    result = with_findings(OVERLAY, FRAME, generated, find)
    assert len(asked) == 1
    assert asked[0] is FRAME
    np.testing.assert_array_equal(OVERLAY.rgb, before)
    assert result.legend[:1] == OVERLAY.legend
    return result.rgb, list(result.legend[1:])


def test_an_outline_lies_around_what_was_found_and_covers_none_of_it() -> None:
    box = Rect(20, 30, 40, 25)
    rgb, legend = told(Finding("text", box))
    assert legend == [finding_mark("text")]
    np.testing.assert_array_equal(rgb[30:55, 20:60], OVERLAY.rgb[30:55, 20:60])
    for y, x in ((30 - LINE, 40), (55 + LINE - 1, 40), (40, 20 - LINE), (40, 60 + LINE - 1)):
        assert tuple(rgb[y, x]) == TEXT
    assert tuple(rgb[30 - 2 * LINE, 40]) < (30, 30, 30), "and a dark line around it"
    outer = box.grown(2 * LINE)
    rgb[outer.y : outer.bottom, outer.x : outer.right] = OVERLAY.rgb[0, 0]
    np.testing.assert_array_equal(rgb, OVERLAY.rgb)


def test_each_kind_has_its_colour_and_its_line_in_the_legend() -> None:
    rgb, legend = told(Finding("text", Rect(10, 10, 20, 9)), Finding("face", Rect(50, 50, 30, 30)))
    assert legend == [finding_mark("face"), finding_mark("text")]
    assert tuple(rgb[10 - LINE, 15]) == TEXT
    assert tuple(rgb[50 - LINE, 60]) == FACE


@pytest.mark.parametrize(
    ("box", "is_told"),
    [
        (Rect(110, 10, 50, 50), False),
        (Rect(90, 10, 40, 50), False),
        (Rect(70, 10, 40, 50), True),
        (Rect(10, 10, 50, 50), True),
    ],
)
def test_what_the_source_holds_is_not_doubted(box: Rect, is_told: bool) -> None:
    rgb, legend = told(Finding("face", box))
    assert legend == ([finding_mark("face")] if is_told else [nothing_found_mark()])
    assert np.array_equal(rgb, OVERLAY.rgb) != is_told


def test_what_lies_in_two_tiles_is_told_too() -> None:
    tiles = [Rect(0, 0, 50, 100), Rect(50, 0, 50, 100)]
    _, legend = told(Finding("text", Rect(30, 10, 40, 20)), generated=tiles)
    assert legend == [finding_mark("text")]


def test_an_outline_is_cut_at_the_edge() -> None:
    rgb, legend = told(Finding("face", Rect(0, 0, 100, 100)))
    assert legend == [finding_mark("face")]
    np.testing.assert_array_equal(rgb[:, :100], OVERLAY.rgb[:, :100])
    assert tuple(rgb[50, 100 + LINE - 1]) == FACE


def test_a_line_more_leaves_the_image_as_it_is() -> None:
    result = with_line(OVERLAY, looking_mark())
    assert result.rgb is OVERLAY.rgb
    assert result.legend == (*OVERLAY.legend, looking_mark())


def test_the_generated_parts_of_a_view_are_those_of_finer_levels() -> None:
    grey = np.full((128, 256, 3), 100, np.uint8)
    pyramid, view = pyramid_of(grey), View(camera_at(128, 64, 4.0), 512, 256).aligned()
    assert generated_boxes(pyramid, view, generative=True) == []
    put_level(pyramid, 2, enlarged(grey, 4))
    whole = generated_boxes(pyramid, view, generative=True)
    assert sum(box.area for box in whole) == 512 * 256
    assert generated_boxes(pyramid, view, generative=False) == []
    assert generated_boxes(pyramid, view, generative=True, finest=0) == []
    part = pyramid_of(grey)
    left_half = [TileKey(2, col, row) for col in range(4, 8) for row in range(2, 6)]
    put_tiles(part, enlarged(grey, 4), left_half)
    left = generated_boxes(part, view, generative=True)
    assert sum(box.area for box in left) == 256 * 256
    assert all(box.right <= 256 for box in left)
