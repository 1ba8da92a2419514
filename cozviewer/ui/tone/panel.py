"""The Tone panel: which part of a file's values is shown, and how."""

import math
from dataclasses import replace

from numpy import int64
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cozviewer.image.tone import (
    AUTOMATIC,
    LEAST_GAMMA,
    MOST_GAMMA,
    MOST_STOPS,
    Tone,
    Window,
    center_of,
    tone_of,
    window_of,
)
from cozviewer.image.toning.tone_range import Preset, ToneRange
from cozviewer.ui.tone.fields import ValueEdit, ValueSlider
from cozviewer.ui.tone.plot import TonePlot
from cozviewer.ui.tone.wording import band_name, preset_name, stretch_names, value_text
from cozviewer.ui.widgets.forms import form_of, named_chooser
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import BadInput
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate, with_note

GAMMA_STEPS = 100
"""Of the slider, from 1 to the largest gamma, and from the smallest one to 1."""

STOPS = 10
"""Of the slider for the exposure, up and down from the automatic one."""

STOP_STEPS = 10
"""Steps of the slider for each stop."""

_MARGIN = 14


class TonePanel(QWidget):
    """Shows a tone and changes it. What the file does not offer is hidden.

    It has more than 12 attributes: one for each field.

    Attributes:
        plot: The histogram with its handles.
        presets, low, high, stretch, gamma, exposure, bands, inverted: The fields. `low` and `high`
            are center and width for DICOM.
        auto, reset: The buttons.

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
        self.plot = TonePlot()
        self.plot.setAccessibleName(translate("Info", "Histogram of values"))
        self.plot.setToolTip(
            translate("Info", "Drag the black or the white handle, or both by the ground between.")
        )
        self.presets = QComboBox()
        self.low, self.high = ValueEdit(), ValueEdit()
        self.stretch = named_chooser(stretch_names())
        self.gamma = ValueSlider(-GAMMA_STEPS, GAMMA_STEPS)
        self.exposure = ValueSlider(-STOPS * STOP_STEPS, STOPS * STOP_STEPS)
        self.bands = tuple(QComboBox() for _ in range(3))
        self.inverted = QCheckBox(translate("Info", "Invert"))
        self.auto = QPushButton(translate("Info", "Auto"))
        self.auto.setToolTip(translate("Info", "Window, stretch and exposure as the file says"))
        self.reset = QPushButton(translate("Info", "Reset"))
        self.reset.setToolTip(translate("Info", "Show the picture as it opens by itself"))
        self._sentence, self._range = Label(), Label()
        for label in (self._sentence, self._range):
            label.setWordWrap(True)
        self._low_name, self._high_name = Label(), Label()
        self._form = self._fields()
        self._lay_out()
        self._connect()
        self.show_range(None, "")

    @property
    def tone(self) -> Tone:
        """The tone that is shown."""
        return self._tone

    @property
    def dragging(self) -> bool:
        """Whether something is being dragged."""
        sliders = (self.gamma.slider, self.exposure.slider)
        return self.plot.dragging or any(slider.isSliderDown() for slider in sliders)

    def show_range(self, offered: ToneRange | None, sentence: str) -> None:
        """Show what a file offers.

        Args:
            offered: None hides all fields.
            sentence: What is said instead.
        """
        self._offered, self._tone = offered, AUTOMATIC
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self.plot.show_counts(None, (0.0, 1.0))
        self.show_presets(())
        self._form.setVisible(offered is not None)
        if offered is None:
            return
        names = [(band, band_name(offered, band)) for band in range(1, len(offered.bands) + 1)]
        for box in self.bands:
            box.blockSignals(True)
            box.clear()
            for band, name in names:
                box.addItem(name, band)
            box.blockSignals(False)
        is_medical = offered.kind == "medical"
        low = translate("Info", "Center") if is_medical else translate("Info", "Black")
        high = translate("Info", "Width") if is_medical else translate("Info", "White")
        unit = visible_line(offered.unit)
        for label, name, edit in (
            (self._low_name, low, self.low),
            (self._high_name, high, self.high),
        ):
            label.setText(with_note(name, unit) if unit else name)
            edit.setAccessibleName(label.text())
        usual = round(offered.automatic.exposure or 0)
        least, most = max(usual - STOPS, -MOST_STOPS), min(usual + STOPS, MOST_STOPS)
        self.exposure.set_range(round(least * STOP_STEPS), round(most * STOP_STEPS))
        self._show_row(self.exposure, "exposure" in offered.controls)
        self._show_row(self._band_row, "bands" in offered.controls)
        self.show_extremes(offered)

    def show_extremes(self, offered: ToneRange) -> None:
        """Show the least and the greatest value, where they are known."""
        self._range.setVisible(offered.extremes is not None)
        if offered.extremes is not None:
            ends = [f"{end:.6g}" for end in offered.extremes]
            text = translate("Info", "Values from {low} to {high}")
            self._range.setText(text.format(low=ends[0], high=ends[1]))

    def show_presets(self, presets: tuple[Preset, ...]) -> None:
        """Offer these presets, or none."""
        self.presets.clear()
        self.presets.addItem(translate("Info", "Choose…"), "")
        for preset in presets:
            self.presets.addItem(visible_line(preset_name(preset)), preset.tone)
        self.show_tone(self._tone)
        self._show_row(self.presets, bool(presets))

    def show_counts(self, counts: NDArray[int64], span: Window) -> None:
        """Show a histogram of the values."""
        self.plot.show_counts(counts, span)

    def show_tone(self, tone: Tone) -> None:
        """Show a tone, without a signal."""
        self._tone, offered = tone, self._offered
        if offered is None:
            return
        full = tone.over(offered.automatic)
        window = full.window or offered.shown
        self.plot.show_window(window)
        shown = center_of(window) if offered.kind == "medical" else window
        self.low.show_value(shown[0], window)
        self.high.show_value(shown[1], window)
        self.stretch.blockSignals(True)
        self.stretch.setCurrentIndex(max(0, self.stretch.findData(full.stretch)))
        self.stretch.blockSignals(False)
        end = MOST_GAMMA if full.gamma > 1 else 1 / LEAST_GAMMA
        place = round(GAMMA_STEPS * math.log(full.gamma) / math.log(end))
        self.gamma.show_place(place, f"{full.gamma:.2f}")
        stops = full.exposure or 0.0
        self.exposure.show_place(round(stops * STOP_STEPS), f"{stops:+.1f} EV")
        for place, box in enumerate(self.bands):
            box.blockSignals(True)
            band = full.bands[place if len(full.bands) == 3 else 0]
            box.setCurrentIndex(band - 1)
            box.blockSignals(False)
        self.inverted.blockSignals(True)
        self.inverted.setChecked(tone.inverted)
        self.inverted.blockSignals(False)
        self.presets.setCurrentIndex(self._preset_of(full))
        self.reset.setEnabled(bool(tone.changed))
        self.auto.setEnabled(bool(_without_values(tone) != tone))

    def _preset_of(self, full: Tone) -> int:
        """Return the place of the preset that a tone has all values of; 0 of none."""
        for index in range(1, self.presets.count()):
            preset = tone_of(self.presets.itemData(index))
            if all(getattr(preset, name) == getattr(full, name) for name in preset.changed):
                return index
        return 0

    # -- layout ----------------------------------------------------------------------------------

    def _fields(self) -> QWidget:
        form = QWidget()
        self._band_row = QWidget()
        bands = QHBoxLayout(self._band_row)
        bands.setContentsMargins(0, 0, 0, 0)
        bands.setSpacing(4)
        names = (translate("Info", "Red"), translate("Info", "Green"), translate("Info", "Blue"))
        for box, name in zip(self.bands, names, strict=True):
            box.setAccessibleName(translate("Info", "Band for {color}").format(color=name))
            box.setToolTip(name)
            box.setMinimumWidth(36)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(1)
            bands.addWidget(box, 1)
        self._band_row.setToolTip(translate("Info", "The same band three times is shown as grey."))
        window = QHBoxLayout()
        window.setSpacing(6)
        for label, edit in ((self._low_name, self.low), (self._high_name, self.high)):
            label.setBuddy(edit)
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addWidget(label)
            part.addWidget(edit)
            window.addLayout(part, 1)
        for box in (self.presets, self.stretch):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(8)
        self._grid = form_of(
            [
                (translate("Info", "Preset"), self.presets),
                (translate("Info", "Bands"), self._band_row),
                (translate("Info", "Stretch"), self.stretch),
                (translate("Info", "Exposure"), self.exposure),
                (translate("Info", "Gamma"), self.gamma),
                ("", self.inverted),
            ],
            spacing=8,
        )
        self._grid.setHorizontalSpacing(10)
        buttons = QHBoxLayout()
        buttons.addWidget(self.auto)
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.plot)
        column.addWidget(self._range)
        column.addLayout(window)
        column.addLayout(self._grid)
        column.addLayout(buttons)
        return form

    def _lay_out(self) -> None:
        page = QWidget()
        page.setObjectName("tone-page")
        column = QVBoxLayout(page)
        column.setContentsMargins(_MARGIN, 10, _MARGIN, 10)
        column.addWidget(self._sentence)
        column.addWidget(self._form)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(translate("Info", "Tone"))
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _show_row(self, field: QWidget, shown: bool) -> None:
        """Show a row of the form with its name, or hide it."""
        grid: QGridLayout = self._grid
        row = grid.getItemPosition(grid.indexOf(field))[0]  # type: ignore[index]
        for column in (0, 1):
            item = grid.itemAtPosition(row, column)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.setVisible(shown)

    # -- what the user does ----------------------------------------------------------------------

    def _connect(self) -> None:
        self.plot.dragged.connect(self.drag_to)
        self.plot.dropped.connect(self.settle)
        self.low.chosen.connect(self._on_low)
        self.high.chosen.connect(self._on_high)
        self.stretch.currentIndexChanged.connect(self._on_stretch)
        self.gamma.moved.connect(self._on_gamma)
        self.gamma.settled.connect(self.settle)
        self.exposure.moved.connect(self._on_exposure)
        self.exposure.settled.connect(self.settle)
        for box in self.bands:
            box.currentIndexChanged.connect(self._on_bands)
        self.inverted.toggled.connect(self._on_inverted)
        self.presets.activated.connect(self._on_preset)
        self.auto.clicked.connect(self._on_auto)
        self.reset.clicked.connect(self._on_reset)

    @property
    def window_shown(self) -> Window:
        """What becomes black and what white."""
        if self._offered is None:
            return 0.0, 1.0
        return self._tone.over(self._offered.automatic).window or self._offered.shown

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
        self._change(replace(self._tone, stretch=self.stretch.currentData()), meant=True)

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
        bands = tuple(int(box.currentData() or 1) for box in self.bands)
        self._change(
            replace(self._tone, bands=bands if len(set(bands)) > 1 else bands[:1]), meant=True
        )

    @Slot(bool)
    def _on_inverted(self, inverted: bool) -> None:
        self._change(replace(self._tone, inverted=inverted), meant=True)

    @Slot(int)
    def _on_preset(self, index: int) -> None:
        text = self.presets.itemData(index)
        if not text:
            return
        chosen = tone_of(text)
        values = {name: getattr(chosen, name) for name in chosen.changed}
        self._change(replace(self._tone, **values), meant=True)

    @Slot()
    def _on_auto(self) -> None:
        self._change(_without_values(self._tone), meant=True)

    @Slot()
    def _on_reset(self) -> None:
        self._change(AUTOMATIC, meant=True)


def _without_values(tone: Tone) -> Tone:
    """Return a tone whose window, stretch and exposure are automatic."""
    return replace(tone, window=None, stretch=None, exposure=None)


def _shifted(window: Window, center: float) -> Window:
    by = center - center_of(window)[0]
    return window[0] + by, window[1] + by
