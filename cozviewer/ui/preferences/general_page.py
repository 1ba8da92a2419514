"""Preferences: language, theme, motion, and what is generated with at the start."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.cluster.link import check_address
from cozviewer.config.choice import AUTO, BF16, FP32, INT8
from cozviewer.ui.language import LANGUAGES
from cozviewer.ui.services import EngineEntry
from cozviewer.ui.settings import LAST, SYSTEM, Preferences
from cozviewer.ui.widgets.forms import Trouble, form_of, named_chooser
from cozviewer.ui.widgets.plain import Label
from cozviewer.ui.widgets.theme import quiet
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

WIDEST = 520
"""Logical pixels of a paragraph."""


class GeneralPage(QWidget):
    """Language, theme, motion, and what lies behind transparent parts.

    Signals:
        changed: (Preferences) the user changed one of them.
        restart_wanted: the user requested a restart.
    """

    changed = Signal(object)
    restart_wanted = Signal()

    def __init__(self, preferences: Preferences, spoken: str) -> None:
        """Create the page.

        Args:
            preferences: The values.
            spoken: The language that was preferred when the program was started.
        """
        super().__init__()
        self._preferences = preferences
        system = translate("Preferences", "Same as the system")
        self.language = named_chooser([("", system), *LANGUAGES.items()])
        self.theme = named_chooser(
            (
                (SYSTEM, system),
                ("dark", translate("Preferences", "Dark")),
                ("light", translate("Preferences", "Light")),
            )
        )
        self.motion = named_chooser(
            (
                (SYSTEM, system),
                ("reduced", translate("Preferences", "Reduced: nothing glides or fades")),
                ("full", translate("Preferences", "Full")),
            )
        )
        self.backdrop = named_chooser(
            (
                ("checkerboard", translate("Preferences", "Checkerboard")),
                ("white", translate("Preferences", "White")),
                ("black", translate("Preferences", "Black")),
            )
        )
        self.restart = QPushButton(translate("Preferences", "Restart Now"))
        self.restart.clicked.connect(self.restart_wanted)
        self.at_start = QWidget()
        row = QHBoxLayout(self.at_start)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(
            paragraph(
                translate("Preferences", "The language changes when cozviewer is started again.")
            ),
            1,
        )
        row.addWidget(self.restart)
        rows = (
            (translate("Preferences", "Language"), self.language),
            ("", self.at_start),
            (translate("Preferences", "Theme"), self.theme),
            (translate("Preferences", "Motion"), self.motion),
            (translate("Preferences", "Transparency"), self.backdrop),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form_of(rows))
        column.addStretch(1)
        self._spoken = spoken
        self.show_preferences(preferences)
        for name, box in self._boxes.items():
            box.activated.connect(lambda _, name=name, box=box: self._on_chosen(name, box))

    @property
    def _boxes(self) -> dict[str, QComboBox]:
        return {
            "language": self.language,
            "theme": self.theme,
            "motion": self.motion,
            "backdrop": self.backdrop,
        }

    def show_preferences(self, preferences: Preferences) -> None:
        """Show the values."""
        self._preferences = preferences
        for name, box in self._boxes.items():
            select(box, getattr(preferences, name))
        self._show_restart()

    def _on_chosen(self, name: str, box: QComboBox) -> None:
        self._preferences = replace(self._preferences, **{name: box.currentData()})
        self._show_restart()
        self.changed.emit(self._preferences)

    def _show_restart(self) -> None:
        self.at_start.setVisible(self._preferences.language != self._spoken)


class EnginePage(QWidget):
    """What is generated with at the start, and what is generated besides.

    Signals:
        changed: (Preferences) the user changed what is used at the start.
        switched: (bool, bool) whether drafts are shown, and whether to generate ahead.
    """

    changed = Signal(object)
    switched = Signal(bool, bool)

    def __init__(
        self,
        preferences: Preferences,
        engines: Sequence[EngineEntry],
        devices: Sequence[str],
        drafts: bool,
        ahead: bool,
    ) -> None:
        """Create the page.

        Args:
            preferences: The values.
            engines: The engines to choose from.
            devices: The devices that are known.
            drafts, ahead: Whether drafts are shown, and whether the program generates ahead.
        """
        super().__init__()
        self._preferences = preferences
        last = (LAST, translate("Preferences", "Last used"))
        self.engine = named_chooser([last, *((each.name, each.title) for each in engines)])
        automatic = (AUTO, translate("Preferences", "Automatic"))
        named = [name for name in dict.fromkeys((*devices, preferences.device)) if name != LAST]
        others = [(name, name.upper()) for name in named if name != AUTO]
        self.device = named_chooser([last, automatic, *others])
        self.numbers = named_chooser(
            [
                last,
                automatic,
                (FP32, translate("Preferences", "32-bit float (fp32)")),
                (BF16, translate("Preferences", "16-bit float (bf16)")),
                (INT8, translate("Preferences", "8-bit integer (int8)")),
            ]
        )
        self.drafts = QCheckBox(translate("Preferences", "Show drafts until detail is generated"))
        self.ahead = QCheckBox(
            translate("Preferences", "Generate ahead while idle (not on battery)")
        )
        self.cluster = QLineEdit(preferences.cluster)
        self.wrong_address = Trouble()
        self.cluster.setPlaceholderText(translate("Preferences", "None"))
        self.cluster.setToolTip(
            translate(
                "Preferences",
                "A Ray cluster for exports and upscaling: ray://HOST:10001, auto or local:2. It"
                " must be in a private network.",
            )
        )
        self.drafts.setChecked(drafts)
        self.ahead.setChecked(ahead)
        rows = (
            (translate("Preferences", "Engine at the start"), self.engine),
            (translate("Preferences", "Device"), self.device),
            (translate("Preferences", "Precision"), self.numbers),
            (translate("Preferences", "Cluster address"), self.cluster),
            ("", self.wrong_address),
            ("", self.drafts),
            ("", self.ahead),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(form_of(rows))
        column.addWidget(
            paragraph(
                translate(
                    "Preferences",
                    "The engine of the open photo is chosen in the Engine menu. Options of the"
                    " command line and the engine of a session come first.",
                )
            )
        )
        column.addStretch(1)
        for name, box in self._boxes.items():
            select(box, getattr(preferences, name))
            box.activated.connect(lambda _, name=name, box=box: self._on_chosen(name, box))
        self.cluster.editingFinished.connect(self._on_cluster)
        self.drafts.clicked.connect(self._on_switched)
        self.ahead.clicked.connect(self._on_switched)

    @property
    def _boxes(self) -> dict[str, QComboBox]:
        return {"engine": self.engine, "device": self.device, "numbers": self.numbers}

    def _on_chosen(self, name: str, box: QComboBox) -> None:
        self._preferences = replace(self._preferences, **{name: box.currentData()})
        self.changed.emit(self._preferences)

    @Slot()
    def _on_cluster(self) -> None:
        address = self.cluster.text().strip()
        try:
            if address:
                check_address(address)
        except BadInput as error:
            self.wrong_address.show_message(str(error))
            return
        self.wrong_address.show_message("")
        if address != self._preferences.cluster:
            self._preferences = replace(self._preferences, cluster=address)
            self.changed.emit(self._preferences)

    @Slot()
    def _on_switched(self) -> None:
        self.switched.emit(self.drafts.isChecked(), self.ahead.isChecked())


def select(box: QComboBox, value: object) -> None:
    """Select the item of a value, the first one where there is none."""
    box.setCurrentIndex(max(0, box.findData(value)))


def paragraph(text: str) -> Label:
    """Return a label with less important text of several lines."""
    label = Label(text)
    label.setWordWrap(True)
    label.setMaximumWidth(WIDEST)
    quiet(label)
    return label
