"""How finely a view in motion is painted without a GPU, from how long that took before."""

import statistics
from collections import deque

SOONEST = 0.006
"""Seconds that painting at full resolution may take: half a frame of 60 Hz is left for the rest."""

LATEST = 0.010
"""Seconds that painting at a lower resolution may take before it is lowered further."""

COARSEST = 3
"""Device pixels that a painted pixel is wide at most."""

KEPT = 9
"""Measurements of which the median counts: a single slow frame changes nothing."""


class PaintPace:
    """Chooses how many device pixels wide a painted pixel is.

    Attributes:
        factor: That number, for a whole view in motion; it only grows while a motion lasts.
    """

    def __init__(self) -> None:
        self.factor = 1
        self._measured: dict[int, deque[float]] = {}

    def begin(self, pixels: int) -> None:
        """Choose anew, as a motion begins.

        Args:
            pixels: Device pixels of the view.
        """
        for seconds in self._measured.values():
            if len(seconds) > 1:
                seconds.popleft()  # so that what was slow once is tried again
        self.factor = 1
        self._grow(pixels)

    def note(self, factor: int, seconds: float, pixels: int) -> None:
        """Take how long a view was painted for.

        Args:
            factor: At which factor.
            pixels: Device pixels that were covered.
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
