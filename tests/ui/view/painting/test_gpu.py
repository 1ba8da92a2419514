"""Drawing with the GPU: the same pixels at rest, the same image in motion, and back to the
processor when the driver fails.

What needs OpenGL is skipped on platforms that have none; `test_under_xvfb` runs it, and tests of
images in other files, in a process of its own with a display and a renderer in software.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cozviewer.image.pixels import Rgb8
from cozviewer.jobs.images import to_rgb8
from cozviewer.pyramid.compose import compose
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.view import draw_with
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.draw_with import CRASHED, LEFT, UNUSABLE, VARIABLE, Way
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.painting.gpu import is_software, renderer
from tests.ui.conftest import Bench, grabbed, settle, wheel

ELSEWHERE = {
    "ui/compare/test_panes.py": "curtain or blink_shows or lens or grey",
    "ui/test_drafts.py": "one_to_one",
    "ui/view/test_turned.py": "at_rest or both_sides",
}
"""Tests of the pixels that panes show, by words in their names; none with keys, which a window
without a window manager does not get."""


def test_under_xvfb(tmp_path: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    reader, writer = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1280x1024x24",
        "-nolisten",
        "tcp",
    ]
    with subprocess.Popen(
        command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            os.close(writer)
            with os.fdopen(reader) as told:
                display = told.readline().strip()
            assert display, "Xvfb did not start"
            _run_tests(display, tmp_path)
        finally:
            server.terminate()


def _run_tests(display: str, folder: Path) -> None:
    environment = {
        **os.environ,
        "DISPLAY": f":{display}",
        "QT_QPA_PLATFORM": "xcb",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        VARIABLE: "gpu",
    }
    tests = Path(__file__).parents[3]
    chosen = {"ui/view/painting/test_gpu.py": "with_opengl", **ELSEWHERE}
    words = " or ".join(f"{Path(name).name} and ({words})" for name, words in chosen.items())
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"]
    command += [f"--basetemp={folder / 'tests'}", "-k", words]
    done = subprocess.run(
        [*command, *(str(tests / name) for name in chosen)],
        cwd=tests.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    if "no OpenGL here" in done.stdout:
        pytest.skip("Xvfb has no OpenGL here")
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture
def gpu(qapp: QApplication, request: pytest.FixtureRequest) -> Bench:
    """The viewer at x4, drawn with OpenGL."""
    if renderer() is None:
        pytest.skip(f"no OpenGL here: the platform is {QApplication.platformName()}")
    viewer: Bench = request.getfixturevalue("viewer")
    request.getfixturevalue("panes")
    viewer.window.draw_with.choose(Way.GPU)
    assert viewer.window.panes.generated.by_gpu
    return viewer


def exact(viewer: Bench) -> Rgb8:
    document = viewer.window.document
    assert document is not None
    return compose(document.chain.pyramid, viewer.window.panes.generated.view)


def by_processor(canvas: Canvas) -> Rgb8:
    """Return what the pane shows now, as `Canvas.rendered` does, painted without OpenGL."""
    image = QImage(canvas.width(), canvas.height(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    with canvas.mark.left_out():  # on a busy machine, a view may be at rest and be drawn by then
        canvas._paint(painter, canvas.rect())
    painter.end()
    return to_rgb8(image)


def on_screen(viewer: Bench) -> Rgb8:
    canvas = viewer.window.panes.generated
    corner = canvas.mapToGlobal(QPoint(0, 0))
    screen = canvas.screen().grabWindow(0)
    return to_rgb8(screen.toImage().copy(corner.x(), corner.y(), canvas.width(), canvas.height()))


def test_with_opengl_the_pixels_at_rest_are_those_of_render_also_when_the_way_changes(
    gpu: Bench, qtbot: QtBot
) -> None:
    window, canvas = gpu.window, gpu.window.panes.generated
    assert QApplication.widgetAt(canvas.mapToGlobal(QPoint(90, 70))) is canvas  # gets the events
    wheel(canvas, QPoint(300, 200), 1)
    settle(qtbot, gpu.window)
    assert np.array_equal(canvas.rendered(), exact(gpu))
    qtbot.waitUntil(lambda: np.array_equal(on_screen(gpu), exact(gpu)))
    for way in (Way.PROCESSOR, Way.GPU):
        window.draw_with.choose(way)
        assert canvas.by_gpu == (way is Way.GPU)
        qtbot.waitUntil(lambda: np.array_equal(on_screen(gpu), exact(gpu)))
        assert kept_text("draw-with") == way.value
    qtbot.waitUntil(lambda: not kept_text("gpu-trial"))


def test_with_opengl_motion_looks_as_it_does_without(gpu: Bench, qtbot: QtBot) -> None:
    window, canvas = gpu.window, gpu.window.panes.generated
    window.navigator.reduced_motion = True  # nothing fades between the two images
    camera = window.navigator.camera
    for factor in (0.31, 0.8, 1.13, 1.9, 9.0):
        window.navigator.begin_at(camera)
        settle(qtbot, window)
        window.navigator.pinch(factor, 31.0, -17.0)
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not canvas.layer._mosaic.waiting)
        away = np.abs(canvas.rendered().astype(int) - by_processor(canvas))
        assert away.mean() < 1.0, factor
        assert np.percentile(away, 99) <= 12, factor  # GPUs interpolate in steps of 1/256


def test_with_opengl_there_are_no_lines_around_tiles(gpu: Bench, qtbot: QtBot) -> None:
    """Beside tiles of which the neighbour is missing, nothing of an empty sheet is seen."""
    window, canvas = gpu.window, gpu.window.panes.generated
    window.navigator.reduced_motion = True
    gpu.engine.hold(after=1)
    window.navigator.pan(canvas.width() * 0.8, 0)
    qtbot.waitUntil(lambda: window.navigator.at_rest)
    window.navigator.pinch(1.27, 0.0, 0.0)
    QApplication.processEvents()
    shown, wanted = canvas.rendered().astype(int), by_processor(canvas).astype(int)
    darker = (wanted - shown).max(axis=2)
    assert np.all((darker > 25).mean(axis=0) < 0.5)
    assert np.all((darker > 25).mean(axis=1) < 0.5)
    window.stop_work()


def test_with_opengl_an_overlay_and_its_legend_are_drawn(gpu: Bench, qtbot: QtBot) -> None:
    canvas = gpu.window.panes.generated
    canvas.layer.set_overlay("origin")
    qtbot.waitUntil(lambda: bool(canvas.layer.legend))
    shown, wanted = canvas.rendered(), by_processor(canvas)
    above = np.s_[: canvas.height() - 90]
    assert np.array_equal(shown[above], wanted[above])
    assert not np.array_equal(shown[above], exact(gpu)[above])
    assert (
        np.abs(shown.astype(int) - wanted).mean() < 1.0
    )  # letters are smoothed a little otherwise


def test_with_opengl_a_driver_that_fails_is_left_and_a_sentence_shown(
    gpu: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, canvas, draw = gpu.window, gpu.window.panes.generated, Layer.draw

    def raise_error(*arguments: object) -> None:
        draw(*arguments)  # type: ignore[arg-type]
        if canvas._surface is not None:
            canvas._surface.context().functions().glEnable(0xFFFF)

    def raise_exception(*arguments: object) -> None:
        if canvas.by_gpu:
            raise RuntimeError("lost")
        draw(*arguments)  # type: ignore[arg-type]

    for fail in (raise_error, raise_exception):
        window.draw_with.choose(Way.GPU)
        assert canvas.by_gpu, fail
        with monkeypatch.context() as patch:
            patch.setattr(Layer, "draw", fail)
            canvas.refresh()
            qtbot.waitUntil(lambda: not canvas.by_gpu)
            assert window.banner.text == LEFT, fail
            qtbot.waitUntil(lambda: window.panes.generated.shows_frame)
            assert np.array_equal(grabbed(canvas), exact(gpu)), fail
            window.banner.hide()
            qtbot.waitUntil(lambda: np.array_equal(on_screen(gpu), exact(gpu)))


# -- What is chosen


@pytest.mark.parametrize(
    ("name", "software"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", True),
        ("softpipe", True),
        ("Google SwiftShader", True),
        ("GDI Generic", True),
        ("Microsoft Basic Render Driver", True),
        ("Apple Software Renderer", True),
        ("NVIDIA GeForce RTX 3060/PCIe/SSE2", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", False),
        ("AMD Radeon Graphics (radeonsi, renoir, LLVM 15.0.6)", False),
        ("Apple M2", False),
    ],
)
def test_what_only_imitates_a_gpu_is_known_by_its_name(name: str, software: bool) -> None:
    assert is_software(name) == software


@pytest.fixture
def drawn_by(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A machine with a device and a driver that are made up; "gpu" is what the panes were given."""
    machine: dict[str, object] = {"name": "Some GPU", "gpu": False}
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(draw_with, "has_device", lambda: True)
    monkeypatch.setattr(draw_with, "renderer", lambda: machine["name"])
    monkeypatch.setattr(Canvas, "set_gpu", lambda self, wanted: machine.update(gpu=wanted))
    monkeypatch.setattr(Canvas, "by_gpu", property(lambda self: machine["gpu"]))
    return machine


