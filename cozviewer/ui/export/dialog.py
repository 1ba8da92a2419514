"""Asks what to save, says how large it will be, and hands back a finished request."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QWidget,
)

from cozviewer.chain.chain import Chain
from cozviewer.export.picture import FORMATS, check_target, estimated_bytes
from cozviewer.export.signing import check_signing
from cozviewer.export.targets import refuse_source
from cozviewer.image.exif import without_place
from cozviewer.jobs.export_job import ExportRequest
from cozviewer.pyramid.camera import View
from cozviewer.ui.export.offers import (
    Comparison,
    Offer,
    comparison_offer,
    missing_count,
    offers,
    strip_offer,
)
from cozviewer.ui.export.signing_form import SigningForm
from cozviewer.ui.export.target import TargetLine
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.widgets.forms import Trouble, chooser, fit_height, form_of, stacked, with_browse
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import CozviewerError
from cozviewer.util.units import bytes_text, duration_text

LABEL = "export/label"
"""Of the setting whether a corner says what is generated."""


class ExportDialog(QDialog):
    """The dialog.

    Signals:
        wanted: (Export) the user pressed Save and the target can be written.
    """

    wanted = Signal(object)

    def __init__(
        self,
        chain: Chain,
        view: View,
        parent: QWidget | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        """Ask about a view.

        Args:
            chain: The open pyramid; only read.
            view: What is seen now.
            comparison: What is seen of a comparison; None while there is none.
        """
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._chain = chain
        self._view = view
        self._offers = offers(chain, view)
        if comparison is not None:
            self._offers.insert(1, comparison_offer(chain, view, comparison))
        if (way := strip_offer(chain, view)) is not None:
            self._offers.append(way)

        self.what = chooser(offer.title for offer in self._offers)
        self.size_label = Label()
        self.complete = QCheckBox()
        self.complete.setChecked(True)
        self.place = QCheckBox("Keep where the photo was taken (GPS)")
        self.place.setChecked(True)
        exif = chain.pyramid.source.exif
        if without_place(exif) == exif:
            self.place.hide()
        self.label = QCheckBox("Write into a corner what is generated")
        self.label.setChecked(kept_text(LABEL) == "on")
        self.signing = SigningForm()
        self.format = chooser(FORMATS)
        self.path = TargetLine(chain.pyramid.source.folder / self._offers[0].name)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )

        rows = (
            ("Save", self.what),
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
        """What is chosen."""
        return self._offers[self.what.currentIndex()]

    @Slot()
    def _shrink(self) -> None:
        fit_height(self)

    @Slot()
    def _describe(self) -> None:
        """Say how large the file will be and what must be computed before."""
        offer = self.offer
        self.path.suggest(offer.name)
        missing, exact = offer.missing, True
        if offer.make is None:
            missing, exact = missing_count(self._chain, offer.z, offer.level_region)
        self.complete.setVisible(missing > 0)
        self.complete.setEnabled(offer.make is None)
        self.label.setVisible(offer.make is None)  # sheets say it anyway
        self.signing.setVisible(offer.make is None)
        text = "Compute the missing tile first"
        if missing != 1:
            text = f"Compute {'the' if exact else 'up to'} {missing:,} missing tiles first"
        seconds = self._chain.seconds_for(missing)
        if seconds is not None:
            text += f", about {duration_text(max(1.0, seconds))}"
        self.complete.setText(text)
        self._tell_size()

    def _tell_size(self) -> None:
        offer = self.offer
        text = (
            f"{offer.width:,} × {offer.height:,} pixels "
            f"({offer.width * offer.height / 1e6:,.1f} megapixels)"
        )
        with suppress(CozviewerError):  # of a name without an ending nobody knows
            size = estimated_bytes(Path(self.path.text()), offer.width, offer.height)
            text += f", at most about {bytes_text(size)}"
        self.size_label.setText(text)

    @Slot(str)
    def _use_format(self, name: str) -> None:
        suffix = FORMATS[name].suffixes[0]
        if self.path.path.suffix.lower() not in FORMATS[name].suffixes:
            self.path.use_suffix(suffix)

    @Slot(str)
    def _follow_suffix(self, text: str) -> None:
        self.trouble.tell("")
        self._tell_size()
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
        self.path.browse("Export as", patterns)

    @Slot()
    def _save(self) -> None:
        offer, path, signature = self.offer, self.path.path, self.signing.signature
        try:
            check_target(path, offer.width, offer.height)
            refuse_source(path, self._chain.pyramid.source)
            if signature is not None:
                check_signing(path, signature)
        except CozviewerError as error:
            self.trouble.tell(str(error))
            return
        self.path.ask(self._hand_over)

    @Slot()
    def _hand_over(self) -> None:
        """Have it saved: all is checked, and what exists may be replaced."""
        offer, path, signature = self.offer, self.path.path, self.signing.signature
        if offer.make is not None:
            self.wanted.emit(offer.make(path))
            self.accept()
            return
        complete = self.complete.isChecked()
        exif = self._chain.pyramid.source.exif
        if not self.place.isChecked():
            exif = without_place(exif)
        label = self.label.isChecked()
        keep_text(LABEL, "on" if label else "")
        self.signing.keep()
        self.wanted.emit(
            ExportRequest(
                path,
                offer.z,
                offer.level_region,
                offer.view,
                complete,
                exif,
                label,
                signature,
            )
        )
        self.accept()
