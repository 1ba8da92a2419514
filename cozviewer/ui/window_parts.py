"""The parts of the main window, and how they are laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.ui.actions import build, enable
from cozviewer.ui.commands import window_menus
from cozviewer.ui.compare.blind_bar import BlindBar
from cozviewer.ui.compare.comparison_document import ComparisonDocument
from cozviewer.ui.compare.menu import CompareMenu
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.export.controller import Exporting
from cozviewer.ui.overlays import Overlays
from cozviewer.ui.prompts.controller import PromptsController
from cozviewer.ui.prompts.side import PromptsSide
from cozviewer.ui.services import Services
from cozviewer.ui.sessions import Sessions
from cozviewer.ui.status.status_bar import StatusBar
from cozviewer.ui.travel import Travel
from cozviewer.ui.view.draw_with import DrawWith
from cozviewer.ui.view.minimap import Minimap
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pointer import Pointer
from cozviewer.ui.widgets.banner import Banner
from cozviewer.ui.widgets.empty import EmptyPage

if TYPE_CHECKING:
    from cozviewer.ui.main_window import MainWindow


class WindowParts:
    """Makes the parts, all of which live as long as the window.

    It has an attribute for each part, more than 12, and nothing else: a list with names.

    Attributes:
        window: The window itself.
        navigator: The camera.
        panes: The image area.
        readout: The status line.
        banner: Messages over the image area.
        pages: Shows the invitation to open something, or the image area.
        empty: That invitation.
        minimap: The navigator map.
        pointer: The readout at the pointer.
        travel: Leads to other views.
        overlays: Switches what lies over the image.
        blind_bar: Takes the ratings of a blind test.
        prompting: The prompts.
        exporting: Exports.
        sessions: Saving sessions, and bookmarks.
        comparison: The document with other settings.
        actions: The commands of the window by name.
        menus: The menus of the command table by name.
        bar: The tool bar.
        prompts_side: The prompts panel beside the image.
        engine_menu, compare_menu: Two of the menus.
        draw_with: Whether the GPU draws.
    """

    def __init__(self, window: MainWindow, services: Services, choice: EngineChoice) -> None:
        self.window = window
        self.navigator = Navigator(window)
        self.panes = ComparePanes(self.navigator)
        self.readout = StatusBar()
        self.empty = EmptyPage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.panes)
        self.banner = Banner(self.pages)
        self.pages.currentChanged.connect(self.banner.raise_)
        self.minimap = Minimap(self.navigator, self.panes.generated)
        self.pointer = Pointer(self.panes.generated, window)
        self.pointer.described.connect(self.readout.show_pointed)
        self.travel = Travel(self.navigator, self.panes, self.readout.zoom, window)
        self.overlays = Overlays(self.panes, self.minimap, self.pointer, window)
        self.prompting = PromptsController(self.navigator, self.panes.generated, window)
        self.prompting.message.connect(self.banner.show_message)
        self.exporting = Exporting(
            self.navigator,
            self.panes,
            self.readout,
            self.banner,
            lambda: self.sessions.menu.bookmarks,
            window,
        )
        built = build(window, window_menus(window, self), services.icon)
        self.actions, self.menus, self.bar = built.actions, built.menus, built.bar
        self.overlays.set_actions(self.actions)
        self.travel.set_actions(self.actions)
        self.prompts_side = PromptsSide(self.prompting.panel, self.actions["prompts"])
        self._lay_out()
        self.blind_bar = BlindBar(self.panes)
        self.draw_with = DrawWith(self.panes, self.banner, self.menus["view"])
        self.engine_menu = EngineMenu(services.engines, choice, window, services.missing_files)
        self.prompting.setup_wanted.connect(self.engine_menu.ask)
        self.engine_menu.drafts_wanted.connect(self.panes.allow_drafts)
        self.panes.allow_drafts(self.engine_menu.drafts)
        self.compare_menu = CompareMenu(services.engines, self.engine_menu, window)
        self.comparison = ComparisonDocument(services, self.panes, window)
        self.comparison.failed.connect(self.banner.warn)
        self._connect_compare_menu()
        self.sessions = Sessions(
            services.open_chain,
            self.navigator,
            self.comparison,
            self.readout,
            self.banner,
            window,
        )
        for menu in (self.engine_menu, self.compare_menu, self.sessions.menu):
            window.menuBar().insertMenu(self.menus["help"].menuAction(), menu)
        self.enable(picture=False)

    def enable(self, *, picture: bool) -> None:
        """Enable the commands that can be used, with an image open or without."""
        enable(self.actions, picture)
        self.travel.enable(picture=picture)
        self.compare_menu.setEnabled(picture)

    def _lay_out(self) -> None:
        """Put the widgets into the window: the image, the prompts beside it, a line below."""
        sides = QSplitter()
        sides.setObjectName("sides")
        sides.setHandleWidth(3)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.pages)
        sides.setStretchFactor(0, 1)
        sides.addWidget(self.prompts_side)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(sides, 1)
        column.addWidget(self.readout)
        self.window.setCentralWidget(page)
        self.readout.hide()

    def _connect_compare_menu(self) -> None:
        menu, action = self.compare_menu, self.actions["compare"]
        menu.chosen.connect(self.panes.compare)
        menu.chosen.connect(lambda mode, _: action.setChecked(mode is not None))
        menu.settings_chosen.connect(self.comparison.choose)
        menu.amplified.connect(self.panes.amplify)
