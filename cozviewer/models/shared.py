"""Shares models between pyramids: each is loaded once and used by one at a time.

Two compared images may differ only by a seed or a prompt, and a large model fits into memory only
once. Two models that run at the same time would not be faster than one after the other.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from weakref import WeakValueDictionary

from cozviewer.chain.protocols import Progressed, Prompter, Upscaler, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.models.worker.remote import RemoteModels
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Cancelled

POLL = 0.05
"""Seconds between checks for cancellation while waiting."""


class Pool:
    """Returns the same model for the same key while it is in use. Callable from any thread.

    Attributes:
        remote: Makes models that run in a separate process; None for models in this process.
    """

    def __init__(self, remote: RemoteModels | None = None) -> None:
        """Start without models."""
        self.remote = remote
        self._making = Lock()
        self._turn = Turn()
        self._upscalers: WeakValueDictionary[Hashable, SharedUpscaler] = WeakValueDictionary()
        self._prompters: WeakValueDictionary[Hashable, SharedPrompter] = WeakValueDictionary()

    def upscaler(self, key: Hashable, make: Callable[[], Upscaler]) -> Upscaler:
        """Return the upscaler of a key, made with `make` if there is none."""
        with self._making:
            shared = self._upscalers.get(key)
            if shared is None:
                shared = self._upscalers[key] = SharedUpscaler(make(), self._turn)
            return shared

    def prompter(self, key: Hashable, make: Callable[[], Prompter]) -> Prompter:
        """Return the prompter of a key, made with `make` if there is none."""
        with self._making:
            shared = self._prompters.get(key)
            if shared is None:
                shared = self._prompters[key] = SharedPrompter(make(), self._turn)
            return shared


class Turn:
    """A lock that can be waited for with cancellation."""

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def taken(self, cancelled: IsCancelled = never) -> Iterator[None]:
        """Hold the lock within a `with` block.

        Raises:
            Cancelled: `cancelled` returned True while waiting.
        """
        while not self._lock.acquire(timeout=POLL):
            if cancelled():
                raise Cancelled
        try:
            yield
        finally:
            self._lock.release()


class SharedUpscaler:
    """An `Upscaler` that several threads may use."""

    def __init__(self, upscaler: Upscaler, turn: Turn) -> None:
        """Run only while no other model with the same `turn` runs."""
        self._upscaler, self._turn = upscaler, turn

    @property
    def name(self) -> str:
        return self._upscaler.name

    @property
    def halo(self) -> int:
        return self._upscaler.halo

    @property
    def generative(self) -> bool:
        return self._upscaler.generative

    @property
    def accepts_prompt(self) -> bool:
        return self._upscaler.accepts_prompt

    @property
    def identity(self) -> Mapping[str, str]:
        return self._upscaler.identity

    @property
    def device(self) -> str:
        return self._upscaler.device

    def load(self, cancelled: IsCancelled = never) -> None:
        with self._turn.taken(cancelled):
            self._upscaler.load(cancelled)

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        with self._turn.taken(cancelled):
            return self._upscaler.upscale(rgb, prompt, seed, cancelled, progressed)


class SharedPrompter:
    """A `Prompter` that several threads may use."""

    def __init__(self, prompter: Prompter, turn: Turn) -> None:
        """Run only while no other model with the same `turn` runs."""
        self._prompter, self._turn = prompter, turn

    @property
    def name(self) -> str:
        return self._prompter.name

    @property
    def identity(self) -> Mapping[str, str]:
        return self._prompter.identity

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        with self._turn.taken(cancelled):
            return self._prompter.prompt(previous, crop, cancelled)
