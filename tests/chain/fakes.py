"""Models for tests: quick, deterministic, and they note what they were asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, never

BLUR_RADIUS = 4
"""Parent pixels that `DetailUpscaler` looks around itself."""

HALO = 16
"""Enough for that, and for the fidelity correction, which looks at most 10 pixels around."""


@dataclass(frozen=True)
class Asked:
    """One call of an upscaler."""

    shape: tuple[int, ...]
    prompt: str
    seed: int


@dataclass
class FakeUpscaler:
    """Fills each image with a grey that its seed decides.

    Attributes:
        before: Called before each image with its number; may raise or cancel.
        loading: Called when it is loaded; may raise.
        parts: What is told of each image as it is drawn.
        asked: All calls.
        loads: How often it was loaded.
    """

    name: str = "Fake"
    halo: int = HALO
    generative: bool = False
    accepts_prompt: bool = True
    identity: Mapping[str, str] = field(default_factory=lambda: {"name": "fake", "weights": "1"})
    device: str = ""
    before: Callable[[int], None] = lambda number: None
    loading: Callable[[], object] = lambda: None
    parts: Sequence[float] = ()
    asked: list[Asked] = field(default_factory=list)
    loads: int = 0

    def load(self, cancelled: IsCancelled = never) -> None:
        self.loads += 1
        self.loading()

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.before(len(self.asked))
        self.asked.append(Asked(rgb.shape, prompt, seed))
        for part in self.parts:
            progressed(part)
        return self.finer(to_float(rgb))

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        """Return what it makes of an image."""
        grey = np.float32(self.asked[-1].seed % 251 / 250)
        return np.full((rgb.shape[0] * STEP_SCALE, rgb.shape[1] * STEP_SCALE, 3), grey)


@dataclass
class DetailUpscaler(FakeUpscaler):
    """Makes detail out of how a pixel differs from its neighbourhood; ignores the seed.

    Its result is bit for bit the same wherever in the image those pixels lie.
    """

    generative: bool = True

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        difference = rgb - _neighbourhood(rgb)
        pattern = np.linspace(-1, 1, STEP_SCALE, dtype=np.float32)
        height, width = rgb.shape[:2]
        wide, detail = (plane.repeat(STEP_SCALE, axis=1) for plane in (rgb, difference))
        fine = np.empty((STEP_SCALE * height, STEP_SCALE * width, 3), np.float32)
        for row, factor in enumerate(pattern):
            fine[row::STEP_SCALE] = wide + detail * np.tile(factor * pattern, width)[:, None]
        # A model that shifts colours, as they do.
        fine *= np.float32(0.9)
        fine += np.float32(0.02)
        shifted: RgbFloat = np.clip(fine, 0, 1, out=fine)
        return shifted


@dataclass
class ListeningUpscaler(FakeUpscaler):
    """Repeats pixels, in a brightness that its words decide."""

    def finer(self, rgb: RgbFloat) -> RgbFloat:
        brightness = np.float32(0.5 + crc32(self.asked[-1].prompt.encode()) % 97 / 200)
        return _nearest(rgb * brightness)


@dataclass
class FakePrompter:
    """Answers "words 1", "words 2", ... and notes the images that it was shown."""

    name: str = "Fake"
    identity: Mapping[str, str] = field(default_factory=lambda: {"name": "fake"})
    shown: list[tuple[Rgb8 | None, Rgb8]] = field(default_factory=list)

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        self.shown.append((previous, crop))
        return f"words {len(self.shown)}"


@dataclass
class Silent:
    """The prompter that says nothing."""

    name: str = "none"
    identity: Mapping[str, str] = field(default_factory=lambda: {"name": "none"})

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return ""


def _nearest(rgb: RgbFloat) -> RgbFloat:
    return rgb.repeat(STEP_SCALE, axis=0).repeat(STEP_SCALE, axis=1)


def _neighbourhood(rgb: RgbFloat) -> RgbFloat:
    """Return the mean of the square around each pixel, always summed in the same order."""
    height, width = rgb.shape[:2]
    side = 2 * BLUR_RADIUS + 1
    padded = np.pad(rgb, ((BLUR_RADIUS,) * 2, (BLUR_RADIUS,) * 2, (0, 0)), mode="edge")
    rows, total = np.zeros_like(padded[:height]), np.zeros_like(rgb)
    for dy in range(side):
        rows += padded[dy : dy + height]
    for dx in range(side):
        total += rows[:, dx : dx + width]
    return total / np.float32(side * side)
