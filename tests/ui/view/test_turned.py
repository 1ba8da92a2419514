"""A photo that is turned in the window: the same pixels turned, and gestures as they look."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.images import to_rgb8
from cozviewer.pyramid.camera import fit
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.orientation import UPRIGHT, Orientation
from cozviewer.ui.compare.compared_images import SOURCES, Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.view.canvas import Canvas
from tests.ui.conftest import Bench, grabbed, settle, wheel

LEFT = Qt.MouseButton.LeftButton

TURNED = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)][1:]

SOME = [Orientation(1), Orientation(2, True), Orientation(3, True)]

BICUBIC = SOURCES[0]


def turn(viewer: Bench, qtbot: QtBot, orientation: Orientation) -> Canvas:
    """Turn the view and wait for its exact frame."""
    viewer.window.navigator.turn(orientation)
    settle(qtbot, viewer.window)
    return viewer.window.panes.generated


def each_way(viewer: Bench, qtbot: QtBot, orientations: Sequence[Orientation]) -> Iterator[Canvas]:
    """Turn the same view to each orientation, one after the other, and wait for its exact frame."""
    for canvas in each_way_at_once(viewer, orientations):
        settle(qtbot, viewer.window)
        yield canvas


def each_way_at_once(viewer: Bench, orientations: Sequence[Orientation]) -> Iterator[Canvas]:
    """Do so where the frames do not matter."""
    navigator = viewer.window.navigator
    camera = navigator.camera
    for orientation in orientations:
        navigator.go_to(camera)
        navigator.turn(orientation)
        yield viewer.window.panes.generated


def wait_for(qtbot: QtBot, words: str, text: Callable[[], str]) -> None:
    qtbot.waitUntil(lambda: words in text(), timeout=20_000)


def exact(canvas: Canvas) -> Rgb8:
    assert canvas.layer.document is not None
    return compose(canvas.layer.document.chain.pyramid, canvas.view)


def tenths(value: float) -> str:
    """Return a number, rounded down to one decimal."""
    return f"{math.floor(value * 10) / 10:.1f}"


def source_under(canvas: Canvas, place: QPoint | QPointF) -> tuple[float, float]:
    view, at = canvas.view, canvas.view_place(QPointF(place))
    x, y = (float(part) for part in view.camera.source_centre)
    zoom = view.camera.magnification
    return x + (at.x() - view.width / 2) / zoom, y + (at.y() - view.height / 2) / zoom


@pytest.fixture
def deep(viewer: Bench, qtbot: QtBot) -> Bench:
    """A window at x4 beside the middle, refined, without the map that lies over the image."""
    viewer.window.actions_by_name["map"].trigger()
    viewer.window.navigator.reduced_motion = True
    wheel(viewer.window.panes.generated, QPoint(300, 200), 9)
    settle(qtbot, viewer.window)
    return viewer


def test_a_view_at_rest_is_the_composed_one_and_is_not_generated_twice(
    deep: Bench, qtbot: QtBot
) -> None:
    before, calls = grabbed(deep.window.panes.generated), deep.engine.calls
    canvas = turn(deep, qtbot, Orientation(2, True))  # upside down: the same part is seen
    assert deep.engine.calls == calls
    assert np.array_equal(grabbed(canvas), before[::-1])
    for orientation in TURNED:
        canvas = turn(deep, qtbot, orientation)
        shown = grabbed(canvas)
        assert shown.shape[:2] == (canvas.height(), canvas.width()), orientation
        assert np.array_equal(shown, exact(canvas)), orientation
        assert np.array_equal(canvas.rendered(), shown), orientation
        document = canvas.layer.document
        assert document is not None
        plain = compose(document.chain.pyramid, canvas.view.upright)
        assert np.array_equal(shown, orientation.turned(plain)), orientation
    turned = deep.engine.calls
    canvas = turn(deep, qtbot, UPRIGHT)
    assert deep.engine.calls == turned
    assert np.array_equal(grabbed(canvas), before)


def test_the_whole_photo_stays_fitted(viewer: Bench, qtbot: QtBot) -> None:
    for orientation in SOME:
        canvas = turn(viewer, qtbot, orientation)
        view = canvas.view
        assert view.camera == fit(700, 500, view.width, view.height), orientation
        assert np.array_equal(grabbed(canvas), exact(canvas)), orientation


def test_the_wheel_zooms_at_the_pointer(deep: Bench) -> None:
    place = QPoint(500, 150)
    for canvas in each_way_at_once(deep, TURNED):
        under, zoom = source_under(canvas, place), canvas.view.camera.magnification
        wheel(canvas, place, -2)
        assert canvas.view.camera.magnification < zoom, canvas.view.orientation
        assert source_under(canvas, place) == pytest.approx(under, abs=0.01), (
            canvas.view.orientation
        )


def test_a_drag_moves_the_image_with_the_pointer(deep: Bench, qtbot: QtBot) -> None:
    start, end = QPoint(400, 300), QPoint(320, 250)
    for canvas in each_way(deep, qtbot, TURNED):
        under = source_under(canvas, start)
        QTest.mousePress(canvas, LEFT, pos=start)
        for step in range(1, 9):
            QTest.mouseMove(canvas, start + (end - start) * step / 8)
        QTest.mouseRelease(canvas, LEFT, pos=end)
        settle(qtbot, deep.window)
        assert source_under(canvas, end) == pytest.approx(under, abs=0.01), canvas.view.orientation
        assert np.array_equal(grabbed(canvas), exact(canvas)), canvas.view.orientation


def test_an_arrow_key_moves_to_what_lies_there(deep: Bench) -> None:
    for canvas in each_way_at_once(deep, SOME):
        right = source_under(canvas, QPoint(520, 300))
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        there = QPoint(520 - round(0.15 * canvas.width()), 300)
        assert source_under(canvas, there) == pytest.approx(right, abs=0.01), (
            canvas.view.orientation
        )


def test_a_throw_goes_on_in_its_direction(deep: Bench, qtbot: QtBot) -> None:
    canvas = turn(deep, qtbot, Orientation(1))
    navigator = deep.window.navigator
    navigator.reduced_motion = False
    before = source_under(canvas, QPoint(400, 300))
    navigator.throw(300.0, 0.0)  # to the right, which is up the photo
    qtbot.waitUntil(lambda: navigator.at_rest)
    after = source_under(canvas, QPoint(400, 300))
    assert after[1] < before[1] - 2
    assert after[0] == pytest.approx(before[0], abs=0.01)


def test_the_line_tells_the_pixel_under_the_pointer(deep: Bench, qtbot: QtBot) -> None:
    place, pixel = QPoint(130, 90), deep.window.readout.pixel
    for canvas in each_way(deep, qtbot, SOME):
        x, y = (tenths(part) for part in source_under(canvas, QPointF(place) + QPointF(0.5, 0.5)))
        QTest.mouseMove(canvas, QPoint(131, 90))
        QTest.mouseMove(canvas, place)
        wait_for(qtbot, f"x {x}, y {y}", pixel.text)


def test_a_dragged_area_and_the_whole_photo_are_exported_as_they_are_shown(
    deep: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    for number, pane in enumerate(each_way(deep, qtbot, SOME)):
        deep.window.actions_by_name["region"].trigger()
        QTest.mousePress(pane, LEFT, pos=QPoint(333, 260))
        QTest.mouseMove(pane, QPoint(250, 200))
        QTest.mouseMove(pane, QPoint(200, 151))
        QTest.mouseRelease(pane, LEFT, pos=QPoint(200, 151))
        dialog = deep.window.findChildren(ExportDialog)[-1]
        assert (dialog.offer.width, dialog.offer.height) == (133, 109)
        path = tmp_path / f"part {number}.png"
        dialog.path.setText(str(path))
        QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Save), LEFT)
        wait_for(qtbot, f"Exported {path}", lambda: deep.window.banner.text)
        deep.window.banner.hide()
        settle(qtbot, deep.window)
        with Image.open(path) as image:
            away = np.asarray(image).astype(int) - grabbed(pane)[151:260, 200:333]
        # Pillow resamples with 32-bit floats, and the area begins elsewhere.
        assert np.abs(away).max() <= 1, pane.view.orientation
        assert np.count_nonzero(away) < away.size / 1000, pane.view.orientation
    # So is the whole photo.
    turn(deep, qtbot, Orientation(1))
    deep.window.actions_by_name["export"].trigger()
    dialog = deep.window.findChildren(ExportDialog)[-1]
    dialog.what.setCurrentIndex(1)
    assert (dialog.offer.width, dialog.offer.height) == (500, 700)
    dialog.reject()


def test_the_map_is_turned_and_leads_where_it_is_clicked(deep: Bench, qtbot: QtBot) -> None:
    deep.window.actions_by_name["map"].trigger()
    minimap = deep.window.minimap
    qtbot.waitUntil(minimap.isVisible)
    with Image.open(deep.photo) as image:
        upright = np.asarray(image)
    for canvas in each_way_at_once(deep, SOME):
        orientation = canvas.view.orientation
        turned = Image.fromarray(orientation.turned(upright)).resize(minimap.size().toTuple())
        away = grabbed(minimap).astype(int) - np.asarray(turned)
        assert np.median(np.abs(away)) < 4, orientation  # lines lie over it
        assert (minimap.width() > minimap.height()) != orientation.sideways
        place = QPoint(minimap.width() // 4, minimap.height() // 3)
        QTest.mouseClick(minimap, LEFT, pos=place)
        back = orientation.inverse.point(place.x(), place.y(), minimap.width(), minimap.height())
        width, height = orientation.size(minimap.width(), minimap.height())
        wanted = (back[0] / width * 700, back[1] / height * 500)
        centre = [float(part) for part in deep.window.navigator.camera.source_centre]
        assert centre == pytest.approx(wanted, abs=1), orientation
        # The rectangle of the view lies around the place that was clicked.
        marked = minimap._mark().center().toTuple()
        assert marked == pytest.approx(place.toTuple(), abs=1), orientation


def test_overlays_lie_over_what_they_mark(deep: Bench, qtbot: QtBot) -> None:
    canvas, action = deep.window.panes.generated, deep.window.actions_by_name["origin"]
    action.trigger()
    qtbot.waitUntil(lambda: bool(canvas.layer.legend))
    plain = grabbed(canvas)
    turn(deep, qtbot, Orientation(2))
    qtbot.waitUntil(lambda: bool(canvas.layer.legend))
    turned = grabbed(canvas)
    assert not np.array_equal(turned, exact(canvas))
    between = np.s_[120:-120]  # the legend is in the lower left corner
    assert np.array_equal(np.rot90(turned, 2)[between], plain[between])


def compared(panes: ComparePanes, qtbot: QtBot, mode: Mode) -> None:
    panes.compare(mode, Sides(second=BICUBIC))
    qtbot.waitUntil(lambda: panes.over is not None and panes.over.layer.shows_frame)


def test_both_sides_of_a_comparison_are_turned(deep: Bench, qtbot: QtBot) -> None:
    panes, plain = deep.window.panes, np.s_[60:-60]  # between the bar and the labels
    for canvas in each_way(deep, qtbot, SOME):
        orientation, document = canvas.view.orientation, canvas.layer.document
        assert document is not None
        first = exact(canvas)
        second = compose(document.chain.pyramid, canvas.view, 0, "bicubic")
        compared(panes, qtbot, Mode.CURTAIN)
        shown, middle = grabbed(canvas)[plain], canvas.width() // 2
        left, right = np.s_[:, : middle - 30], np.s_[:, middle + 30 :]
        assert np.array_equal(shown[left], second[plain][left]), orientation
        assert np.array_equal(shown[right], first[plain][right]), orientation
        compared(panes, qtbot, Mode.DIFFERENCE)
        assert panes.over is not None
        away = first.astype(np.int16) - second
        expected = np.clip(128 + panes.over.gain * away, 0, 255).astype(np.uint8)
        assert np.array_equal(grabbed(canvas)[plain], expected[plain]), orientation
        turned = canvas.layer.shown_frame
        assert turned is not None
        assert canvas.layer.shown_frame is turned  # kept, as a difference is made of it
        upright = canvas.layer.frame
        assert upright is not None
        assert np.array_equal(to_rgb8(turned), orientation.turned(to_rgb8(upright)))


def test_side_by_side_both_panes_are_turned(deep: Bench, qtbot: QtBot) -> None:
    panes = deep.window.panes
    turn(deep, qtbot, Orientation(1))
    panes.compare(Mode.SIDE, Sides(second=BICUBIC))
    settle(qtbot, deep.window)
    qtbot.waitUntil(lambda: panes.beside.shows_frame)
    for pane, finest in ((panes.generated, None), (panes.beside, 0)):
        document = pane.layer.document
        assert document is not None
        expected = compose(document.chain.pyramid, pane.view, finest)
        assert np.array_equal(grabbed(pane)[60:-60], expected[60:-60])


def test_the_outline_of_what_is_generated_is_turned_and_another_photo_is_upright(
    deep: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    canvas = turn(deep, qtbot, Orientation(1))
    region = canvas.view.visible(2, *deep.window.navigator.source_size)
    half = type(region)(region.x, region.y, region.width // 2, region.height)
    canvas.mark._z, canvas.mark._region = 2, half
    box = canvas.mark._box(canvas.view, 1.0)
    assert box is not None
    # The left half of the photo is the upper half of what is shown.
    assert box.bottom() == pytest.approx(canvas.height() / 2, abs=4)
    assert box.width() == pytest.approx(canvas.width(), abs=8)
    canvas.mark._region = None
    other = tmp_path / "other.png"
    Image.new("RGB", (300, 200), (10, 90, 160)).save(other)
    with qtbot.waitSignal(deep.window.opened):
        deep.window.open_image(other)
    assert deep.window.navigator.orientation == UPRIGHT
    settle(qtbot, deep.window)
