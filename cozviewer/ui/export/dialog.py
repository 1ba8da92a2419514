"""The export dialog: what to export, in which format, where to; the result is a task."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QVBoxLayout,
    QWidget,
)

from cozviewer.chain.chain import Chain
from cozviewer.export.picture import FORMATS, check_target, estimated_bytes
from cozviewer.export.signing import Signature, check_signing
from cozviewer.export.targets import refuse_source
from cozviewer.export.tasks import PictureOptions, PictureTask, RegionTask
from cozviewer.image.exif import without_place
from cozviewer.pyramid.camera import View
from cozviewer.ui.export.offers import (
    Comparison,
    Offer,
    comparison_offer,
    missing_count,
    offers,
    strip_offer,
)
from cozviewer.ui.export.target import TargetLine, text_of
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.widgets.forms import Trouble, chooser, fit_height, form_of, stacked, with_browse
from cozviewer.ui.widgets.path_field import PathField
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import CozviewerError
from cozviewer.util.text import counted
from cozviewer.util.units import bytes_text, duration_text

LABEL = "export/label"
"""Setting: whether a corner of the picture says what was generated."""

WANTED, CERTIFICATE, KEY = "export/sign", "export/certificate", "export/key"
"""Settings; only the paths are stored, never what the files contain."""

PEM = "PEM files (*.pem *.crt *.cer *.key);;All files (*)"


class ExportDialog(QDialog):
    """What to export, in which format, and where to.

    Signals:
        wanted: (Task) Save was pressed and the file can be written.
    """

    wanted = Signal(object)

    def __init__(
        self,
        chain: Chain,
        view: View,
        parent: QWidget | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        """Offer what can be exported of a view.

        Args:
            chain: The open pyramid; only read.
            view: The view on the screen.
            comparison: The comparison on the screen; None if there is none.
        """
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._chain = chain
        self._offers = offers(chain, view)
        if comparison is not None:
            self._offers.insert(1, comparison_offer(chain, view, comparison))
        if (way := strip_offer(chain, view)) is not None:
            self._offers.append(way)

        self.what = chooser(offer.title for offer in self._offers)
        self.size_label = Label()
        self.complete = QCheckBox()
        self.complete.setChecked(True)
        self.place = QCheckBox("Include location (GPS)")
        self.place.setChecked(True)
        exif = chain.pyramid.source.exif
        if without_place(exif) == exif:
            self.place.hide()
        self.label = QCheckBox("Add “AI-generated detail” label")
        self.label.setChecked(kept_text(LABEL) == "on")
        self.signing = SigningForm()
        self.format = chooser(FORMATS)
        self.path = TargetLine(chain.pyramid.source.folder / self._offers[0].task.path)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )

        rows = (
            ("What to export", self.what),
            ("Size", self.size_label),
            ("Format", self.format),
            ("File", with_browse(self.path, self._browse)),
            ("", self.complete),
            ("", self.label),
            ("", self.place),
            ("", self.signing),
        )
        stacked(self, (form_of(rows), self.trouble, self.buttons))

        self.what.currentIndexChanged.connect(self._describe)
        self.format.currentTextChanged.connect(self._use_format)
        self.path.textChanged.connect(self._follow_suffix)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.signing.wanted.toggled.connect(self._shrink, Qt.ConnectionType.QueuedConnection)
        self._describe()

    @property
    def offer(self) -> Offer:
        """The selected entry."""
        return self._offers[self.what.currentIndex()]

    @Slot()
    def _shrink(self) -> None:
        fit_height(self)

    @Slot()
    def _describe(self) -> None:
        """Show how large the file will be and what must be generated first."""
        offer = self.offer
        self.path.suggest(offer.task.path.name)
        missing, exact = missing_count(self._chain, offer)
        self.complete.setVisible(missing > 0)
        self.complete.setEnabled(offer.has_options)  # sheets are always complete
        self.label.setVisible(offer.has_options)  # sheets have captions
        self.signing.setVisible(offer.has_options)
        amount = ("" if exact else "up to ") + counted(missing, "tiles")
        seconds = self._chain.seconds_for(missing)
        if seconds is not None:
            amount += f", about {duration_text(max(1.0, seconds))}"
        self.complete.setText(f"Generate missing detail first ({amount})")
        self._show_size()

    def _show_size(self) -> None:
        offer = self.offer
        text = f"{offer.width:,} × {offer.height:,} pixels"
        megapixels = offer.width * offer.height / 1e6
        if megapixels >= 0.1:
            text += f" ({megapixels:,.1f} megapixels)"
        with suppress(CozviewerError):  # the name has no known ending yet
            size = estimated_bytes(Path(self.path.text()), offer.width, offer.height)
            text += f", up to {bytes_text(size)}"
        self.size_label.setText(text)

    @Slot(str)
    def _use_format(self, name: str) -> None:
        suffix = FORMATS[name].suffixes[0]
        if self.path.path.suffix.lower() not in FORMATS[name].suffixes:
            self.path.use_suffix(suffix)

    @Slot(str)
    def _follow_suffix(self, text: str) -> None:
        self.trouble.show_message("")
        self._show_size()
        suffix = Path(text).suffix.lower()
        for name, form in FORMATS.items():
            if suffix in form.suffixes:
                self.format.setCurrentText(name)

    @Slot()
    def _browse(self) -> None:
        patterns = ";;".join(
            f"{name} ({' '.join('*' + suffix for suffix in form.suffixes)})"
            for name, form in FORMATS.items()
        )
        self.path.browse("Export As", patterns)

    @Slot()
    def _save(self) -> None:
        offer, path, signature = self.offer, self.path.path, self.signing.signature
        try:
            check_target(path, offer.width, offer.height)
            refuse_source(path, self._chain.pyramid.source)
            if signature is not None:
                check_signing(path, signature)
        except CozviewerError as error:
            self.trouble.show_message(text_of(error))
            return
        self.path.ask(self._hand_over)

    @Slot()
    def _hand_over(self) -> None:
        """Emit the task: all is checked, and what exists may be replaced."""
        task, path = self.offer.task, self.path.path
        if isinstance(task, PictureTask | RegionTask):
            keep_text(LABEL, "on" if self.label.isChecked() else "")
            self.signing.keep()
            self.wanted.emit(replace(task, path=path, options=self._options()))
        else:
            self.wanted.emit(replace(task, path=path))
        self.accept()

    def _options(self) -> PictureOptions:
        exif = self._chain.pyramid.source.exif
        return PictureOptions(
            complete=self.complete.isChecked(),
            exif=exif if self.place.isChecked() else without_place(exif),
            label=self.label.isChecked(),
            signature=self.signing.signature,
        )


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
