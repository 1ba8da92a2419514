"""Asks for other settings to compare with: another engine, prompt or seed."""

import re
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QSpinBox,
    QWidget,
)

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.dialogs.coz_dialog import ENGINE, SETTINGS
from cozviewer.ui.engine_menu import DEPTHS, FIDELITIES, TEXTURES
from cozviewer.ui.prompts.prompter_form import PrompterForm
from cozviewer.ui.widgets.forms import Trouble, fit_height, form_of, named_chooser, stacked
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

SAME = QT_TRANSLATE_NOOP("Compare", "These are the current settings. Change at least one.")


class SettingsDialog(QDialog):
    """The dialog.

    Signals:
        wanted: (EngineChoice) Compare was pressed, and the settings differ from the present ones.
    """

    wanted = Signal(object)

    def __init__(
        self,
        engines: Sequence[tuple[str, EngineChoice]],
        start: EngineChoice,
        present: EngineChoice,
        parent: QWidget | None = None,
    ) -> None:
        """Fill the dialog in.

        Args:
            engines: Titles and settings of the engines on offer, among them that of `start`.
            start: The settings that are filled in.
            present: The settings that the open image is generated with.
        """
        super().__init__(parent)
        self.setWindowTitle(translate("Compare", "Compare with Other Settings"))
        self.setMinimumWidth(640)
        self._present = present
        self.engine = named_chooser((choice, title) for title, choice in engines)
        names = [choice.engine for _, choice in engines]
        self.engine.setCurrentIndex(names.index(start.engine))
        self.setting = named_chooser(
            (value, translate_marked("Engine", title)) for value, title in SETTINGS
        )
        self.setting.setCurrentIndex(self.setting.findData(start.coz.setting))
        self.fidelity = _explained(FIDELITIES)
        nearest = min(FIDELITIES, key=lambda each: abs(each[0] - start.fidelity))
        self.fidelity.setCurrentIndex(FIDELITIES.index(nearest))
        self.contours = _explained(DEPTHS)
        self.contours.setCurrentIndex(self.contours.findData(start.depth))
        self.texture = _explained(TEXTURES)
        self.texture.setCurrentIndex(self.texture.findData(start.texture))
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setValue(start.seed)
        self.prompter = PrompterForm(start.prompter)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = QPushButton(translate("Compare", "Compare"))
        self.use.setDefault(True)
        self.buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)

        self._rows: tuple[tuple[QLabel, QWidget], ...] = (
            (Label(translate("Compare", "Engine")), self.engine),
            (Label(translate("Compare", "Setting")), self.setting),
            (Label(translate("Compare", "Fidelity")), self.fidelity),
            (Label(translate("Compare", "Edges")), self.contours),
            (Label(translate("Compare", "Texture")), self.texture),
            (Label(translate("Compare", "Seed")), self.seed),
        )
        grid = form_of(self._rows, spacing=8)
        grid.setColumnMinimumWidth(0, 120)
        column = stacked(self, (grid, self.prompter, self.trouble, self.buttons))
        column.insertStretch(2, 1)
        # Tab enters the box at the accepting button and would pass over one before it.
        self.setTabOrder(self.use, self.buttons.button(QDialogButtonBox.StandardButton.Cancel))

        self.engine.currentIndexChanged.connect(self._show_rows)
        self.setting.currentIndexChanged.connect(self._show_rows)
        self.buttons.accepted.connect(self._use)
        self.buttons.rejected.connect(self.reject)
        # Queued: rows are shown and hidden first, then the dialog shrinks.
        for box in (self.engine, self.setting, self.prompter.who):
            box.currentIndexChanged.connect(self._shrink, Qt.ConnectionType.QueuedConnection)
        self._show_rows()

    @property
    def choice(self) -> EngineChoice:
        """The settings as filled in."""
        choice: EngineChoice = self.engine.currentData()
        choice = replace(choice, fidelity=self.fidelity.currentData())
        if choice.engine != ENGINE:
            return replace(
                choice, depth=self.contours.currentData(), texture=self.texture.currentData()
            )
        return replace(
            choice,
            seed=self.seed.value(),
            coz=replace(choice.coz, setting=self.setting.currentData()),
            prompter=self.prompter.choice,
        )

    @Slot()
    def _show_rows(self) -> None:
        """Show the rows that apply to the chosen engine."""
        self.trouble.show_message("")
        choice = self.choice
        takes_prompt = choice.engine == ENGINE
        shown = {
            self.setting: takes_prompt,
            self.fidelity: not choice.paper,
            self.contours: not takes_prompt,
            self.texture: not takes_prompt,
            self.seed: takes_prompt,
        }
        for name, field in self._rows:
            name.setVisible(shown.get(field, True))
            field.setVisible(shown.get(field, True))
        self.prompter.setVisible(takes_prompt)

    @Slot()
    def _use(self) -> None:
        choice = self.choice
        trouble = self.prompter.trouble() if choice.engine == ENGINE else ""
        if not trouble and choice == self._present:
            trouble = translate_marked("Compare", SAME)
        self.trouble.show_message(trouble)
        if not trouble:
            self.wanted.emit(choice)
            self.accept()

    @Slot()
    def _shrink(self) -> None:
        fit_height(self)


def _explained(choices: Sequence[tuple[object, str, str]]) -> QComboBox:
    """Return a chooser of values, with their titles and explanations."""
    rows = []
    for value, title, meaning in choices:
        plain = re.sub(r"\(&\w\)|&", "", translate_marked("Engine", title))
        text = translate_marked("Engine", meaning)
        rows.append(
            (
                value,
                translate("Compare", "{setting}: {meaning}").format(
                    setting=plain, meaning=text[0].lower() + text[1:]
                ),
            )
        )
    return named_chooser(rows)
