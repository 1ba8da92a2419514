"""The settings of PiSA-SR: its files and its two strengths."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.config.choice import LARGEST_STRENGTH, EngineChoice, PisaChoice
from cozviewer.ui.dialogs.coz_dialog import missing_text
from cozviewer.ui.widgets.forms import Trouble, fit_height, form_of, heading
from cozviewer.ui.widgets.path_field import PathField, file_filter
from cozviewer.util.translation import translate

PISA = "pisa"


class PisaDialog(QDialog):
    """The dialog.

    Signals:
        wanted: (EngineChoice) the user confirmed.
        models_wanted: the user wants to open the dialog of models.
    """

    wanted = Signal(object)
    models_wanted = Signal()

    def __init__(
        self,
        choice: EngineChoice,
        parent: QWidget | None = None,
        missing: Callable[[EngineChoice], Sequence[str]] = lambda choice: (),
    ) -> None:
        """Create the dialog.

        Args:
            choice: The values to start from.
            parent: The parent window.
            missing: See `Services.missing_files`.
        """
        super().__init__(parent)
        self._missing = missing
        self._choice = choice
        self.setWindowTitle("PiSA-SR")
        self.setMinimumWidth(680)
        self.base = PathField(
            translate("Engine", "Choose the Folder of Stable Diffusion 2.1"),
            folder=True,
            hint=translate(
                "Engine", "Automatic (downloaded Stable Diffusion 2.1), or choose a folder"
            ),
        )
        self.weights = PathField(
            translate("Engine", "Choose pisa_sr.pkl"),
            folder=False,
            filter_=file_filter(
                (translate("Engine", "Checkpoints"), "*.pkl *.pt *.pth"),
                (translate("Engine", "All files"), "*"),
            ),
            hint=translate("Engine", "Automatic, or choose pisa_sr.pkl"),
        )
        self.pixel, self.semantic = _strength(), _strength()
        self.pixel.setToolTip(
            translate("Engine", "How strongly noise, blur and compression are removed")
        )
        self.semantic.setToolTip(
            translate(
                "Engine",
                "How much detail is generated. Where the two strengths differ, it takes twice as "
                "long",
            )
        )
        self._trouble = Trouble()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = QPushButton(translate("Engine", "Use PiSA-SR"))
        self.use.setDefault(True)
        buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)
        models = QPushButton(translate("Engine", "Get Models…"))
        models.setAutoDefault(False)
        models.setToolTip(translate("Engine", "Download or check models"))
        buttons.addButton(models, QDialogButtonBox.ButtonRole.ActionRole)

        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        for title, rows in (
            (
                translate("Engine", "Image Model"),
                (
                    (translate("Engine", "Base model"), self.base),
                    (translate("Engine", "LoRA weights"), self.weights),
                ),
            ),
            (
                translate("Engine", "Strength"),
                (
                    (translate("Engine", "Cleaning (pixels)"), self.pixel),
                    (translate("Engine", "Detail (semantic)"), self.semantic),
                ),
            ),
        ):
            column.addWidget(heading(title))
            grid = form_of(rows, spacing=8)
            grid.setColumnMinimumWidth(0, 120)
            column.addLayout(grid)
            column.addSpacing(6)
        column.addStretch(1)
        column.addWidget(self._trouble)
        column.addWidget(buttons)
        # Tab enters the box at the accepting button and would pass over one before it.
        self.setTabOrder(models, buttons.button(QDialogButtonBox.StandardButton.Cancel))
        self.base.show_path(choice.pisa.base)
        self.weights.show_path(choice.pisa.weights)
        self.pixel.setValue(choice.pisa.pixel)
        self.semantic.setValue(choice.pisa.semantic)
        buttons.accepted.connect(self._use)
        buttons.rejected.connect(self.reject)
        models.clicked.connect(self.models_wanted)
        self._fit = QTimer(self)  # the message has its height once it is shown
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._fit_height)

    @property
    def choice(self) -> EngineChoice:
        """The choice as entered."""
        return replace(
            self._choice,
            engine=PISA,
            pisa=PisaChoice(
                base=self.base.text,
                weights=self.weights.path,
                pixel=round(self.pixel.value(), 2),
                semantic=round(self.semantic.value(), 2),
            ),
        )

    @property
    def trouble(self) -> str:
        """The error message that is shown, or ""."""
        return self._trouble.text()

    @Slot()
    def _use(self) -> None:
        trouble = missing_text(self._missing(self.choice))
        self._trouble.show_message(trouble)
        self._fit.start()
        if not trouble:
            self.wanted.emit(self.choice)
            self.accept()

    @Slot()
    def _fit_height(self) -> None:
        fit_height(self)


def _strength() -> QDoubleSpinBox:
    """Return a field for a strength."""
    box = QDoubleSpinBox()
    box.setRange(0, LARGEST_STRENGTH)
    box.setSingleStep(0.1)
    box.setDecimals(2)
    return box
