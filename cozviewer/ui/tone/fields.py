"""The fields of the Tone panel: a number that can be typed or stepped, and a slider with its
value."""

import math

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSlider, QWidget

from cozviewer.image.tone import Window
from cozviewer.ui.tone.wording import value_text
from cozviewer.ui.widgets.plain import Label

STEP = 0.01
"""Of Up and Down, as a part of the window."""

VALUE_WIDTH = 58
"""Logical pixels of the value beside a slider."""


class ValueEdit(QLineEdit):
    """A field for a value in the units of a file. Up and Down change it by a hundredth of the
    window, with Shift by a tenth.

    Signals:
        chosen: (float) another value was typed, and Enter pressed or the field left; or stepped to.
    """

    chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._value, self._width = 0.0, 1.0
        self.setMinimumWidth(40)
        self.editingFinished.connect(self._on_finished)

    def show_value(self, value: float, window: Window) -> None:
        """Show a value, to as many digits as matter within a window."""
        self._value, self._width = value, window[1] - window[0]
        self.setText(value_text(value, window))
        self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if steps is None:
            super().keyPressEvent(event)
            return
        large = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.chosen.emit(self._value + steps * STEP * (10 if large else 1) * self._width)

    @Slot()
    def _on_finished(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        try:
            value = float(self.text().strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            self.chosen.emit(value)
        else:
            self.chosen.emit(self._value)  # shows it again


_SLIDER_KEYS = (
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
)


class _Slider(QSlider):
    """A slider that keeps its keys, of which some are shortcuts of the window."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in _SLIDER_KEYS:
                event.accept()
                return True
        return super().event(event)


class ValueSlider(QWidget):
    """A slider, and its value beside it.

    Signals:
        moved: (float) its value while it is dragged, stepped or set by keys.
        settled: a drag has ended, or a step was made.
    """

    moved = Signal(float)
    settled = Signal()

    def __init__(self, least: int, most: int) -> None:
        """Create it.

        Args:
            least, most: Ends of the slider in its own steps.
        """
        super().__init__()
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(least, most)
        self.slider.setMinimumWidth(60)
        self.slider.setPageStep(max(1, (most - least) // 20))
        self.slider.valueChanged.connect(self._on_changed)
        self.slider.sliderReleased.connect(self.settled)
        self._text = Label()
        self._text.setMinimumWidth(VALUE_WIDTH)
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.slider, 1)
        row.addWidget(self._text)
        self.setFocusProxy(self.slider)

    def set_range(self, least: int, most: int) -> None:
        """Give the slider other ends, without a signal."""
        self.slider.blockSignals(True)
        self.slider.setRange(least, most)
        self.slider.blockSignals(False)

    def show_place(self, place: int, text: str) -> None:
        """Show a place of the slider and the text of its value, without a signal."""
        self.slider.blockSignals(True)
        if not self.slider.isSliderDown():
            self.slider.setValue(place)
        self.slider.blockSignals(False)
        self._text.setText(text)

    @Slot(int)
    def _on_changed(self, place: int) -> None:
        self.moved.emit(float(place))
        if not self.slider.isSliderDown():
            self.settled.emit()
