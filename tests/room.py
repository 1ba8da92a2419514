"""How much room there is on disks and in memory, whatever this machine has."""

from types import SimpleNamespace

import pytest


class Room:
    """What a test says is free, until it ends; see the fixture `room`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def on_disk(self, free: int) -> None:
        """Have so many bytes free on every disk."""
        self._patch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=free))

    def in_memory(self, free: int) -> None:
        """Have so many bytes of memory free."""
        self._patch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=free))
