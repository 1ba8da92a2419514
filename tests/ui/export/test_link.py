"""An image that cozviewer saved, dropped on the window, leads back to its place."""

import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from cozviewer.export.image import save_image
from cozviewer.export.origin import Origin, read_origin, sight_of_origin
from cozviewer.export.provenance import origin_of_view
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.wording import magnification_text
from tests.ui.conftest import LARGE_WINDOW, Bench, grabbed, settle, wheel
from tests.ui.files import dropping


def drop(viewer: Bench, path: Path) -> None:
    dropping.drop(viewer.window, dropping.files(path))


def saved(viewer: Bench, qtbot: QtBot, path: Path) -> Origin:
    """Zoom somewhere, save what is seen, and go away from there."""
    window = viewer.window
    wheel(window.panes.generated, QPoint(300, 200), 8)
    settle(qtbot, window)
    document, view = window.document, window.panes.generated.view
    assert document is not None
    origin = origin_of_view(document.chain, view)
    save_image(path, compose(document.chain.pyramid, view), origin)
    window.navigator.fit()
    settle(qtbot, window)
    return origin


def test_the_open_photo_is_flown_through_to_the_place(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, path = viewer.window, tmp_path / "eye.png"
    saved(viewer, qtbot, path)
    whole, photo = window.navigator.camera, window.document
    with qtbot.waitSignal(window.images.opening.led):
        drop(viewer, path)
    settle(qtbot, window)
    assert window.document is photo
    assert window.navigator.camera != whole
    size = magnification_text(window.navigator.camera)
    assert window.banner.text == f"Went to the place shown in “eye.png” ({size})."
    document = window.document
    assert document is not None
    assert origin_of_view(document.chain, window.panes.generated.view) == read_origin(path)


def test_else_the_photo_beside_it_is_opened_at_the_place(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, path = viewer.window, viewer.photo.with_name("eye.webp")
    origin = saved(viewer, qtbot, path)
    other = tmp_path / "other.png"
    save_image(other, np.zeros((90, 120, 3), np.uint8), origin_like_nothing(origin))
    with qtbot.waitSignal(window.opened):
        window.open_image(other)
    with qtbot.waitSignal(window.opened):
        drop(viewer, path)
    settle(qtbot, window)
    document = window.document
    assert document is not None
    assert document.source.path == viewer.photo
    assert origin_of_view(document.chain, window.panes.generated.view) == origin
    grabbed(window.panes.generated)


def origin_like_nothing(origin: Origin) -> Origin:
    """Return an origin whose photo is nowhere."""
    return Origin(**{**vars(origin), "source_digest": "00" * 32, "source_name": "gone.jpg"})


def test_a_photo_that_is_nowhere_is_named_and_the_file_opened_itself(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, path = viewer.window, tmp_path / "eye.png"
    origin = saved(viewer, qtbot, path)
    save_image(path, np.zeros((90, 120, 3), np.uint8), origin_like_nothing(origin))
    with qtbot.waitSignal(window.opened):
        drop(viewer, path)
    assert "Open the original photo “gone.jpg”, then drop “" in window.banner.text
    document = window.document
    assert document is not None
    assert document.source.path == path


def test_another_photo_of_that_name_is_told_apart(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window, path = viewer.window, tmp_path / "eye.png"
    origin = saved(viewer, qtbot, path)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    stranger = folder / viewer.photo.name
    stranger.write_bytes(path.read_bytes())
    moved = path.rename(folder / "eye.png")
    lost = Origin(**{**vars(origin), "source_digest": "11" * 32})
    save_image(moved, np.zeros((90, 120, 3), np.uint8), lost)
    with qtbot.waitSignal(window.opened):
        drop(viewer, moved)
    assert "does not belong to this version of" in window.banner.text


def test_a_name_that_is_no_file_name_is_not_looked_for(
    bench: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = bench.window
    names = ("", ".", "..", "/", "../photo.png", "a\\b.png", "n" * 9000)
    for number, name in enumerate(names):
        path = tmp_path / f"eye {number}.png"
        origin = Origin("generated", "E", name, "22" * 32, "", "", "3,3", "4", 2)
        save_image(path, np.zeros((9, 12, 3), np.uint8), origin)
        with qtbot.waitSignal(window.opened):
            window.open_image(path)
        document = window.document
        assert document is not None
        assert document.source.path == path
        assert f"Open the original photo, then drop “{path.name}” again" in window.banner.text
        settle(qtbot, window)


@LARGE_WINDOW
def test_a_place_beyond_the_photo_is_brought_inside(
    viewer: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    window = viewer.window
    document = window.document
    assert document is not None
    source = document.source
    places = (
        (f"{'9' * 400},-{'9' * 400}", "1"),
        (f"-{'9' * 400}e99,0", "1.0e77"),
        ("1,2", f"0.{'0' * 76}1"),
    )
    for number, (centre, magnification) in enumerate(places):
        path = tmp_path / f"eye {number}.png"
        origin = Origin(
            "interpolated", "", source.name, source.digest, "", "", centre, magnification, 0
        )
        save_image(path, np.zeros((9, 12, 3), np.uint8), origin)
        with qtbot.waitSignal(window.images.opening.led):
            drop(viewer, path)
        window.stop_work()
        qtbot.waitUntil(lambda: window.navigator.at_rest)
        x, y = window.navigator.camera.source_centre
        assert 0 <= x <= source.width, number
        assert 0 <= y <= source.height, number
        assert window.navigator.camera.magnification >= 0.5, number
        window.navigator.fit()
        settle(qtbot, window)


def test_the_file_is_not_read_on_the_gui_thread(
    viewer: Bench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metadata of any size could hold the window up."""
    from cozviewer.export import origin as module

    path, threads = tmp_path / "eye.png", []
    saved(viewer, qtbot, path)
    parse = module.from_xmp

    def noted(packet: bytes | str) -> Origin | None:
        threads.append(threading.current_thread())
        return parse(packet)

    monkeypatch.setattr(module, "from_xmp", noted)
    with qtbot.waitSignal(viewer.window.images.opening.led):
        drop(viewer, path)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    settle(qtbot, viewer.window)


@pytest.mark.parametrize(
    ("centre", "magnification", "sight"),
    [
        ("812.5,340", "64", (Fraction("812.5"), Fraction(340), Fraction(64))),
        ("-1,2", "1.8e+19", (Fraction(-1), Fraction(2), Fraction("1.8e19"))),
        ("812.5", "64", None),
        ("1,2", "1e999999999", None),
        ("1,2", "0", None),
        ("1,2/0", "4", None),
        ("nan,2", "4", None),
        ("1,2", "9e99", None),
        ("1,2", "1e-99", None),
        ("1,2,3", "4", None),
        ("1,٢", "4", None),
        ("1", f"2{'0' * 5000}", None),
    ],
)
def test_only_places_that_make_sense_are_gone_to(
    centre: str, magnification: str, sight: tuple[Fraction, ...] | None
) -> None:
    origin = Origin("source", "", "", "", "", "", centre, magnification, 0)
    assert sight_of_origin(origin) == sight
