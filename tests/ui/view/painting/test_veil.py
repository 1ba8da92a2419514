"""Images with transparent parts in the window: what lies behind them, and what is copied."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from cozviewer.image.alpha.plane import over
from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.images import pixels_of, to_rgb8
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.transparency import alpha_of_view
from cozviewer.ui.compare.compared_images import Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.files.seen import without_surroundings
from cozviewer.ui.settings import saved_preferences
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.painting.veil import (
    BACKDROPS,
    BLACK,
    CHECKERBOARD,
    WHITE,
    Backdrop,
    veil_image,
)
from tests.image.alpha.images import disc
from tests.ui.conftest import LARGE_WINDOW, Bench, grabbed, settle, wheel

SIDE = 120


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A red disc on nothing."""
    path = tmp_path / "disc.png"
    Image.fromarray(np.dstack(disc(SIDE))).save(path)
    return path


@pytest.fixture
def close(viewer: Bench, qtbot: QtBot) -> Bench:
    """The edge of the disc at x4, without the map."""
    viewer.window.actions_by_name["map"].trigger()
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)
    return viewer


def behind(kind: str, height: int, width: int) -> Rgb8:
    """Return what lies behind: squares of 8 pixels, fixed to the pane."""
    if kind != CHECKERBOARD:
        return np.full((height, width, 3), 255 if kind == WHITE else 0, np.uint8)
    odd = (np.arange(width) // 8 + np.arange(height)[:, None] // 8) % 2
    return np.repeat(np.where(odd, 204, 255).astype(np.uint8)[..., None], 3, axis=2)


def expected(canvas: Canvas, kind: str) -> Rgb8:
    document, view = canvas.layer.document, canvas.view
    assert document is not None
    alpha = alpha_of_view(document.source, view)
    assert alpha is not None
    return over(compose(document.chain.pyramid, view), alpha, behind(kind, *alpha.shape))


def away(found: Rgb8, wanted: Rgb8) -> int:
    return int(np.abs(found.astype(int) - wanted).max())


def test_a_view_at_rest_lies_on_the_backdrop(close: Bench, qtbot: QtBot) -> None:
    window = close.window
    canvas = window.panes.generated
    for kind in (*BACKDROPS[::-1], BACKDROPS[0]):
        window.parts.backdrops.actions[kind].trigger()
        assert away(grabbed(canvas), expected(canvas, kind)) <= 1, kind
        assert saved_preferences().backdrop == kind
        window.navigator.pan(13, -7)  # the squares stay where they are
        settle(qtbot, window)
        assert away(grabbed(canvas), expected(canvas, kind)) <= 1, kind
    for orientation in (Orientation(1), Orientation(2, True)):
        window.navigator.turn(orientation)
        settle(qtbot, window)
        assert away(grabbed(canvas), expected(canvas, CHECKERBOARD)) <= 1, orientation


def test_tiles_in_motion_lie_on_the_backdrop(close: Bench) -> None:
    window = close.window
    window.navigator.reduced_motion = True
    canvas = window.panes.generated
    window.navigator.pinch(1.07, 300.0, 200.0)
    assert not window.navigator.at_rest
    found = grabbed(canvas).astype(int)
    wanted = expected(canvas, CHECKERBOARD)
    assert np.abs(found - wanted).mean() < 4
    document = canvas.layer.document
    assert document is not None
    alpha = alpha_of_view(document.source, canvas.view)
    assert alpha is not None
    clear = alpha == 0
    assert clear.sum() > 1000
    greys = found[clear]
    light, dark = (np.abs(greys - grey).max(axis=1) <= 1 for grey in (255, 204))
    assert (light | dark).mean() > 0.95
    assert 0.4 < light.mean() < 0.6


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><circle cx="20" cy="15" r="9" '
    'fill="#c80000"/><rect width="9" height="30" fill="#00f" fill-opacity="0.5"/></svg>'
)


