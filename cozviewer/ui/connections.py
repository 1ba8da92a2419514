"""Signal connections that end together, for objects that live as long as an image is open."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import SignalInstance

Slot = Callable[..., Any] | SignalInstance


class Connections:
    """A list of connections made on the GUI thread.

    Deleting a QObject ends its connections as well, but only at the next round of the event loop;
    `close` ends them at once.
    """

    def __init__(self) -> None:
        self._made: list[tuple[SignalInstance, Slot]] = []

    def add(self, signal: SignalInstance, slot: Slot) -> None:
        """Connect a signal to a slot (a bound method or another signal) until `close`."""
        signal.connect(slot)
        self._made.append((signal, slot))

    def close(self) -> None:
        """Disconnect all of them."""
        made, self._made = self._made, []
        for signal, slot in made:
            signal.disconnect(slot)
