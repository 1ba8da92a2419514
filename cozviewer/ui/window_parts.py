"""The parts of the main window, and how they are laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cozviewer.config.choice import EngineChoice
from cozviewer.pyramid.wording import caution_text
from cozviewer.ui.actions import build, enable
from cozviewer.ui.commands import window_menus
from cozviewer.ui.compare.blind_test.blind_bar import BlindBar
from cozviewer.ui.compare.controller import Comparing
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.engine_menu import EngineMenu
from cozviewer.ui.export.controller import Exporting
from cozviewer.ui.info.context_menu import ImageMenu
from cozviewer.ui.info.controller import Information
from cozviewer.ui.info.side import SideArea, SidePanel
from cozviewer.ui.overlays import Overlays
from cozviewer.ui.preferences.controller import PreferencesController
from cozviewer.ui.preferences.window_state import keep_panels, restore_window
from cozviewer.ui.prompts.controller import PromptsController
from cozviewer.ui.prompts.side import PromptsCommand
from cozviewer.ui.scale.controller import Scales
from cozviewer.ui.services import Services
from cozviewer.ui.session.sessions import Sessions
from cozviewer.ui.settings import Preferences
from cozviewer.ui.status.status_bar import StatusBar
from cozviewer.ui.tone.controller import Toning
from cozviewer.ui.travel import Travel
from cozviewer.ui.upscale.controller import Upscaling
from cozviewer.ui.view.backdrop_menu import BackdropMenu
from cozviewer.ui.view.draw_with import DrawWith
from cozviewer.ui.view.minimap import Minimap
from cozviewer.ui.view.navigator import Navigator
from cozviewer.ui.view.pointer import Pointer
from cozviewer.ui.widgets.banner import Banner
from cozviewer.ui.widgets.empty import EmptyPage
from cozviewer.ui.widgets.plain import Label
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from cozviewer.ui.main_window import MainWindow

LEAST_WIDTH = 240
"""Minimum width of the window in logical pixels."""


LEAST_PAGE = 160
"""Minimum width of the image area in logical pixels: with a panel beside it, 400 are enough."""


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
        pointers: The readouts at the pointer, one for each pane.
        info: The panels Info and Histogram.
        toning: The Tone panel.
        travel: Leads to other views.
        overlays: Switches what lies over the image.
        blind_bar: Takes the ratings of a blind test.
        prompting: The prompts.
        exporting: Exports.
        upscaling: Upscaling whole photos.
        scales: The scale of the photo.
        caution: Stands by medical images.
        sessions: Saving sessions, and bookmarks.
        comparing: Comparisons.
        comparison: The documents with other settings.
        actions: The commands of the window by name.
        menus: The menus of the command table by name.
        bar: The tool bar.
        prompts_command: Whether there is a Prompts panel.
        side: The panels beside the image.
        image_menu: The context menu of the image.
        engine_menu, compare_menu: Two of the menus.
        backdrops: The menu of what lies behind transparent parts.
        draw_with: Whether the GPU draws.
        preferences: The preferences.
        sides: Divides the window into the image and the panels beside it.
    """

    def __init__(self, window: MainWindow, services: Services, choice: EngineChoice) -> None:
        self.window = window
        self.navigator = Navigator(window)
        self.panes = ComparePanes(self.navigator)
        self.readout = StatusBar()
        self.empty = EmptyPage()
        self.pages = QStackedWidget()
        self.pages.setMinimumWidth(LEAST_PAGE)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.panes)
        # Not that of the empty page, which has more text: a panel fits beside the image then.
        self.pages.setMinimumWidth(self.panes.minimumSizeHint().width())
        window.setMinimumWidth(LEAST_WIDTH)
        self.banner = Banner(self.pages)
        self.pages.currentChanged.connect(self.banner.raise_)
        self.minimap = Minimap(self.navigator, self.panes.generated)
        self.travel = Travel(self.navigator, self.panes, self.readout.zoom, window)
        self.info = Information(self.navigator, self.panes.generated, window)
        window.closing.connect(self.info.close)
        self.toning = Toning(self.panes.canvases, window)
        self.toning.previewed.connect(self.panes.show_toned)
        window.closing.connect(self.toning.close)
        panes = self.panes.canvases
        self.pointers = tuple(Pointer(pane, window) for pane in panes)
        for pointer in self.pointers:
            pointer.described.connect(self.readout.show_pointed)
            pointer.pointed.connect(self.readout.show_pixel)
            pointer.pointed.connect(self.info.show_pixel)
        self.overlays = Overlays(self.panes, self.minimap, self.pointers, window)
        self.overlays.blinded.connect(self.info.set_blind)
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
        self.scales = Scales(self.panes, window)
        self.scales.changed.connect(self.exporting.set_scale)
        self.scales.changed.connect(self.info.show_scale)
        self.exporting.use_cluster(services.open_cluster)
        self.upscaling = Upscaling(services, lambda: window.images, self.banner, window)
        self.exporting.upscale_wanted.connect(self.upscaling.ask)
        built = build(window, window_menus(window, self), services.icon)
        self.actions, self.menus, self.bar = built.actions, built.menus, built.bar
        self.menus["file"].aboutToShow.connect(self._offer_resume)
        self.overlays.set_actions(self.actions)
        self.travel.set_actions(self.actions)
        self.prompts_command = PromptsCommand(self.actions["prompts"], self.bar, window)
        self.menus["view"].setToolTipsVisible(True)
        self.side = self._side_area()
        self._lay_out()
        self.blind_bar = BlindBar(self.panes)
        self.backdrops = BackdropMenu(self.menus["view"])
        self.draw_with = DrawWith(self.panes, self.banner, self.menus["view"])
        self.engine_menu = EngineMenu(services.engines, choice, window, services.missing_files)
        self.menus["image"].addMenu(self.engine_menu.field_menu)
        self.engine_menu.drafts_wanted.connect(self.panes.allow_drafts)
        self.panes.allow_drafts(self.engine_menu.drafts)
        self.comparing = Comparing(
            services, self.panes, self.navigator, self.minimap, self.engine_menu, window
        )
        self.compare_menu, self.comparison = self.comparing.menu, self.comparing.documents
        self.comparison.failed.connect(self.banner.warn)
        compare = self.actions["compare"]
        self.compare_menu.chosen.connect(lambda mode, _: compare.setChecked(mode is not None))
        self.sessions = Sessions(
            services.open_chain,
            self.navigator,
            self.comparison,
            self.readout,
            self.banner,
            window,
        )
        self.scales.own_changed.connect(self.sessions.set_scale)
        for menu in (self.engine_menu, self.compare_menu, self.sessions.menu):
            window.menuBar().insertMenu(self.menus["help"].menuAction(), menu)
        self.preferences = PreferencesController(
            services, self.engine_menu, self.actions["still"], window
        )
        self.backdrops.chosen.connect(self.preferences.choose_backdrop)
        self.preferences.changed.connect(self._show_backdrop)
        self._show_backdrop(self.preferences.preferences)
        commands = {"bookmark": self.sessions.menu.adding, **self.actions}
        self.image_menu = ImageMenu(panes, commands, window)
        keep_panels(built.commands, self.actions)
        self.prompts_command.close()
        restore_window(window, self.sides)
        self.enable(image=False)

    def enable(self, *, image: bool) -> None:
        """Enable the commands that can be used, with an image open or without."""
        enable(self.actions, image)
        self.travel.enable(image=image)
        self.compare_menu.setEnabled(image)

    def _show_backdrop(self, preferences: Preferences) -> None:
        """Show the backdrop that is preferred behind transparent parts."""
        kind = preferences.backdrop
        self.panes.set_backdrop(kind)
        self.minimap.set_backdrop(kind)
        self.backdrops.show_choice(kind)

    def _offer_resume(self) -> None:
        self.actions["go-on"].setEnabled(self.exporting.can_go_on)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Let nothing glide or fade, or again."""
        self.navigator.reduced_motion = reduced
        self.readout.set_reduced_motion(reduced)

    def _side_area(self) -> SideArea:
        info, prompts = self.info, self.prompting
        make, actions = SidePanel, self.actions
        histogram = translate("Info", "Histogram")
        return SideArea(
            [
                make(histogram, info.histogram, actions["histogram"], stretch=0),
                make(translate("Info", "Tone"), self.toning.panel, actions["tone"]),
                make(translate("Info", "Info"), info.panel, actions["info"]),
                make(translate("Prompts", "Prompts"), prompts.panel, actions["prompts"]),
            ]
        )

    def _lay_out(self) -> None:
        """Put the widgets into the window: the image, panels beside it, a line below."""
        self.sides = sides = QSplitter()
        sides.setObjectName("sides")
        sides.setHandleWidth(3)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.pages)
        sides.setStretchFactor(0, 1)
        sides.addWidget(self.side)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(sides, 1)
        self.caution = Label(caution_text())
        self.caution.setObjectName("caution")
        self.caution.setWordWrap(True)
        self.caution.hide()
        column.addWidget(self.caution)
        column.addWidget(self.readout)
        self.window.setCentralWidget(page)
        self.readout.hide()
