"""Asks what to save, says how large it will be, and hands back a finished request."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QWidget,
)

from cozviewer.chain.chain import Chain, missing_tiles
from cozviewer.chain.series import missing_of, needs_of
from cozviewer.errors import CozviewerError
from cozviewer.export.origin import Origin
from cozviewer.export.picture import FORMATS, check_target, estimated_bytes
from cozviewer.export.signing import check_signing
from cozviewer.export.strip import strip, strip_views
from cozviewer.jobs.export_job import Export, ExportRequest
from cozviewer.jobs.sheet_job import ComparisonRequest, StripRequest
from cozviewer.provenance import origin_of_region, origin_of_view, suggested_name
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import step_level, wanted_level
from cozviewer.pyramid.exif import without_place
from cozviewer.pyramid.geometry import (
    STEP_LEVELS,
    TILE,
    Rect,
    coarser,
    level_name,
    snapped_to_tiles,
    tiles_of,
)
from cozviewer.pyramid.pixels import Rgb8
from cozviewer.ui.forms import Trouble, chooser, fit_height, form_of, stacked, with_browse
from cozviewer.ui.readout import bytes_text, duration_text
from cozviewer.ui.remembered import keep_text, kept_text
from cozviewer.ui.signing_form import SigningForm

PANEL = 480
"""Side of the pictures of a zoom strip."""

LABEL = "export/label"
"""Of the setting whether a corner says what is generated."""

LARGEST = 10**11
"""Pixels that an export may have: at a tile a second, a week and a half of work."""

COUNTED = 4096
"""Tiles up to which those that are missing are counted one by one while the dialog is open."""


@dataclass(frozen=True)
class Offer:
    """One thing that can be saved: the view as shown, what it shows at one level, or a sheet.

    Attributes:
        title: What people read.
        z, level_region: The level that it is made from, and what it needs of it.
        view: The view as shown; None for all others.
        width, height: Of the file in pixels.
        make: Of a sheet: returns what is to be carried out for a file; None for all others.
        missing: Of a sheet: how many tiles must be made before; they always are.
    """

    title: str
    z: int
    level_region: Rect
    view: View | None
    width: int
    height: int
    make: Callable[[Path], Export] | None = None
    missing: int = 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two pictures as they are seen.

    Attributes:
        pixels: (H, W, 3) uint8, labels and all.
        origin: What they are made of.
    """

    pixels: Rgb8
    origin: Origin


def offers(chain: Chain, view: View) -> list[Offer]:
    """Return what can be saved of a view, the view itself first, then its region at each level
    from the source's up to one step beyond the view."""
    source = chain.pyramid.source
    z = wanted_level(view, source.coarsest)
    found = [
        Offer(
            "The view as shown",
            z,
            view.visible(z, source.width, source.height),
            view,
            view.width,
            view.height,
        )
    ]
    for level in range(0, step_level(max(0, z)) + STEP_LEVELS + 1, STEP_LEVELS):
        region = view.visible(level, source.width, source.height)
        if region.empty or region.area > LARGEST:
            continue
        found.append(_at_level("The visible region", level, region))
    for level in range(0, step_level(max(0, z)) + 1, STEP_LEVELS):
        whole = chain.pyramid.level_rect(level)
        if whole.area <= LARGEST:
            found.append(_at_level("The whole picture", level, whole))
    return found


def strip_offer(chain: Chain, view: View) -> Offer | None:
    """Return the offer of a zoom strip that ends at a view; None where it would be one picture."""
    views = tuple(strip_views(chain.pyramid.source, view, PANEL))
    if len(views) < 2:
        return None
    needs = needs_of(chain.pyramid, views)
    missing = missing_of(chain.pyramid, chain.recipe.halo, needs)
    blank = np.zeros((PANEL, PANEL, 3), np.uint8)
    height, width = strip("", "", views, [blank] * len(views)).shape[:2]
    title = f"The way here as a strip of {len(views)} pictures"

    def make(path: Path) -> Export:
        return StripRequest(path, views)

    return Offer(title, 0, Rect(0, 0, 0, 0), None, width, height, make, len(missing))


def comparison_offer(comparison: Comparison) -> Offer:
    """Return the offer of a comparison as it is seen."""

    def make(path: Path) -> Export:
        return ComparisonRequest(path, comparison.pixels, comparison.origin)

    height, width = comparison.pixels.shape[:2]
    return Offer("The comparison as shown", 0, Rect(0, 0, 0, 0), None, width, height, make)


def _at_level(what: str, level: int, region: Rect) -> Offer:
    title = f"{what} at {level_name(level)}" + (" (source pixels)" if level == 0 else "")
    return Offer(title, level, region, None, region.width, region.height)


def missing_count(chain: Chain, z: int, level_region: Rect) -> tuple[int, bool]:
    """Return how many tiles an export must have made before, and whether that is exact; of very
    many, it is the most that there can be."""
    tiles = sum(
        1
        for level in range(STEP_LEVELS, z + 1, STEP_LEVELS)
        for _ in islice(tiles_of(level, coarser(level_region, z - level)), COUNTED + 1)
    )
    if tiles <= COUNTED:
        missing = missing_tiles(chain.pyramid, chain.recipe.halo, z, level_region)
        return sum(len(keys) for _, keys in missing), True
    region, most = level_region, 0
    for _ in range(STEP_LEVELS, z + 1, STEP_LEVELS):
        most += snapped_to_tiles(region).area // TILE**2
        region = coarser(region, STEP_LEVELS)
    return max(0, most - chain.pyramid.store.usage()[1]), False


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
        folder: Path,
        parent: QWidget | None = None,
        comparison: Comparison | None = None,
    ) -> None:
        """Ask about a view.

        Args:
            chain: The open pyramid; only read.
            view: What is seen now.
            folder: Where to save unless the user says otherwise.
            comparison: What is seen of a comparison; None while there is none.
        """
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._chain = chain
        self._view = view
        self._offers = offers(chain, view)
        if comparison is not None:
            self._offers.insert(1, comparison_offer(comparison))
        if (way := strip_offer(chain, view)) is not None:
            self._offers.append(way)

        self.what = chooser(offer.title for offer in self._offers)
        self.size_label = QLabel()
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
        self.path = QLineEdit(str(folder / suggested_name(chain, view)))
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
        each = self._chain.seconds_per_tile
        if each is not None:
            text += f", about {duration_text(max(1.0, missing * each))}"
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
        path = Path(self.path.text())
        if path.suffix.lower() not in FORMATS[name].suffixes:
            self.path.setText(str(path.with_suffix(suffix)))

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
        chosen, _ = QFileDialog.getSaveFileName(self, "Export as", self.path.text(), patterns)
        if chosen:
            self.path.setText(chosen)

    @Slot()
    def _save(self) -> None:
        offer = self.offer
        path = Path(self.path.text()).expanduser()
        signature = self.signing.signature
        try:
            check_target(path, offer.width, offer.height)
            if signature is not None:
                check_signing(path, signature)
        except CozviewerError as error:
            self.trouble.tell(str(error))
            return
        if offer.make is not None:
            self.wanted.emit(offer.make(path))
            self.accept()
            return
        complete = self.complete.isChecked()
        if offer.view is not None:
            origin = origin_of_view(self._chain, offer.view)
        else:
            origin = origin_of_region(self._chain, offer.z, offer.level_region)
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
                origin,
                exif,
                label,
                signature,
            )
        )
        self.accept()
