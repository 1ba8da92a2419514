"""The Engine menu: which upscaler generates detail, on which device, and its settings."""

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
from cozviewer.ui.settings import keep_text, kept_text, save_engine_choice, saved_engine_choice
from cozviewer.ui.widgets.plain import menu_text

FIDELITIES = (
    (1.0, "&Faithful", "Colours always match the photo"),
    (0.5, "&Balanced", "Colours may shift slightly"),
    (0.0, "&Creative", "Unmodified model output; colours may drift from level to level"),
)
"""Values, titles and tool tips: see `EngineChoice.fidelity`."""

DEPTHS = (
    (CRISP, "&Crisp", "Crisp edges from ×16 on (recommended)"),
    (SOFT, "&Soft", "Soft edges, up to 20% faster"),
)
"""Values, titles and tool tips: see `EngineChoice.depth`."""

TEXTURES = (
    (
        FROM_PHOTO,
        "From the &photo",
        "From ×16 on, missing texture is taken from elsewhere in the photo",
    ),
    (NO_TEXTURE, "&Off", "Unmodified model output"),
)
"""Values, titles and tool tips: see `EngineChoice.texture`."""

NUMBERS = (
    (AUTO, "&Automatic", "The fastest on this computer; measured once"),
    (FP32, "32-bit float (&fp32)", "Most exact"),
    (BF16, "16-bit float (&bf16)", "Half the memory; differs by about half a grey level"),
    (INT8, "8-bit integer (&int8)", "Real-ESRGAN only; differs by about one grey level"),
)
"""Values, titles and tool tips: see `EngineChoice.numbers`."""

EMBEDDED = "realesrgan"
"""The engine that can compute in int8."""

FIXED = ("bicubic", "nearest", ENGINE)
"""Engines for which the number format cannot be chosen."""

DRAFTS, AHEAD, ON, OFF = "drafts", "ahead", "on", "off"
"""Names and values of stored settings."""

MODELS = "4× models (*.safetensors *.pth *.pt *.ckpt);;All files (*)"


