"""The Engine menu: which upscaler generates detail, on which device, and its settings."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cozviewer.config.choice import CRISP, FROM_PHOTO, NO_TEXTURE, SOFT, EngineChoice
from cozviewer.config.fields import FIELDS, field_of, with_field
from cozviewer.ui.dialogs.coz_dialog import ENGINE, CozDialog
from cozviewer.ui.dialogs.pisa_dialog import PISA, PisaDialog
from cozviewer.ui.engine_options import ChoiceMenu, DeviceMenu, FieldMenu, NumbersMenu
from cozviewer.ui.services import EngineEntry
from cozviewer.ui.settings import keep_text, kept_text, save_engine_choice, saved_engine_choice
from cozviewer.ui.widgets.path_field import file_filter
from cozviewer.ui.widgets.plain import menu_text
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate

FIDELITIES = (
    (
        1.0,
        QT_TRANSLATE_NOOP("Engine", "&Faithful"),
        QT_TRANSLATE_NOOP("Engine", "Colours always match the photo"),
    ),
    (
        0.5,
        QT_TRANSLATE_NOOP("Engine", "&Balanced"),
        QT_TRANSLATE_NOOP("Engine", "Colours may shift slightly"),
    ),
    (
        0.0,
        QT_TRANSLATE_NOOP("Engine", "&Creative"),
        QT_TRANSLATE_NOOP(
            "Engine", "Unmodified model output; colours may drift from level to level"
        ),
    ),
)
"""Values, titles and tool tips: see `EngineChoice.fidelity`."""

DEPTHS = (
    (
        CRISP,
        QT_TRANSLATE_NOOP("Engine", "&Crisp"),
        QT_TRANSLATE_NOOP("Engine", "Crisp edges from ×16 on (recommended)"),
    ),
    (
        SOFT,
        QT_TRANSLATE_NOOP("Engine", "&Soft"),
        QT_TRANSLATE_NOOP("Engine", "Soft edges, up to 20% faster"),
    ),
)
"""Values, titles and tool tips: see `EngineChoice.depth`."""

TEXTURES = (
    (
        FROM_PHOTO,
        QT_TRANSLATE_NOOP("Engine", "From the &photo"),
        QT_TRANSLATE_NOOP(
            "Engine", "From ×16 on, missing texture is taken from elsewhere in the photo"
        ),
    ),
    (
        NO_TEXTURE,
        QT_TRANSLATE_NOOP("Engine", "&Off"),
        QT_TRANSLATE_NOOP("Engine", "Unmodified model output"),
    ),
)
"""Values, titles and tool tips: see `EngineChoice.texture`."""

DRAFTS, AHEAD, ON, OFF = "drafts", "ahead", "on", "off"
"""Names and values of stored settings."""


class EngineMenu(QMenu):
    """The menu.

    Attributes:
        field_menu: Chooses the field of work; it has a place in another menu.

    Signals:
        chosen: (EngineChoice) the user made another choice.
        models_wanted: the user clicked Get Models.
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
        super().__init__(translate("Engine", "En&gine"), parent)
        self._missing = missing
        self._choice = choice
        self._asked_last = saved_engine_choice()
        self._engines = QActionGroup(self)
        self.setToolTipsVisible(True)
        for entry in engines:
            action = self.addAction(f"{entry.title}…" if entry.own_files else entry.title)
            action.setToolTip(entry.description)
            action.setCheckable(True)
            action.setData(entry.name)
            self._engines.addAction(action)
            asking = {ENGINE: self.ask, PISA: self.ask_pisa} if entry.own_files else {}
            action.triggered.connect(asking.get(entry.name, self._on_engine))
        self._file = self.addAction(translate("Engine", "&Model File…"))
        self._file.setToolTip(
            translate(
                "Engine",
                "Load a 4× upscaling model (.safetensors, .pth): ESRGAN, SwinIR, HAT, DAT…",
            )
        )
        self._file.setCheckable(True)
        self._engines.addAction(self._file)
        self._file.triggered.connect(self._choose_file)
        self.addSeparator()
        self._devices = DeviceMenu(self)
        self._numbers = NumbersMenu(self)
        self._options = {
            "fidelity": ChoiceMenu(translate("Engine", "Colour &Fidelity"), FIDELITIES, self),
            "depth": ChoiceMenu(translate("Engine", "Edge &Sharpening"), DEPTHS, self),
            "texture": ChoiceMenu(translate("Engine", "&Texture at Depth"), TEXTURES, self),
        }
        self._found = FIELDS[0].name
        self.field_menu = FieldMenu(parent)
        self.field_menu.picked.connect(partial(self._choose_value, "field"))
        fields = {"device": self._devices, "numbers": self._numbers, **self._options}
        for field, menu in fields.items():
            self.addMenu(menu)
            menu.picked.connect(partial(self._choose_value, field))
        self._drafts = self._add_switch(
            DRAFTS,
            translate("Engine", "Show D&rafts"),
            translate(
                "Engine",
                "Show the result of a small, fast model until the engine has generated the detail",
            ),
            self.drafts_wanted,
        )
        self._ahead = self._add_switch(
            AHEAD,
            translate("Engine", "Generate Ahead &When Idle"),
            translate(
                "Engine",
                "While you pause, generate the detail that you are likely to zoom or pan to next"
                " (not on battery)",
            ),
            self.ahead_wanted,
        )
        self.addAction(translate("Engine", "Manage M&odels…"), self.models_wanted.emit)
        self.show_devices(["cpu"])
        self.show_choice(choice)

    def _add_switch(self, name: str, title: str, tip: str, wanted: SignalInstance) -> QAction:
        """Add a checkable item that is stored under a name, and checked unless it was turned off.

        Args:
            wanted: Emitted with the new state.
        """
        action = self.addAction(title)
        action.setToolTip(tip)
        action.setCheckable(True)
        action.setChecked(kept_text(name) != OFF)
        action.toggled.connect(lambda on: keep_text(name, ON if on else OFF))
        action.toggled.connect(wanted)
        return action

    @property
    def drafts(self) -> bool:
        """Whether drafts are shown."""
        return self._drafts.isChecked()

    @property
    def ahead(self) -> bool:
        """Whether the program generates ahead while it is idle."""
        return self._ahead.isChecked()

    @property
    def devices(self) -> Sequence[str]:
        """The devices that are offered: the CPU alone until an engine was loaded."""
        return self._devices.names

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
        self._choice = choice
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
        self._file.setText(
            translate("Engine", "&Model File ({name})…").format(name=menu_text(named))
            if named
            else translate("Engine", "&Model File…")
        )
        self._devices.check(choice.device)
        self._numbers.show_choice(choice)
        self._show_options()

    def show_found(self, field: str) -> None:
        """Show which field of work the kind of the file selects, see `Source.subject`."""
        self._found = field
        self._show_options()

    def _show_options(self) -> None:
        """Check what applies to the open photo in its field of work, which may fix a setting."""
        field = field_of(self._choice, self._found)
        choice = with_field(self._choice, self._found)
        self.field_menu.show_field(choice.field, self._found)
        self._options["fidelity"].check_nearest(choice.fidelity)
        # The fidelity of the paper is fixed, too.
        self._options["fidelity"].group.setEnabled(not (choice.paper or field.faithful))
        for name in ("depth", "texture"):
            self._options[name].check(getattr(choice, name))
            # An engine with prompts follows those instead.
            fixed = name == "texture" and not field.borrows_texture
            self._options[name].group.setEnabled(choice.engine != ENGINE and not fixed)

    def show_switches(self, drafts: bool, ahead: bool) -> None:
        """Show drafts and generate ahead, or not; both are stored."""
        self._drafts.setChecked(drafts)
        self._ahead.setChecked(ahead)

    def show_numbers(self, supported: Sequence[str], place: str) -> None:
        """Enable the number formats of the device in use; see `NumbersMenu.show_supported`."""
        self._numbers.show_supported(supported, place)

    def show_devices(self, devices: Sequence[str]) -> None:
        """Offer these devices and the automatic choice."""
        self._devices.show_devices(devices, self._choice.device)

    @Slot()
    def _on_engine(self) -> None:
        self._choose(self._with_engine(self._engines.checkedAction().data()))

    def _with_engine(self, engine: str) -> EngineChoice:
        """Return the choice with another engine; engines without prompts get no prompter."""
        prompter = self._choice.prompter
        if engine != ENGINE:
            prompter = replace(prompter, name="none")
        return replace(self._choice, engine=engine, prompter=prompter)

    def _choose_value(self, field: str, value: Any) -> None:
        """Change one field of the choice."""
        self._choose(replace(self._choice, **{field: value}))

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
    def ask_pisa(self) -> None:
        """Open the settings of PiSA-SR; the engine changes when they are confirmed."""
        self.show_choice(self._choice)
        dialog = PisaDialog(self._with_engine(PISA), self.parentWidget(), self._missing)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._choose)
        dialog.models_wanted.connect(self.models_wanted)
        dialog.open()

    @Slot()
    def _choose_file(self) -> None:
        kinds = file_filter(
            (translate("Engine", "4× models"), "*.safetensors *.pth *.pt *.ckpt"),
            (translate("Engine", "All files"), "*"),
        )
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            translate("Engine", "Choose a 4× Model"),
            "",
            kinds,
        )
        if chosen:
            self._choose(self._with_engine(chosen))
        else:
            self.show_choice(self._choice)

    @Slot(object)
    def _choose(self, choice: EngineChoice) -> None:
        # Also the choice in use, as a switch to another one may be under way.
        self.chosen.emit(choice)
