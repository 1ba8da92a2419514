"""The Compare menu: in which way, and what with what."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.compared_images import ANOTHER, GENERATED, SOURCES, Side, Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.recipe_dialog import RecipeDialog
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.services import EngineEntry

TIPS = {
    Mode.SIDE: "Both beside each other; they move as one",
    Mode.CURTAIN: "Drag the line",
    Mode.BLINK: "Hold B to see the other one",
    Mode.LENS: "The other one under the cursor",
    Mode.DIFFERENCE: "Grey where both agree; [ and ] change how much it is amplified",
}


class CompareMenu(QMenu):
    """Signals:
    chosen: (Mode | None, Sides) what the user wants now; None is no comparison.
    recipe_chosen: (EngineChoice) the other recipe of ANOTHER.
    blind_wanted: the user wants to judge both sides without knowing which is which.
    amplified: (int) the difference is to be amplified by so many steps more.
    """

    chosen = Signal(object, object)
    recipe_chosen = Signal(object)
    amplified = Signal(int)
    blind_wanted = Signal()

    def __init__(
        self, entries: Sequence[EngineEntry], engines: EngineMenu, parent: QWidget
    ) -> None:
        """Offer engines to compare with.

        Args:
            engines: Knows what the generated picture is made with.
        """
        super().__init__("&Compare", parent)
        self.setToolTipsVisible(True)
        self._entries, self._engines = entries, engines
        self._mode: Mode | None = None
        self._last = Mode.SIDE
        self._wanted = Sides()
        self._recipe: EngineChoice | None = None
        self._modes = QActionGroup(self)
        self._firsts = QActionGroup(self)
        self._seconds = QActionGroup(self)
        self.addSection("How")
        for mode in (None, *Mode):
            action = self.addAction("Not at all" if mode is None else mode.value)
            action.setToolTip(TIPS.get(mode, "") if mode else "The generated picture alone")
            self._add(self._modes, action, mode)
        self.addSection("What")
        menu = self.addMenu("First &picture")
        for side in (GENERATED, *SOURCES):
            self._add(self._firsts, menu.addAction(side.title), side)
        self.addSection("With")
        for side in SOURCES:
            self._add(self._seconds, self.addAction(side.title), side)
        for entry in entries:
            # One that asks for files first is had by ANOTHER, once it was chosen.
            if not entry.own_files:
                action = self.addAction(f"Engine {entry.title}")
                self._add(self._seconds, action, replace(EngineChoice(), engine=entry.name))
        action = self.addAction("Another engine, &words or seed…")
        action.setToolTip("The same engine with other words, seed, fidelity or contours, too")
        self._add(self._seconds, action, ANOTHER)
        self.addSeparator()
        for text, key, steps in (("Amplify more", "]", 1), ("Amplify less", "[", -1)):
            action = self.addAction(text)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, by=steps: self.amplified.emit(by))
            parent.addAction(action)
        self.addSeparator()
        self.addAction("&Blind test…", self.blind_wanted.emit).setToolTip(
            "Both sides unnamed and shuffled: judge them, and keep the tally"
        )
        self._mark()

    @property
    def mode(self) -> Mode | None:
        """What is chosen."""
        return self._mode

    def toggle(self) -> None:
        """Compare as last time, or end it."""
        self._choose(None if self._mode else self._last, self._wanted)

    def compare_side_by_side(self) -> None:
        """Compare side by side, what was compared last."""
        self._choose(Mode.SIDE, self._wanted)

    def _add(self, group: QActionGroup, action: QAction, data: object) -> None:
        action.setCheckable(True)
        action.setData(data)
        group.addAction(action)
        slots = {self._modes: self._on_mode, self._firsts: self._on_first}
        action.triggered.connect(slots.get(group, self._on_second))

    def _mark(self) -> None:
        """Check what is chosen."""
        first, second = self._wanted.first, self._wanted.second
        chosen: object = second if self._recipe is None else self._recipe
        kept = [action.data() for action in self._seconds.actions()]
        for action in self._modes.actions():
            action.setChecked(action.data() == self._mode)
        for action in self._firsts.actions():
            action.setChecked(action.data() == first)
        for action in self._seconds.actions():
            action.setChecked(action.data() == (chosen if chosen in kept else ANOTHER))

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
        if second == first:  # nothing is compared with itself
            second = SOURCES[(SOURCES.index(first) + 1) % len(SOURCES)]
        self._choose(self._mode or self._last, Sides(first, second))

    @Slot()
    def _on_second(self) -> None:
        wanted = self._seconds.checkedAction().data()
        if wanted is ANOTHER:
            self._mark()  # what is compared stays until the dialog says what else
            self._ask_recipe()
        elif isinstance(wanted, Side):
            self._recipe = None
            first = GENERATED if wanted == self._wanted.first else self._wanted.first
            self._choose(self._mode or self._last, Sides(first, wanted))
        else:
            self._take_recipe(wanted)

    def _ask_recipe(self) -> None:
        present = self._engines.choice
        start = self._recipe or present
        dialog = RecipeDialog(self._offered(start), start, present, self.parentWidget())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._take_recipe)
        dialog.open()

    def _offered(self, start: EngineChoice) -> list[tuple[str, EngineChoice]]:
        """Return the engines that can be compared with: those whose files are known."""
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
    def _take_recipe(self, choice: EngineChoice) -> None:
        self._recipe = choice
        self.recipe_chosen.emit(choice)
        self._choose(self._mode or self._last, replace(self._wanted, second=ANOTHER))
