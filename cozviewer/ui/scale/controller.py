"""The scale of the open photo: that of its file, or the one that the user has set."""

from PySide6.QtCore import QObject, Qt, Signal, Slot

from cozviewer.image.source import Source
from cozviewer.image.subject import Scale
from cozviewer.session.source import OpenedImage
from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.scale.dialog import ScaleDialog
from cozviewer.ui.scale.kept_scales import keep_scale, kept_scale
from cozviewer.ui.scale.line_drag import LineDrag


class Scales(QObject):
    """Shows the scale bar, and has the scale set. GUI thread.

    Attributes:
        scale: Of the open photo; None if it is not known.

    Signals:
        changed: (Scale or None) another photo is open, or its scale was set.
        own_changed: (Scale or None) the same, of the scale that was set by hand.
    """

    changed = Signal(object)
    own_changed = Signal(object)

    def __init__(self, panes: ComparePanes, parent: QObject) -> None:
        super().__init__(parent)
        self.scale: Scale | None = None
        self._pane = panes.generated
        self._source: Source | None = None
        self._own: Scale | None = None
        self._shown = True
        self._line = LineDrag(panes.generated, self)
        self._line.drawn.connect(self._ask)

    def set_image(self, image: OpenedImage) -> None:
        """Follow another image. A session has its own scale, if one was set; a photo has the one
        that was set last."""
        self._line.cancel()
        before, self._source = self._source, image.source
        if image.source is not before:
            own = None if image.session is None else image.session.scale
            self._own = own or kept_scale(image.source.digest)
        self._follow()

    @Slot(bool)
    def show_bar(self, shown: bool) -> None:
        """Show the bar where the scale is known, or never."""
        self._shown = shown
        self._pane.set_scale(self.scale if shown else None)

    @Slot()
    def ask(self) -> None:
        """Ask for the scale of the photo."""
        self._ask(None)

    @Slot(float)
    def _ask(self, pixels: float | None) -> None:
        if self._source is None:
            return
        dialog = ScaleDialog(self.scale, self._own is not None, pixels, self._pane.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self.set_by_hand)
        dialog.line_wanted.connect(self._line.ask)
        dialog.open()

    @Slot(object)
    def set_by_hand(self, scale: Scale | None) -> None:
        """Set the scale of the open photo, from now on; None is that of its file."""
        if self._source is not None:
            keep_scale(self._source.digest, scale)
            self._own = scale
            self._follow()

    def _follow(self) -> None:
        source = self._source
        if source is not None:
            self.scale = self._own or source.subject.scale
        self.show_bar(self._shown)
        self.changed.emit(self.scale)
        self.own_changed.emit(self._own)
