"""The Engine menu: what draws the finer levels, and where it computes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cozviewer.chain.choice import EngineChoice
from cozviewer.ui.services import EngineEntry

MODELS = "4× models (*.safetensors *.pth *.pt *.ckpt);;All files (*)"


class EngineMenu(QMenu):
    """Signals:
    chosen: (EngineChoice) the user wants this from now on.
    """

    chosen = Signal(object)

    def __init__(
        self, engines: Sequence[EngineEntry], choice: EngineChoice, parent: QWidget
    ) -> None:
        super().__init__("&Engine", parent)
        self._choice = choice
        self._engines = QActionGroup(self)
        self._devices = QActionGroup(self)
        self.setToolTipsVisible(True)
        for entry in engines:
            action = self.addAction(entry.title)
            action.setToolTip(entry.description)
            self._add(self._engines, action, entry.name)
        self._file = self.addAction("&Model file…")
        self._file.setToolTip("Any 4× model that spandrel can read")
        self._file.setCheckable(True)
        self._engines.addAction(self._file)
        self._file.triggered.connect(self._choose_file)
        self.addSeparator()
        self._device_menu = self.addMenu("&Device")
        self.show_devices(["cpu"])
        self.show_choice(choice)

    def show_choice(self, choice: EngineChoice) -> None:
        """Mark what is in use."""
        self._choice = choice
        marked = self._file
        for action in self._engines.actions():
            if action.data() == choice.engine:
                marked = action
        marked.setChecked(True)
        named = Path(choice.engine).name if marked is self._file else ""
        self._file.setText(f"&Model file ({named})…" if named else "&Model file…")
        for action in self._devices.actions():
            action.setChecked(action.data() == choice.device)

    def show_devices(self, devices: Sequence[str]) -> None:
        """Offer these devices besides the automatic choice."""
        for action in self._devices.actions():
            self._devices.removeAction(action)
        self._device_menu.clear()
        for name in ("auto", *devices):
            title = "Automatic" if name == "auto" else name.upper()
            self._add(self._devices, self._device_menu.addAction(title), name)
        for action in self._devices.actions():
            action.setChecked(action.data() == self._choice.device)

    def _add(self, group: QActionGroup, action: QAction, name: str) -> None:
        action.setCheckable(True)
        action.setData(name)
        group.addAction(action)
        action.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        engine = self._engines.checkedAction()
        device = self._devices.checkedAction()
        self._choose(
            replace(
                self._choice,
                engine=engine.data() if engine and engine.data() else self._choice.engine,
                device=device.data() if device else "auto",
            )
        )

    @Slot()
    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a 4× model", "", MODELS)
        if chosen:
            self._choose(replace(self._choice, engine=chosen))
        else:
            self.show_choice(self._choice)

    def _choose(self, choice: EngineChoice) -> None:
        if choice != self._choice:
            self.chosen.emit(choice)
