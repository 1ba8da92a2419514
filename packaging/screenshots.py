"""Makes the README's screenshots: drives the real window over the sample photo and saves what it
shows. Run it in the project's folder: `.venv/bin/python packaging/screenshots.py`."""

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from cozviewer.ui.compare.recipe_dialog import RecipeDialog
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cozviewer.app import resource, services_for
from cozviewer.chain.detections import LOOKING
from cozviewer.chain.series import missing_of, needs_of
from cozviewer.config.choice import SOFT, EngineChoice, PrompterChoice
from cozviewer.export.strip import strip_views
from cozviewer.export.tasks import StripTask
from cozviewer.jobs.export_job import Export
from cozviewer.pyramid.camera import camera_at
from cozviewer.session.session import Bookmark, sight_of
from cozviewer.ui.compare.blind import Blind
from cozviewer.ui.compare.compared_images import ANOTHER, SOURCES, Sides
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.export.dialog import ExportDialog
from cozviewer.ui.export.movie_dialog import MovieDialog
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.widgets.theme import apply_theme
from cozviewer.util.folders import cache_folder

FOLDER = Path(__file__).parent / "screenshots"
PLACE = (427.1, 296.7)
"""Source pixels: a seed in the dandelion's head."""

COZ = EngineChoice(
    "coz", seed=7, prompter=PrompterChoice("text", "dandelion seed, fine white hairs")
)


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
        if window.panes.mode is Mode.SIDE:
            panes.append(window.panes.beside)
        return document is not None and not document.working and all(p.shows_frame for p in panes)

    def both_refined() -> bool:
        """Tell whether nothing is missing on either side of a comparison."""
        view, chains = window.panes.generated.view, window.panes.chains_seen
        return len(chains) == 2 and not any(
            missing_of(chain.pyramid, chain.recipe, needs_of(chain.pyramid, [view]))
            for chain in chains
        )

    def half_done() -> bool:
        drawing = re.search(r"Drawing ×16 · [4-8]\d %", window.readout.text)
        return drawing is not None or (window.navigator.at_rest and shown())

    def save_of(widget: QWidget, name: str) -> None:
        widget.grab().toImage().save(str(FOLDER / f"{name}.jpg"), "JPEG", 90)
        print(FOLDER / f"{name}.jpg", flush=True)

    def save(name: str) -> None:
        save_of(window, name)

    def save_with_menu(menu: QMenu, name: str) -> None:
        """Save the window with a menu open, which is a window of its own."""
        bar = window.menuBar()
        left = bar.mapTo(window, bar.actionGeometry(menu.menuAction()).bottomLeft())
        menu.popup(window.mapToGlobal(left))
        application.processEvents()
        picture = window.grab()
        painter = QPainter(picture)
        painter.drawPixmap(left, menu.grab())
        painter.end()
        menu.hide()
        picture.toImage().save(str(FOLDER / f"{name}.jpg"), "JPEG", 90)
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
    window.navigator.go_to(camera_at(*PLACE, 64.0))
    rest()
    next(each for each in window.compare_menu.actions() if each.data() == ANOTHER).trigger()
    soft = window.findChildren(RecipeDialog)[0]
    soft.contours.setCurrentIndex(soft.contours.findData(SOFT))
    soft.use.click()
    wait(both_refined)
    rest()
    save("depth")
    window.actions_by_name["compare"].trigger()
    window.navigator.go_to(camera_at(*PLACE, 16.0))
    rest()
    for name in ("origin", "trust"):
        window.actions_by_name[name].setChecked(True)
        legend = window.panes.generated.layer
        wait(lambda: bool(legend.legend) and legend.legend[-1] != LOOKING)  # noqa: B023 (now)
        save(name)
        window.actions_by_name[name].setChecked(False)
        rest()
    for mode, name in (
        (Mode.SIDE, "compare"),
        (Mode.CURTAIN, "curtain"),
        (Mode.LENS, "lens"),
        (Mode.DIFFERENCE, "difference"),
    ):
        window.panes.compare(mode, Sides(second=SOURCES[0]))
        application.processEvents()  # the panes take their new sizes
        for x in (600, 620):
            QTest.mouseMove(window.panes.generated, QPoint(x, 330))
            application.processEvents()
        window.panes.amplify(-1)
        rest()
        wait(lambda: window.panes.over is None or window.panes.over.layer.shows_frame)
        save(name)
    with TemporaryDirectory() as folder:
        window.panes.compare(Mode.SIDE, Sides(second=SOURCES[0]))
        blind = window.findChildren(Blind)[0]
        blind.begin(Path(folder) / "tally.csv")
        rest()
        save("blind")
        blind.end()
    window.panes.compare(None, Sides(second=SOURCES[0]))
    rest()
    menu = window.bookmarks_menu
    menu.show_bookmarks(
        Bookmark(name, sight_of(camera_at(*PLACE, float(depth))))
        for name, depth in (("the head", 4), ("one seed", 16), ("its tip", 256))
    )
    save_with_menu(menu, "bookmarks")
    window.actions_by_name["region"].trigger()
    pane = window.panes.generated
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(330, 150))
    for at in (QPoint(500, 300), QPoint(760, 430)):
        QTest.mouseMove(pane, at)
    save("region")
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    recipe = RecipeDialog([("Chain-of-Zoom", COZ)], COZ, EngineChoice(), window)
    recipe.show()
    application.processEvents()
    save_of(recipe, "recipe")
    recipe.reject()
    for action, kind, name in (("export", ExportDialog, "export"), ("movie", MovieDialog, "movie")):
        window.actions_by_name[action].trigger()
        application.processEvents()
        dialog = window.findChildren(kind)[0]
        dialog.path.setText(f"~/Pictures/{Path(dialog.path.text()).name}")
        save_of(dialog, name)
        dialog.reject()
        application.processEvents()
    document = window.document
    assert document is not None
    views = tuple(strip_views(document.source, window.panes.generated.view, 320))
    document.export(Export(StripTask(FOLDER / "strip.jpg", views)))
    wait(lambda: "Exported" in window.banner.text)
    window.close()


if __name__ == "__main__":
    main()
