"""What a soak does to the window: every gesture a method, chosen at random with its weight."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.compared_images import Side
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.engine_options import ChoiceMenu
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.movie_dialog import MovieDialog
from cozviewer.ui.main_window import MainWindow
from tests.benchmarks.desk import turn_wheel

DEEPEST = 9.0
"""log2 of the largest magnification; deeper, steps differ in nothing but their number."""

T = TypeVar("T", bound=QDialog)

SWITCHES = ("prompts", "info", "histogram", "origin", "trust", "map", "scale-bar", "still")

STEPS = (
    *("back", "forward", "in", "out", "fit", "one", "fit-width", "fill", "fit-height", "refine"),
    *("rotate-right", "rotate-left", "flip-horizontally", "upright", "copy", "reload"),
    *("next-photo", "previous-photo", "next-page", "previous-page", "stop", "full"),
)

DIALOGS = ("keys", "about", "preferences", "go-to", "set-scale", "upscale-queue", "region")

KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_B, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Backspace),
)

RESTING = "bicubic"
"""The engine of measurements: it needs no model."""

ENGINES = ("realesrgan", RESTING, RESTING, "nearest")


class Deeds:
    """The gestures. More than 20 methods, one for each kind.

    Attributes:
        opened: Images and sessions that were asked for.
    """

    def __init__(
        self, window: MainWindow, images: Sequence[Path], folder: Path, chance: random.Random
    ) -> None:
        """Prepare.

        Args:
            images: Paths of the photos to open.
            folder: Where exports and sessions go.
        """
        self._window, self._images, self._folder = window, images, folder
        self._chance, self._number = chance, 0
        self.opened = 0
        self._all: dict[Callable[[], None], int] = {
            self.wheel: 30, self.drag: 12, self.key: 8, self.double_click: 3, self.minimap: 4,
            self.step: 14, self.switch: 5, self.compare: 6, self.compare_with: 4,
            self.engine: 3, self.setting: 3, self.drafts: 1, self.open: 9, self.open_folder: 1,
            self.open_session: 1, self.save_session: 2, self.export: 3, self.movie: 1,
            self.upscale: 1, self.dialog: 3, self.bookmark: 2, self.resize: 1, self.cancel: 3,
        }  # fmt: skip

    def one(self) -> str:
        """Do one thing and return its name."""
        deed = self._chance.choices([*self._all], [*self._all.values()])[0]
        if QApplication.activeModalWidget() is not None:
            close_dialogs()
        deed()
        return deed.__name__

    @property
    def _canvas(self) -> QWidget:
        return self._window.panes.generated

    def _spot(self, widget: QWidget) -> QPoint:
        across, down = self._chance.random(), self._chance.random()
        return QPoint(int(across * widget.width()), int(down * widget.height()))

    def wheel(self) -> None:
        spot, notches = self._spot(self._canvas), self._chance.choice((-3, -1, 1, 2, 3))
        deep = self._window.document and self._window.navigator.camera.log2 > DEEPEST
        turn_wheel(self._canvas, spot, -12 if deep else notches)

    def drag(self) -> None:
        canvas, left = self._canvas, Qt.MouseButton.LeftButton
        begin, end = self._spot(canvas), self._spot(canvas)
        QTest.mousePress(canvas, left, pos=begin)
        for part in (0.3, 0.6, 1.0):
            QTest.mouseMove(canvas, begin + (end - begin) * part)
        QTest.mouseRelease(canvas, left, pos=end)

    def double_click(self) -> None:
        QTest.mouseDClick(self._canvas, Qt.MouseButton.LeftButton, pos=self._spot(self._canvas))

    def key(self) -> None:
        QTest.keyClick(self._canvas, self._chance.choice(KEYS))

    def minimap(self) -> None:
        spot = self._spot(self._window.minimap)
        if self._window.minimap.isVisible():
            QTest.mouseClick(self._window.minimap, Qt.MouseButton.LeftButton, pos=spot)

    def step(self) -> None:
        self._trigger(self._chance.choice(STEPS))

    def switch(self) -> None:
        self._trigger(self._chance.choice(SWITCHES))

    def _trigger(self, name: str) -> None:
        action = self._window.actions_by_name[name]
        if action.isEnabled():
            action.trigger()

    def compare(self) -> None:
        mode, count = self._chance.choice((None, *Mode)), self._chance.randint(2, 4)
        if self._window.document is not None:
            self._window.compare_menu.set_mode(mode)
            if mode is Mode.GRID:
                self._window.parts.comparing.bar.count_wanted.emit(count)

    def compare_with(self) -> None:
        menu, which = self._window.compare_menu, self._chance.random()
        offered = [
            action
            for action in menu.actions()
            if isinstance(action.data(), Side | EngineChoice)
            and getattr(action.data(), "kernel", 0) is not None
        ]
        if self._window.document is not None and offered:
            offered[int(which * len(offered))].trigger()

    def come_to_rest(self) -> None:
        """Stop, and show the same photo with the engine that needs least, so that measurements
        can be compared. The engine that was compared last stays loaded, even when the comparison
        has ended; so that becomes the same one."""
        close_dialogs()
        self._window.compare_menu.set_mode(None)
        self._window.compare_menu.settings_chosen.emit(EngineChoice(RESTING))
        self._window.stop_work()
        self._use(RESTING)
        self._window.open_image(self._images[0])

    def engine(self) -> None:
        self._use(self._chance.choice(ENGINES))

    def _use(self, name: str) -> None:
        for action in self._window.engine_menu.actions():
            if action.data() == name and action.isEnabled():
                action.trigger()
                return

    def setting(self) -> None:
        which = self._chance.random()
        actions = [
            action
            for menu in self._window.engine_menu.findChildren(ChoiceMenu)
            for action in menu.group.actions()
            if action.isEnabled()
        ]
        actions[int(which * len(actions))].trigger()

    def drafts(self) -> None:
        self._item("rafts").trigger()

    def _item(self, text: str) -> QAction:
        actions = self._window.engine_menu.actions()
        return next(action for action in actions if text in action.text())

    def open(self) -> None:
        self.opened += 1
        self._window.open_image(self._chance.choice(self._images))

    def open_folder(self) -> None:
        self.opened += 1
        self._window.open_image(self._images[0].parent)

    def save_session(self) -> None:
        path = self._folder / f"session-{self._chance.randrange(3)}.cozview"
        document = self._window.document
        if document is not None and document.source.path is not None:
            self._window.parts.sessions.save(path)

    def open_session(self) -> None:
        path = self._folder / f"session-{self._chance.randrange(3)}.cozview"
        if path.exists() and not self._window.parts.sessions.saving:
            self.opened += 1
            self._window.open_image(path)

    def export(self) -> None:
        ending, saved = (
            self._chance.choice((".png", ".jpg", ".webp", ".tif")),
            self._chance.random(),
        )
        which, complete = self._chance.random(), self._chance.random() < 0.3
        if self._window.document is None:
            return
        self._window.parts.exporting.ask()
        dialog = _open_dialog(ExportDialog)
        if dialog is None:
            return
        dialog.what.setCurrentIndex(int(which * dialog.what.count()))
        dialog.complete.setChecked(complete)
        self._save(dialog, ending, saved)

    def movie(self) -> None:
        saved = self._chance.random()
        if self._window.document is None:
            return
        self._window.parts.exporting.ask_movie()
        dialog = _open_dialog(MovieDialog)
        if dialog is not None:
            self._save(dialog, "", saved)

    def _save(self, dialog: ExportDialog | MovieDialog, ending: str, saved: float) -> None:
        """Press Save in three of four cases, else Cancel."""
        self._number += 1
        path = Path(dialog.path.text())
        name = f"export-{self._number}{ending or path.suffix}"
        dialog.path.setText(str(self._folder / name))
        buttons = QDialogButtonBox.StandardButton
        button = buttons.Save if saved < 0.75 else buttons.Cancel
        pressed = dialog.buttons.button(button)
        (pressed if pressed.isEnabled() else dialog.buttons.button(buttons.Cancel)).click()

    def upscale(self) -> None:
        self._window.parts.upscaling.ask_for([self._chance.choice(self._images)])

    def dialog(self) -> None:
        self._trigger(self._chance.choice(DIALOGS))

    def bookmark(self) -> None:
        menu, added, which = self._window.bookmarks_menu, self._chance.random(), self._number
        if self._window.document is None:
            return
        if added < 0.5:
            menu.add(f"place {which}", self._window.navigator.camera)
        elif menu.bookmarks:
            menu.chosen.emit(menu.bookmarks[0].viewpoint)
            menu.remove(menu.bookmarks[-1])

    def resize(self) -> None:
        self._window.resize(self._chance.randint(500, 1100), self._chance.randint(400, 760))

    def cancel(self) -> None:
        self._window.stop_work()


def _open_dialog(kind: type[T]) -> T | None:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, kind) and widget.isVisible():
            return widget
    return None


def close_dialogs() -> None:
    """Dismiss every dialog."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.reject()
