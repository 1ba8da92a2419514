"""A window over an engine that listens, and a prompter that always has something to say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.chain.recipe import LARGEST, recipe_of
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.cache import store_path
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.session.source import OpenedImage
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.prompts.row import PromptRow
from cozviewer.util.cancel import IsCancelled
from tests.ui.conftest import Bench, Stripes, grabbed, services, settle, wheel


class Painter(Stripes):
    """The stripes, in a colour that the words decide."""

    accepts_prompt = True

    def __init__(self) -> None:
        super().__init__()
        self.name = "Painter"
        self.identity = {"name": "painter"}
        self.told: list[str] = []

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.told.append(prompt)
        colour = [(crc32(prompt.encode()) >> shift) % 64 / 128 + 0.5 for shift in (0, 8, 16)]
        return super().upscale(rgb, prompt, seed, cancelled) * np.array(colour, np.float32)


@dataclass
class Describer:
    """Answers "words 1", "words 2", ..."""

    name: str = "describer"
    identity: Mapping[str, str] = field(default_factory=lambda: {"name": "describer"})
    answers: int = 0
    before: Callable[[], None] = lambda: None

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        self.before()
        self.answers += 1
        return f"words {self.answers}"


class Studio(Bench):
    """A window whose engine listens."""

    engine: Painter

    def __init__(
        self, window: MainWindow, engine: Painter, describer: Describer, photo: Path, cache: Path
    ) -> None:
        super().__init__(window, engine, photo, cache)
        self.describer = describer

    @property
    def rows(self) -> list[PromptRow]:
        """The rows of the panel."""
        return self.window.prompting.panel.rows

    @property
    def words(self) -> list[str]:
        """What they say."""
        return [row.text for row in self.rows]


def studio(photo: Path, cache: Path, largest_run: int = LARGEST) -> Studio:
    """Return a window that is shown, with no image in it yet."""
    engine, describer = Painter(), Describer()

    def open_chain(
        image: OpenedImage,
        choice: EngineChoice,
        notice: Notice,
        told: Notice,
        cancelled: IsCancelled,
    ) -> Chain:
        source = image.source
        recipe = recipe_of(engine, describer, seed=choice.seed, fidelity=0.0)
        recipe = replace(recipe, largest=largest_run)
        store_key = StoreKey(
            source.digest, source.name, source.width, source.height, recipe.digest, recipe.text
        )
        path = store_path(cache, source.digest, recipe.digest)
        store = TileStore.open(path, store_key, notice)
        return Chain(Pyramid(source, store), engine, describer, recipe)

    given = replace(services(engine, cache, photo), open_chain=open_chain)
    window = MainWindow(given, EngineChoice("painter"))
    window.resize(680, 400)
    window.navigator.reduced_motion = True  # nothing glides or fades, so that less time goes by
    window.show()
    return Studio(window, engine, describer, photo, cache)


def open_in(qtbot: QtBot, at: Studio) -> None:
    """Open its image and wait until all is at rest."""
    with qtbot.waitSignal(at.window.photo_painted, timeout=10_000):
        at.window.open_image(at.photo)
    rest(qtbot, at)
    at.window.minimap.wanted = False
    at.window.minimap.hide()


def zoom_in(qtbot: QtBot, at: Studio, notches: int = 10) -> None:
    """Zoom into the middle of the image and wait until all is drawn: x4 to begin with."""
    for _ in range(notches):
        wheel(at.window.panes.generated, QPoint(170, 170))
    rest(qtbot, at)


def rest(qtbot: QtBot, at: Studio) -> None:
    """Wait until nothing moves, works or is looked for."""
    settle(qtbot, at.window)
    qtbot.waitUntil(lambda: not at.window.prompting.is_searching, timeout=10_000)


def write(row: PromptRow, words: str) -> None:
    """Type words in the place of those in a row."""
    row.edit.setFocus()
    QTest.keyClick(row.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(row.edit, words)


def press(button: object) -> None:
    """Press a button with the mouse."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def picture_of(at: Studio) -> Rgb8:
    """Return what the pane shows, without what lies over it."""
    bar = at.window.prompting.bar
    shown = not bar.isHidden()
    bar.hide()
    pixels = grabbed(at.window.panes.generated)
    bar.setVisible(shown)
    return pixels
