"""The overlays in the window: switched on by key, with a legend, gone when switched off."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.chain.trust.detections import (
    FACE,
    LINE,
    finding_mark,
    looking_mark,
    no_detector_mark,
)
from cozviewer.chain.trust.findings import Finding
from cozviewer.chain.trust.overlays import Kind, marked
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.compose import compose
from cozviewer.ui.view.layer import Layer
from tests.ui.conftest import TILE_RUNS, Bench, grabbed, settle, wheel

pytestmark = pytest.mark.parametrize("window_size", [(440, 420)], ids=["small window"])


@pytest.fixture
def layer(viewer: Bench, qtbot: QtBot) -> Layer:
    """The generated image at x4, refined, without the map that lies over it."""
    viewer.window.actions_by_name["map"].trigger()
    wheel(viewer.window.panes.generated, QPoint(280, 200), 15)
    settle(qtbot, viewer.window)
    return viewer.window.panes.generated.layer


def expected(layer: Layer, kind: Kind | None) -> Rgb8:
    document = layer.document
    assert document is not None
    pyramid = document.chain.pyramid
    frame = compose(pyramid, layer.view)
    return frame if kind is None else marked(frame, pyramid, layer.view, kind, True).rgb


ABOVE_LEGEND = np.s_[:-120]


@pytest.mark.parametrize(
    ("key", "kind", "text"),
    [
        (Qt.Key.Key_O, "origin", "Generated detail, level 2 (×16)"),
        (Qt.Key.Key_T, "trust", "Matches the coarser level"),
    ],
)
def test_a_key_shows_it_and_takes_it_away(
    viewer: Bench, layer: Layer, qtbot: QtBot, key: Qt.Key, kind: Kind, text: str
) -> None:
    pane = viewer.window.panes.generated
    QTest.keyClick(viewer.window, key)
    qtbot.waitUntil(lambda: bool(layer.legend))
    assert text in [mark.text for mark in layer.legend]
    shown = grabbed(pane)
    assert np.array_equal(shown[ABOVE_LEGEND], expected(layer, kind)[ABOVE_LEGEND])
    assert not np.array_equal(shown[-120:], expected(layer, kind)[-120:])  # the legend
    QTest.keyClick(viewer.window, key)
    assert np.array_equal(grabbed(pane), expected(layer, None))


def test_one_takes_the_place_of_the_other(viewer: Bench, layer: Layer, qtbot: QtBot) -> None:
    QTest.keyClick(viewer.window, Qt.Key.Key_O)
    QTest.keyClick(viewer.window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: "Matches the coarser level" in [m.text for m in layer.legend])
    assert not viewer.window.actions_by_name["origin"].isChecked()


def test_it_goes_while_the_view_moves_and_comes_again(
    viewer: Bench, layer: Layer, qtbot: QtBot
) -> None:
    QTest.keyClick(viewer.window, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: bool(layer.legend))
    wheel(viewer.window.panes.generated, QPoint(280, 200), -15)
    qtbot.waitUntil(lambda: layer.legend == ())
    settle(qtbot, viewer.window)
    qtbot.waitUntil(lambda: bool(layer.legend))
    assert np.array_equal(
        grabbed(viewer.window.panes.generated)[ABOVE_LEGEND],
        expected(layer, "origin")[ABOVE_LEGEND],
    )


def test_trust_outlines_text_and_faces_in_what_is_generated(
    viewer: Bench, layer: Layer, qtbot: QtBot
) -> None:
    assert layer.document is not None
    asked, told = [], Finding("face", Rect(300, 200, 120, 100))

    def find(frame: Rgb8) -> list[Finding]:
        asked.append(frame)
        return [told]

    layer.document._looker._find = find
    QTest.keyClick(viewer.window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: finding_mark("face") in layer.legend)
    assert looking_mark() not in layer.legend
    assert np.array_equal(asked[0], expected(layer, None))
    ratio = viewer.window.devicePixelRatioF()
    assert ratio == 1
    assert tuple(grabbed(viewer.window.panes.generated)[200 - LINE, 350]) == FACE
    QTest.keyClick(viewer.window, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: bool(layer.legend) and finding_mark("face") not in layer.legend)
    assert len(asked) == 1


def test_trust_says_when_nobody_looks_for_text_and_faces(
    viewer: Bench, layer: Layer, qtbot: QtBot
) -> None:
    QTest.keyClick(viewer.window, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: bool(layer.legend))
    assert layer.legend[-1] == no_detector_mark()


@TILE_RUNS
def test_while_the_view_is_being_drawn_the_overlay_says_when_it_comes(
    viewer: Bench, layer: Layer, qtbot: QtBot
) -> None:
    pane, corner = viewer.window.panes.generated, np.s_[-50:, :340]
    QTest.keyClick(viewer.window, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: bool(layer.legend))
    viewer.engine.hold(after=1)
    wheel(pane, QPoint(280, 200), 8)
    calls = viewer.engine.calls
    qtbot.waitUntil(lambda: viewer.engine.calls > calls)
    awaited = [layer.awaits_marks]
    plate = grabbed(pane)[corner].astype(int)
    QTest.keyClick(viewer.window, Qt.Key.Key_O)
    awaited.append(layer.awaits_marks)
    assert awaited == [True, False]
    assert np.abs(grabbed(pane)[corner] - plate).mean() > 10
    viewer.window.stop_work()
