"""The part of the export dialog that asks what an image is signed with."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from cozviewer.export.signing import Signature
from cozviewer.ui.settings import keep_texts, kept_text
from cozviewer.ui.widgets.forms import form_of
from cozviewer.ui.widgets.path_field import PathField
from cozviewer.util.translation import translate

WANTED, CERTIFICATE, KEY = "export/sign", "export/certificate", "export/key"
"""Settings; only the paths are stored, never what the files contain."""


class SigningForm(QWidget):
    """A check box, and inputs for certificate and key while it is checked; all are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = QCheckBox(translate("Export", "Attach Content Credentials (C2PA)"))
        files, everything = translate("Export", "PEM files"), translate("Export", "All files")
        patterns = f"{files} (*.pem *.crt *.cer *.key);;{everything} (*)"
        self.certificate = PathField(
            translate("Export", "Choose the Certificate"),
            folder=False,
            filter_=patterns,
            hint=translate("Export", "Certificate chain (.pem)"),
        )
        self.key = PathField(
            translate("Export", "Choose the Private Key"),
            folder=False,
            filter_=patterns,
            hint=translate("Export", "Unencrypted private key (.pem)"),
        )
        self.certificate.show_path(kept_text(CERTIFICATE))
        self.key.show_path(kept_text(KEY))
        inputs = QWidget()
        rows = (
            (translate("Export", "Certificate"), self.certificate),
            (translate("Export", "Private key"), self.key),
        )
        grid = form_of(rows, spacing=8)
        grid.setContentsMargins(24, 0, 0, 0)
        inputs.setLayout(grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.wanted)
        column.addWidget(inputs)
        self.wanted.setChecked(kept_text(WANTED) == "on")
        inputs.setVisible(self.wanted.isChecked())
        self.wanted.toggled.connect(inputs.setVisible)

    @property
    def signature(self) -> Signature | None:
        """Certificate and key as entered; None if the file is not to be signed."""
        if not self.wanted.isChecked() or self.isHidden():
            return None
        return Signature(Path(self.certificate.text), Path(self.key.text))

    def keep(self) -> None:
        """Remember the inputs."""
        wanted = "on" if self.wanted.isChecked() else ""
        keep_texts({WANTED: wanted, CERTIFICATE: self.certificate.text, KEY: self.key.text})
