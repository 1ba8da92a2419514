"""The settings of PiSA-SR: its files and its two strengths."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QWidget,
)

from cozviewer.config.choice import LARGEST_STRENGTH, EngineChoice, PisaChoice
from cozviewer.ui.dialogs.engine_form import checkpoints, engine_form, missing_text
from cozviewer.ui.widgets.forms import fit_height
from cozviewer.ui.widgets.path_field import PathField
from cozviewer.util.translation import translate

PISA = "pisa"


class PisaDialog(QDialog):
    """The dialog.

    Signals:
        wanted: (EngineChoice) the user confirmed.
        models_wanted: the user clicked Get Models.
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
            filter_=checkpoints(),
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
        form = engine_form(
            self,
            translate("Engine", "Use PiSA-SR"),
            (
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
            ),
        )
        self.use, self._trouble = form.use, form.trouble
        self.base.show_path(choice.pisa.base)
        self.weights.show_path(choice.pisa.weights)
        self.pixel.setValue(choice.pisa.pixel)
        self.semantic.setValue(choice.pisa.semantic)
        form.accepted.connect(self._use)
        form.models_wanted.connect(self.models_wanted)
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
