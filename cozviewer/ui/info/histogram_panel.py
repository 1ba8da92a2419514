"""The Histogram panel: the plot, its switches, and how much is clipped."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cozviewer.image.facts.histogram import Histogram
from cozviewer.ui.info.histogram_plot import HistogramPlot
from cozviewer.ui.info.rows import percent_text
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate


class HistogramPanel(QWidget):
    """Shows one histogram at a time.

    Attributes:
        plot: The plot.
        whole: Chooses the whole photo rather than the view.
        logarithmic: Chooses logarithmic heights.

    Signals:
        wanted: a histogram of something else is wanted; see `whole`.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("histogram")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._histogram: Histogram | None = None
        self.plot = HistogramPlot()
        self.plot.setAccessibleName(translate("Info", "Histogram"))
        self.plot.pointed.connect(self._on_pointed)
        self._low, self._high = Label(), Label()
        for label, tip in (
            (self._low, translate("Info", "Clipped shadows: pixels with a channel at 0")),
            (
                self._high,
                translate("Info", "Clipped highlights: pixels with a channel at 255"),
            ),
        ):
            label.setToolTip(tip)
            # So that a long text does not widen the panel.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._high.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._sampled = Label()
        self._sampled.setText(translate("Info", "Counted in an overview"))
        self._sampled.setToolTip(
            translate(
                "Info",
                "The photo is too large to count all of its pixels: an overview was counted, in "
                "which extreme values are rarer",
            )
        )
        self._sampled.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.whole = QCheckBox(translate("Info", "Whole photo"))
        self.whole.setToolTip(translate("Info", "Count the whole photo rather than this view"))
        self.whole.toggled.connect(self.wanted)
        self.logarithmic = QCheckBox(translate("Info", "Log scale"))
        self.logarithmic.setToolTip(translate("Info", "Make rare values visible"))
        self.logarithmic.toggled.connect(self.plot.set_logarithmic)
        clipped = QHBoxLayout()
        clipped.addWidget(self._low, 1)
        clipped.addWidget(self._high, 1)
        switches = QHBoxLayout()
        switches.setSpacing(16)
        switches.addWidget(self.whole)
        switches.addWidget(self.logarithmic)
        switches.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addWidget(self.plot, 100)
        column.addLayout(clipped)
        column.addWidget(self._sampled)
        column.addLayout(switches)
        column.addStretch(1)
        self._show_clipping()

    @property
    def histogram(self) -> Histogram | None:
        """What is shown."""
        return self._histogram

    @property
    def text(self) -> str:
        """The text below the plot."""
        labels = [self._low, self._high]
        if not self._sampled.isHidden():
            labels.append(self._sampled)
        return " | ".join(label.text() for label in labels if label.text())

    def show_histogram(self, histogram: Histogram | None) -> None:
        """Show a histogram, or none."""
        self._histogram = histogram
        self.plot.show_histogram(histogram)
        self._show_clipping()
        if histogram is not None:
            self.plot.setAccessibleDescription(f"{self._low.text()}, {self._high.text()}")

    def _show_clipping(self) -> None:
        histogram = self._histogram
        if histogram is None:
            self._low.clear()
            self._high.clear()
            self._sampled.hide()
            return
        low = percent_text(histogram.share(histogram.black))
        high = percent_text(histogram.share(histogram.white))
        self._low.setText(translate("Info", "{percent} at 0").format(percent=low))
        self._high.setText(translate("Info", "{percent} at 255").format(percent=high))
        self._sampled.setVisible(histogram.sampled)

    @Slot(int)
    def _on_pointed(self, value: int) -> None:
        """Show how many pixels have the value under the pointer."""
        histogram = self._histogram
        if value < 0 or histogram is None:
            self._show_clipping()
            return
        shares = [percent_text(histogram.share(int(count))) for count in histogram.counts[:, value]]
        self._low.setText(translate("Info", "{value}: {part}").format(value=value, part=shares[3]))
        self._high.setText(
            translate("Info", "R {red}  G {green}  B {blue}").format(
                red=shares[0], green=shares[1], blue=shares[2]
            )
        )
