"""The choice of a scale: a row for each, with the size, the time and the file that it gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from cozviewer.export.upscaling.upscale import SCALES
from cozviewer.ui.widgets.plain import Label
from cozviewer.ui.widgets.theme import quiet
from cozviewer.util.translation import listed, translate
from cozviewer.util.units import bytes_text, duration_text


@dataclass(frozen=True)
class Estimate:
    """What a scale gives.

    Attributes:
        size: Width and height of the result; of several photos, those of the largest.
        seconds: Time for all photos; None if unknown.
        bytes: Size of all files, an upper bound.
    """

    size: tuple[int, int]
    seconds: float | None
    bytes: float


class ScaleChoice(QWidget):
    """Radio buttons for the scales.

    Signals:
        changed: Another one was chosen.
    """

    changed = Signal()

    def __init__(self, scale: int) -> None:
        """Offer SCALES; `scale` is chosen, or 4 if it is not one of them."""
        super().__init__()
        self._group = QButtonGroup(self)
        self._texts: dict[int, tuple[Label, Label, Label]] = {}
        self.buttons: dict[int, QRadioButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(3, 1)
        for row, each in enumerate(SCALES):
            button = QRadioButton(f"{each}×")
            self.buttons[each] = button
            self._group.addButton(button, each)
            grid.addWidget(button, row, 0)
            texts = (Label(), Label(), Label())
            self._texts[each] = texts
            for column, label in enumerate(texts, 1):
                quiet(label)
                grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignVCenter)
        self.buttons[scale if scale in SCALES else 4].setChecked(True)
        self._group.idClicked.connect(lambda _: self.changed.emit())

    @property
    def scale(self) -> int:
        """The chosen scale."""
        return self._group.checkedId()

    def text(self, scale: int) -> str:
        """Return what is shown about a scale."""
        return listed(label.text() for label in self._texts[scale] if label.text())

    def show_estimates(self, estimates: Sequence[Estimate | None], photos: int) -> None:
        """Show what each scale gives; None while unknown.

        Args:
            estimates: One for each of SCALES.
            photos: How many photos they are for.
        """
        for scale, estimate in zip(SCALES, estimates, strict=True):
            size, time, file = self._texts[scale]
            if estimate is None:
                for label in (size, time, file):
                    label.clear()
                continue
            width, height = estimate.size
            form = translate("Upscale", "{width} × {height} pixels")
            if photos > 1:
                form = translate("Upscale", "up to {width} × {height} pixels")
            size.setText(form.format(width=f"{width:,}", height=f"{height:,}"))
            time.clear()
            if estimate.seconds is not None:
                left = duration_text(max(1.0, estimate.seconds))
                time.setText(translate("Upscale", "about {time}").format(time=left))
            file.setText(
                translate("Upscale", "up to {size}").format(size=bytes_text(estimate.bytes))
            )
