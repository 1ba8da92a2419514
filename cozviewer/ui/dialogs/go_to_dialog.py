"""The dialog that takes a place of the photo and a magnification."""

from fractions import Fraction

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QWidget

from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.pyramid.wording import magnification_text, place_text
from cozviewer.ui.status.zoom_text import coordinate_of, magnification_of, spot_of
from cozviewer.ui.widgets.forms import Trouble, form_of, stacked
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate


class GoToDialog(QDialog):
    """Asks for x, y and a magnification. A text with all of them can be pasted into any field.

    Attributes:
        x_field, y_field, zoom_field: The fields.
        trouble: Says what is wrong with them.
        buttons: Go and Cancel.

    Signals:
        wanted: (Camera) the place was entered and is inside the photo.
    """

    wanted = Signal(object)

    def __init__(
        self, camera: Camera, source_size: tuple[int, int], parent: QWidget | None = None
    ) -> None:
        """Begin with the present place.

        Args:
            camera: The camera.
            source_size: Width and height of the photo in pixels.
        """
        super().__init__(parent)
        self.setWindowTitle(translate("View", "Go to Coordinates"))
        self._source_size = source_size
        x, _, y = place_text(camera, 0, 0).partition(", ")
        self.x_field, self.y_field, self.zoom_field = (
            QLineEdit(text) for text in (x, y, magnification_text(camera))
        )
        self._lengths: dict[QLineEdit, int] = {}
        names = (
            translate("View", "X (pixels from the left)"),
            translate("View", "Y (pixels from the top)"),
            translate("View", "Magnification"),
        )
        fields = (self.x_field, self.y_field, self.zoom_field)
        for field, name in zip(fields, names, strict=True):
            field.setAccessibleName(name)
            self._lengths[field] = len(field.text())
            field.textEdited.connect(self._on_edited)
        about = translate(
            "View",
            "The photo has {width} × {height} pixels. You can also paste “1234, 567 @ ×64”.",
        )
        hint = Label(about.format(width=f"{source_size[0]:,}", height=f"{source_size[1]:,}"))
        hint.setWordWrap(True)
        self.trouble = Trouble()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = self.buttons.addButton(translate("View", "Go"), QDialogButtonBox.ButtonRole.AcceptRole)
        rows = list(zip(names, fields, strict=True))
        stacked(self, (form_of(rows), hint, self.trouble, self.buttons))
        go.setDefault(True)
        self.buttons.accepted.connect(self._go)
        self.buttons.rejected.connect(self.reject)
        self.x_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.x_field.selectAll()

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        """Distribute a place that was pasted, which changes more than a character at once."""
        self.trouble.show_message("")
        field = self.sender()
        if not isinstance(field, QLineEdit):
            return
        before, self._lengths[field] = self._lengths[field], len(text)
        if abs(len(text) - before) > 1:
            self._distribute(text)

    def _distribute(self, text: str) -> None:
        spot = spot_of(text)
        if spot is None:
            return
        self.x_field.setText(_decimal(spot.x))
        self.y_field.setText(_decimal(spot.y))
        if spot.magnification is not None:
            self.zoom_field.setText(magnification_text(camera_at(0, 0, spot.magnification)))
        for field in self._lengths:
            self._lengths[field] = len(field.text())

    @Slot()
    def _go(self) -> None:
        for field in (self.x_field, self.y_field, self.zoom_field):
            self._distribute(field.text())
        try:
            camera = self._camera()
        except BadInput as error:
            self.trouble.show_message(str(error))
            return
        self.wanted.emit(camera)
        self.accept()

    def _camera(self) -> Camera:
        """Return the camera as entered.

        Raises:
            BadInput: A field is not a number, or the place is outside the photo.
        """
        width, height = self._source_size
        x = self._coordinate(self.x_field, "X", width)
        y = self._coordinate(self.y_field, "Y", height)
        magnification = magnification_of(self.zoom_field.text())
        if magnification is None:
            raise BadInput(translate("Error", "Enter a magnification such as 400%, ×64 or 4."))
        return camera_at(x, y, magnification)

    def _coordinate(self, field: QLineEdit, name: str, most: int) -> Fraction:
        value = coordinate_of(field.text())
        if value is None or not 0 <= value <= most:
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            field.selectAll()
            sentence = translate("Error", "{name} must be a number from 0 to {most}.")
            raise BadInput(sentence.format(name=name, most=f"{most:,}"))
        return value


def _decimal(value: Fraction) -> str:
    """Return a coordinate that was written as a decimal as one again."""
    digits = 0
    while (value * 10**digits).denominator > 1:
        digits += 1
    whole = value * 10**digits
    text = f"{abs(whole.numerator):0{digits + 1}d}"
    sign = "-" if value < 0 else ""
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)
