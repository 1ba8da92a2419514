"""A drag with the mouse: its start, its distance, and its speed at release."""

from collections import deque

THRESHOLD = 5.0
"""Distance in logical pixels from which on a press is a drag."""

WINDOW_MS = 80
"""The speed at release is measured over this time."""


class Drag:
    """Follows one press. Positions are in logical pixels, times in milliseconds."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._dragging = False
        self._trace: deque[tuple[int, float, float]] = deque(maxlen=32)

    def press(self, x: float, y: float, time_ms: int) -> None:
        """Start at a position."""
        self._last = (x, y)
        self._dragging = False
        self._trace.clear()
        self._trace.append((time_ms, x, y))

    def move(self, x: float, y: float, time_ms: int) -> tuple[float, float] | None:
        """Return the movement since the last call, or None while this is not a drag."""
        if self._last is None:
            return None
        dx, dy = x - self._last[0], y - self._last[1]
        if not self._dragging:
            if dx * dx + dy * dy < THRESHOLD * THRESHOLD:
                return None
            self._dragging = True
        self._last = (x, y)
        self._trace.append((time_ms, x, y))
        return dx, dy

    def release(self, time_ms: int) -> tuple[float, float] | None:
        """Return the speed in logical pixels per second, or None if this was not a drag."""
        dragged, self._dragging, self._last = self._dragging, False, None
        if not dragged:
            return None
        recent = [point for point in self._trace if time_ms - point[0] <= WINDOW_MS]
        if len(recent) < 2 or recent[-1][0] == recent[0][0]:
            return 0.0, 0.0
        seconds = (recent[-1][0] - recent[0][0]) / 1000
        return (recent[-1][1] - recent[0][1]) / seconds, (recent[-1][2] - recent[0][2]) / seconds
