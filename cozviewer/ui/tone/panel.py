"""The Tone panel: which part of a file's values is shown, and how."""

from dataclasses import replace
from functools import cached_property

from numpy import int64
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cozviewer.image.tone import (
    AUTOMATIC,
    LEAST_GAMMA,
    MOST_GAMMA,
    Tone,
    Window,
    center_of,
    tone_of,
    window_of,
)
from cozviewer.image.toning.samples import Extent
from cozviewer.image.toning.tone_range import Preset, ToneRange
from cozviewer.ui.tone.form import GAMMA_STEPS, STOP_STEPS, ToneForm
from cozviewer.ui.tone.wording import value_text
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

_MARGIN = 14


class TonePanel(QWidget):
    """Holds a tone and changes it. It has more than 20 methods: one for each field.

    Signals:
        changed: (Tone) another tone, perhaps while something is still being dragged.
        chosen: (Tone) another tone is meant.
    """

    changed = Signal(object)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tone")
        self._offered: ToneRange | None = None
        self._tone = AUTOMATIC
        self._sentence = Label()
        self._sentence.setWordWrap(True)
        self._column = self._lay_out()
        self.show_range(None, "")

    @cached_property
    def form(self) -> ToneForm:
        """The fields; created for the first file that offers any, as few do."""
        form = ToneForm()
        self._connect(form)
        self._column.insertWidget(self._column.indexOf(self._sentence) + 1, form)
        return form

    @property
    def _has_form(self) -> bool:
        return "form" in vars(self)

    @property
    def tone(self) -> Tone:
        """The tone that is shown."""
        return self._tone

    @property
    def sentence(self) -> str:
        """The message shown instead of the fields."""
        return self._sentence.text()

    @property
    def window_shown(self) -> Window:
        """What becomes black and what white."""
        if self._offered is None:
            return 0.0, 1.0
        return self._tone.over(self._offered.automatic).window or self._offered.shown

    @property
    def dragging(self) -> bool:
        """Whether something is being dragged."""
        return self._has_form and self.form.dragging

    def show_range(self, offered: ToneRange | None, sentence: str) -> None:
        """Show what a file offers.

        Args:
            offered: None hides all fields.
            sentence: The message shown instead.
        """
        self._offered, self._tone = offered, AUTOMATIC
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        if offered is not None:
            self.form.show()
            self.form.show_range(offered)
            self.form.show_tone(AUTOMATIC, offered)
        elif self._has_form:
            self.form.hide()

    def show_numbers(
        self, offered: ToneRange, presets: tuple[Preset, ...], extent: Extent = "image"
    ) -> None:
        """Show what is known once the numbers of the file are read."""
        self.form.show_extremes(offered)
        self.form.show_extent(extent)
        self.form.show_presets(presets)
        self.show_tone(self._tone)

    def show_counts(self, counts: NDArray[int64], span: Window) -> None:
        """Show a histogram of the values."""
        self.form.plot.show_counts(counts, span)

    def show_tone(self, tone: Tone) -> None:
        """Show a tone, without a signal."""
        self._tone = tone
        if self._offered is not None:
            self.form.show_tone(tone, self._offered)

    def _lay_out(self) -> QVBoxLayout:
        """Lay the panel out, and return the column that scrolls."""
        page = QWidget()
        page.setObjectName("tone-page")
        column = QVBoxLayout(page)
        column.setContentsMargins(_MARGIN, 10, _MARGIN, 10)
        column.addWidget(self._sentence)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(translate("Info", "Tone"))
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        return column

    # -- what the user does ----------------------------------------------------------------------

    def _connect(self, form: ToneForm) -> None:
        form.plot.dragged.connect(self.drag_to)
        form.plot.dropped.connect(self.settle)
        form.low.chosen.connect(self._on_low)
        form.high.chosen.connect(self._on_high)
        form.stretch.currentIndexChanged.connect(self._on_stretch)
        form.gamma.moved.connect(self._on_gamma)
        form.gamma.settled.connect(self.settle)
        form.exposure.moved.connect(self._on_exposure)
        form.exposure.settled.connect(self.settle)
        for box in form.bands:
            box.currentIndexChanged.connect(self._on_bands)
        form.inverted.toggled.connect(self._on_inverted)
        form.presets.activated.connect(self._on_preset)
        form.auto.clicked.connect(self._on_auto)
        form.reset.clicked.connect(self._on_reset)

    def _change(self, tone: Tone, *, meant: bool) -> None:
        if self._offered is None:
            return
        tone = self._offered.reduced(tone)
        self.show_tone(tone)
        self.changed.emit(tone)
        if meant:
            self.chosen.emit(tone)

    @Slot()
    def settle(self) -> None:
        """Mean the tone that is shown: a drag is over."""
        self.chosen.emit(self._tone)

    @Slot(object)
    def drag_to(self, window: Window) -> None:
        """Show a window while it is dragged."""
        low, high = (float(value_text(end, window, digits=4)) for end in window)
        if low < high:
            self._change(replace(self._tone, window=(low, high)), meant=False)

    @Slot(float)
    def _on_low(self, value: float) -> None:
        is_medical = self._offered is not None and self._offered.kind == "medical"
        if is_medical:
            self._take_window(*_shifted(self.window_shown, value))
        else:
            self._take_window(value, self.window_shown[1])

    @Slot(float)
    def _on_high(self, value: float) -> None:
        is_medical = self._offered is not None and self._offered.kind == "medical"
        if is_medical:
            try:
                self._take_window(*window_of(center_of(self.window_shown)[0], value))
            except BadInput:
                self.show_tone(self._tone)
        else:
            self._take_window(self.window_shown[0], value)

    def _take_window(self, low: float, high: float) -> None:
        """Take a window that was typed, or show the one before again."""
        try:
            tone = replace(self._tone, window=(low, high))
        except BadInput:
            self.show_tone(self._tone)
            return
        self._change(tone, meant=True)

    @Slot()
    def _on_stretch(self) -> None:
        self._change(replace(self._tone, stretch=self.form.stretch.currentData()), meant=True)

    @Slot(float)
    def _on_gamma(self, place: float) -> None:
        end = MOST_GAMMA if place > 0 else 1 / LEAST_GAMMA
        gamma = min(max(round(end ** (place / GAMMA_STEPS), 2), LEAST_GAMMA), MOST_GAMMA)
        self._change(replace(self._tone, gamma=gamma), meant=False)

    @Slot(float)
    def _on_exposure(self, place: float) -> None:
        self._change(replace(self._tone, exposure=place / STOP_STEPS), meant=False)

    @Slot()
    def _on_bands(self) -> None:
        bands = tuple(int(box.currentData() or 1) for box in self.form.bands)
        self._change(
            replace(self._tone, bands=bands if len(set(bands)) > 1 else bands[:1]), meant=True
        )

    @Slot(bool)
    def _on_inverted(self, inverted: bool) -> None:
        self._change(replace(self._tone, inverted=inverted), meant=True)

    @Slot(int)
    def _on_preset(self, index: int) -> None:
        text = self.form.presets.itemData(index)
        if not text:
            return
        chosen = tone_of(text)
        values = {name: getattr(chosen, name) for name in chosen.changed}
        self._change(replace(self._tone, **values), meant=True)

    @Slot()
    def _on_auto(self) -> None:
        self._change(self._tone.without_values, meant=True)

    @Slot()
    def _on_reset(self) -> None:
        self._change(AUTOMATIC, meant=True)


def _shifted(window: Window, center: float) -> Window:
    by = center - center_of(window)[0]
    return window[0] + by, window[1] + by
