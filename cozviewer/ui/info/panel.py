"""The Info panel: what is known about the photo, the view and the pixel under the pointer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cozviewer.ui.info.rows import Row
from cozviewer.ui.info.section import Section
from cozviewer.util.translation import translate


class InfoPanel(QWidget):
    """Sections under each other, and a button that copies all of them.

    Attributes:
        file, made, view, pixel, camera: Its sections, from the top.
        copy: The button.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("info")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.file = Section(translate("Info", "File"))
        self.made = Section(translate("Info", "Made with cozviewer"))
        self.view = Section(translate("Info", "This view"))
        self.pixel = Section(translate("Info", "Pixel under the pointer"))
        self.camera = Section(translate("Info", "Camera"))
        page = QWidget()
        page.setObjectName("info-page")
        sections = QVBoxLayout(page)
        sections.setContentsMargins(14, 12, 14, 14)
        sections.setSpacing(16)
        for section in self._sections:
            sections.addWidget(section)
        sections.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(translate("Info", "Info"))
        area.setWidget(page)
        self.copy = QPushButton(translate("Info", "Copy"))
        self.copy.setToolTip(translate("Info", "Copy all of it as text"))
        self.copy.clicked.connect(self._copy)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(14, 6, 14, 10)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(buttons)

    @property
    def _sections(self) -> tuple[Section, ...]:
        return (self.file, self.made, self.view, self.pixel, self.camera)

    @property
    def text(self) -> str:
        """All that is shown, as text."""
        return "\n\n".join(section.text for section in self._sections if section.text)

    def show_photo(
        self, file: Sequence[Row], camera: Sequence[Row] = (), made: Sequence[Row] = ()
    ) -> None:
        """Show what is known about a photo."""
        self.file.show_rows(file)
        self.camera.show_rows(camera)
        self.made.show_rows(made)

    def forget(self) -> None:
        """Show nothing."""
        self.camera.hide_again()
        for section in self._sections:
            section.show_rows(())

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