class EngineMenu(QMenu):
    """The menu.

    Signals:
        chosen: (EngineChoice) the user made another choice.
        models_wanted: the user wants to open the dialog of models.
        drafts_wanted: (bool) whether drafts are to be shown.
        ahead_wanted: (bool) whether to generate ahead while the program is idle.
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
        """Create the menu. The last settings of Chain-of-Zoom are restored.

        Args:
            engines: The engines to offer.
            choice: The engine in use and its settings.
            parent: The window.
            missing: See `Services.missing_files`.
        """
        super().__init__("&Engine", parent)
        self._missing = missing
        self._choice = choice
        self._asked_last = saved_engine_choice()
        self._engines = QActionGroup(self)
        self._devices = QActionGroup(self)
        self.setToolTipsVisible(True)
        for entry in engines:
            action = self.addAction(f"{entry.title}…" if entry.own_files else entry.title)
            action.setToolTip(entry.description)
            action.setCheckable(True)
            action.setData(entry.name)
            self._engines.addAction(action)
            action.triggered.connect(self.ask if entry.own_files else self._on_triggered)
        self._file = self.addAction("&Model File…")
        self._file.setToolTip(
            "Load a 4× upscaling model (.safetensors, .pth): ESRGAN, SwinIR, HAT, DAT…"
        )
        self._file.setCheckable(True)
        self._engines.addAction(self._file)
        self._file.triggered.connect(self._choose_file)
        self.addSeparator()
        self._device_menu = self.addMenu("&Device")
        self._numbers = self._submenu("&Precision", NUMBERS)
        self._numbers.triggered.connect(self._on_numbers)
        self._supported: Sequence[str] = ()
        self._used = ""
        self._fidelities = self._submenu("Colour &Fidelity", FIDELITIES)
        self._fidelities.triggered.connect(self._on_fidelity)
        self._depths = self._submenu("Edge &Sharpening", DEPTHS)
        self._depths.triggered.connect(self._on_depth)
        self._textures = self._submenu("&Texture at Depth", TEXTURES)
        self._textures.triggered.connect(self._on_texture)
        self._drafts = self.addAction("Show D&rafts")
        self._drafts.setToolTip(
            "Show the result of a small, fast model until the engine has generated the detail"
        )
        self._drafts.setCheckable(True)
        self._drafts.setChecked(kept_text(DRAFTS) != OFF)
        self._drafts.toggled.connect(self._on_drafts)
        self._ahead = self.addAction("Generate Ahead &When Idle")
        self._ahead.setToolTip(
            "While you pause, generate the detail that you are likely to zoom or pan to next"
            " (not on battery)"
        )
        self._ahead.setCheckable(True)
        self._ahead.setChecked(kept_text(AHEAD) != OFF)
        self._ahead.toggled.connect(self._on_ahead)
        self.addAction("Manage M&odels…", self.models_wanted.emit)
        self.show_devices(["cpu"])
        self.show_choice(choice)

    def _submenu(self, title: str, choices: Sequence[tuple[object, str, str]]) -> QActionGroup:
        """Add a submenu with one checkable item for each (value, title, tool tip)."""
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
        """Whether drafts are shown."""
        return self._drafts.isChecked()

    @property
    def ahead(self) -> bool:
        """Whether the program generates ahead while it is idle."""
        return self._ahead.isChecked()

    @property
    def choice(self) -> EngineChoice:
        """The choice in use."""
        return self._choice

    @property
    def asked_last(self) -> EngineChoice | None:
        """The last settings of Chain-of-Zoom; None if there never were any."""
        return self._asked_last

    def show_choice(self, choice: EngineChoice, own: EngineChoice | None = None) -> None:
        """Check the items of the choice in use.

        Args:
            choice: The choice in use.
            own: The user's own choice, which is stored, if a session brought its own engine; None
                if that is `choice`.
        """
        before, self._choice = self._choice, choice
        if choice.device != before.device:
            self._supported, self._used = (), ""
        if (choice.engine, choice.numbers) != (before.engine, before.numbers):
            self._used = ""
        own = choice if own is None else own
        if own.engine == ENGINE:
            self._asked_last = own
            save_engine_choice(own)
        marked = self._file
        for action in self._engines.actions():
            if action.data() == choice.engine:
                marked = action
        marked.setChecked(True)
        named = Path(choice.engine).name if marked is self._file else ""
        self._file.setText(f"&Model File ({menu_text(named)})…" if named else "&Model File…")
        for action in self._devices.actions():
            action.setChecked(action.data() == choice.device)
        nearest = min(
            self._fidelities.actions(), key=lambda action: abs(action.data() - choice.fidelity)
        )
        nearest.setChecked(True)
        self._fidelities.setEnabled(not choice.paper)  # whose fidelity is fixed
        for action in self._depths.actions():
            action.setChecked(action.data() == choice.depth)
        for action in self._textures.actions():
            action.setChecked(action.data() == choice.texture)
        for menu in (self._depths, self._textures):
            menu.setEnabled(choice.engine != ENGINE)  # which follows its prompt instead
        self._mark_numbers()

    def show_numbers(self, supported: Sequence[str], place: str) -> None:
        """Enable the number formats of the device in use.

        Args:
            supported: The formats that it supports, see `Services.numbers`.
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
            # An unsupported format can always be changed back to automatic.
            leaving = automatic and now.numbers != AUTO
            there = automatic or action.data() in self._supported
            missing = action.data() == INT8 and now.engine != EMBEDDED
            action.setEnabled(not fixed and not missing and ((several and there) or leaving))
            if automatic:
                found = not fixed and now.numbers == AUTO and self._used in (FP32, BF16, INT8)
                action.setText(f"&Automatic ({self._used})" if found else "&Automatic")

    def show_devices(self, devices: Sequence[str]) -> None:
        """Offer these devices and the automatic choice."""
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
        """Return the choice with another engine; engines without prompts get no prompter."""
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
    def ask(self) -> None:
        """Open the settings of Chain-of-Zoom; the engine changes when they are confirmed."""
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
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a 4× Model", "", MODELS)
        if chosen:
            self._choose(self._with_engine(chosen, self._choice.device))
        else:
            self.show_choice(self._choice)

    @Slot(object)
    def _choose(self, choice: EngineChoice) -> None:
        if choice != self._choice:
            self.chosen.emit(choice)
