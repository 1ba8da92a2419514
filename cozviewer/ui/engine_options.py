"""Submenus of the Engine menu, each with one setting that has several values."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from cozviewer.config.choice import AUTO, BF16, FP32, INT8, EngineChoice
from cozviewer.config.fields import AUTO as BY_KIND
from cozviewer.config.fields import FIELDS, field_named
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

NUMBERS = (
    (
        AUTO,
        QT_TRANSLATE_NOOP("Engine", "&Automatic"),
        QT_TRANSLATE_NOOP("Engine", "The fastest on this computer; measured once"),
    ),
    (
        FP32,
        QT_TRANSLATE_NOOP("Engine", "32-bit float (&fp32)"),
        QT_TRANSLATE_NOOP("Engine", "Most exact"),
    ),
    (
        BF16,
        QT_TRANSLATE_NOOP("Engine", "16-bit float (&bf16)"),
        QT_TRANSLATE_NOOP("Engine", "Half the memory; differs by about half a grey level"),
    ),
    (
        INT8,
        QT_TRANSLATE_NOOP("Engine", "8-bit integer (&int8)"),
        QT_TRANSLATE_NOOP("Engine", "Real-ESRGAN only; differs by about one grey level"),
    ),
)
"""Values, titles and tool tips: see `EngineChoice.numbers`."""

EMBEDDED = "realesrgan"
"""The engine that can compute in int8."""

FIXED = ("bicubic", "nearest", "coz")
"""Engines for which the number format cannot be chosen."""


class ChoiceMenu(QMenu):
    """A submenu of which one item is checked.

    Signals:
        picked: (object) the user chose this value.
    """

    picked = Signal(object)

    def __init__(
        self, title: str, choices: Sequence[tuple[object, str, str]], parent: QWidget
    ) -> None:
        """Create the menu.

        Args:
            title: Of the menu, in the language of the user.
            choices: A value, a title and a tool tip for each item, marked for translation in the
                context "Engine".
        """
        super().__init__(title, parent)
        self.setToolTipsVisible(True)
        self.group = QActionGroup(self)
        self.group.triggered.connect(self._on_triggered)
        for value, name, meaning in choices:
            self.add(value, translate_marked("Engine", name), translate_marked("Engine", meaning))

    def add(self, value: object, title: str, tip: str = "") -> None:
        """Add an item, in the language of the user."""
        action = self.addAction(title)
        action.setToolTip(tip)
        action.setCheckable(True)
        action.setData(value)
        self.group.addAction(action)

    def check(self, value: object) -> None:
        """Check the item of a value; none where there is no such item."""
        for action in self.group.actions():
            action.setChecked(action.data() == value)

    def check_nearest(self, value: float) -> None:
        """Check the item whose number is closest to a value."""
        nearest = min(self.group.actions(), key=lambda action: abs(action.data() - value))
        nearest.setChecked(True)

    @Slot()
    def _on_triggered(self) -> None:
        self.picked.emit(self.group.checkedAction().data())


class DeviceMenu(ChoiceMenu):
    """Where the models run.

    Attributes:
        names: The devices that are offered, besides the automatic choice.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(translate("Engine", "&Device"), (), parent)
        self.names: Sequence[str] = ()

    def show_devices(self, devices: Sequence[str], chosen: str) -> None:
        """Offer these devices and the automatic choice, and check the one that is chosen."""
        for action in self.group.actions():
            self.group.removeAction(action)
        self.clear()
        self.names = devices
        for name in ("auto", *devices):
            self.add(name, translate("Engine", "Automatic") if name == "auto" else name.upper())
        self.check(chosen)


class NumbersMenu(ChoiceMenu):
    """The number format. Those that the device does not support are disabled."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(translate("Engine", "&Precision"), NUMBERS, parent)
        self._choice = EngineChoice()
        self._supported: Sequence[str] = ()
        self._used = ""

    def show_choice(self, choice: EngineChoice) -> None:
        """Check the format of a choice. What another device supports is not known at first."""
        before, self._choice = self._choice, choice
        if choice.device != before.device:
            self._supported, self._used = (), ""
        if (choice.engine, choice.numbers) != (before.engine, before.numbers):
            self._used = ""
        self._mark()

    def show_supported(self, supported: Sequence[str], place: str) -> None:
        """Enable the formats of the device in use.

        Args:
            supported: The formats that it supports, see `Services.numbers`.
            place: `Upscaler.device`: "CPU, bf16".
        """
        self._supported, self._used = supported, place.rpartition(", ")[2]
        self._mark()

    def _mark(self) -> None:
        now = self._choice
        several, fixed = len(self._supported) > 1, now.engine in FIXED
        for action in self.group.actions():
            automatic = action.data() == AUTO
            action.setChecked(action.data() == now.numbers)
            # An unsupported format can always be changed back to automatic.
            leaving = automatic and now.numbers != AUTO
            there = automatic or action.data() in self._supported
            missing = action.data() == INT8 and now.engine != EMBEDDED
            action.setEnabled(not fixed and not missing and ((several and there) or leaving))
            if automatic:
                found = not fixed and now.numbers == AUTO and self._used in (FP32, BF16, INT8)
                action.setText(
                    translate("Engine", "&Automatic ({format})").format(format=self._used)
                    if found
                    else translate("Engine", "&Automatic")
                )


class FieldMenu(ChoiceMenu):
    """The field of work: what kind of image it is, see `config.fields`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(translate("Engine", "&Image Type"), (), parent)
        self.add(BY_KIND, "")
        for field in FIELDS:
            tip = (
                translate("Engine", "No borrowed texture, full fidelity, not for diagnosis")
                if field.medical
                else ""
            )
            self.add(field.name, field.title, tip)

    def show_field(self, chosen: str, found: str) -> None:
        """Check the chosen field.

        Args:
            chosen: `EngineChoice.field`.
            found: The field that the kind of the file selects.
        """
        automatic = self.group.actions()[0]
        title = field_named(found).title
        automatic.setText(translate("Engine", "&Automatic ({type})").format(type=title))
        self.check(chosen)
