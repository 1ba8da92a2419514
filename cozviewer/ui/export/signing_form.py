"""The part of the export dialog for Content Credentials."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from cozviewer.export.signing import Signature
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.widgets.forms import form_of
from cozviewer.ui.widgets.path_field import PathField

WANTED, CERTIFICATE, KEY = "export/sign", "export/certificate", "export/key"
"""Settings; only the paths are stored, never what the files contain."""

PEM = "PEM files (*.pem *.crt *.cer *.key);;All files (*)"


class SigningForm(QWidget):
    """A check box, and inputs for certificate and key while it is checked; all are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = QCheckBox("Attach Content Credentials (C2PA)")
        self.certificate = PathField(
            "Choose the Certificate", folder=False, filter_=PEM, hint="Certificate chain (.pem)"
        )
        self.key = PathField(
            "Choose the Private Key",
            folder=False,
            filter_=PEM,
            hint="Unencrypted private key (.pem)",
        )
        self.certificate.show_path(kept_text(CERTIFICATE))
        self.key.show_path(kept_text(KEY))
        files = QWidget()
        grid = form_of((("Certificate", self.certificate), ("Private key", self.key)), spacing=8)
        grid.setContentsMargins(24, 0, 0, 0)
        files.setLayout(grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.wanted)
        column.addWidget(files)
        self.wanted.setChecked(kept_text(WANTED) == "on")
        files.setVisible(self.wanted.isChecked())
        self.wanted.toggled.connect(files.setVisible)

    @property
    def signature(self) -> Signature | None:
        """Certificate and key as entered; None if the file is not to be signed."""
        if not self.wanted.isChecked() or self.isHidden():
            return None
        return Signature(Path(self.certificate.text), Path(self.key.text))

    def keep(self) -> None:
        """Remember the inputs."""
        keep_text(WANTED, "on" if self.wanted.isChecked() else "")
        keep_text(CERTIFICATE, self.certificate.text)
        keep_text(KEY, self.key.text)
