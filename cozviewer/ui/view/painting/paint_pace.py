"""The resolution at which a view in motion is painted without a GPU, from measured times."""

import statistics
from collections import deque

SOONEST = 0.006
"""Maximum seconds for painting at full resolution, which leaves time for the rest of a frame."""

LATEST = 0.010
"""Maximum seconds for painting at a lower resolution before it is lowered further."""

COARSEST = 3
"""Maximum width of a painted pixel in device pixels."""

KEPT = 9
"""Number of measurements whose median is used, so that a single slow frame has no effect."""


class PaintPace:
    """Chooses the width of painted pixels.

    Attributes:
        factor: The width in device pixels for a view in motion; it only grows during a motion.
    """

    def __init__(self) -> None:
        self.factor = 1
        self._measured: dict[int, deque[float]] = {}

    def begin(self, pixels: int) -> None:
        """Choose again at the start of a motion.

        Args:
            pixels: Number of device pixels of the view.
        """
        for seconds in self._measured.values():
            if len(seconds) > 1:
                seconds.popleft()  # so that slow factors are tried again
        self.factor = 1
        self._grow(pixels)

    def note(self, factor: int, seconds: float, pixels: int) -> None:
        """Record the time that painting took.

        Args:
            factor: The factor that was used.
            seconds: The time.
            pixels: Number of device pixels that were covered.
        """
        if pixels > 0:
            kept = self._measured.setdefault(factor, deque(maxlen=KEPT))
            kept.append(seconds / pixels)
            self._grow(pixels)

    def _grow(self, pixels: int) -> None:
        while self.factor < COARSEST:
            measured = self._measured.get(self.factor)
            if not measured:
                return
            most = SOONEST if self.factor == 1 else LATEST
            if statistics.median(measured) * pixels <= most:
                return
            self.factor += 1
