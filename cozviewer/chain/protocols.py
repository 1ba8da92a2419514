"""The doors through which models enter the chain: `Upscaler` and `Prompter`."""

from collections.abc import Callable, Mapping
from typing import Protocol

from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.util.cancel import IsCancelled, never

Notice = Callable[[str], None]
"""Receives one sentence for the user; called in the thread that does the work."""


Progressed = Callable[[float], None]
"""Receives how much of a run is done, 0..1, never less than before; called in the thread that does
the work."""


def ignore(part: float) -> None:
    """Ignore a report."""


class Upscaler(Protocol):
    """Makes a picture 4x finer.

    Building one is cheap and imports no heavy library; `load` does that work, and `upscale` calls
    it by itself when it was not called before. All methods run in one thread at a time, a worker's;
    the properties may be read from any thread at any time.
    """

    @property
    def name(self) -> str:
        """What people call it: "Real-ESRGAN"."""

    @property
    def halo(self) -> int:
        """Parent pixels that it wants around a crop for context, cut away afterwards."""

    @property
    def generative(self) -> bool:
        """Whether it invents detail (a model) or merely interpolates what is there."""

    @property
    def accepts_prompt(self) -> bool:
        """Whether it uses the prompt."""

    @property
    def identity(self) -> Mapping[str, str]:
        """All that decides its pixels (name, weights digest, settings); part of the recipe."""

    @property
    def device(self) -> str:
        """Where and how it computes, for people: "CPU, bf16"; "" until `load` has run."""

    def load(self, cancelled: IsCancelled = never) -> None:
        """Import what is needed and read the weights.

        Args:
            cancelled: Asked while the network is timed (see `cozviewer.models.number_formats`).

        Raises:
            Cancelled: `cancelled` said so; it can be loaded again.
            BadInput: The weights are missing, broken or no 4x model.
            Failure: They do not fit into memory.
        """

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        """Return `rgb` made 4x finer.

        Args:
            rgb: (H, W, 3), sRGB, uint8 0..255 or float32 0..1; any H, W >= 1.
            prompt: What is in the picture; "" where nothing is known. Ignored by models that
                take no text.
            seed: Decides all randomness: the same arguments give the same pixels.
            cancelled: Asked between parts of the work.
            progressed: Told between parts of the work how much is done.

        Returns:
            (4H, 4W, 3) float32 in 0..1.

        Raises:
            Cancelled: `cancelled` said so.
            Failure: Out of memory even in the smallest parts, or the device failed.
        """


class Prompter(Protocol):
    """Says what is in a crop, so that the upscaler knows what to draw."""

    @property
    def name(self) -> str:
        """What people call it; "none" if it says nothing."""

    @property
    def identity(self) -> Mapping[str, str]:
        """All that decides its words; part of the recipe."""

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        """Return words for `crop`.

        Args:
            previous: (H, W, 3) uint8, the wider view that `crop` was cut from, where there is one.
            crop: (h, w, 3) uint8, what is visible now.
            cancelled: Asked between words.

        Raises:
            Cancelled: `cancelled` said so.
            Failure: The model or server failed.
        """