@LARGE_WINDOW
def test_an_image_that_stays_in_its_file(viewer: Bench, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "disc.svg"
    path.write_text(SVG)
    window = viewer.window
    with qtbot.waitSignal(window.opened, timeout=20_000):
        window.open_image(path)
    window.actions_by_name["map"].trigger()
    canvas = window.panes.generated
    assert window.parts.backdrops.menu.isEnabled()
    for notches in (0, 9):
        wheel(canvas, QPoint(200, 300), notches)
        settle(qtbot, window)
        assert away(grabbed(canvas), expected(canvas, CHECKERBOARD)) <= 1
    window.navigator.reduced_motion = True
    window.navigator.pinch(1.07, 300.0, 200.0)
    assert not window.navigator.at_rest
    assert np.abs(grabbed(canvas).astype(int) - expected(canvas, CHECKERBOARD)).mean() < 4
    settle(qtbot, window)
    seen = window.parts.pointers[0].pixel_at(QPointF(150.0, 300.0))
    assert seen is not None
    assert seen.alpha == 128


def test_an_opaque_image_has_no_choice(viewer: Bench, tmp_path: Path, qtbot: QtBot) -> None:
    window = viewer.window
    assert window.parts.backdrops.menu.isEnabled()
    plain = tmp_path / "plain.png"
    Image.new("RGB", (50, 40), "green").save(plain)
    with qtbot.waitSignal(window.opened):
        window.open_image(plain)
    assert not window.parts.backdrops.menu.isEnabled()


@LARGE_WINDOW
def test_the_readout_shows_alpha(close: Bench) -> None:
    pointer, canvas = close.window.parts.pointers[0], close.window.panes.generated
    seen = pointer.pixel_at(QPointF(canvas.width() / 2, canvas.height() / 2))
    assert seen is not None
    assert seen.alpha == 255
    close.window.navigator.reduced_motion = True
    close.window.navigator.fit()
    view = canvas.view
    corner = QPointF(view.view_x(0, 2), view.view_y(0, 2))
    hidden = pointer.pixel_at(corner)
    assert hidden is not None
    assert hidden.alpha == 0
    assert "RGBA" in hidden.text
    assert len(hidden.hex) == 9


def test_the_view_is_copied_with_alpha(close: Bench) -> None:
    close.window.actions_by_name["copy"].trigger()
    rgb, alpha = pixels_of(QGuiApplication.clipboard().image())
    assert alpha is not None
    canvas = close.window.panes.generated
    document = canvas.layer.document
    assert document is not None
    wanted = alpha_of_view(document.source, canvas.view)
    assert wanted is not None
    inside = (wanted > 0) & (alpha > 0)
    assert np.array_equal(alpha[inside], wanted[inside])
    assert np.array_equal(rgb[inside], compose(document.chain.pyramid, canvas.view)[inside])
    seen = close.window.view_commands.seen
    assert seen is not None
    paper = without_surroundings(seen, document.source, canvas.view).on_white
    assert paper.max() == 255


def test_a_difference_shows_nothing_where_nothing_is_seen(close: Bench, qtbot: QtBot) -> None:
    panes = close.window.panes
    panes.compare(Mode.DIFFERENCE, Sides())
    qtbot.waitUntil(
        lambda: panes.over is not None and panes.over.difference(panes.generated.layer) is not None,
        timeout=20_000,
    )
    assert panes.over is not None
    image = panes.over.difference(panes.generated.layer)
    assert image is not None
    shown = to_rgb8(image)
    alpha = panes.generated.layer.shown_alpha
    assert alpha is not None
    assert (shown[alpha == 0] == 128).all()
    assert (shown[alpha == 255] != 128).any()


@LARGE_WINDOW
def test_both_sides_of_a_split_view(close: Bench, qtbot: QtBot) -> None:
    window, panes = close.window, close.window.panes
    window.parts.backdrops.actions[BLACK].trigger()
    panes.compare(Mode.CURTAIN, Sides())
    qtbot.waitUntil(lambda: panes.on_top.layer.shows_frame, timeout=20_000)
    found = grabbed(panes.generated)
    place = panes.generated.view.photo_area(SIDE, SIDE)
    rows = slice(place.y + 5, place.y + 15)
    for x in (place.x + 5, place.right - 15):
        assert found[rows, x : x + 10].max() == 0


def test_the_export_dialog_offers_what_becomes_of_it(close: Bench, qtbot: QtBot) -> None:
    close.window.actions_by_name["export"].trigger()
    dialog = close.window.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    field = dialog.transparency
    assert field is not None
    assert (field.background, field.note.text()) == (None, "")
    dialog.format.setCurrentText("JPEG")
    assert "JPEG has no transparency" in field.note.text()
    field.box.setCurrentIndex(2)
    field.box.activated.emit(2)
    assert (field.background, field.note.text()) == ((0, 0, 0), "")
    dialog.reject()


@pytest.mark.parametrize("kind", BACKDROPS)
@pytest.mark.parametrize("coarse", [1, 2])
def test_every_alpha_is_composited(kind: str, coarse: int) -> None:
    alpha = np.tile(np.arange(256, dtype=np.uint8), (32 // coarse, 1))
    image = QImage(256 * coarse, 32, QImage.Format.Format_RGB32)
    image.fill(0xFF1E64C8)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    veil = veil_image(alpha, Backdrop(kind), 0, 0, coarse)
    painter.drawImage(QRect(0, 0, image.width(), 32), veil)
    painter.end()
    whole = np.repeat(np.repeat(alpha, coarse, 0), coarse, 1)
    colour = np.empty((*whole.shape, 3), np.uint8)
    colour[:] = (0x1E, 0x64, 0xC8)
    assert away(to_rgb8(image), over(colour, whole, behind(kind, *whole.shape))) <= 1
