"""The settings of Chain-of-Zoom: its files, its quality and memory use, and its prompts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QWidget,
)

from cozviewer.config.choice import CozChoice, EngineChoice
from cozviewer.ui.dialogs.engine_form import checkpoints, engine_form, missing_text
from cozviewer.ui.prompts.prompter_form import PrompterForm
from cozviewer.ui.widgets.forms import fit_height, named_chooser
from cozviewer.ui.widgets.path_field import PathField
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

ENGINE = "coz"

SETTINGS = (
    ("best", QT_TRANSLATE_NOOP("Engine", "Best quality (seamless)")),
    ("paper", QT_TRANSLATE_NOOP("Engine", "As in the paper (to reproduce its results)")),
)
"""Values and titles: see `CozChoice.setting`."""

MEMORY = (
    ("auto", QT_TRANSLATE_NOOP("Engine", "Automatic")),
    ("together", QT_TRANSLATE_NOOP("Engine", "Keep all models loaded (fastest)")),
    ("sequential", QT_TRANSLATE_NOOP("Engine", "Load one model at a time")),
    ("8bit", QT_TRANSLATE_NOOP("Engine", "Low memory, 8-bit (NVIDIA)")),
    ("nf4", QT_TRANSLATE_NOOP("Engine", "Lowest memory, 4-bit (NVIDIA)")),
)
"""Values and titles: see `EngineChoice.memory`."""


class CozDialog(QDialog):
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
        """Create the dialog with the current choice.

        Args:
            choice: The values to start from.
            parent: The parent window.
            missing: See `Services.missing_files`.
        """
        super().__init__(parent)
        self._missing = missing
        self.setWindowTitle("Chain-of-Zoom")
        self._choice = choice
        files = checkpoints()
        self.base = PathField(
            translate("Engine", "Choose the Folder of Stable Diffusion 3"),
            folder=True,
            hint=translate(
                "Engine", "Automatic (downloaded Stable Diffusion 3), or choose a folder"
            ),
        )
        self.lora = PathField(
            translate("Engine", "Choose model_20001.pkl"),
            folder=False,
            filter_=files,
            hint=translate("Engine", "Automatic, or choose model_20001.pkl"),
        )
        self.vae = PathField(
            translate("Engine", "Choose vae_encoder_20001.pt"),
            folder=False,
            filter_=files,
            hint=translate("Engine", "Automatic, or choose vae_encoder_20001.pt"),
        )
        self.setting, self.memory = _titled(SETTINGS), _titled(MEMORY)
        self.t5 = QCheckBox(translate("Engine", "Use the large text encoder (T5, 10 GB)"))
        self.t5.setToolTip(
            translate("Engine", "Without it, long prompts are followed less closely")
        )
        first = choice.engine != ENGINE and choice.prompter.name == "none"
        self.prompter = PrompterForm(
            replace(choice.prompter, name="qwen") if first else choice.prompter
        )
        form = engine_form(
            self,
            translate("Engine", "Use Chain-of-Zoom"),
            (
                (
                    translate("Engine", "Image Model"),
                    (
                        (translate("Engine", "Base model"), self.base),
                        (translate("Engine", "LoRA weights"), self.lora),
                        (translate("Engine", "VAE encoder"), self.vae),
                        (translate("Engine", "Quality"), self.setting),
                        (translate("Engine", "Memory"), self.memory),
                        ("", self.t5),
                    ),
                ),
                (translate("Engine", "Prompts"), self.prompter),
            ),
        )
        self.use, self._trouble = form.use, form.trouble
        self._fill(choice)
        form.accepted.connect(self._use)
        form.models_wanted.connect(self.models_wanted)
        # Queued: shrink only after the rows have been shown and hidden.
        self.prompter.who.currentIndexChanged.connect(
            self._shrink, Qt.ConnectionType.QueuedConnection
        )

    @property
    def choice(self) -> EngineChoice:
        """The choice as entered."""
        return replace(
            self._choice,
            engine=ENGINE,
            memory=self.memory.currentData(),
            coz=CozChoice(
                base=self.base.text,
                lora=self.lora.path,
                vae=self.vae.path,
                setting=self.setting.currentData(),
                t5=self.t5.isChecked(),
            ),
            prompter=self.prompter.choice,
        )

    @property
    def trouble(self) -> str:
        """The error message that is shown, or ""."""
        return self._trouble.text()

    def _fill(self, choice: EngineChoice) -> None:
        self.base.show_path(choice.coz.base)
        self.lora.show_path(choice.coz.lora)
        self.vae.show_path(choice.coz.vae)
        self.setting.setCurrentIndex(self.setting.findData(choice.coz.setting))
        self.memory.setCurrentIndex(self.memory.findData(choice.memory))
        self.t5.setChecked(choice.coz.t5)

    @Slot()
    def _use(self) -> None:
        trouble = self.prompter.trouble() or missing_text(self._missing(self.choice))
        self._trouble.show_message(trouble)
        if not trouble:
            self.wanted.emit(self.choice)
            self.accept()

    @Slot()
    def _shrink(self) -> None:
        fit_height(self)


def _titled(values: Sequence[tuple[str, str]]) -> QComboBox:
    """Return a chooser of values with titles that are marked for translation."""
    return named_chooser((value, translate_marked("Engine", title)) for value, title in values)
