"""The blind comparison: both sides unnamed and shuffled, judged, and tallied as CSV."""

import random
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cozviewer.evaluate.tally import (
    Judgement,
    Standing,
    Verdict,
    add_judgement,
    read_tally,
    standings,
)
from cozviewer.export.provenance import place
from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.compare.blind_bar import BlindBar
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.widgets.banner import Banner
from cozviewer.ui.widgets.plain import message_box
from cozviewer.util.errors import CozviewerError


class Blind(QObject):
    """Runs one blind comparison at a time, over panes that stand side by side.

    Attributes:
        bar: Where the verdicts are given.

    Signals:
        begun, ended: while between them, nothing else may tell what is what.
    """

    begun = Signal()
    ended = Signal()

    def __init__(
        self, navigator: Navigator, panes: ComparePanes, banner: Banner, window: QWidget
    ) -> None:
        super().__init__(window)
        self._navigator, self._panes = navigator, panes
        self._banner, self._window = banner, window
        self._document: Document | None = None
        self._path: Path | None = None
        self._chance = random.Random()
        self._judgements: list[Judgement] = []
        self.bar = BlindBar(panes)
        self.bar.judged.connect(self._on_judged)
        self.bar.next_wanted.connect(self._go_elsewhere)
        self.bar.end_wanted.connect(self.end)

    @property
    def active(self) -> bool:
        """Whether a blind comparison is under way."""
        return self._path is not None

    def set_document(self, document: Document | None) -> None:
        """Compare in another document from now on; a comparison under way ends."""
        if self.active:
            self.end()
        self._document = document

    def ask(self) -> None:
        """Ask where the tally is to be kept, and begin."""
        if self._document is None:
            return
        source = self._document.source
        name = source.folder / f"{Path(source.name).stem}-comparisons.csv"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            "Keep the tally in (a tally that is there goes on)",
            str(name),
            "Tables (*.csv)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if not chosen:
            return
        path = Path(chosen)
        try:
            if path.exists():
                read_tally(path)
        except CozviewerError as error:
            self._banner.warn(str(error))
        else:
            self.begin(path)

    def begin(self, path: Path) -> None:
        """Hide what is what, shuffle, and ask. Slots of `begun` put the panes side by side.

        Args:
            path: The tally: a new file, or one that goes on.
        """
        self._path, self._judgements = path, []
        self.begun.emit()
        self._shuffle()

    @Slot()
    def end(self) -> None:
        """Name both sides again, and say how they fared."""
        self._path = None
        self.bar.hide()
        self._panes.unveil()
        self.ended.emit()
        if self._judgements:
            message_box(
                self._window,
                QMessageBox.Icon.NoIcon,
                "The tally",
                tally_text(standings(self._judgements)),
                QMessageBox.StandardButton.Close,
            ).open()

    def _shuffle(self) -> None:
        self._panes.veil(swapped=self._chance.random() < 0.5)
        self.bar.ask(len(self._judgements))

    @Slot(str)
    def _on_judged(self, better: Verdict) -> None:
        if self._document is None or self._path is None:
            return
        camera = self._navigator.camera
        first, second = self._panes.veiled_names()
        scores = self.bar.given()
        judgement = Judgement(
            datetime.now(UTC).isoformat(timespec="seconds"),
            self._document.source.name,
            ",".join(place(camera)),
            f"{camera.magnification:.12g}",
            first,
            second,
            better,
            *scores,
        )
        try:
            self._judgements = add_judgement(self._path, judgement)
        except CozviewerError as error:
            self._banner.warn(str(error))
            return
        self._shuffle()

    @Slot()
    def _go_elsewhere(self) -> None:
        if self._document is None:
            return
        source, camera = self._document.source, self._navigator.camera
        unit = Fraction(camera.scale) * Fraction(2) ** camera.level
        x, y = (
            Fraction(self._chance.uniform(0.1, 0.9)) * side
            for side in (source.width, source.height)
        )
        self._navigator.begin_at(camera_at(x, y, unit))
        self._shuffle()


def tally_text(found: list[Standing]) -> str:
    """Return what a tally says, a paragraph for each kind of picture."""
    lines = []
    for each in found:
        share, low, high = (
            f"{100 * value:.0f} %" for value in (each.wins / each.shown, each.low, each.high)
        )
        looks = "1 look" if each.shown == 1 else f"{each.shown} looks"
        text = f"{each.name}: preferred in {share} of {looks} (95 %: {low} to {high})"
        if each.opinion is not None:
            error = "" if each.opinion_error is None else f" ± {each.opinion_error:.1f}"
            text += f", mean opinion score {each.opinion:.1f}{error}"
        lines.append(text + ".")
    return "\n\n".join(lines)
