"""What tests of tile files share."""

import pytest

from cozviewer.pyramid.store import file as store_file


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for a lock."""
    monkeypatch.setattr(store_file, "BUSY_SECONDS", 0.0)
