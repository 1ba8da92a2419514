"""What wheel events mean, and when a press is a drag."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from cozviewer.ui.view.drag import Drag
from cozviewer.ui.view.wheel import PAN_PER_NOTCH, WheelPan, WheelZoom, meaning

NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
MOUSE = Qt.ScrollPhase.NoScrollPhase
TRACKPAD = Qt.ScrollPhase.ScrollUpdate


def event(
    angle: tuple[int, int],
    pixels: tuple[int, int] = (0, 0),
    modifiers: Qt.KeyboardModifier = NONE,
    phase: Qt.ScrollPhase = MOUSE,
) -> QWheelEvent:
    return QWheelEvent(
        QPointF(1, 1),
        QPointF(1, 1),
        QPoint(*pixels),
        QPoint(*angle),
        Qt.MouseButton.NoButton,
        modifiers,
        phase,
        False,
    )


@pytest.mark.parametrize("angle", [120, -120, 30, -15, 240])
def test_a_mouse_wheel_zooms_in_proportion(angle: int) -> None:
    assert meaning(event((0, angle))) == WheelZoom(1.2 ** (angle / 120), smooth=False)


def test_a_sideways_wheel_pans_and_so_does_shift() -> None:
    assert meaning(event((120, 0))) == WheelPan(-PAN_PER_NOTCH, 0.0)
    assert meaning(event((0, 120), modifiers=SHIFT)) == WheelPan(-PAN_PER_NOTCH, 0.0)


def test_two_fingers_pan_by_pixels() -> None:
    assert meaning(event((0, 24), (3, -8), phase=TRACKPAD)) == WheelPan(-3, 8)


def test_two_fingers_with_control_zoom() -> None:
    assert meaning(event((0, 60), (0, 30), CONTROL, TRACKPAD)) == WheelZoom(1.2**0.5, smooth=True)


@pytest.mark.parametrize("phase", [MOUSE, TRACKPAD])
def test_nothing_means_nothing(phase: Qt.ScrollPhase) -> None:
    assert meaning(event((0, 0), phase=phase)) is None


def test_a_drag_begins_past_its_threshold_and_loses_no_way() -> None:
    drag = Drag()
    assert drag.move(5, 5, 0) is None  # no press, no drag
    drag.press(100, 100, 0)
    assert drag.move(103, 101, 10) is None
    assert drag.move(106, 100, 20) == (6, 0)
    assert drag.move(110, 90, 30) == (4, -10)


def test_a_release_tells_the_speed_of_the_last_moment() -> None:
    drag = Drag()
    drag.press(0, 0, 0)
    for i in range(1, 11):
        drag.move(10 * i, -5 * i, 10 * i)
    velocity = drag.release(100)
    assert velocity is not None
    assert list(velocity) == pytest.approx([1000, -500])
    assert drag.release(110) is None


def test_a_pointer_that_was_held_still_is_not_thrown() -> None:
    drag = Drag()
    drag.press(0, 0, 0)
    drag.move(100, 0, 10)
    assert drag.release(500) == (0, 0)
