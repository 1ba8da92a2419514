"""The newest request wins: older ones are cancelled, and their results are not accepted."""

from dataclasses import dataclass, field
from threading import Event

import pytest

from cozviewer.jobs.latest import Latest, answer
from cozviewer.util.errors import Failure


@dataclass(frozen=True, eq=False)
class Question:
    cancelled: Event = field(default_factory=Event)


@pytest.fixture
def latest() -> Latest[Question, str]:
    return Latest()


def test_nothing_is_pending_at_first(latest: Latest[Question, str]) -> None:
    assert (latest.request, latest.pending, latest.result) == (None, None, None)


def test_a_result_of_the_newest_request_is_kept(latest: Latest[Question, str]) -> None:
    request = latest.ask(Question())
    assert (latest.request, latest.pending, latest.result) == (request, request, None)
    assert latest.accept(request, "a")
    assert (latest.request, latest.pending, latest.result) == (request, None, "a")
    assert not request.cancelled.is_set()


def test_a_request_may_have_several_results(latest: Latest[Question, str]) -> None:
    request = latest.ask(Question())
    assert latest.accept(request, "first part")
    assert latest.accept(request, "whole")
    assert latest.result == "whole"


def test_a_newer_request_cancels_the_one_before(latest: Latest[Question, str]) -> None:
    old, new = latest.ask(Question()), latest.ask(Question())
    assert old.cancelled.is_set()
    assert not new.cancelled.is_set()
    assert not latest.accept(old, "stale")
    assert (latest.pending, latest.result) == (new, None)


def test_the_old_result_stays_until_the_new_one_is_there(latest: Latest[Question, str]) -> None:
    latest.accept(latest.ask(Question()), "old")
    request = latest.ask(Question())
    assert latest.result == "old"
    latest.accept(request, "new")
    assert latest.result == "new"


def test_cancelling_keeps_the_result_and_clearing_drops_it(
    latest: Latest[Question, str],
) -> None:
    first = latest.ask(Question())
    latest.accept(first, "a")
    latest.cancel()
    assert first.cancelled.is_set()
    assert (latest.request, latest.result) == (None, "a")
    second = latest.ask(Question())
    latest.clear()
    assert second.cancelled.is_set()
    assert not latest.accept(second, "stale")
    assert latest.result is None


def answered(request: Question, *, result: str = "a", error: Exception | None = None) -> list[str]:
    """Return the steps that a worker takes for a request, in order."""
    steps: list[str] = []

    def work() -> str:
        steps.append("work")
        if error is not None:
            raise error
        return result

    answer(request, work, steps.append, steps.append, "testing")
    return steps


def test_a_result_is_delivered() -> None:
    assert answered(Question()) == ["work", "a"]


def test_a_cancelled_request_is_not_worked_on() -> None:
    request = Question()
    request.cancelled.set()
    assert answered(request) == []


def test_a_request_cancelled_during_the_work_delivers_nothing() -> None:
    request, delivered = Question(), list[object]()
    answer(request, request.cancelled.set, delivered.append, delivered.append, "testing")
    assert delivered == []


def test_a_failure_is_one_sentence() -> None:
    assert answered(Question(), error=Failure("The disk is full.")) == ["work", "The disk is full."]


def test_an_unexpected_error_names_what_was_being_done(caplog: pytest.LogCaptureFixture) -> None:
    assert "while testing (KeyError" in answered(Question(), error=KeyError())[-1]
    assert caplog.records
