"""Describes the pixel under the mouse pointer: its position, colour and where it comes from."""

import math

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QMouseEvent

from cozviewer.chain.trust.overlays import deviation_at, origin_mark
from cozviewer.jobs.document import Document
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.geometry import level_name
from cozviewer.pyramid.georeference import map_place
from cozviewer.pyramid.origins import Patch, patch_at
from cozviewer.pyramid.wording import borrowed_text, draft_text, generated_text
from cozviewer.ui.view.canvas import Canvas
from cozviewer.ui.view.layer import Layer
from cozviewer.ui.view.pixel import Pixel, coordinates, shown_alpha, shown_colour, source_place
from cozviewer.util.translation import translate

PAUSE_MS = 60
"""Time between two updates, so that mouse motion does not slow down painting."""


def pointed_place(pane: Canvas) -> QPointF:
    """Return the pointer's position in a pane in view pixels; if it is elsewhere, the centre."""
    place = QPointF(pane.mapFromGlobal(QCursor.pos()))
    if not pane.underMouse():
        place = QPointF(pane.width() / 2, pane.height() / 2)
    return pane.view_place(place)


class Pointer(QObject):
    """An event filter on one pane that passes on all events.

    Signals:
        described: (str) where the pixel under the pointer comes from; "" if there is none.
        pointed: (Pixel | None) the pixel under the pointer.
    """

    described = Signal(str)
    pointed = Signal(object)

    def __init__(self, pane: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pane = pane
        self._silent = False
        self._place: QPointF | None = None
        self._pixel: Pixel | None = None
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(PAUSE_MS)
        self._look.timeout.connect(self._describe)
        pane.installEventFilter(self)
        pane.changed.connect(self._on_changed)
        pane.curtain.moved.connect(self._on_changed)

    @property
    def pixel(self) -> Pixel | None:
        """The pixel under the pointer; None if there is none."""
        return self._pixel

    def set_silent(self, silent: bool) -> None:
        """Switch the descriptions off or on."""
        self._silent = silent
        self._on_changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the pointer; during a drag there is no description."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            held = event.buttons() != Qt.MouseButton.NoButton
            self._place = None if held else event.position()
            self._on_changed()
        elif kind == QEvent.Type.Leave:
            self._place = None
            self._on_changed()
        return False

    def pixel_at(self, pane_place: QPointF) -> Pixel | None:
        """Return the pixel at a position in the pane in logical pixels; None outside the photo."""
        if self._silent:
            return None
        layer, side = self._pane.layer_at(pane_place) or (self._pane.layer, None)
        document = layer.document
        if document is None:
            return None
        ratio = self._pane.devicePixelRatioF()
        # The middle of a pixel: turned, its corner would be that of a neighbour.
        left, top = math.floor(pane_place.x() * ratio), math.floor(pane_place.y() * ratio)
        middle = QPointF(left + 0.5, top + 0.5)
        view_x, view_y = self._pane.view_place(middle / ratio).toTuple()
        view = self._pane.view
        patch = patch_at(document.chain.pyramid, view, int(view_x), int(view_y), layer.finest)
        if patch is None:
            return None
        x, y = coordinates(view, view_x, view_y)
        reference, on_map = document.source.georeference, None
        if reference is not None:
            spot = source_place(view, view_x, view_y)
            on_map = map_place(reference, *spot, view.camera.magnification)
        if side is None:
            return Pixel(x, y, None, "", None, on_map)
        origin = self._origin(layer, document, view_x, view_y, patch)
        if side:
            origin = translate("View", "{image}: {origin}").format(image=side, origin=origin)
        colour, alpha = shown_colour(layer, view_x, view_y), shown_alpha(layer, view_x, view_y)
        return Pixel(x, y, colour, origin, alpha, on_map)

    @Slot()
    def _on_changed(self) -> None:
        if not self._look.isActive():
            self._look.start()

    @Slot()
    def _describe(self) -> None:
        pixel = None if self._place is None else self.pixel_at(self._place)
        if pixel is None and self._pixel is None:
            return  # the pointer may be in another pane, which describes it
        if pixel != self._pixel:
            self._pixel = pixel
            self.described.emit("" if pixel is None else pixel.origin)
            self.pointed.emit(pixel)

    def _origin(
        self, layer: Layer, document: Document, view_x: float, view_y: float, patch: Patch
    ) -> str:
        """Return where the pixel of a layer at a place of the view comes from."""
        view = self._pane.view
        maker, pyramid = document.chain.upscaler, document.chain.pyramid
        draft, over = layer.draft_at(view_x, view_y), layer.draft_over
        if draft is not None:
            return pointed_draft_text(view, draft, maker.name, over is not None)
        steps = {} if patch.made_from is None else pyramid.steps_of([patch.made_from])
        prompt = next((step.prompt for step in steps.values()), "")
        borrowed = layer.exact.borrows_at(view_x, view_y)
        text = pointed_text(view, patch, maker.name, maker.generative, prompt, borrowed)
        if layer.exact.overlay != "trust" or not maker.generative:
            return text
        x, y = (math.floor(at * 2**patch.z) for at in source_place(view, view_x, view_y))
        deviation = deviation_at(pyramid, patch, x, y) if patch.z > 0 else None
        return text if deviation is None else f"{deviation_text(deviation)} · {text}"


def deviation_text(levels: float) -> str:
    """Return "Deviates by 3 of 255 grey levels", as the deviation map shows by colour."""
    return translate("View", "Deviates by {levels} of 255 grey levels").format(levels=round(levels))


def pointed_draft_text(view: View, z: int, maker: str, over: bool = False) -> str:
    """Return "Draft of ×16, not yet generated by Real-ESRGAN".

    Args:
        view: The view.
        z: The step level of which the draft is.
        maker: Name of the upscaler.
        over: Whether the draft lies over detail of the next coarser level.
    """
    if over:
        under = generated_text(maker, level_name(view.camera.rest_level))
        return translate("View", "{draft} over {detail}").format(draft=draft_text(z), detail=under)
    return translate("View", "{draft}, not yet generated by {engine}").format(
        draft=draft_text(z), engine=maker
    )


def pointed_text(
    view: View, patch: Patch, maker: str, generative: bool, prompt: str, borrowed: bool = False
) -> str:
    """Return "Generated detail, level 2 (×16) · Real-ESRGAN".

    Args:
        view: The view.
        patch: The patch at a place of the view.
        maker: Name of the upscaler.
        generative: Whether it invents detail.
        prompt: The prompt of the step that generated it, or "".
        borrowed: Whether its texture is borrowed from elsewhere in the photo.
    """
    parts = [origin_mark(view, patch, generative).text]
    if patch.level > 0:
        parts.append(maker)
    if borrowed:
        parts.append(borrowed_text())
    if prompt:
        parts.append(translate("View", "prompt: “{prompt}”").format(prompt=prompt))
    return " · ".join(parts)
