"""The scale of the open photo: that of its file, or the one that the user has set."""

from PySide6.QtCore import QObject, Qt, Signal, Slot

from cozviewer.image.source import Source
from cozviewer.image.subject import Scale
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
    """

    changed = Signal(object)

    def __init__(self, panes: ComparePanes, parent: QObject) -> None:
        super().__init__(parent)
        self.scale: Scale | None = None
        self._pane = panes.generated
        self._source: Source | None = None
        self._shown = True
        self._line = LineDrag(panes.generated, self)
        self._line.drawn.connect(self._ask)

    def set_source(self, source: Source) -> None:
        """Follow another photo."""
        self._line.cancel()
        self._source = source
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
        own = kept_scale(self._source.digest) is not None
        dialog = ScaleDialog(self.scale, own, pixels, self._pane.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._set)
        dialog.line_wanted.connect(self._line.ask)
        dialog.open()

    @Slot(object)
    def _set(self, scale: Scale | None) -> None:
        if self._source is not None:
            keep_scale(self._source.digest, scale)
            self._follow()

    def _follow(self) -> None:
        source = self._source
        if source is not None:
            self.scale = kept_scale(source.digest) or source.subject.scale
        self.show_bar(self._shown)
        self.changed.emit(self.scale)
