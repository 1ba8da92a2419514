"""The dialog that sets the scale of a photo: so many pixels are so long."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from cozviewer.image.subject import Scale, scale_of
from cozviewer.ui.widgets.forms import Trouble, form_of, named_chooser, stacked
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

UNITS = {
    **{"nm": 1e-9, "µm": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3},
    "arcsec": 1.0,
}
"""Metres of the units that are offered; the last one is of the sky."""


class ScaleDialog(QDialog):
    """Asks for a number of photo pixels and their length.

    Attributes:
        pixels, length, unit: The fields.
        draw: Lets the user draw a line of a known length on the photo.
        reset: Takes the scale of the file again.
        trouble: Says what is wrong with the fields.
        buttons: OK and Cancel.

    Signals:
        wanted: (Scale or None) The scale was entered; None is that of the file.
        line_wanted: A line is to be drawn; the dialog is closed, and opened again with its length.
    """

    wanted = Signal(object)
    line_wanted = Signal()

    def __init__(
        self,
        scale: Scale | None,
        own: bool,
        pixels: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Begin with the present scale.

        Args:
            scale: The present one; None if there is none.
            own: Whether the user has set it.
            pixels: Length of a line that was drawn, in photo pixels; None without one.
        """
        super().__init__(parent)
        self.setWindowTitle(translate("View", "Set Scale"))
        unit = "µm" if scale is None else _best_unit(scale)
        shown = 100.0 if pixels is None else pixels
        length = "" if scale is None else f"{shown * scale.across / UNITS[unit]:.6g}"
        self.pixels, self.length = QLineEdit(f"{shown:.6g}"), QLineEdit(length)
        titles = {"arcsec": translate("View", "arcseconds")}
        self.unit = named_chooser((name, titles.get(name, name)) for name in UNITS)
        self.unit.setCurrentIndex(self.unit.findData(unit))
        self.unit.setAccessibleName(translate("View", "Unit"))
        self.draw = QPushButton(translate("View", "Draw on Photo"))
        self.draw.setToolTip(translate("View", "Draw a line along something of a known length"))
        self.reset = QPushButton(translate("View", "Use Scale of File"))
        self.reset.setEnabled(own)
        for button in (self.draw, self.reset):
            button.setAutoDefault(False)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        distance, known = QHBoxLayout(), QHBoxLayout()
        for row, parts in (
            (distance, (self.pixels, self.draw)),
            (known, (self.length, self.unit)),
        ):
            row.setSpacing(8)
            row.addWidget(parts[0], 1)
            row.addWidget(parts[1])
        hint = Label(
            translate(
                "View", "How long is a distance in the photo? The scale is kept with the photo."
            )
        )
        hint.setWordWrap(True)
        rows = (
            (translate("View", "Distance in pixels"), distance),
            (translate("View", "Known length"), known),
        )
        self.buttons.addButton(self.reset, QDialogButtonBox.ButtonRole.ResetRole)
        stacked(self, (hint, form_of(rows), self.trouble, self.buttons))
        for field in (self.pixels, self.length):
            field.textEdited.connect(lambda: self.trouble.show_message(""))
        self.draw.clicked.connect(self._on_draw)
        self.reset.clicked.connect(self._on_reset)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.length.setFocus()
        self.length.selectAll()

    @Slot()
    def _on_accepted(self) -> None:
        pixels, length = _number(self.pixels.text()), _number(self.length.text())
        unit = self.unit.currentData()
        if not pixels or not length:
            self.trouble.show_message(
                translate(
                    "View", "Enter two numbers above 0: the distance in pixels and its length."
                )
            )
            return
        side = length * UNITS[unit] / pixels
        scale = scale_of(side, side, "arcsec" if unit == "arcsec" else "m")
        if scale is None:
            self.trouble.show_message(translate("View", "Enter a length that is possible."))
            return
        self.wanted.emit(scale)
        self.accept()

    @Slot()
    def _on_draw(self) -> None:
        self.reject()
        self.line_wanted.emit()

    @Slot()
    def _on_reset(self) -> None:
        self.wanted.emit(None)
        self.accept()


def _best_unit(scale: Scale) -> str:
    """Return the unit in which 100 pixels are a number of few digits."""
    if scale.unit == "arcsec":
        return "arcsec"
    length = 100 * scale.across
    fitting = [name for name, metres in UNITS.items() if name != "arcsec" and metres <= length]
    return max(fitting, key=lambda name: UNITS[name], default="nm")


def _number(text: str) -> float | None:
    """Return a number above 0, with a point or a comma; None for anything else."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if 0 < number < 1e15 else None
