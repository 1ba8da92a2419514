"""One network at a time, where several threads draw units with it."""

import threading
import time

from cozviewer.chain.protocols import Progressed, Upscaler, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.util.cancel import IsCancelled, never


class Turn:
    """An `Upscaler` that several threads use for one unit each: one network runs at a time, while
    the others decode, join and encode.

    Attributes:
        waited: Seconds spent on waiting for the turn.
    """

    def __init__(self, upscaler: Upscaler, lock: threading.Lock) -> None:
        """Use an upscaler under a lock."""
        self._upscaler, self._lock = upscaler, lock
        self.waited = 0.0
        self.name = upscaler.name
        self.halo = upscaler.halo
        self.generative = upscaler.generative
        self.accepts_prompt = upscaler.accepts_prompt
        self.identity = upscaler.identity
        self.device = upscaler.device

    def load(self, cancelled: IsCancelled = never) -> None:
        """See `Upscaler`."""
        with self._lock:
            self._upscaler.load(cancelled)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        """See `Upscaler`."""
        asked = time.perf_counter()
        with self._lock:
            self.waited += time.perf_counter() - asked
            return self._upscaler.upscale(rgb, prompt, seed, cancelled, progressed)
