"""Whether an export is signed, and with what: a part of the export dialog."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from cozviewer.export.signing import Signature
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.widgets.forms import form_of
from cozviewer.ui.widgets.path_field import PathField

WANTED, CERTIFICATE, KEY = "export/sign", "export/certificate", "export/key"
"""Of the settings; the paths are kept, what lies there never is."""

PEM = "PEM files (*.pem *.crt *.cer *.key);;All files (*)"


class SigningForm(QWidget):
    """A box to check, and two files to name once it is; both are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = QCheckBox("Sign it with my certificate (C2PA, Content Credentials)")
        self.certificate = PathField(
            "Your certificate", folder=False, filter_=PEM, hint="With its chain, as PEM"
        )
        self.key = PathField(
            "Its private key", folder=False, filter_=PEM, hint="As PEM, without a password"
        )
        self.certificate.show_path(kept_text(CERTIFICATE))
        self.key.show_path(kept_text(KEY))
        files = QWidget()
        grid = form_of((("Certificate", self.certificate), ("Key", self.key)), spacing=8)
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
        """What is to be signed with; None where nothing is to be signed."""
        if not self.wanted.isChecked() or self.isHidden():
            return None
        return Signature(Path(self.certificate.text), Path(self.key.text))

    def keep(self) -> None:
        """Remember what is filled in."""
        keep_text(WANTED, "on" if self.wanted.isChecked() else "")
        keep_text(CERTIFICATE, self.certificate.text)
        keep_text(KEY, self.key.text)
