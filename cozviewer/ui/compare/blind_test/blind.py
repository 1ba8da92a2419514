"""The blind comparison: both sides unnamed and shuffled, rated, and the ratings kept as CSV."""

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
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.compare.blind_test.blind_bar import BlindBar
from cozviewer.ui.compare.compared_images import Sides, translated
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.connections import Connections
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.widgets.banner import Banner
from cozviewer.ui.widgets.plain import message_box
from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import translate


class Blind(QObject):
    """Runs blind comparisons of one photo, one at a time, over panes that stand side by side.

    Attributes:
        bar: Takes the ratings.

    Signals:
        begun, ended: Between them, nothing else may reveal which side is which.
    """

    begun = Signal()
    ended = Signal()

    def __init__(
        self,
        source: Source,
        navigator: Navigator,
        panes: ComparePanes,
        bar: BlindBar,
        banner: Banner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._navigator, self._panes, self._banner = navigator, panes, banner
        self._path: Path | None = None
        self._sides: Sides | None = None
        self._chance = random.Random()
        self._judgements: list[Judgement] = []
        self.bar = bar
        self._connections = Connections()
        self._connections.add(bar.judged, self._on_judged)
        self._connections.add(bar.next_wanted, self._go_elsewhere)
        self._connections.add(bar.end_wanted, self.end)

    @property
    def active(self) -> bool:
        """Whether a blind comparison is in progress."""
        return self._path is not None

    @property
    def _window(self) -> QWidget:
        return self._panes.window()

    def close(self) -> None:
        """End a comparison in progress, and begin none any more."""
        if self.active:
            self.end()
        self._connections.close()

    @Slot()
    def ask(self) -> None:
        """Ask where the ratings are to be saved, and begin."""
        name = self._source.folder / f"{Path(self._source.name).stem}-comparisons.csv"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            translate("Compare", "Save Ratings To (an Existing File Is Continued)"),
            str(name),
            translate("Compare", "Tables (*.csv)"),
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
        """Hide which side is which, shuffle, and ask. Slots of `begun` put the panes side by side.

        Args:
            path: The ratings: a new file, or one that is continued.
        """
        self._path, self._judgements = path, []
        self.begun.emit()
        self._sides = self._panes.sides
        self._shuffle()

    @Slot()
    def end(self) -> None:
        """Name both sides again, and show the results."""
        self._path = self._sides = None
        self.bar.hide()
        self._panes.set_blind(None)
        self.ended.emit()
        if self._judgements:
            message_box(
                self._window,
                QMessageBox.Icon.NoIcon,
                translate("Compare", "Blind Test Results"),
                results_text(standings(self._judgements)),
                QMessageBox.StandardButton.Close,
            ).open()

    @Slot(object, object)
    def on_compared(self, mode: Mode | None, sides: Sides) -> None:
        """End when another comparison was chosen."""
        if self._sides is not None and (mode, sides) != (Mode.SIDE, self._sides):
            self.end()

    def _shuffle(self) -> None:
        self._panes.set_blind(self._chance.random() < 0.5)
        self.bar.ask(len(self._judgements))

    @Slot(str)
    def _on_judged(self, better: Verdict) -> None:
        if self._path is None:
            return
        camera = self._navigator.camera
        first, second = self._panes.labels.names_for_files()
        scores = self.bar.given()
        judgement = Judgement(
            datetime.now(UTC).isoformat(timespec="seconds"),
            self._source.name,
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
        source, camera = self._source, self._navigator.camera
        unit = Fraction(camera.scale) * Fraction(2) ** camera.level
        x, y = (
            Fraction(self._chance.uniform(0.1, 0.9)) * side
            for side in (source.width, source.height)
        )
        self._navigator.begin_at(camera_at(x, y, unit))
        self._shuffle()


def results_text(found: list[Standing]) -> str:
    """Return the results, a paragraph for each kind of image."""
    lines = []
    for each in found:
        share, low, high = (
            f"{100 * value:.0f}%" for value in (each.wins / each.shown, each.low, each.high)
        )
        shown = each.shown
        text = translate(
            "Compare",
            "{name}: preferred in {share} of %n rating(s) (95% confidence: {low} to {high})",
            None,
            shown,
        ).format(name=translated(each.name), share=share, low=low, high=high)
        if each.opinion is not None:
            rating = f"{each.opinion:.1f}"
            if each.opinion_error is not None:
                rating += f" ± {each.opinion_error:.1f}"
            text = translate("Compare", "{text}, average rating {rating}").format(
                text=text, rating=rating
            )
        lines.append(translate("Compare", "{text}.").format(text=text))
    return "\n\n".join(lines)
