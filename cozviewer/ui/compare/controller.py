"""Comparisons in the window: the menu, the bar and the hint over the panes, and the grid."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from cozviewer.ui.compare.bar import CompareBar
from cozviewer.ui.compare.compared_images import Sides
from cozviewer.ui.compare.comparison_documents import ComparisonDocuments
from cozviewer.ui.compare.engine_offers import EngineOffers
from cozviewer.ui.compare.grid import Grid
from cozviewer.ui.compare.hint import Hint, mode_hint, zoom_hint
from cozviewer.ui.compare.menu import CompareMenu
from cozviewer.ui.compare.paint import Mode
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.services import Services
from cozviewer.ui.view.minimap import Minimap
from cozviewer.ui.view.navigator import Navigator


class Comparing(QObject):
    """Makes them, and keeps them in step with what the menu has chosen.

    Attributes:
        menu: The menu.
        documents: The images that are generated with other settings.
        grid: What the panes of a grid show.
        bar: The bar over the image.
        hint: The hint over the image.
    """

    def __init__(
        self,
        services: Services,
        panes: ComparePanes,
        navigator: Navigator,
        minimap: Minimap,
        engines: EngineMenu,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._panes, self._navigator = panes, navigator
        offers = EngineOffers(services.engines, engines, window)
        self.menu = CompareMenu(offers, window)
        self.documents = ComparisonDocuments(services, panes.images, window)
        self.grid = Grid(panes, self.documents, offers)
        self.bar = CompareBar(panes, minimap, services.icon)
        self.hint = Hint(navigator, panes)
        self.menu.settings_chosen.connect(panes.choose_settings)
        self.menu.settings_chosen.connect(self.documents.choose)
        self.menu.amplified.connect(panes.on_top.amplify)
        self.menu.chosen.connect(self._on_chosen)
        self.grid.resized.connect(self._show_bar)
        self.bar.mode_wanted.connect(self.menu.set_mode)
        self.bar.close_wanted.connect(self._close)
        self.bar.count_wanted.connect(self.grid.set_count)

    def set_blind(self, blind: bool) -> None:
        """Leave the image to a blind test, or show the bar again."""
        self.hint.show_hint("")
        self.bar.show_mode(None if blind else self.menu.mode, len(self.grid.contents))

    @Slot(object, object)
    def _on_chosen(self, mode: Mode | None, sides: Sides) -> None:
        changed = mode is not self._panes.mode
        self.grid.on_mode(mode)
        self._panes.compare(mode, sides)
        self._show_bar()
        if changed:
            near = self._navigator.camera.rest_level <= 0 and bool(self._panes.chains_seen)
            self.hint.show_hint(zoom_hint() if mode is not None and near else mode_hint(mode))

    @Slot()
    def _show_bar(self) -> None:
        self.bar.show_mode(self._panes.mode, len(self.grid.contents))

    @Slot()
    def _close(self) -> None:
        self.menu.set_comparing(False)
