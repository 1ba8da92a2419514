"""Memory is returned some time after a photo is closed."""

from pytestqt.qtbot import QtBot

from cozviewer.jobs.memory_return import MemoryReturn
from cozviewer.util.memory import return_free_memory


def counted() -> tuple[MemoryReturn, list[int]]:
    """Return one that does its work soon, and what gets an item each time."""
    calls: list[int] = []
    return MemoryReturn(delay_ms=20, work=lambda: calls.append(1)), calls


def test_several_requests_are_one(qtbot: QtBot) -> None:
    memory, returned = counted()
    for _ in range(5):
        memory.soon()
    assert returned == []
    qtbot.waitUntil(lambda: returned == [1])
    memory.soon()
    qtbot.waitUntil(lambda: returned == [1, 1])
    memory.close()


def test_nothing_happens_after_the_end(qtbot: QtBot) -> None:
    memory, returned = counted()
    memory.soon()
    memory.close()
    qtbot.wait(60)
    assert returned == []


def test_it_can_be_done_at_any_time() -> None:
    return_free_memory()
