"""The export dialog: what to export, in which format, where to; the result is a task."""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QWidget,
)

from cozviewer.chain.chain import Chain
from cozviewer.export.background import KEEP
from cozviewer.export.formats import QUALITY
from cozviewer.export.image import FORMATS, check_target, estimated_bytes
from cozviewer.export.scale_bar import bar_for
from cozviewer.export.signing import check_signing
from cozviewer.export.targets import refuse_source
from cozviewer.export.tasks import (
    ImageOptions,
    ImageTask,
    RegionTask,
    StripTask,
    replaced_by_task,
)
from cozviewer.image.exif import without_place
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.scale_bar import ScaleBar
from cozviewer.ui.compare.side_labels import label_height
from cozviewer.ui.export.cluster_box import cluster_box
from cozviewer.ui.export.offers import (
    Comparison,
    Offer,
    comparison_offer,
    missing_count,
    offers,
    strip_offer,
)
from cozviewer.ui.export.quality import QualityField
from cozviewer.ui.export.signing_form import SigningForm
from cozviewer.ui.export.target import TargetLine, text_of
from cozviewer.ui.export.transparency import TransparencyField
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.widgets.forms import Trouble, chooser, fit_height, form_of, stacked, with_browse
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import translate, with_note
from cozviewer.util.units import bytes_text, duration_text

LABEL = "export/label"
"""Setting: whether a label in a corner of the image states what was generated."""

SCALE_BAR = "export/scale-bar"
"""Setting: whether a scale bar is added where the scale is known."""

QUALITY_KEY = "export/quality"
"""Setting: the quality of JPEG, WebP and AVIF."""


