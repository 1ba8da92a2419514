"""View > Transparency: what lies behind images with transparent parts."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from cozviewer.ui.view.painting.veil import BACKDROPS, BLACK, CHECKERBOARD, WHITE
from cozviewer.util.translation import translate


class BackdropMenu(QObject):
    """The menu; disabled while the open image is opaque.

    Attributes:
        menu: The submenu.
        actions: Its items by the name of the backdrop.

    Signals:
        chosen: (str) one of BACKDROPS.
    """

    chosen = Signal(str)

    def __init__(self, view_menu: QMenu) -> None:
        super().__init__(view_menu)
        titles = {
            CHECKERBOARD: translate("Menu", "&Checkerboard"),
            WHITE: translate("Menu", "&White"),
            BLACK: translate("Menu", "&Black"),
        }
        self.menu = view_menu.addMenu(translate("Menu", "Transparenc&y"))
        self.actions: dict[str, QAction] = {}
        group = QActionGroup(self.menu)
        for kind in BACKDROPS:
            action = self.menu.addAction(titles[kind])
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, kind=kind: self.chosen.emit(kind))
            self.actions[kind] = action
        self.enable(alpha=False)

    def show_choice(self, kind: str) -> None:
        """Mark the item of a backdrop."""
        self.actions[kind].setChecked(True)

    def enable(self, *, alpha: bool) -> None:
        """Follow whether the open image has transparent parts."""
        self.menu.setEnabled(alpha)
        self.menu.menuAction().setEnabled(alpha)
