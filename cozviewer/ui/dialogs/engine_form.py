"""What the dialogs of the engines with many settings have in common: their layout, buttons and
error messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from cozviewer.ui.widgets.forms import Row, Trouble, form_of, heading
from cozviewer.ui.widgets.path_field import file_filter
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

MISSING = {
    "base": QT_TRANSLATE_NOOP("Engine", "Stable Diffusion 3 (base model)"),
    "lora": QT_TRANSLATE_NOOP("Engine", "model_20001.pkl (LoRA)"),
    "vae": QT_TRANSLATE_NOOP("Engine", "vae_encoder_20001.pt (VAE encoder)"),
    "qwen": QT_TRANSLATE_NOOP("Engine", "the vision model"),
    "adapter": QT_TRANSLATE_NOOP("Engine", "the adapter of the vision model"),
    "ram": QT_TRANSLATE_NOOP("Engine", "ram_swin_large_14m.pth (tagger)"),
    "dape": QT_TRANSLATE_NOOP("Engine", "DAPE.pth (fine-tuning of the tagger)"),
    "ram_tags": QT_TRANSLATE_NOOP("Engine", "ram_tag_list.txt and ram_tag_list_threshold.txt"),
    "sd2": QT_TRANSLATE_NOOP("Engine", "Stable Diffusion 2.1 (base model)"),
    "pisa": QT_TRANSLATE_NOOP("Engine", "pisa_sr.pkl (LoRA)"),
}
"""Names of the files that may be missing, as the form names them."""

Group = tuple[str, Sequence[Row] | QWidget]
"""A heading, and the fields below it or the widget that holds them."""


@dataclass(frozen=True)
class EngineForm:
    """The parts of a dialog that are the same for all engines.

    Attributes:
        use: The button that confirms.
        trouble: The error message above the buttons.
        accepted, models_wanted: Signals of the buttons that confirm and open the dialog of models.
    """

    use: QPushButton
    trouble: Trouble
    accepted: SignalInstance
    models_wanted: SignalInstance


def engine_form(dialog: QDialog, use: str, groups: Sequence[Group]) -> EngineForm:
    """Lay out the dialog of an engine, and return its parts.

    Args:
        dialog: Is rejected by the Cancel button.
        use: The title of the button that confirms.
        groups: The fields, from top to bottom.
    """
    trouble = Trouble()
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    accept = QPushButton(use)
    accept.setDefault(True)
    buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    models = QPushButton(translate("Engine", "Get Models…"))
    models.setAutoDefault(False)
    models.setToolTip(translate("Engine", "Download or check models"))
    buttons.addButton(models, QDialogButtonBox.ButtonRole.ActionRole)
    buttons.rejected.connect(dialog.reject)

    dialog.setMinimumWidth(680)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 18, 20, 16)
    column.setSpacing(10)
    for title, content in groups:
        column.addWidget(heading(title))
        if isinstance(content, QWidget):
            column.addWidget(content)
            continue
        grid = form_of(content, spacing=8)
        grid.setColumnMinimumWidth(0, 120)
        column.addLayout(grid)
        column.addSpacing(6)
    column.addStretch(1)
    column.addWidget(trouble)
    column.addWidget(buttons)
    # Tab enters the box at the accepting button and would pass over one before it.
    dialog.setTabOrder(models, buttons.button(QDialogButtonBox.StandardButton.Cancel))
    return EngineForm(accept, trouble, buttons.accepted, models.clicked)


def checkpoints() -> str:
    """Return the filter of file dialogs for checkpoints."""
    return file_filter(
        (translate("Engine", "Checkpoints"), "*.pkl *.pt *.pth"),
        (translate("Engine", "All files"), "*"),
    )


def missing_text(missing: Sequence[str]) -> str:
    """Return a message about missing files; "" if none is missing.

    Args:
        missing: Names in MISSING.
    """
    if not missing:
        return ""
    things = [translate_marked("Engine", MISSING[name]) for name in missing]
    if len(things) == 1:
        return translate(
            "Engine",
            "Not found: {file}. Choose it above, or click Get Models… to download it.",
        ).format(file=things[0])
    listed = translate("Engine", "{files} and {last}").format(
        files=translate("Engine", ", ", "between file names").join(things[:-1]), last=things[-1]
    )
    return translate(
        "Engine", "Not found: {files}. Choose them above, or click Get Models… to download them."
    ).format(files=listed)
