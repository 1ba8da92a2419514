"""Translates wheel events of all kinds of devices into a zoom, a pan, or nothing.

Angles are in eighths of a degree; one notch of an ordinary mouse is 120.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputDevice, QWheelEvent

NOTCH = 120
ZOOM_PER_NOTCH = 1.2
"""Zoom factor of a notch; high-resolution wheels send fractions of a notch."""

PAN_PER_NOTCH = 64.0
"""Logical pixels per notch for devices that do not report pixels."""


@dataclass(frozen=True, slots=True)
class WheelZoom:
    """Zoom by `factor` (above 1: in); `smooth` devices need no animation."""

    factor: float
    smooth: bool


@dataclass(frozen=True, slots=True)
class WheelPan:
    """Move the camera by logical pixels."""

    dx: float
    dy: float


def meaning(event: QWheelEvent) -> WheelZoom | WheelPan | None:
    """Return the meaning of a wheel event; None if it has none.

    A mouse wheel zooms, sideways or with Shift it pans. Two fingers on a trackpad pan, with Ctrl
    (Cmd) they zoom, as browsers and maps do.
    """
    angle, pixels = event.angleDelta(), event.pixelDelta()
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    trackpad = _from_trackpad(event)
    if not trackpad:
        if shift and angle.y():
            return WheelPan(-angle.y() / NOTCH * PAN_PER_NOTCH, 0.0)
        if angle.x() and not angle.y():
            return WheelPan(-angle.x() / NOTCH * PAN_PER_NOTCH, 0.0)
    if not trackpad or control:
        if not angle.y():
            return None
        return WheelZoom(ZOOM_PER_NOTCH ** (angle.y() / NOTCH), smooth=trackpad)
    if not pixels.isNull():
        return WheelPan(-pixels.x(), -pixels.y())
    if angle.isNull():
        return None
    return WheelPan(-angle.x() / NOTCH * PAN_PER_NOTCH, -angle.y() / NOTCH * PAN_PER_NOTCH)


def _from_trackpad(event: QWheelEvent) -> bool:
    """Return whether an event is from a trackpad, by its gesture phase or its device."""
    return (
        event.phase() != Qt.ScrollPhase.NoScrollPhase
        or event.device().type() == QInputDevice.DeviceType.TouchPad
    )
