"""View > Rendering: whether the GPU or the CPU draws the view.

After a failure of the graphics driver the CPU takes over at once. A driver that crashed the program
is not used again automatically: a setting marks the time from loading it to its first frame.
"""

import os
from enum import Enum

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from cozviewer.ui.compare.panes import ComparePanes
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.ui.view.painting.gpu import has_device, is_software, renderer
from cozviewer.ui.widgets.banner import Banner
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

VARIABLE = "COZVIEWER_DRAW_WITH"
"""Environment variable that overrides the setting for one start: automatic, gpu or processor."""

_CHOICE, _TRIAL = "draw-with", "gpu-trial"
"""Names of settings: the chosen way; and a mark that is not "" until the driver has drawn."""

UNUSABLE = QT_TRANSLATE_NOOP(
    "View", "The graphics driver cannot be used. The CPU renders the view instead."
)
LEFT = QT_TRANSLATE_NOOP(
    "View", "The graphics driver failed. The CPU renders the view from now on."
)
CRASHED = QT_TRANSLATE_NOOP(
    "View",
    "cozviewer ended unexpectedly while the graphics driver started, so the CPU renders the view."
    " To try the GPU again, choose View > Rendering > GPU.",
)


class Way(Enum):
    """What draws the view; the value is the name in settings and in the environment."""

    AUTOMATIC = "automatic"
    GPU = "gpu"
    PROCESSOR = "processor"


def _titles() -> dict[Way, str]:
    return {
        Way.AUTOMATIC: translate("Menu", "&Automatic"),
        Way.GPU: translate("Menu", "&GPU (OpenGL)"),
        Way.PROCESSOR: translate("Menu", "&CPU"),
    }


def chosen_way() -> Way:
    """Return the way given by the environment, or else by the settings."""
    for name in (os.environ.get(VARIABLE, ""), kept_text(_CHOICE)):
        if name in {way.value for way in Way}:
            return Way(name)
    return Way.AUTOMATIC


class DrawWith(QObject):
    """The menu, which sets what draws the panes.

    Create it before the window is shown: Qt needs another kind of window for the GPU.
    """

    def __init__(self, panes: ComparePanes, banner: Banner, view_menu: QMenu) -> None:
        super().__init__(view_menu)
        self._panes = panes
        self._banner = banner
        self._trial = bool(kept_text(_TRIAL))
        self._actions: dict[Way, QAction] = {}
        menu = view_menu.addMenu(translate("Menu", "&Rendering"))
        group = QActionGroup(menu)
        for way, title in _titles().items():
            action = menu.addAction(title)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, way=way: self.choose(way))
            self._actions[way] = action
        for pane in panes.canvases:
            # Queued, as the slot removes the surface that sends the signal.
            pane.gpu_failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)
            pane.gpu_begins.connect(self._begin_trial)
            pane.gpu_drew.connect(self._end_trial)
        way = chosen_way()
        self._actions[way].setChecked(True)
        self._use(way)

    @property
    def by_gpu(self) -> bool:
        """Whether the GPU draws now."""
        return self._panes.generated.by_gpu

    def choose(self, way: Way) -> None:
        """Change what draws the view, now and at the next start."""
        self._actions[way].setChecked(True)
        keep_text(_CHOICE, way.value)
        self._end_trial()
        self._use(way)

    def _use(self, way: Way) -> None:
        if way is Way.PROCESSOR or self.by_gpu:
            self._set_gpu(way is not Way.PROCESSOR)
        elif kept_text(_TRIAL):
            self._end_trial()
            keep_text(_CHOICE, Way.PROCESSOR.value)
            self._actions[Way.PROCESSOR].setChecked(True)
            self._warn(translate_marked("View", CRASHED))
        elif way is Way.GPU or has_device():
            self._begin_trial()
            name = renderer()
            self._end_trial()
            if name is not None and (way is Way.GPU or not is_software(name)):
                self._set_gpu(True)
            elif way is Way.GPU:
                self._warn(translate_marked("View", UNUSABLE))

    def _set_gpu(self, wanted: bool) -> None:
        for pane in self._panes.canvases:
            pane.set_gpu(wanted)

    def _warn(self, sentence: str) -> None:
        """Show a warning, after the photo that the program was started with has been requested."""
        QTimer.singleShot(0, self, lambda: self._banner.warn(sentence))

    @Slot()
    def _begin_trial(self) -> None:
        self._trial = True
        keep_text(_TRIAL, "1")

    @Slot()
    def _end_trial(self) -> None:
        if self._trial:
            self._trial = False
            keep_text(_TRIAL, "")

    @Slot()
    def _on_failed(self) -> None:
        self._end_trial()
        if self.by_gpu:
            self._set_gpu(False)
            self._banner.warn(translate_marked("View", LEFT))
