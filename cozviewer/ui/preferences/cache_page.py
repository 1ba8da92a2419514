"""Preferences: where generated tiles are kept, and how much room they may take."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cozviewer.jobs.files.cache_job import CacheJob
from cozviewer.jobs.threads import start_thread, stop_thread
from cozviewer.ui.preferences.general_page import paragraph
from cozviewer.ui.services import CacheServices
from cozviewer.ui.widgets.forms import Trouble, form_of
from cozviewer.ui.widgets.plain import Label, message_box
from cozviewer.util.cache_settings import LEAST_BYTES, MOST_BYTES, CacheSettings
from cozviewer.util.translation import sentences, translate
from cozviewer.util.units import bytes_text

GIGABYTE = 1000**3


class CachePage(QWidget):
    """The page. Its work is done on its own thread, until `shut_down`."""

    _measure = Signal()
    _clear = Signal()

    def __init__(self, services: CacheServices) -> None:
        super().__init__()
        self._services = services
        settings = services.settings()
        self.folder = QLineEdit(str(settings.folder or services.default))
        self.folder.setReadOnly(True)
        self.change = QPushButton(translate("Preferences", "Change…"))
        self.change.clicked.connect(self._choose_folder)
        self.usual = QPushButton(translate("Preferences", "Default"))
        self.usual.clicked.connect(lambda: self.use_folder(None))
        self.budget = QSpinBox()
        self.budget.setRange(LEAST_BYTES // GIGABYTE, MOST_BYTES // GIGABYTE)
        self.budget.setSuffix(" GB")
        self.budget.setValue(settings.budget_bytes // GIGABYTE)
        self.budget.valueChanged.connect(self._on_budget)
        self.in_use = Label("…")
        self.clear = QPushButton(translate("Preferences", "Clear…"))
        self.clear.setEnabled(False)
        self.clear.clicked.connect(self._ask_to_clear)
        self.notice = paragraph("")
        self.notice.hide()
        self.trouble = Trouble()
        place, used = QHBoxLayout(), QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.folder, 1)
        place.addWidget(self.change)
        place.addWidget(self.usual)
        used.addWidget(self.in_use, 1)
        used.addWidget(self.clear)
        rows = (
            (translate("Preferences", "Folder"), place),
            (translate("Preferences", "Maximum size"), self.budget),
            (translate("Preferences", "In use"), used),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(
            paragraph(
                translate(
                    "Preferences",
                    "Generated detail is kept, so that a place seen before is there at once. Where"
                    " room is needed, what was not seen for longest is deleted first.",
                )
            )
        )
        column.addLayout(form_of(rows))
        column.addWidget(self.notice)
        column.addWidget(self.trouble)
        column.addStretch(1)
        self._show_place(settings)
        self._job = CacheJob(services.size, services.clear)
        self._measure.connect(self._job.measure)
        self._clear.connect(self._job.clear)
        self._job.measured.connect(self._on_measured)
        self._job.cleared.connect(self._on_cleared)
        self._thread = start_thread("cache", self._job)
        self._measure.emit()

    def shut_down(self) -> None:
        """End the thread; call once."""
        stop_thread(self._thread)

    def use_folder(self, folder: Path | None) -> None:
        """Keep tiles in another folder from the next start; None takes the usual one."""
        self._keep(replace(self._services.settings(), folder=folder))

    @Slot()
    def _choose_folder(self) -> None:
        title = translate("Preferences", "Choose a Folder for the Cache")
        chosen = QFileDialog.getExistingDirectory(self, title, self.folder.text())
        if chosen:
            self.use_folder(Path(chosen))

    @Slot(int)
    def _on_budget(self, gigabytes: int) -> None:
        self._keep(replace(self._services.settings(), budget_bytes=gigabytes * GIGABYTE))

    def _keep(self, settings: CacheSettings) -> None:
        try:
            self._services.keep(settings)
        except OSError as error:
            self.trouble.show_message(
                translate("Preferences", "The settings could not be stored: {reason}.").format(
                    reason=error.strerror or error
                )
            )
            return
        self.trouble.show_message("")
        self._show_place(settings)

    def _show_place(self, settings: CacheSettings) -> None:
        services = self._services
        wanted = settings.folder or services.default
        self.folder.setText(str(wanted))
        self.usual.setEnabled(settings.folder is not None)
        sentence = ""
        if services.folder is None:
            sentence = translate("Preferences", "This time, cozviewer was started without a cache.")
        elif services.fixed:
            sentence = translate(
                "Preferences",
                "This time, cozviewer was started with another cache folder: {folder}.",
            ).format(folder=services.folder)
        elif services.folder != wanted:
            sentence = translate(
                "Preferences",
                "The new folder is used from the next start. What is in {folder} stays there and"
                " is not used any more; clear it here first if you do not need it.",
            ).format(folder=services.folder)
        self.notice.setText(sentence)
        self.notice.setVisible(bool(sentence))

    @Slot()
    def _ask_to_clear(self) -> None:
        box = message_box(
            self,
            QMessageBox.Icon.Question,
            translate("Preferences", "Clear the Cache"),
            translate(
                "Preferences",
                "Delete all generated detail in the cache? It is generated again when you look at"
                " it. Photos, exports and sessions are not touched.",
            ),
            QMessageBox.StandardButton.Cancel,
        )
        delete = box.addButton(
            translate("Preferences", "Delete"), QMessageBox.ButtonRole.DestructiveRole
        )
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        delete.clicked.connect(self._on_agreed)
        box.open()

    @Slot()
    def _on_agreed(self) -> None:
        self.clear.setEnabled(False)
        self.trouble.show_message("")
        self._clear.emit()

    @Slot(object)
    def _on_measured(self, size: int) -> None:
        self.in_use.setText(bytes_text(size))
        self.clear.setEnabled(size > 0)

    @Slot(object, str)
    def _on_cleared(self, freed: int, sentence: str) -> None:
        text = translate("Preferences", "Freed {size}.").format(size=bytes_text(freed))
        if sentence:
            text = sentences((text, translate("Preferences", "The detail of open photos stays.")))
        self.notice.setText(text)
        self.notice.show()
