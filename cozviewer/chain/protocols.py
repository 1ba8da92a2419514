"""Interfaces for model backends: `Upscaler` and `Prompter`."""

from collections.abc import Callable, Mapping
from typing import Protocol

from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.util.cancel import IsCancelled, never

Notice = Callable[[str], None]
"""Receives one sentence for the user; called from the thread that does the work."""


Progressed = Callable[[float], None]
"""Receives the finished part of a run, 0..1, never decreasing; called from the thread that does the
work."""


def ignore(report: object) -> None:
    """A `Notice` or `Progressed` that does nothing."""


class Upscaler(Protocol):
    """Upscales images by 4.

    Constructing one is cheap and imports no heavy library; `load` does that, and `upscale` calls it
    when needed. Methods are called from one worker thread at a time; properties may be read from
    any thread at any time.
    """

    @property
    def name(self) -> str:
        """Display name: "Real-ESRGAN"."""

    @property
    def halo(self) -> int:
        """Parent pixels of context that it needs around a crop, cut away afterwards."""

    @property
    def generative(self) -> bool:
        """Whether it generates detail (a model) or only interpolates."""

    @property
    def accepts_prompt(self) -> bool:
        """Whether it uses the prompt."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything that decides its pixels (name, weights, settings); part of the recipe."""

    @property
    def device(self) -> str:
        """Device and number format to display: "CPU, bf16"; "" until `load` has run."""

    def load(self, cancelled: IsCancelled = never) -> None:
        """Import the libraries and load the weights.

        Args:
            cancelled: Checked while the network is timed (see `cozviewer.models.number_formats`).

        Raises:
            Cancelled: `cancelled` returned True; `load` can be called again.
            BadInput: The weights are missing, broken or not a 4x model.
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
        """Return `rgb` upscaled by 4.

        Args:
            rgb: (H, W, 3), sRGB, uint8 0..255 or float32 0..1; any H, W >= 1.
            prompt: Description of the image, or "". Ignored unless `accepts_prompt`.
            seed: Random seed: the same arguments give the same pixels.
            cancelled: Checked between parts of the work.
            progressed: Receives the finished part of the work, between its parts.

        Returns:
            (4H, 4W, 3) float32 in 0..1.

        Raises:
            Cancelled: `cancelled` returned True.
            Failure: Out of memory even in the smallest parts, or the device failed.
        """


class Prompter(Protocol):
    """Describes a crop; the upscaler is prompted with the description."""

    @property
    def name(self) -> str:
        """Display name; "none" if it never gives a prompt."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything that decides its prompts; part of the recipe."""

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        """Return a prompt for `crop`.

        Args:
            previous: (H, W, 3) uint8, the wider view that contains `crop`, if there is one.
            crop: (h, w, 3) uint8, the area that is visible now.
            cancelled: Checked between tokens.

        Raises:
            Cancelled: `cancelled` returned True.
            Failure: The model or server failed.
        """