@pytest.mark.parametrize(
    ("way", "name", "gpu", "text"),
    [
        (Way.AUTOMATIC, "Some GPU", True, ""),
        (Way.AUTOMATIC, "llvmpipe", False, ""),
        (Way.AUTOMATIC, None, False, ""),
        (Way.GPU, "llvmpipe", True, ""),
        (Way.GPU, None, False, UNUSABLE),
        (Way.PROCESSOR, "Some GPU", False, ""),
    ],
)
def test_what_draws(
    drawn_by: dict[str, object],
    bench: Bench,
    qtbot: QtBot,
    way: Way,
    name: str | None,
    gpu: bool,
    text: str,
) -> None:
    drawn_by.update(name=name, gpu=False)
    bench.window.draw_with.choose(way)
    assert drawn_by["gpu"] == gpu
    qtbot.waitUntil(lambda: bench.window.banner.text == text)
    assert kept_text("draw-with") == way.value
    assert not kept_text("gpu-trial")


def test_the_environment_names_a_way_for_once(
    drawn_by: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draw_with.chosen_way() is Way.AUTOMATIC
    keep_text("draw-with", "processor")
    assert draw_with.chosen_way() is Way.PROCESSOR
    monkeypatch.setenv(VARIABLE, "gpu")
    assert draw_with.chosen_way() is Way.GPU
    monkeypatch.setenv(VARIABLE, "something else")
    assert draw_with.chosen_way() is Way.PROCESSOR


def test_a_driver_that_ended_the_program_is_not_tried_again(
    drawn_by: dict[str, object], bench: Bench, qtbot: QtBot
) -> None:
    switch = bench.window.draw_with
    drawn_by["gpu"] = False
    switch._begin_trial()  # and the program is gone before a frame is drawn
    switch._use(Way.AUTOMATIC)
    assert drawn_by["gpu"] is False
    qtbot.waitUntil(lambda: bench.window.banner.text == CRASHED)
    assert draw_with.chosen_way() is Way.PROCESSOR
    switch.choose(Way.GPU)
    assert drawn_by["gpu"] is True