class ExportDialog(QDialog):
    """What to export, in which format, and where to; one attribute for each input.

    Signals:
        wanted: (Task) Save was pressed and the file can be written.
        upscale_wanted: The whole photo is to be upscaled instead; the dialog is closed.
    """

    wanted = Signal(object)
    upscale_wanted = Signal()

    def __init__(
        self,
        chain: Chain,
        view: View,
        parent: QWidget | None = None,
        comparison: Comparison | None = None,
        scale: Scale | None = None,
    ) -> None:
        """Offer what can be exported of a view.

        Args:
            chain: The open pyramid; only read.
            view: The view on the screen.
            comparison: The comparison on the screen; None if there is none.
            scale: Of the photo, for a scale bar; None if it is not known.
        """
        super().__init__(parent)
        self.setWindowTitle(translate("Export", "Export"))
        self.setMinimumWidth(560)
        self._chain, self._view, self._scale = chain, view, scale
        self._offers = offers(chain, view)
        if comparison is not None:
            self._offers.insert(1, comparison_offer(chain, view, comparison))
        if (way := strip_offer(chain, view)) is not None:
            self._offers.append(way)

        self.upscale = QPushButton(translate("Menu", "Upsc&ale Photo…"))
        self.upscale.setAutoDefault(False)
        self.upscale.setToolTip(
            translate("Export", "Save the whole photo at 2, 4, 8 or 16 times its size")
        )
        self.what = chooser(offer.title for offer in self._offers)
        self.size_label = Label()
        self.complete = QCheckBox()
        self.complete.setChecked(True)
        self.on_cluster = cluster_box()
        self._has_cluster = not self.on_cluster.isHidden()
        self.place = QCheckBox(translate("Upscale", "Include location (GPS)"))
        self.place.setChecked(True)
        exif = chain.pyramid.source.exif
        if chain.pyramid.source.georeference is not None:
            self.place.setText(translate("Export", "Include map coordinates"))
            self.place.setToolTip(
                translate("Export", "As tags of TIFF, or in a world file beside the photo")
            )
        elif without_place(exif) == exif:
            self.place.hide()
        self.label = QCheckBox(translate("Export", "Add “AI-generated detail” label"))
        self.label.setChecked(kept_text(LABEL) == "on" or chain.medical)
        self.scale_bar = QCheckBox(translate("Export", "Add scale bar"))
        self.scale_bar.setChecked(kept_text(SCALE_BAR) == "on")
        self.scale_bar.setVisible(scale is not None)
        self.signing = SigningForm()
        self.format = chooser(FORMATS)
        self.quality = QualityField(_kept_quality())
        self.transparency: TransparencyField | None = None
        if chain.pyramid.source.alpha is not None:
            self.transparency = TransparencyField(chain.pyramid.source)
            self.transparency.changed.connect(self._show_size)
        self.path = TargetLine(chain.pyramid.source.folder / self._offers[0].task.path)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )

        form = QHBoxLayout()
        form.setSpacing(12)
        form.addWidget(self.format, 1)
        form.addWidget(self.quality, 1)
        whole = QHBoxLayout()
        whole.addWidget(self.upscale)
        whole.addStretch(1)
        kept: list[tuple[str, QWidget]] = []
        if self.transparency is not None:
            kept.append((translate("Export", "Transparency"), self.transparency))
        rows: tuple[tuple[str, QWidget | QLayout], ...] = (
            (translate("Export", "Whole photo"), whole),
            (translate("Export", "What to export"), self.what),
            (translate("Export", "Size"), self.size_label),
            (translate("Export", "Format"), form),
            *kept,
            (translate("Export", "File"), with_browse(self.path, self._browse)),
            ("", self.complete),
            ("", self.on_cluster),
            ("", self.label),
            ("", self.scale_bar),
            ("", self.place),
            ("", self.signing),
        )
        stacked(self, (form_of(rows), self.trouble, self.buttons))

        self.upscale.clicked.connect(self._upscale)
        self.quality.changed.connect(self._show_size)
        self.what.currentIndexChanged.connect(self._describe)
        self.format.currentTextChanged.connect(self._use_format)
        self.path.textChanged.connect(self._follow_suffix)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.signing.wanted.toggled.connect(self._shrink, Qt.ConnectionType.QueuedConnection)
        self._describe()

    @property
    def wants_cluster(self) -> bool:
        """Whether missing detail is to be generated on the cluster."""
        return self.on_cluster.isVisibleTo(self) and self.on_cluster.isChecked()

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
        self.on_cluster.setVisible(missing > 0 and self._has_cluster)
        self.label.setVisible(offer.has_options)  # sheets have captions
        self.signing.setVisible(offer.has_options)
        if exact:
            amount = translate("Export", "%n tile(s)", None, missing)
        else:
            amount = translate("Export", "up to %n tile(s)", None, missing)
        seconds = self._chain.seconds_for(missing)
        if seconds is not None:
            time = translate("Export", "about {time}")
            amount = _with(amount, time.format(time=duration_text(max(1.0, seconds))))
        text = translate("Export", "Generate missing detail first ({amount})")
        self.complete.setText(text.format(amount=amount))
        self._show_size()

    @Slot()
    def _show_size(self) -> None:
        offer, path = self.offer, Path(self.path.text())
        text = translate("Export", "{width} × {height} pixels").format(
            width=f"{offer.width:,}", height=f"{offer.height:,}"
        )
        megapixels = offer.width * offer.height / 1e6
        if megapixels >= 0.1:
            mega = translate("Export", "{number} megapixels").format(number=f"{megapixels:,.1f}")
            text = with_note(text, mega)
        with suppress(CozviewerError):  # the name has no known ending yet
            quality = self.quality.value if offer.has_options else QUALITY
            size = estimated_bytes(path, offer.width, offer.height, quality)
            text = _with(text, translate("Export", "up to {size}").format(size=bytes_text(size)))
        self.size_label.setText(text)
        if self.transparency is not None:
            self.transparency.show_for(path, sheet=not offer.has_options)
        self.quality.setVisible(
            offer.has_options and FORMATS[self.format.currentText()].has_quality
        )

    @Slot(str)
    def _use_format(self, name: str) -> None:
        suffix = FORMATS[name].suffixes[0]
        if self.path.path.suffix.lower() not in FORMATS[name].suffixes:
            self.path.use_suffix(suffix)

    @Slot(str)
    def _follow_suffix(self, text: str) -> None:
        self.trouble.show_message("")
        suffix = Path(text).suffix.lower()
        for name, form in FORMATS.items():
            if suffix in form.suffixes:
                self.format.setCurrentText(name)
        self._show_size()

    @Slot()
    def _upscale(self) -> None:
        self.reject()
        self.upscale_wanted.emit()

    @Slot()
    def _browse(self) -> None:
        patterns = ";;".join(
            f"{name} ({' '.join('*' + suffix for suffix in form.suffixes)})"
            for name, form in FORMATS.items()
        )
        self.path.browse(translate("Export", "Export As"), patterns)

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
        task, place = offer.task, self.place.isChecked()
        taken = None
        if isinstance(task, ImageTask | RegionTask):
            taken = replaced_by_task(path, task, place, self._chain.pyramid.source)
        self.path.ask(self._hand_over, taken)

    @Slot()
    def _hand_over(self) -> None:
        """Emit the task: all is checked, and what exists may be replaced."""
        task, path = self.offer.task, self.path.path
        scale = self._scale if self.scale_bar.isChecked() else None
        if self._scale is not None:
            keep_text(SCALE_BAR, "on" if scale is not None else "")
        if isinstance(task, ImageTask | RegionTask):
            if not self._chain.medical:
                keep_text(LABEL, "on" if self.label.isChecked() else "")
            keep_text(QUALITY_KEY, str(self.quality.value))
            self.signing.keep()
            self.wanted.emit(
                replace(task, path=path, options=replace(self._options(), scale=scale))
            )
        elif isinstance(task, StripTask):
            self.wanted.emit(replace(task, path=path, scale=scale))
        else:
            self.wanted.emit(replace(task, path=path, bar=self._bar(scale)))
        self.accept()

    def _bar(self, scale: Scale | None) -> tuple[ScaleBar, int] | None:
        """Return the bar of a comparison, above the labels in its lower corners."""
        if scale is None:
            return None
        camera, sideways = self._view.camera, self._view.orientation.sideways
        size = (self.offer.width, self.offer.height)
        bar = bar_for(scale, camera.magnification, *size, sideways)
        above = round((label_height(self.font()) + 8) * self.devicePixelRatioF())
        return None if bar is None else (bar, above)

    def _options(self) -> ImageOptions:
        exif = self._chain.pyramid.source.exif
        return ImageOptions(
            complete=self.complete.isChecked(),
            exif=exif if self.place.isChecked() else without_place(exif),
            label=self.label.isChecked(),
            signature=self.signing.signature,
            quality=self.quality.value,
            background=KEEP if self.transparency is None else self.transparency.background,
            place=self.place.isChecked(),
        )


def _kept_quality() -> int:
    kept = kept_text(QUALITY_KEY)
    return int(kept) if re.fullmatch(r"[0-9]{1,3}", kept) and 1 <= int(kept) <= 100 else QUALITY


def _with(text: str, more: str) -> str:
    """Return "text, more", with the comma of the language."""
    return translate("Export", "{text}, {more}").format(text=text, more=more)
