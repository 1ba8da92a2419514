"""The Compare menu: the mode, and the two images that are compared."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.compared_images import GENERATED, OTHER_SETTINGS, SOURCES, Side, Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.settings_dialog import SettingsDialog
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.services import EngineEntry

TIPS = {
    Mode.SIDE: "Side by side, synchronized",
    Mode.CURTAIN: "Split view: drag the divider",
    Mode.BLINK: "Hold B to switch to the other image",
    Mode.LENS: "Shows the other image inside a loupe",
    Mode.DIFFERENCE: "Gray = identical. [ and ] change the gain.",
}


class CompareMenu(QMenu):
    """The menu.

    Signals:
        chosen: (Mode | None, Sides) What is to be compared; None is no comparison.
        settings_chosen: (EngineChoice) The settings of the side OTHER_SETTINGS.
        blind_wanted: A blind test is to begin.
        amplified: (int) The gain of a difference is to change by so many steps.
    """

    chosen = Signal(object, object)
    settings_chosen = Signal(object)
    amplified = Signal(int)
    blind_wanted = Signal()

    def __init__(
        self, entries: Sequence[EngineEntry], engines: EngineMenu, parent: QWidget
    ) -> None:
        """Offer engines to compare with.

        Args:
            engines: Has the settings that the open image is generated with.
        """
        super().__init__("&Compare", parent)
        self.setToolTipsVisible(True)
        self._entries, self._engines = entries, engines
        self._mode: Mode | None = None
        self._last = Mode.SIDE
        self._wanted = Sides()
        self._settings: EngineChoice | None = None
        self._modes = QActionGroup(self)
        self._firsts = QActionGroup(self)
        self._seconds = QActionGroup(self)
        self.addSection("Mode")
        for mode in (None, *Mode):
            action = self.addAction("Off" if mode is None else mode.value)
            action.setToolTip(TIPS.get(mode, "") if mode else "Shows the AI result alone")
            self._add(self._modes, action, mode)
        self.addSection("Base")
        menu = self.addMenu("&Left / Base Image")
        for side in (GENERATED, *SOURCES):
            self._add(self._firsts, menu.addAction(side.title), side)
        self.addSection("Compare With")
        for side in SOURCES:
            self._add(self._seconds, self.addAction(side.title), side)
        for entry in entries:
            # One that asks for files first is offered in the dialog, once it was chosen.
            if not entry.own_files:
                action = self.addAction(f"Engine: {entry.title}")
                self._add(self._seconds, action, replace(EngineChoice(), engine=entry.name))
        action = self.addAction("Other &Settings…")
        action.setToolTip("Compare with a different engine or different settings")
        self._add(self._seconds, action, OTHER_SETTINGS)
        self.addSeparator()
        gains = (("Increase Difference Gain", "]", 1), ("Decrease Difference Gain", "[", -1))
        self._gains: list[QAction] = []
        for text, key, steps in gains:
            action = self.addAction(text)
            self._gains.append(action)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, by=steps: self.amplified.emit(by))
            parent.addAction(action)
        self.addSeparator()
        self.addAction("&Blind Test…", self.blind_wanted.emit).setToolTip(
            "Rate both sides without knowing which is which; results go to a CSV file"
        )
        self._mark()

    @property
    def mode(self) -> Mode | None:
        """What is chosen."""
        return self._mode

    @Slot(bool)
    def set_comparing(self, comparing: bool) -> None:
        """Compare as last time, or end the comparison."""
        if comparing != (self._mode is not None):
            self._choose(self._last if comparing else None, self._wanted)

    def compare_side_by_side(self) -> None:
        """Compare side by side the images that were compared last."""
        self._choose(Mode.SIDE, self._wanted)

    def _add(self, group: QActionGroup, action: QAction, data: object) -> None:
        action.setCheckable(True)
        action.setData(data)
        group.addAction(action)
        slots = {self._modes: self._on_mode, self._firsts: self._on_first}
        action.triggered.connect(slots.get(group, self._on_second))

    def _mark(self) -> None:
        """Check what is chosen, and enable what is of use with it."""
        for action in self._gains:
            action.setEnabled(self._mode is Mode.DIFFERENCE)
        first, second = self._wanted.first, self._wanted.second
        chosen: object = second if self._settings is None else self._settings
        kept = [action.data() for action in self._seconds.actions()]
        for action in self._modes.actions():
            action.setChecked(action.data() == self._mode)
        for action in self._firsts.actions():
            action.setChecked(action.data() == first)
        for action in self._seconds.actions():
            action.setChecked(action.data() == (chosen if chosen in kept else OTHER_SETTINGS))

    def _choose(self, mode: Mode | None, sides: Sides) -> None:
        self._mode, self._wanted = mode, sides
        self._last = mode or self._last
        self._mark()
        self.chosen.emit(mode, sides)

    @Slot()
    def _on_mode(self) -> None:
        action = self._modes.checkedAction()
        self._choose(action.data() if action else None, self._wanted)

    @Slot()
    def _on_first(self) -> None:
        first, second = self._firsts.checkedAction().data(), self._wanted.second
        if second == first:  # an image is not compared with itself
            second = SOURCES[(SOURCES.index(first) + 1) % len(SOURCES)]
        self._choose(self._mode or self._last, Sides(first, second))

    @Slot()
    def _on_second(self) -> None:
        wanted = self._seconds.checkedAction().data()
        if wanted is OTHER_SETTINGS:
            self._mark()  # nothing changes until the dialog is accepted
            self._ask_settings()
        elif isinstance(wanted, Side):
            self._settings = None
            first = GENERATED if wanted == self._wanted.first else self._wanted.first
            self._choose(self._mode or self._last, Sides(first, wanted))
        else:
            self._take_settings(wanted)

    def _ask_settings(self) -> None:
        present = self._engines.choice
        start = self._settings or present
        dialog = SettingsDialog(self._offered(start), start, present, self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._take_settings)
        dialog.open()

    def _offered(self, start: EngineChoice) -> list[tuple[str, EngineChoice]]:
        """Return the titles and settings of the engines whose files are known."""
        known = [start, self._engines.choice]
        if self._engines.asked_last is not None:
            known.append(self._engines.asked_last)
        by_name = {choice.engine: choice for choice in reversed(known)}
        offered = []
        for entry in self._entries:
            choice = by_name.pop(entry.name, None)
            if choice is None and not entry.own_files:
                choice = replace(EngineChoice(), engine=entry.name)
            if choice is not None:
                offered.append((entry.title, choice))
        return [*offered, *((Path(name).name, choice) for name, choice in by_name.items())]

    @Slot(object)
    def _take_settings(self, choice: EngineChoice) -> None:
        self._settings = choice
        self.settings_chosen.emit(choice)
        self._choose(self._mode or self._last, replace(self._wanted, second=OTHER_SETTINGS))
