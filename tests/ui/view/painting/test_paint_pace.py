"""How finely a view in motion is painted, from measured times."""

from cozviewer.ui.view.painting.paint_pace import COARSEST, KEPT, LATEST, SOONEST, PaintPace

PIXELS = 1_000_000


def noted(factor: int, *seconds: float) -> PaintPace:
    pace = PaintPace()
    for each in seconds:
        pace.note(factor, each, PIXELS)
    return pace


def test_a_quick_machine_paints_at_full_resolution() -> None:
    assert PaintPace().factor == 1
    assert noted(1, 0.9 * SOONEST).factor == 1


def test_a_slow_one_paints_more_coarsely_step_by_step_and_not_without_end() -> None:
    pace = noted(1, 1.1 * SOONEST)
    assert pace.factor == 2
    pace.note(2, 0.9 * LATEST, PIXELS)
    assert pace.factor == 2
    for factor in range(2, COARSEST + 1):
        for _ in range(KEPT):
            pace.note(factor, 1.1 * LATEST, PIXELS)
    assert pace.factor == COARSEST


def test_one_slow_frame_changes_nothing() -> None:
    assert noted(1, *[SOONEST / 2] * 3, 1.0).factor == 1


def test_a_larger_view_takes_longer() -> None:
    pace = noted(1, 0.9 * SOONEST)
    pace.begin(4 * PIXELS)
    assert pace.factor == 2
    pace.begin(PIXELS)
    assert pace.factor == 1


def test_it_gets_no_finer_within_a_motion() -> None:
    pace = noted(1, 1.1 * SOONEST)
    for _ in range(KEPT):
        pace.note(1, SOONEST / 9, PIXELS)
    assert pace.factor == 2
    pace.begin(PIXELS)
    assert pace.factor == 1


def test_what_was_slow_once_is_tried_again() -> None:
    pace = noted(1, *[2 * SOONEST] * KEPT)
    pace.note(1, SOONEST / 9, PIXELS)
    for _ in range(KEPT):
        pace.begin(PIXELS)
    assert pace.factor == 1
