"""What tests of tile files share."""

from collections.abc import Callable

import pytest

from cozviewer.pyramid.store import file as store_file
from cozviewer.pyramid.store import files as store_files


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for a lock."""
    monkeypatch.setattr(store_file, "BUSY_SECONDS", 0.0)


Budget = Callable[[int], None]


@pytest.fixture
def memory_budget(monkeypatch: pytest.MonkeyPatch) -> Budget:
    """Return what sets how many bytes a store in memory may take."""
    return lambda size: monkeypatch.setattr(store_files, "MEMORY_BUDGET", size)
