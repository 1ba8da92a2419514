"""The Compare menu: the mode, and the two images that are compared."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.compare.compared_images import (
    GENERATED,
    OTHER_SETTINGS,
    SOURCES,
    Side,
    Sides,
    translated,
)
from cozviewer.ui.compare.engine_offers import EngineOffers
from cozviewer.ui.compare.paint import Mode, mode_title
from cozviewer.ui.widgets.plain import menu_text
from cozviewer.util.translation import translate


def mode_tip(mode: Mode | None) -> str:
    """Return what a mode does, in a sentence."""
    match mode:
        case None:
            return translate("Compare", "Shows the AI result alone")
        case Mode.CURTAIN:
            return translate("Compare", "Split view: drag the divider")
        case Mode.SIDE:
            return translate("Compare", "Side by side, synchronized")
        case Mode.GRID:
            return translate("Compare", "Up to four images, synchronized")
        case Mode.BLINK:
            return translate("Compare", "Hold B to switch to the other image")
        case Mode.LENS:
            return translate("Compare", "Shows the other image inside a loupe")
        case Mode.DIFFERENCE:
            return translate("Compare", "Gray = identical. [ and ] change the gain.")


class CompareMenu(QMenu):
    """The menu.

    Signals:
        chosen: (Mode | None, Sides) What is to be compared; None is no comparison.
        settings_chosen: (EngineChoice) The settings of the side OTHER_SETTINGS.
        blind_wanted: A blind test is to begin.
        amplified: (int) The gain of a difference, or the size of a loupe, is to change by so many
            steps.
    """

    chosen = Signal(object, object)
    settings_chosen = Signal(object)
    amplified = Signal(int)
    blind_wanted = Signal()

    def __init__(self, offers: EngineOffers, parent: QWidget) -> None:
        super().__init__(translate("Compare", "&Compare"), parent)
        self.setToolTipsVisible(True)
        self._offers = offers
        self._mode: Mode | None = None
        self._last = Mode.CURTAIN
        self._last_pair = Mode.CURTAIN
        self._wanted = Sides()
        self._settings: EngineChoice | None = None
        self._modes = QActionGroup(self)
        self._firsts = QActionGroup(self)
        self._seconds = QActionGroup(self)
        self._gains: dict[int, QAction] = {}
        self._add_modes()
        self._add_images()
        self._add_gains(parent)
        self.addSeparator()
        self.addAction(translate("Compare", "&Blind Test…"), self.blind_wanted.emit).setToolTip(
            translate(
                "Compare",
                "Rate both sides without knowing which is which; results go to a CSV file",
            )
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

    @Slot(object)
    def set_mode(self, mode: Mode | None) -> None:
        """Compare in this way from now on; None ends the comparison."""
        self._choose(mode, self._wanted)

    def compare_side_by_side(self) -> None:
        """Compare side by side the images that were compared last, and as before next time."""
        last = self._last
        self._choose(Mode.SIDE, self._wanted)
        self._last = last

    def _add_modes(self) -> None:
        self.addSection(translate("Compare", "Mode"))
        for mode in (None, *Mode):
            text = translate("Compare", "Off") if mode is None else mode_title(mode)
            action = self.addAction(text)
            action.setToolTip(mode_tip(mode))
            self._add(self._modes, action, mode)

    def _add_images(self) -> None:
        self.addSection(translate("Compare", "Base"))
        menu = self.addMenu(translate("Compare", "B&ase Image"))
        for side in (GENERATED, *SOURCES):
            self._add(self._firsts, menu.addAction(translated(side.title)), side)
        self.addSection(translate("Compare", "Compare With"))
        for side in SOURCES:
            self._add(self._seconds, self.addAction(translated(side.title)), side)
        for title, choice in self._offers.simple():
            text = translate("Compare", "Engine: {name}").format(name=menu_text(title))
            self._add(self._seconds, self.addAction(text), choice)
        action = self.addAction(translate("Compare", "Other &Settings…"))
        action.setToolTip(
            translate("Compare", "Compare with a different engine or different settings")
        )
        self._add(self._seconds, action, OTHER_SETTINGS)
        self.addSeparator()

    def _add_gains(self, window: QWidget) -> None:
        for key, steps in (("]", 1), ("[", -1)):
            action = self.addAction("")
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked=False, by=steps: self.amplified.emit(by))
            window.addAction(action)
            self._gains[steps] = action

    def _add(self, group: QActionGroup, action: QAction, data: object) -> None:
        action.setCheckable(True)
        action.setData(data)
        group.addAction(action)
        slots = {self._modes: self._on_mode, self._firsts: self._on_first}
        action.triggered.connect(slots.get(group, self._on_second))

    def _mark(self) -> None:
        """Check what is chosen, and enable what applies to it."""
        loupe = self._mode is Mode.LENS
        texts = (
            (translate("Compare", "Larger Loupe"), translate("Compare", "Smaller Loupe"))
            if loupe
            else (
                translate("Compare", "Increase Difference Gain"),
                translate("Compare", "Decrease Difference Gain"),
            )
        )
        for steps, text in zip((1, -1), texts, strict=True):
            self._gains[steps].setText(text)
            self._gains[steps].setEnabled(loupe or self._mode is Mode.DIFFERENCE)
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
        if mode is not None and mode is not Mode.GRID:
            self._last_pair = mode
        self._mark()
        self.chosen.emit(mode, sides)

    def _compare_pair(self, sides: Sides) -> None:
        """Compare two images in the mode in use, or in the last one that is for two."""
        self._choose(self._last_pair, sides)

    @Slot()
    def _on_mode(self) -> None:
        action = self._modes.checkedAction()
        self._choose(action.data() if action else None, self._wanted)

    @Slot()
    def _on_first(self) -> None:
        first, second = self._firsts.checkedAction().data(), self._wanted.second
        if second == first:  # an image is not compared with itself
            second = SOURCES[(SOURCES.index(first) + 1) % len(SOURCES)]
        self._compare_pair(Sides(first, second))

    @Slot()
    def _on_second(self) -> None:
        wanted = self._seconds.checkedAction().data()
        if wanted is OTHER_SETTINGS:
            self._mark()  # nothing changes until the dialog is accepted
            self._offers.ask(self._settings, self._take_settings)
        elif isinstance(wanted, Side):
            self._settings = None
            first = GENERATED if wanted == self._wanted.first else self._wanted.first
            self._compare_pair(Sides(first, wanted))
        else:
            self._take_settings(wanted)

    @Slot(object)
    def _take_settings(self, choice: EngineChoice) -> None:
        self._settings = choice
        self.settings_chosen.emit(choice)
        self._compare_pair(replace(self._wanted, second=OTHER_SETTINGS))
