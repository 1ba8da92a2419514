"""A window over a small image, with a fake engine that draws what no interpolation would."""

import dataclasses
import io
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice, Progressed, Upscaler, ignore
from cozviewer.chain.recipe import LARGEST, recipe_of
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.jobs.ahead import May
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.geometry import TILE
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.cache import store_path
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.session.source import OpenedImage
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.services import EngineEntry, Services
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.painting.paint_pace import PaintPace
from cozviewer.ui.view.tiles import mosaic
from cozviewer.util.cancel import IsCancelled, never

BUTTONS = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.BackButton,
    Qt.MouseButton.ForwardButton,
)


class Stripes:
    """A fake upscaler: nearest, with fine dark stripes drawn over it ("detail")."""

    halo = 4
    generative = True
    accepts_prompt = False
    device = "fake"

    def __init__(self) -> None:
        self.name = "Stripes"
        self.identity = {"name": "stripes"}
        self.calls = 0
        self.before_run: Callable[[], None] = lambda: None
        self._allowed: float = math.inf

    def load(self, cancelled: IsCancelled = never) -> None:
        """Nothing to load."""

    def hold(self, after: float) -> None:
        """Draw so many more runs, and let the next one wait: until more are allowed, or until it is
        not wanted any more, when it is drawn all the same."""
        self._allowed = self.calls + after

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.before_run()
        while self.calls >= self._allowed and not cancelled():
            time.sleep(0.002)
        self.calls += 1
        fine = to_float(rgb).repeat(4, axis=0).repeat(4, axis=1)
        fine[:, ::4] *= np.float32(0.6)
        return fine


class Bench:
    """What a test holds: the window, its engine, its image."""

    def __init__(self, window: MainWindow, engine: Stripes, photo: Path, cache: Path) -> None:
        self.window, self.engine, self.photo, self.cache = window, engine, photo, cache


@pytest.fixture
def largest_run() -> int:
    """Maximum side of a run; see `TILE_RUNS`."""
    return LARGEST


TILE_RUNS = pytest.mark.parametrize("largest_run", [2 * TILE], ids=["tile runs"])
"""Marks tests in which at most four tiles are drawn in a run, so that a view takes many runs."""


@pytest.fixture
def window_size() -> tuple[int, int]:
    """Width and height of the window; see `LARGE_WINDOW`."""
    return 600, 480


LARGE_WINDOW = pytest.mark.parametrize("window_size", [(800, 640)], ids=["large window"])
"""Marks tests of a window in which the whole photo is shown at x1."""


FILE_DIALOGS = ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory")

Choose = Callable[..., None]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Return what says which files a person chooses in the dialogs that would be shown, nothing for
    none: choose(path, ..., folder=path)."""
    files, folders = list[str](), [""]

    def answer(name: str) -> object:
        if name == "getExistingDirectory":
            return folders[0]
        return (list(files), "") if name == "getOpenFileNames" else ("".join(files[:1]), "")

    for each in FILE_DIALOGS:
        monkeypatch.setattr(QFileDialog, each, lambda *_, name=each, **__: answer(name))

    def set_answer(*paths: object, folder: object = "") -> None:
        files[:], folders[:] = map(str, paths), [str(folder)]

    return set_answer


@pytest.fixture
def photo_size() -> tuple[int, int]:
    """Width and height of the photo; see `SMALL_PHOTO`."""
    return 700, 500


SMALL_PHOTO = pytest.mark.parametrize("photo_size", [(400, 300)], ids=["small photo"])
"""Marks tests in which a whole level is drawn."""

TINY_PHOTO = pytest.mark.parametrize("photo_size", [(140, 100)], ids=["tiny photo"])
"""Marks tests in which a whole level is drawn and nothing depends on what it shows."""


@pytest.fixture
def photo_bytes(photo_size: tuple[int, int]) -> bytes:
    """A photo-like PNG: smooth colours with some blocks."""
    return photo_like(*photo_size)


@cache
def photo_like(width: int, height: int) -> bytes:
    """Return a photo-like PNG of that size."""
    y, x = np.mgrid[0:height, 0:width]
    across, down = x / width * 255, y / height * 255
    rgb = np.stack([across, down, 128 + 100 * np.sin(x / 30) * np.cos(y / 20)], -1)
    rgb[200:260, 300:380] = (250, 240, 60)
    file = io.BytesIO()
    Image.fromarray(rgb.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def photo(tmp_path: Path, photo_bytes: bytes) -> Path:
    """The same in a file."""
    path = tmp_path / "photo.png"
    path.write_bytes(photo_bytes)
    return path


def services(
    engine: Upscaler,
    cache: Path,
    sample: Path,
    quick: Upscaler | None = None,
    chain: Callable[..., Chain] = Chain,
    may_ahead: May | None = None,
    photo_texture: bool = False,
    largest_run: int = LARGEST,
) -> Services:
    """Return services that make chains over `engine`, with stores in `cache`, and that have drafts
    drawn by `quick`, if it is given.

    Args:
        chain: Makes the chains; takes what `Chain` takes.
        may_ahead: See `Services`: without it nothing is drawn ahead.
        photo_texture: See `Recipe`.
        largest_run: Its `largest`.
    """

    def open_chain(
        image: OpenedImage,
        choice: EngineChoice,
        notice: Notice,
        told: Notice,
        cancelled: IsCancelled,
    ) -> Chain:
        source = image.source
        prompter = NoPrompter()
        recipe = recipe_of(engine, prompter, fidelity=0.0, photo_texture=photo_texture)
        recipe = dataclasses.replace(recipe, largest=largest_run)
        store_key = StoreKey(
            source.digest, source.name, source.width, source.height, recipe.digest, recipe.text
        )
        path = store_path(cache, source.digest, recipe.digest)
        return chain(
            Pyramid(source, TileStore.open(path, store_key, notice)), engine, prompter, recipe
        )

    icons = Path(__file__).parents[2] / "resources" / "icons"
    return Services(
        open_chain=open_chain,
        engines=[EngineEntry("stripes", "Stripes", "fake")],
        devices=_devices,
        trim=lambda: None,
        icon=lambda name: icons / f"{name}.svg",
        sample=sample,
        offers=lambda: [],
        fetch=lambda name, told, cancelled: None,
        quick=quick,
        may_ahead=may_ahead,
    )


def _devices() -> Sequence[str]:
    """Return the devices; the window must not wait for them, as a step may come first."""
    assert threading.current_thread() is not threading.main_thread()
    return ["cpu"]


@pytest.fixture(autouse=True)
def _nothing_takes_the_mouse(qapp: QApplication) -> Iterator[None]:
    """Hide what a test leaves open: a dialog or a menu would take the mouse from the next test for
    as long as Python keeps it. Release what it leaves pressed: every later move would be a drag.
    Begin with the pointer beside the window: where one before left it, a move to it is none."""
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())
    yield
    for button in BUTTONS:
        QTest.mouseRelease(QWidget(), button)
    grabber = QWidget.mouseGrabber()
    if grabber is not None:
        grabber.releaseMouse()
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible():
            widget.hide()


@pytest.fixture
def gliding() -> bool:
    """Whether the window glides and fades: only where that is tested (see `GLIDING`), as it is
    painted sixty times a second meanwhile."""
    return False


GLIDING = pytest.mark.parametrize("gliding", [True], ids=["gliding"])
"""Marks tests of a window that glides and fades, as it does by default."""


class FixedPace(PaintPace):
    """Paints views in motion at one resolution, however busy the machine is."""

    def __init__(self, factor: int = 1) -> None:
        super().__init__()
        self.factor = factor

    def begin(self, pixels: int) -> None:
        """Keep the factor."""

    def note(self, factor: int, seconds: float, pixels: int) -> None:
        """Keep the factor."""


@pytest.fixture(autouse=True)
def _full_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have views in motion painted at full resolution, also where the machine is too busy."""
    monkeypatch.setattr(mosaic, "PaintPace", FixedPace)


