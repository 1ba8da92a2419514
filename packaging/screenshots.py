"""Makes the README's screenshots: drives the real window over the sample photo and saves what it
shows. Run it in the project's folder: `.venv/bin/python packaging/screenshots.py [NAME...]`, and
once more with the name "chinese", as a program has one language."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QSettings
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from cozviewer.app import resource, services_for
from cozviewer.chain.trust.detections import looking_mark
from cozviewer.config.choice import NO_TEXTURE, SOFT, EngineChoice
from cozviewer.export.strip import strip_views
from cozviewer.export.tasks import StripTask
from cozviewer.jobs.exports.export_job import Export
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.settings_dialog import SettingsDialog
from cozviewer.ui.language import use_language
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.widgets.theme import DARK, LIGHT, apply_theme
from cozviewer.util.folders import cache_folder

FOLDER = Path(__file__).parent / "screenshots"
PLACE = (427.1, 296.7)
"""Source pixels: a seed in the dandelion's head."""


class Studio:
    """The window, and what it takes to photograph it."""

    def __init__(self, application: QApplication) -> None:
        self.application = application
        self.window = MainWindow(services_for(cache_folder(), None, True), EngineChoice())
        self.window.resize(1180, 760)
        self.window.show()

    def wait(self, done: Callable[[], bool]) -> None:
        """Run the event loop until something is so."""
        while not done():
            self.application.processEvents()
            time.sleep(0.005)

    def pause(self, seconds: float) -> None:
        """Let the window go on for a while, as hints fade."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until)

    def rest(self) -> None:
        """Wait until the view is refined and shown."""
        self.wait(lambda: self.window.navigator.at_rest and self._shown())

    def _shown(self) -> bool:
        document = self.window.document
        return (
            document is not None
            and not document.working
            and self.window.panes.generated.shows_frame
        )

    def go_to(self, magnification: float) -> None:
        """Look at the seed."""
        self.window.navigator.go_to(camera_at(*PLACE, magnification))
        self.rest()

    def save(self, name: str, over: QWidget | None = None) -> None:
        """Save the window, with a dialog in its middle."""
        self.application.processEvents()
        image = self.window.grab()
        if over is not None:
            painter = QPainter(image)
            shade = image.rect()
            painter.fillRect(shade, "#90000000")
            place = shade.center() - over.rect().center()
            painter.drawPixmap(place, over.grab())
            painter.end()
        image.toImage().save(str(FOLDER / f"{name}.jpg"), quality=90)
        print(FOLDER / f"{name}.jpg", flush=True)


def comparisons(studio: Studio) -> None:
    """The split view, the grid and the difference."""
    window = studio.window
    studio.go_to(7.0)
    window.panes.on_top.amplify(-1)
    for mode, name in (
        (Mode.CURTAIN, "compare"),
        (Mode.GRID, "grid"),
        (Mode.DIFFERENCE, "difference"),
    ):
        window.compare_menu.set_mode(mode)
        studio.rest()
        QTest.mouseMove(window.panes.generated, QPoint(300, 400))
        studio.wait(lambda: window.panes.over is None or window.panes.over.layer.shows_frame)
        studio.pause(6)
        studio.rest()
        studio.save(name)
    window.actions_by_name["compare"].trigger()
    studio.go_to(16.0)


def overlays(studio: Studio) -> None:
    """Provenance and deviation."""
    window, layer = studio.window, studio.window.panes.generated.layer
    for name in ("origin", "trust"):
        window.actions_by_name[name].setChecked(True)
        studio.wait(lambda: bool(layer.legend) and layer.legend[-1] != looking_mark())
        studio.save(name)
        window.actions_by_name[name].setChecked(False)
        studio.rest()


def panels(studio: Studio, shot: str = "info") -> None:
    """Info and histogram."""
    window = studio.window
    for shown in (True, False):
        for name in ("info", "histogram"):
            if window.actions_by_name[name].isChecked() != shown:
                window.actions_by_name[name].trigger()
        if shown:
            studio.rest()
            studio.pause(3)
            studio.save(shot)


def upscale(studio: Studio) -> None:
    """The dialog that upscales photos."""
    window = studio.window
    window.actions_by_name["upscale"].trigger()
    studio.application.processEvents()
    dialog = next(each for each in window.findChildren(QDialog) if each.isVisible())
    studio.pause(2)  # the photo is looked at
    studio.save("upscale", dialog)
    dialog.reject()


def depth(studio: Studio) -> None:
    """Edge sharpening, crisp and soft side by side, without the texture that covers edges."""
    window, menu = studio.window, studio.window.engine_menu
    present = menu.choice
    menu.chosen.emit(replace(present, texture=NO_TEXTURE))
    studio.wait(lambda: menu.choice.texture == NO_TEXTURE)
    studio.rest()
    studio.go_to(64.0)
    actions = {action.text(): action for action in window.compare_menu.actions()}
    actions["Other &Settings…"].trigger()
    dialog = next(each for each in window.findChildren(SettingsDialog) if each.isVisible())
    dialog.contours.setCurrentIndex(dialog.contours.findData(SOFT))
    dialog.use.click()
    window.compare_menu.set_mode(Mode.SIDE)
    studio.wait(lambda: window.panes.beside.shows_frame)
    studio.rest()
    studio.pause(6)  # until hints have faded
    studio.save("depth")
    window.compare_menu.set_mode(None)
    menu.chosen.emit(present)
    studio.wait(lambda: menu.choice == present)
    studio.go_to(16.0)


def strip(studio: Studio) -> None:
    """The way to the view."""
    window = studio.window
    document = window.document
    assert document is not None
    views = tuple(strip_views(document.source, window.panes.generated.view, 320))
    document.export(Export(StripTask(FOLDER / "strip.jpg", views)))
    studio.wait(lambda: "Exported" in window.banner.text)


def chinese(studio: Studio) -> None:
    """The same in Chinese and light; see `main`."""
    studio.go_to(7.0)
    panels(studio, "chinese")


SHOTS: dict[str, Callable[[Studio], None]] = {
    "compare": comparisons,
    "overlays": overlays,
    "info": panels,
    "upscale": upscale,
    "depth": depth,
    "strip": strip,
}


def main() -> None:
    """Make them all, or those that are named."""
    own_settings = TemporaryDirectory()  # the user's own would decide widths and what is shown
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, own_settings.name)
    application = QApplication(sys.argv[:1])
    alone = sys.argv[1:] == ["chinese"]
    if alone:
        for translator in use_language("zh_CN", resource("translations"), application):
            application.installTranslator(translator)
    apply_theme(application, LIGHT if alone else DARK)
    FOLDER.mkdir(exist_ok=True)
    studio = Studio(application)
    photo = Path(gettempdir()) / "photos" / "dandelion.jpg"  # the info panel shows the folder
    photo.parent.mkdir(exist_ok=True)
    shutil.copy(resource("dandelion.jpg"), photo)
    studio.window.open_image(photo)
    studio.rest()
    studio.go_to(16.0)
    for name in sys.argv[1:] or SHOTS:
        (chinese if alone else SHOTS[name])(studio)
    studio.window.close()


if __name__ == "__main__":
    main()
