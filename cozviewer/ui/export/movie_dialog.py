"""The dialog for a zoom movie: from where, how long, in which format; the result is a task."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QWidget,
)

from cozviewer.chain.chain import Chain
from cozviewer.export.movies.camera_path import FrameSpec, calm_seconds, frame_specs, resized
from cozviewer.export.movies.movie import check_movie
from cozviewer.export.movies.movie_formats import (
    MOVIE_FORMATS,
    Clip,
    estimated_movie_bytes,
    movie_form,
)
from cozviewer.export.provenance import suggested_name
from cozviewer.export.run import missing_tiles_of
from cozviewer.export.targets import refuse_source
from cozviewer.export.tasks import MovieTask
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import Camera, View, fit
from cozviewer.ui.export.target import TargetLine, text_of
from cozviewer.ui.widgets.forms import Trouble, chooser, form_of, stacked, with_browse
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import sentences, translate
from cozviewer.util.units import bytes_text, duration_text

RATES = (24, 25, 30, 50, 60)
"""Frames a second."""

REST_SECONDS = 1.0
"""How long a movie holds its last view, before it ends or zooms back out."""

SHORTEST_WAY = 0.5
"""Seconds that a zoom takes at least."""

SHAPES = ((1280, 720), (1920, 1080), (3840, 2160), (1080, 1080), (1080, 1920), (640, 360))
"""Widths and heights in pixels."""


class MovieDialog(QDialog):
    """From where, how long, how large, and in which format; one attribute for each input.

    Signals:
        wanted: (MovieTask) Save was pressed and the file can be written.
    """

    wanted = Signal(object)

    def __init__(
        self,
        chain: Chain,
        view: View,
        starts: Sequence[tuple[str, Camera]],
        parent: QWidget | None = None,
        scale: Scale | None = None,
    ) -> None:
        """Offer movies that end at a view.

        Args:
            chain: The open pyramid; only read.
            view: The view on the screen.
            starts: Titles and cameras of views where it can begin besides the whole photo.
            scale: Of the photo, for scale bars; None if it is not known.
        """
        super().__init__(parent)
        self.setWindowTitle(translate("Export", "Export Zoom Video"))
        self.setMinimumWidth(560)
        self._chain = chain
        self._view, self._scale = view, scale
        source = chain.pyramid.source
        size = (view.width, view.height)
        whole = replace(view, camera=fit(source.width, source.height, *size))
        self._starts = [(translate("Export", "Whole photo"), whole)]
        self._starts += [(title, replace(view, camera=camera)) for title, camera in starts]

        self.start = chooser(title for title, _ in self._starts)
        shown_width, shown_height = view.shown_size
        even = (shown_width // 2 * 2, shown_height // 2 * 2)
        self._shapes = [*SHAPES, even]
        self.shape = chooser(_shape_title(*shape) for shape in SHAPES)
        in_window = translate("Export", "{width} × {height} (window)")
        self.shape.addItem(in_window.format(width=even[0], height=even[1]))
        rates = translate("Export", "{rate} fps")
        self.rate = chooser(rates.format(rate=rate) for rate in RATES)
        self.rate.setCurrentIndex(RATES.index(30))
        self.rate.setAccessibleName(translate("Export", "Frame rate"))
        self.seconds = QDoubleSpinBox()
        self.seconds.setMaximum(600)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(translate("Export", " s"))
        self.seconds.setToolTip(
            translate(
                "Export", "Length of the video, including a hold of one second where the zoom ends"
            )
        )
        self.back = QCheckBox(translate("Export", "Zoom back out at the end"))
        self.caption = QCheckBox(translate("Export", "Show magnification and engine as caption"))
        self.caption.setChecked(True)
        self.scale_bar = QCheckBox(translate("Export", "Add scale bar"))
        self.scale_bar.setVisible(scale is not None)
        self.format = chooser(MOVIE_FORMATS)
        name = Path(suggested_name(chain, view)).with_suffix(".mp4")
        self.path = TargetLine(chain.pyramid.source.folder / name)
        self.about = Label()
        self.about.setWordWrap(True)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self._take_calm_time()

        self.start.currentIndexChanged.connect(self._take_calm_time)
        for box in (self.shape, self.rate):
            box.currentIndexChanged.connect(self._describe)
        self.seconds.valueChanged.connect(self._describe)
        self.back.toggled.connect(self._keep_pace)
        self.format.currentTextChanged.connect(self._use_format)
        self.path.textChanged.connect(self._follow_suffix)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)

    @property
    def clip(self) -> Clip:
        """Format, size and length as chosen."""
        return self._clip_of(self._frames())

    def _lay_out(self) -> None:
        length = QHBoxLayout()
        length.setSpacing(12)
        length.addWidget(self.seconds)
        length.addWidget(self.rate)
        length.addWidget(self.back)
        length.addStretch(1)
        rows = (
            (translate("Export", "From"), self.start),
            (translate("Export", "To"), Label(translate("Export", "Current view"))),
            (translate("Export", "Size"), self.shape),
            (translate("Export", "Length"), length),
            ("", self.caption),
            ("", self.scale_bar),
            (translate("Export", "Format"), self.format),
            (translate("Export", "File"), with_browse(self.path, self._browse)),
            ("", self.about),
        )
        stacked(self, (form_of(rows), self.trouble, self.buttons))

    def _rate(self) -> Fraction:
        return Fraction(RATES[self.rate.currentIndex()])

    def _ends(self) -> tuple[View, View]:
        size = self._shapes[self.shape.currentIndex()]
        start = self._starts[self.start.currentIndex()][1]
        return resized(start, *size), resized(self._view, *size)

    def _clip_of(self, frames: Sequence[FrameSpec]) -> Clip:
        width, height = self._shapes[self.shape.currentIndex()]
        ticks = sum(frame.ticks for frame in frames)
        return Clip(self.format.currentText(), width, height, self._rate(), ticks)

    def _frames(self) -> list[FrameSpec]:
        """Return the frames; none where start and end are the same."""
        rate, back = self._rate(), self.back.isChecked()
        with suppress(CozviewerError):
            shown = frame_specs(*self._ends(), rate, self._way_seconds(), back=back)
            end = len(shown) // 2 if back else -1
            rest = round(rate * Fraction(self.seconds.value())) - len(shown)
            shown[end] = replace(shown[end], ticks=1 + rest)
            return shown
        return []

    def _way_seconds(self) -> float:
        """Return how long the zoom takes in one direction."""
        return (self.seconds.value() - REST_SECONDS) / (2 if self.back.isChecked() else 1)

    def _take_way_seconds(self, seconds: float) -> None:
        """Set the length to that of a zoom (there and back: two) of so many seconds, and a hold."""
        ways = 2 if self.back.isChecked() else 1
        self.seconds.setMinimum(REST_SECONDS + ways * SHORTEST_WAY)
        self.seconds.setValue(REST_SECONDS + ways * seconds)

    @Slot(bool)
    def _keep_pace(self, back: bool) -> None:
        """Zoom back out at the speed of zooming in."""
        way = (self.seconds.value() - REST_SECONDS) / (1 if back else 2)
        self._take_way_seconds(way)
        self._describe()

    @Slot()
    def _take_calm_time(self) -> None:
        self._take_way_seconds(calm_seconds(*self._ends()))
        self._describe()

    @Slot()
    def _describe(self) -> None:
        """Show how long and how large it will be, and what must be generated first."""
        self.trouble.show_message("")
        shown = self._frames()
        clip = self._clip_of(shown)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(bool(shown))
        if not shown:
            self.about.setText(translate("Export", "Start and end are the same. Zoom in first."))
            return
        count = clip.frames
        text = translate("Export", "%n frame(s), {seconds} s, up to {size}.", None, count).format(
            seconds=f"{float(clip.frames / clip.fps):.1f}",
            size=bytes_text(estimated_movie_bytes(clip)),
        )
        if missing := missing_tiles_of(self._task(shown, clip), self._chain):
            if (seconds := self._chain.seconds_for(missing)) is not None:
                first = translate(
                    "Export",
                    "%n missing tile(s) will be generated first (about {time}).",
                    None,
                    missing,
                ).format(time=duration_text(max(1.0, seconds)))
            else:
                first = translate(
                    "Export", "%n missing tile(s) will be generated first.", None, missing
                )
            text = sentences((text, first))
        self.about.setText(text)

    @Slot(str)
    def _use_format(self, name: str) -> None:
        if self.path.path.suffix.lower() != MOVIE_FORMATS[name].suffix:
            self.path.use_suffix(MOVIE_FORMATS[name].suffix)
        self._describe()

    @Slot(str)
    def _follow_suffix(self, text: str) -> None:
        self.trouble.show_message("")
        suffix = Path(text).suffix.lower()
        if suffix != MOVIE_FORMATS[self.format.currentText()].suffix:
            for name, form in MOVIE_FORMATS.items():
                if form.suffix == suffix:
                    self.format.setCurrentText(name)
                    return

    @Slot()
    def _browse(self) -> None:
        patterns = ";;".join(f"{name} (*{form.suffix})" for name, form in MOVIE_FORMATS.items())
        self.path.browse(translate("Export", "Export As"), patterns)

    @Slot()
    def _save(self) -> None:
        path, clip = self.path.path, self.clip
        try:
            movie_form(path)
            check_movie(path, clip)
            refuse_source(path, self._chain.pyramid.source)
        except CozviewerError as error:
            self.trouble.show_message(text_of(error))
            return
        self.path.ask(self._hand_over)

    @Slot()
    def _hand_over(self) -> None:
        """Emit the task: all is checked, and what exists may be replaced."""
        frames = self._frames()
        self.wanted.emit(self._task(frames, self._clip_of(frames)))
        self.accept()

    def _task(self, frames: Sequence[FrameSpec], clip: Clip) -> MovieTask:
        """Return what is to be made, as chosen."""
        return MovieTask(
            self.path.path,
            clip,
            tuple(frames),
            self.caption.isChecked(),
            self._scale if self.scale_bar.isChecked() else None,
        )


def _shape_title(width: int, height: int) -> str:
    """Return what a size is called."""
    if width == height:
        form = translate("Export", "{width} × {height} (square)")
    elif width < height:
        form = translate("Export", "{width} × {height} (portrait)")
    else:
        form = translate("Export", "{width} × {height}")
    return form.format(width=width, height=height)
