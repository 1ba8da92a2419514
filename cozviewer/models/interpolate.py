"""Interpolation as an engine: nothing is invented, nothing has to be loaded."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.chain.protocols import Cancelled, Progressed, ignore, never
from cozviewer.errors import Cancelled as WorkCancelled
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.pyramid.pixels import Rgb8, RgbFloat, to_float

Method = Literal["nearest", "bicubic"]


class Interpolation:
    """An `Upscaler` that repeats pixels or interpolates between them; see there."""

    generative = False
    listens = False
    device = "CPU"

    def __init__(self, method: Method) -> None:
        self.name = method.capitalize()
        self.halo = 4 if method == "bicubic" else 0
        self._method = method

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self._method}

    def load(self, cancelled: Cancelled = never) -> None:
        """Do nothing: everything is there."""

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: Cancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        pixels = to_float(rgb)
        if self._method == "nearest":
            return pixels.repeat(STEP_SCALE, axis=0).repeat(STEP_SCALE, axis=1)
        return _bicubic(pixels, cancelled)


def _bicubic(pixels: RgbFloat, cancelled: Cancelled) -> RgbFloat:
    """Return `pixels` 4x finer; each channel as a float picture, so that nothing is rounded."""
    height, width = pixels.shape[0] * STEP_SCALE, pixels.shape[1] * STEP_SCALE
    result = np.empty((height, width, 3), np.float32)
    for channel in range(3):
        if cancelled():
            raise WorkCancelled("Stopped.")
        picture = Image.fromarray(np.ascontiguousarray(pixels[..., channel]))
        result[..., channel] = picture.resize((width, height), Image.Resampling.BICUBIC)
    return np.clip(result, 0, 1, out=result)
