"""Back and Forward: which view they lead to."""

from cozviewer.pyramid.camera import Fitting, camera_at
from cozviewer.ui.view.history import MEMORY, History, Place


def at(x: float, fitting: Fitting | None = None) -> Place:
    return Place(camera_at(x, 0, 1.0), fitting)


def history_of(*places: Place) -> History:
    history = History()
    for place in places:
        history.note(place)
    return history


def test_there_is_nowhere_to_go_at_first() -> None:
    history = History()
    assert (history.can_go_back, history.can_go_forward) == (False, False)
    assert history.go(-1, at(1)) is None
    assert history.go(1, at(1)) is None


def test_back_and_forward_lead_along_the_views() -> None:
    history = history_of(at(1), at(2), at(3))
    assert (history.can_go_back, history.can_go_forward) == (True, False)
    assert history.go(-1, at(3)) == at(2)
    history.note(at(2))
    assert (history.can_go_back, history.can_go_forward) == (True, True)
    assert history.go(-1, at(2)) == at(1)
    assert history.go(-1, at(1.5)) is None  # still on the way
    assert history.go(1, at(1.5)) == at(2)
    assert history.go(1, at(1.7)) == at(3)
    history.note(at(3))
    assert (history.can_go_back, history.can_go_forward) == (True, False)


def test_a_view_of_its_own_after_back_discards_what_was_forward() -> None:
    history = history_of(at(1), at(2), at(3))
    history.go(-1, at(3))
    history.note(at(2))
    history.note(at(7))
    assert not history.can_go_forward
    assert history.go(-1, at(7)) == at(2)


def test_a_gesture_on_the_way_back_is_a_view_of_its_own() -> None:
    history = history_of(at(1), at(2), at(3))
    history.go(-1, at(3))
    history.leave()
    history.note(at(8))
    assert history.go(-1, at(8)) == at(2)
    history.note(at(2))
    assert history.go(1, at(2)) == at(8)


def test_a_view_that_has_not_come_to_rest_can_be_returned_to() -> None:
    history = history_of(at(1), at(2))
    assert history.go(-1, at(5)) == at(2)
    assert history.go(1, at(2)) == at(5)


def test_where_back_led_is_kept_as_it_was_reached() -> None:
    """The window has become smaller meanwhile, and the view is bounded otherwise."""
    history = history_of(at(1), at(2))
    history.go(-1, at(2))
    history.note(at(1.25))
    assert history.can_go_forward
    assert history.go(1, at(1.25)) == at(2)
    assert history.go(-1, at(2)) == at(1.25)


def test_a_fitted_photo_is_one_view_at_every_size_of_the_window() -> None:
    history = history_of(at(1, Fitting.WHOLE), at(2, Fitting.WHOLE), at(3))
    assert history.go(-1, at(3)) == at(2, Fitting.WHOLE)
    assert history.go(-1, at(2)) is None
    assert not at(1, Fitting.FILL).same(at(2, Fitting.WHOLE))
    assert not at(1).same(at(2))


def test_the_view_before_differs_from_the_present_one() -> None:
    history = history_of(at(1), at(2))
    assert history.before(at(2).camera) == at(1).camera
    assert history.before(at(9).camera) == at(2).camera
    assert history_of(at(1)).before(at(1).camera) is None
    history.clear()
    assert history.before(at(9).camera) is None


def test_it_does_not_grow_without_end() -> None:
    history = history_of(*(at(x) for x in range(MEMORY + 50)))
    steps = 0
    while history.go(-1, at(MEMORY + 49)) is not None:
        steps += 1
    assert steps == MEMORY
