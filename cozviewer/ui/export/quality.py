"""The field for the quality of JPEG, WebP and AVIF."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QSpinBox, QWidget

from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate


class QualityField(QWidget):
    """A slider and a number, 1 to 100.

    Signals:
        changed: Another quality was chosen.
    """

    changed = Signal()

    def __init__(self, quality: int) -> None:
        """Show a quality."""
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.box = QSpinBox()
        for each in (self.slider, self.box):
            each.setRange(1, 100)
            each.setValue(quality)
        self.slider.setMinimumWidth(110)
        self.slider.valueChanged.connect(self.box.setValue)
        self.box.valueChanged.connect(self.slider.setValue)
        self.box.valueChanged.connect(lambda _: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Label(translate("Export", "Quality")))
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        self.setFocusProxy(self.box)

    @property
    def value(self) -> int:
        """The chosen quality."""
        return self.box.value()