@pytest.fixture
def bench(
    qtbot: QtBot,
    tmp_path: Path,
    photo: Path,
    gliding: bool,
    largest_run: int,
    window_size: tuple[int, int],
) -> Iterator[Bench]:
    """A shown window with no image in it yet."""
    engine, cache = Stripes(), tmp_path / "pyramids"
    given = services(engine, cache, photo, largest_run=largest_run)
    window = MainWindow(given, EngineChoice("stripes"))
    window.parts.set_reduced_motion(not gliding)
    window.resize(*window_size)
    window.show()
    qtbot.waitExposed(window)
    yield Bench(window, engine, photo, cache)
    window.close()
    window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def viewer(bench: Bench, qtbot: QtBot) -> Bench:
    """The same with the image open, painted and at rest."""
    with qtbot.waitSignal(bench.window.photo_painted, timeout=10_000):
        bench.window.open_image(bench.photo)
    settle(qtbot, bench.window)
    return bench


@pytest.fixture
def panes(viewer: Bench, qtbot: QtBot) -> ComparePanes:
    """The panes at x4 over the middle, refined, without the map that lies over them."""
    viewer.window.actions_by_name["map"].trigger()
    wheel(viewer.window.panes.generated, QPoint(400, 300), 9)
    settle(qtbot, viewer.window)
    return viewer.window.panes


def settle(qtbot: QtBot, window: MainWindow, timeout: int = 20_000) -> None:
    """Wait until the view rests, all work is done and the exact frame is on screen."""

    def done() -> bool:
        document, over = window.document, window.panes.over
        return (
            window.navigator.at_rest
            and document is not None
            and not document.working
            and window.panes.generated.shows_frame
            and (over is None or over.layer.shows_frame)
        )

    qtbot.waitUntil(done, timeout=timeout)


def wheel(
    widget: QWidget,
    position: QPoint,
    notches: float = 1.0,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Turn the wheel over a point, as the platform would send it."""
    event = QWheelEvent(
        QPointF(position),
        QPointF(widget.mapToGlobal(position)),
        QPoint(0, 0),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def point(widget: QWidget, position: QPoint) -> None:
    """Move the mouse to a place, with no button pressed.

    The event goes to the widget alone. `QTest.mouseMove` would also move the cursor of the screen,
    whose events depend on what other tests left behind: a window above this one, a button pressed.
    """
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(position),
        QPointF(widget.mapToGlobal(position)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def grabbed(widget: QWidget) -> Rgb8:
    """Return what a widget shows, (H, W, 3) uint8."""
    from cozviewer.jobs.images import to_rgb8

    if isinstance(widget, Canvas) and widget.by_gpu:
        return widget.rendered()
    return to_rgb8(widget.grab().toImage())
