"""Makes the README's screenshots: drives the real window over the sample photo and saves what it
shows. Run it in the project's folder: `.venv/bin/python packaging/screenshots.py`."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from cozviewer.app import resource, services_for
from cozviewer.chain.choice import EngineChoice
from cozviewer.folders import cache_folder
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.export_dialog import ExportDialog
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.theme import apply_theme

FOLDER = Path(__file__).parent / "screenshots"
PLACE = (427.1, 296.7)
"""Source pixels: a seed in the dandelion's head."""


def main() -> None:
    """Make them all."""
    application = QApplication(sys.argv)
    apply_theme(application)
    FOLDER.mkdir(exist_ok=True)
    window = MainWindow(services_for(cache_folder()), EngineChoice())
    window.resize(1180, 760)
    window.show()

    def wait(done: Callable[[], bool]) -> None:
        while not done():
            application.processEvents()
            time.sleep(0.005)

    def rest() -> None:
        wait(lambda: window.navigator.at_rest and shown())

    def shown() -> bool:
        document = window.document
        panes = [window.panes.generated]
        if window.panes.mode is not None:
            panes.append(window.panes.beside)
        return document is not None and not document.working and all(p.shows_frame for p in panes)

    def half_done() -> bool:
        return " 3 of" in window.readout.text or (window.navigator.at_rest and shown())

    def save(name: str) -> None:
        window.grab().toImage().save(str(FOLDER / f"{name}.jpg"), "JPEG", 90)
        print(FOLDER / f"{name}.jpg", flush=True)

    window.open_picture(resource("dandelion.jpg"))
    rest()
    engine: list[str] = []
    if window.document is not None:
        window.document.warmed.connect(lambda place, devices: engine.append(place))
    wait(lambda: bool(engine))
    save("open")
    for depth in (4, 16, 64, 256):
        window.navigator.go_to(camera_at(*PLACE, float(depth)))
        if depth == 16:
            wait(half_done)
            save("working")
        rest()
        save(f"x{depth}")
    window.navigator.go_to(camera_at(*PLACE, 16.0))
    rest()
    window.actions_by_name["compare"].setChecked(True)
    rest()
    save("compare")
    window.actions_by_name["compare"].setChecked(False)
    rest()
    window.export()
    application.processEvents()
    dialog = window.findChildren(ExportDialog)[0]
    dialog.grab().toImage().save(str(FOLDER / "export.jpg"), "JPEG", 92)
    dialog.reject()
    window.close()


if __name__ == "__main__":
    main()
