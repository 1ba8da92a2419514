"""The fields of the Tone panel: a histogram, numbers, sliders and lists that show a tone."""

import math

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cozviewer.image.tone import (
    LEAST_GAMMA,
    MOST_GAMMA,
    MOST_STOPS,
    Tone,
    center_of,
    tone_of,
)
from cozviewer.image.toning.samples import Extent
from cozviewer.image.toning.tone_range import Preset, ToneRange
from cozviewer.ui.tone.fields import ValueEdit, ValueSlider
from cozviewer.ui.tone.plot import TonePlot
from cozviewer.ui.tone.wording import band_name, extent_sentence, preset_name, stretch_names
from cozviewer.ui.widgets.forms import form_of, named_chooser
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.text import visible_line
from cozviewer.util.translation import translate, with_note

GAMMA_STEPS = 100
"""Of the slider, from 1 to the largest gamma, and from the smallest one to 1."""

STOPS = 10
"""Of the slider for the exposure, up and down from the automatic one."""

STOP_STEPS = 10
"""Steps of the slider for each stop."""


class ToneForm(QWidget):
    """Shows a tone; what the file does not offer is hidden.

    It has more than 12 attributes: one for each field.

    Attributes:
        plot: The histogram with its handles.
        presets, low, high, stretch, gamma, exposure, bands, inverted: The fields. `low` and `high`
            are center and width for DICOM.
        auto, reset: The buttons.
    """

    def __init__(self) -> None:
        super().__init__()
        self.plot = TonePlot()
        self.plot.setAccessibleName(translate("Info", "Histogram of values"))
        self.presets = QComboBox()
        self.low, self.high = ValueEdit(), ValueEdit()
        self.stretch = named_chooser(stretch_names())
        self.gamma = ValueSlider(-GAMMA_STEPS, GAMMA_STEPS)
        self.exposure = ValueSlider(-STOPS * STOP_STEPS, STOPS * STOP_STEPS)
        self.bands = tuple(QComboBox() for _ in range(3))
        self.inverted = QCheckBox(translate("Info", "Invert"))
        self.auto = QPushButton(translate("Info", "Auto"))
        self.auto.setToolTip(
            translate("Info", "Window, stretch and exposure as stated in the file")
        )
        self.reset = QPushButton(translate("Info", "Reset"))
        self.reset.setToolTip(translate("Info", "Show the image as it opens by default"))
        self._range, self._extent = Label(), Label()
        for label in (self._range, self._extent):
            label.setWordWrap(True)
        self._low_name, self._high_name = Label(), Label()
        self._band_row = self._bands_beside_each_other()
        self._lay_out()

    @property
    def dragging(self) -> bool:
        """Whether something is being dragged."""
        sliders = (self.gamma.slider, self.exposure.slider)
        return self.plot.dragging or any(slider.isSliderDown() for slider in sliders)

    def show_range(self, offered: ToneRange) -> None:
        """Show what a file offers, without a histogram and presets."""
        self.plot.show_counts(None, (0.0, 1.0))
        self.show_extent("image")
        self.show_presets(())
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

    def show_extent(self, extent: Extent) -> None:
        """Say what the histogram counts, where that is not the whole image."""
        sentence = extent_sentence(extent)
        how = translate(
            "Info", "Drag the black or the white handle, or both by the ground between."
        )
        self.plot.setToolTip(f"{how}\n{sentence}" if sentence else how)
        self._extent.setText(sentence)
        self._extent.setVisible(bool(sentence))

    def show_presets(self, presets: tuple[Preset, ...]) -> None:
        """Offer these presets, or none."""
        self.presets.clear()
        self.presets.addItem(translate("Info", "Choose…"), "")
        for preset in presets:
            self.presets.addItem(visible_line(preset_name(preset)), preset.tone)
        self._show_row(self.presets, bool(presets))

    def show_tone(self, tone: Tone, offered: ToneRange) -> None:
        """Show a tone, without a signal."""
        quiet = (self.stretch, self.inverted, *self.bands)
        for field in quiet:
            field.blockSignals(True)
        full = tone.over(offered.automatic)
        window = full.window or offered.shown
        self.plot.show_window(window)
        shown = center_of(window) if offered.kind == "medical" else window
        self.low.show_value(shown[0], window)
        self.high.show_value(shown[1], window)
        self.stretch.setCurrentIndex(max(0, self.stretch.findData(full.stretch)))
        end = MOST_GAMMA if full.gamma > 1 else 1 / LEAST_GAMMA
        place = round(GAMMA_STEPS * math.log(full.gamma) / math.log(end))
        self.gamma.show_place(place, f"{full.gamma:.2f}")
        stops = full.exposure or 0.0
        self.exposure.show_place(round(stops * STOP_STEPS), f"{stops:+.1f} EV")
        for place, box in enumerate(self.bands):
            box.setCurrentIndex(full.bands[place if len(full.bands) == 3 else 0] - 1)
        self.inverted.setChecked(tone.inverted)
        for field in quiet:
            field.blockSignals(False)
        self.presets.setCurrentIndex(self._preset_of(full))
        self.reset.setEnabled(bool(tone.changed))
        self.auto.setEnabled(tone != tone.without_values)

    def _preset_of(self, full: Tone) -> int:
        """Return the place of the preset that a tone has all values of; 0 of none."""
        for index in range(1, self.presets.count()):
            preset = tone_of(self.presets.itemData(index))
            if all(getattr(preset, name) == getattr(full, name) for name in preset.changed):
                return index
        return 0

    # -- layout ----------------------------------------------------------------------------------

    def _bands_beside_each_other(self) -> QWidget:
        row = QWidget()
        bands = QHBoxLayout(row)
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
        row.setToolTip(translate("Info", "The same band three times is shown as grey."))
        return row

    def _low_and_high(self) -> QLayout:
        window = QHBoxLayout()
        window.setSpacing(6)
        for label, edit in ((self._low_name, self.low), (self._high_name, self.high)):
            label.setBuddy(edit)
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addWidget(label)
            part.addWidget(edit)
            window.addLayout(part, 1)
        return window

    def _lay_out(self) -> None:
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.plot)
        column.addWidget(self._extent)
        column.addWidget(self._range)
        column.addLayout(self._low_and_high())
        column.addLayout(self._grid)
        column.addLayout(buttons)

    def _show_row(self, field: QWidget, shown: bool) -> None:
        """Show a row of the form with its name, or hide it."""
        grid = self._grid
        row = grid.getItemPosition(grid.indexOf(field))[0]  # type: ignore[index]
        for column in (0, 1):
            item = grid.itemAtPosition(row, column)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.setVisible(shown)
