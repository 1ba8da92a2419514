"""The Compare menu: in which way, and with what, the generated picture is compared."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cozviewer.chain.choice import EngineChoice
from cozviewer.ui.compare import ANOTHER, SOURCES, Side
from cozviewer.ui.compare_paint import Mode
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
    chosen: (Mode | None, Side) what the user wants now; None is no comparison.
    engine_chosen: (EngineChoice) the other engine of ANOTHER.
    blind_wanted: the user wants to judge both sides without knowing which is which.
    amplified: (int) the difference is to be amplified by so many steps more.
    """

    chosen = Signal(object, object)
    engine_chosen = Signal(object)
    amplified = Signal(int)
    blind_wanted = Signal()

    def __init__(self, engines: Sequence[EngineEntry], parent: QWidget) -> None:
        super().__init__("&Compare", parent)
        self.setToolTipsVisible(True)
        self._mode: Mode | None = None
        self._last = Mode.SIDE
        self._side = SOURCES[0]
        self._modes = QActionGroup(self)
        self._sides = QActionGroup(self)
        self.addSection("How")
        for mode in (None, *Mode):
            action = self.addAction("Not at all" if mode is None else mode.value)
            action.setToolTip(TIPS.get(mode, "") if mode else "The generated picture alone")
            self._add(self._modes, action, mode)
        self.addSection("With")
        for side in SOURCES:
            self._add(self._sides, self.addAction(side.title), side)
        for entry in engines:
            # One that asks for files first is compared the other way round: chosen as the engine.
            if not entry.own_files:
                action = self.addAction(f"Engine {entry.title}")
                self._add(self._sides, action, entry.name)
        self.addSeparator()
        for text, key, steps in (("Amplify more", "]", 1), ("Amplify less", "[", -1)):
            action = self.addAction(text)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, by=steps: self.amplified.emit(by))
            parent.addAction(action)
        self.addSeparator()
        self.addAction("&Blind test…", self._ask_blind).setToolTip(
            "Both sides unnamed and shuffled: judge them, and keep the tally"
        )
        self._mark()

    @property
    def mode(self) -> Mode | None:
        """What is chosen."""
        return self._mode

    def toggle(self) -> None:
        """Compare as last time, or end it."""
        self._choose(None if self._mode else self._last, self._side)

    @Slot()
    def _ask_blind(self) -> None:
        self._choose(Mode.SIDE, self._side)
        self.blind_wanted.emit()

    def _add(self, group: QActionGroup, action: QAction, data: object) -> None:
        action.setCheckable(True)
        action.setData(data)
        group.addAction(action)
        action.triggered.connect(self._on_mode if group is self._modes else self._on_side)

    def _mark(self) -> None:
        for action in self._modes.actions():
            action.setChecked(action.data() == self._mode)
        if self._side is not ANOTHER:
            for action in self._sides.actions():
                action.setChecked(action.data() == self._side)

    def _choose(self, mode: Mode | None, side: Side) -> None:
        self._mode, self._side = mode, side
        self._last = mode or self._last
        self._mark()
        self.chosen.emit(mode, side)

    @Slot()
    def _on_mode(self) -> None:
        action = self._modes.checkedAction()
        self._choose(action.data() if action else None, self._side)

    @Slot()
    def _on_side(self) -> None:
        action = self._sides.checkedAction()
        wanted = action.data() if action else SOURCES[0]
        if isinstance(wanted, Side):
            self._choose(self._mode or self._last, wanted)
        else:
            self.engine_chosen.emit(replace(EngineChoice(), engine=wanted))
            self._choose(self._mode or self._last, ANOTHER)
