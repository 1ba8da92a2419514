"""Memory is returned some time after a photo is closed."""

import pytest
from pytestqt.qtbot import QtBot

from cozviewer.jobs import memory_return
from cozviewer.jobs.memory_return import MemoryReturn
from cozviewer.util.memory import return_free_memory


@pytest.fixture
def returned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Gets an item each time."""
    calls: list[int] = []
    monkeypatch.setattr(memory_return, "DELAY_MS", 20)
    monkeypatch.setattr(memory_return, "return_free_memory", lambda: calls.append(1))
    return calls


def test_several_requests_are_one(qtbot: QtBot, returned: list[int]) -> None:
    memory = MemoryReturn()
    for _ in range(5):
        memory.soon()
    assert returned == []
    qtbot.waitUntil(lambda: returned == [1])
    memory.soon()
    qtbot.waitUntil(lambda: returned == [1, 1])
    memory.close()


def test_nothing_happens_after_the_end(qtbot: QtBot, returned: list[int]) -> None:
    memory = MemoryReturn()
    memory.soon()
    memory.close()
    qtbot.wait(60)
    assert returned == []


def test_it_can_be_done_at_any_time() -> None:
    return_free_memory()
