"""What leads to another view besides gestures: Back and Forward, the zoom box, Go to Coordinates,
and the orientation of the photo."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction

from cozviewer.pyramid.camera import Fitting
from cozviewer.pyramid.orientation import UPRIGHT
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.dialogs.go_to_dialog import GoToDialog
from cozviewer.ui.status.zoom_box import ZoomBox
from cozviewer.ui.view.navigator import Navigator


class Travel(QObject):
    """Runs these commands, and enables them where they lead anywhere. GUI thread."""

    def __init__(
        self, navigator: Navigator, panes: ComparePanes, zoom: ZoomBox, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._navigator, self._panes, self.zoom = navigator, panes, zoom
        self._actions: dict[str, QAction] = {}
        self._image = False
        zoom.wanted.connect(self._on_wanted)
        zoom.left.connect(self._to_image)
        navigator.history_changed.connect(self._show_state)
        navigator.turned.connect(self._show_state)

    def set_actions(self, actions: dict[str, QAction]) -> None:
        """Keep "back", "forward" and "upright" enabled where they lead anywhere."""
        self._actions = {name: actions[name] for name in ("back", "forward", "upright")}

    def enable(self, *, image: bool) -> None:
        """Follow whether an image is open."""
        self._image = image
        self._show_state()

    @Slot()
    def ask(self) -> None:
        """Ask for coordinates."""
        dialog = GoToDialog(self._navigator.goal, self._navigator.source_size, self._panes.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._navigator.go_to)
        dialog.open()

    def rotate(self, turns: int) -> None:
        """Turn what is shown clockwise by quarter turns."""
        self._navigator.turn(self._navigator.orientation.rotated(turns))

    def flip(self, *, vertically: bool) -> None:
        """Mirror what is shown."""
        self._navigator.turn(self._navigator.orientation.flipped(vertically=vertically))

    def reset_orientation(self) -> None:
        """Show the photo as it was opened."""
        self._navigator.turn(UPRIGHT)

    @Slot(object)
    def _on_wanted(self, zoom: object) -> None:
        if isinstance(zoom, Fitting):
            self._navigator.fit_to(zoom)
        elif isinstance(zoom, float):
            self._navigator.magnify(zoom)

    @Slot()
    def _to_image(self) -> None:
        self._panes.generated.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _show_state(self) -> None:
        states = {
            "back": self._navigator.can_go_back,
            "forward": self._navigator.can_go_forward,
            "upright": self._navigator.orientation != UPRIGHT,
        }
        for name, action in self._actions.items():
            action.setEnabled(self._image and states[name])
