"""The Engine menu: what draws the finer levels, and where it computes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cozviewer.config.choice import (
    AUTO,
    BF16,
    CRISP,
    FP32,
    FROM_PHOTO,
    INT8,
    NO_TEXTURE,
    SOFT,
    EngineChoice,
)
from cozviewer.ui.dialogs.coz_dialog import ENGINE, CozDialog
from cozviewer.ui.services import EngineEntry
from cozviewer.ui.settings import keep_text, kept_text, remember, remembered
from cozviewer.ui.widgets.plain import menu_text

FIDELITIES = (
    (1.0, "&Faithful", "Colours stay as they are when you zoom back out"),
    (0.5, "&Between", "Half of what the model shifts is taken back"),
    (0.0, "F&ree", "Just as the model draws it; colours may drift from level to level"),
)
"""What can be chosen: see `EngineChoice.fidelity`."""

DEPTHS = (
    (CRISP, "&Crisp", "Soft contours are drawn again, as if seen from further away"),
    (SOFT, "&Soft", "Each level from the one before alone; up to a fifth faster"),
)
"""What can be chosen: see `EngineChoice.depth`."""

TEXTURES = (
    (
        FROM_PHOTO,
        "From the &photo",
        "Where a level lacks texture, it is borrowed from elsewhere in the photo",
    ),
    (NO_TEXTURE, "&Off", "Nothing is added to what the model draws"),
)
"""What can be chosen: see `EngineChoice.texture`."""

NUMBERS = (
    (AUTO, "&Automatic", "Whichever is fastest: on a processor, all are timed once"),
    (FP32, "32-bit float (&fp32)", "The most exact"),
    (BF16, "bfloat16 (&bf16)", "Half the memory, coarser by about half a grey level"),
    (INT8, "8-bit integer (&int8)", "Real-ESRGAN alone; coarser by about one grey level"),
)
"""What can be chosen: see `EngineChoice.numbers`."""

EMBEDDED = "realesrgan"
"""The engine that can compute in int8."""

FIXED = ("bicubic", "nearest", ENGINE)
"""Engines for which the number format cannot be chosen."""

DRAFTS, AHEAD, ON, OFF = "drafts", "ahead", "on", "off"
"""Names of the settings that are kept, and their values."""

MODELS = "4× models (*.safetensors *.pth *.pt *.ckpt);;All files (*)"


class EngineMenu(QMenu):
    """Signals:
    chosen: (EngineChoice) the user wants this from now on.
    models_wanted: the user wants to see and get the models.
    drafts_wanted: (bool) drafts are to be shown, or not.
    ahead_wanted: (bool) what comes next is to be drawn while nothing is done, or not.
    """

    chosen = Signal(object)
    models_wanted = Signal()
    drafts_wanted = Signal(bool)
    ahead_wanted = Signal(bool)

    def __init__(
        self,
        engines: Sequence[EngineEntry],
        choice: EngineChoice,
        parent: QWidget,
        missing: Callable[[EngineChoice], Sequence[str]] = lambda choice: (),
    ) -> None:
        """Offer engines; what was named for Chain-of-Zoom at an earlier start is filled in.

        Args:
            missing: As `Services.missing_files`.
        """
        super().__init__("&Engine", parent)
        self._missing = missing
        self._choice = choice
        self._asked_last = remembered()
        self._engines = QActionGroup(self)
        self._devices = QActionGroup(self)
        self.setToolTipsVisible(True)
        for entry in engines:
            action = self.addAction(f"{entry.title}…" if entry.own_files else entry.title)
            action.setToolTip(entry.description)
            action.setCheckable(True)
            action.setData(entry.name)
            self._engines.addAction(action)
            action.triggered.connect(self._ask if entry.own_files else self._on_triggered)
        self._file = self.addAction("&Model file…")
        self._file.setToolTip("Any 4× model that spandrel can read")
        self._file.setCheckable(True)
        self._engines.addAction(self._file)
        self._file.triggered.connect(self._choose_file)
        self.addSeparator()
        self._device_menu = self.addMenu("&Device")
        self._numbers = self._submenu("&Numbers", NUMBERS)
        self._numbers.triggered.connect(self._on_numbers)
        self._supported: Sequence[str] = ()
        self._used = ""
        self._fidelities = self._submenu("&Fidelity to the level before", FIDELITIES)
        self._fidelities.triggered.connect(self._on_fidelity)
        self._depths = self._submenu("Contours at de&pth", DEPTHS)
        self._depths.triggered.connect(self._on_depth)
        self._textures = self._submenu("&Texture at depth", TEXTURES)
        self._textures.triggered.connect(self._on_texture)
        self._drafts = self.addAction("Show d&rafts")
        self._drafts.setToolTip(
            "A small network draws at once what the engine takes seconds for,\n"
            "and the next level where a view enlarges one"
        )
        self._drafts.setCheckable(True)
        self._drafts.setChecked(kept_text(DRAFTS) != OFF)
        self._drafts.toggled.connect(self._on_drafts)
        self._ahead = self.addAction("Draw ahead &when idle")
        self._ahead.setToolTip(
            "While you do nothing, draws the next level around the pointer and what lies beyond the"
            " edge that you panned to; not on battery, and never in the way of anything else"
        )
        self._ahead.setCheckable(True)
        self._ahead.setChecked(kept_text(AHEAD) != OFF)
        self._ahead.toggled.connect(self._on_ahead)
        self.addAction("M&odels…", self.models_wanted.emit)
        self.show_devices(["cpu"])
        self.show_choice(choice)

    def _submenu(self, title: str, choices: Sequence[tuple[object, str, str]]) -> QActionGroup:
        """Add a menu of values, their titles and what they mean, one of which is marked."""
        group = QActionGroup(self)
        menu = self.addMenu(title)
        menu.setToolTipsVisible(True)
        for value, name, meaning in choices:
            action = menu.addAction(name)
            action.setToolTip(meaning)
            action.setCheckable(True)
            action.setData(value)
            group.addAction(action)
        return group

    @property
    def drafts(self) -> bool:
        """Whether drafts are to be shown."""
        return self._drafts.isChecked()

    @property
    def ahead(self) -> bool:
        """Whether what comes next is to be drawn while nothing is done."""
        return self._ahead.isChecked()

    @property
    def choice(self) -> EngineChoice:
        """What is in use."""
        return self._choice

    @property
    def asked_last(self) -> EngineChoice | None:
        """What was named for Chain-of-Zoom last; None where nothing ever was."""
        return self._asked_last

    def show_choice(self, choice: EngineChoice, own: EngineChoice | None = None) -> None:
        """Mark what is in use.

        Args:
            choice: What it is.
            own: What the user chose, which is remembered, where a session brought its own engine;
                None is `choice`.
        """
        before, self._choice = self._choice, choice
        if choice.device != before.device:
            self._supported, self._used = (), ""
        if (choice.engine, choice.numbers) != (before.engine, before.numbers):
            self._used = ""
        own = choice if own is None else own
        if own.engine == ENGINE:
            self._asked_last = own
            remember(own)
        marked = self._file
        for action in self._engines.actions():
            if action.data() == choice.engine:
                marked = action
        marked.setChecked(True)
        named = Path(choice.engine).name if marked is self._file else ""
        self._file.setText(f"&Model file ({menu_text(named)})…" if named else "&Model file…")
        for action in self._devices.actions():
            action.setChecked(action.data() == choice.device)
        nearest = min(
            self._fidelities.actions(), key=lambda action: abs(action.data() - choice.fidelity)
        )
        nearest.setChecked(True)
        self._fidelities.setEnabled(not choice.paper)  # which is free, whatever is chosen
        for action in self._depths.actions():
            action.setChecked(action.data() == choice.depth)
        for action in self._textures.actions():
            action.setChecked(action.data() == choice.texture)
        for menu in (self._depths, self._textures):
            menu.setEnabled(choice.engine != ENGINE)  # which follows its prompt
        self._mark_numbers()

    def show_numbers(self, supported: Sequence[str], place: str) -> None:
        """Offer the number formats of the device in use.

        Args:
            supported: What it supports, as `Services.numbers` returns it.
            place: `Upscaler.device`: "CPU, bf16".
        """
        self._supported, self._used = supported, place.rpartition(", ")[2]
        self._mark_numbers()

    def _mark_numbers(self) -> None:
        now = self._choice
        several, fixed = len(self._supported) > 1, now.engine in FIXED
        for action in self._numbers.actions():
            automatic = action.data() == AUTO
            action.setChecked(action.data() == now.numbers)
            # A format that is not supported can always be left for the automatic choice.
            leaving = automatic and now.numbers != AUTO
            there = automatic or action.data() in self._supported
            missing = action.data() == INT8 and now.engine != EMBEDDED
            action.setEnabled(not fixed and not missing and ((several and there) or leaving))
            if automatic:
                found = not fixed and now.numbers == AUTO and self._used in (FP32, BF16, INT8)
                action.setText(f"&Automatic ({self._used})" if found else "&Automatic")

    def show_devices(self, devices: Sequence[str]) -> None:
        """Offer these devices besides the automatic choice."""
        for action in self._devices.actions():
            self._devices.removeAction(action)
        self._device_menu.clear()
        for name in ("auto", *devices):
            action = self._device_menu.addAction("Automatic" if name == "auto" else name.upper())
            action.setCheckable(True)
            action.setData(name)
            self._devices.addAction(action)
            action.triggered.connect(self._on_triggered)
        for action in self._devices.actions():
            action.setChecked(action.data() == self._choice.device)

    @Slot()
    def _on_triggered(self) -> None:
        engine = self._engines.checkedAction()
        device = self._devices.checkedAction()
        self._choose(
            self._with_engine(
                engine.data() if engine and engine.data() else self._choice.engine,
                device.data() if device else "auto",
            )
        )

    def _with_engine(self, engine: str, device: str) -> EngineChoice:
        """Return the choice of another engine: one that takes no words needs nobody to say them."""
        prompter = self._choice.prompter
        if engine != ENGINE:
            prompter = replace(prompter, name="none")
        return replace(self._choice, engine=engine, device=device, prompter=prompter)

    @Slot()
    def _on_fidelity(self) -> None:
        self._choose(replace(self._choice, fidelity=self._fidelities.checkedAction().data()))

    @Slot(bool)
    def _on_drafts(self, wanted: bool) -> None:
        keep_text(DRAFTS, ON if wanted else OFF)
        self.drafts_wanted.emit(wanted)

    @Slot(bool)
    def _on_ahead(self, wanted: bool) -> None:
        keep_text(AHEAD, ON if wanted else OFF)
        self.ahead_wanted.emit(wanted)

    @Slot()
    def _on_numbers(self) -> None:
        self._choose(replace(self._choice, numbers=self._numbers.checkedAction().data()))

    @Slot()
    def _on_depth(self) -> None:
        self._choose(replace(self._choice, depth=self._depths.checkedAction().data()))

    @Slot()
    def _on_texture(self) -> None:
        self._choose(replace(self._choice, texture=self._textures.checkedAction().data()))

    @Slot()
    def _ask(self) -> None:
        """Ask for the engine that has files of the user's; what is in use stays until then."""
        self.show_choice(self._choice)
        now, before = self._choice, self._asked_last or self._choice
        dialog = CozDialog(
            replace(
                before,
                device=now.device,
                numbers=now.numbers,
                fidelity=now.fidelity,
                depth=now.depth,
                texture=now.texture,
            ),
            self.parentWidget(),
            self._missing,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._choose)
        dialog.models_wanted.connect(self.models_wanted)
        dialog.open()

    @Slot()
    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a 4× model", "", MODELS)
        if chosen:
            self._choose(self._with_engine(chosen, self._choice.device))
        else:
            self.show_choice(self._choice)

    @Slot(object)
    def _choose(self, choice: EngineChoice) -> None:
        if choice != self._choice:
            self.chosen.emit(choice)
