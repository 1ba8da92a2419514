"""Interpolation as an engine, without models."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled, never

Method = Literal["nearest", "bicubic"]

STRIP = 64
"""Rows interpolated at once, few enough to stay in the CPU cache: 2.6 times as fast as 544 x 544
pixels at once."""


class Interpolation:
    """An `Upscaler` that repeats pixels or interpolates between them."""

    generative = False
    accepts_prompt = False
    device = "CPU"

    def __init__(self, method: Method) -> None:
        self.name = method.capitalize()
        self.halo = 4 if method == "bicubic" else 0
        self._method = method

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self._method}

    def load(self, cancelled: IsCancelled = never) -> None:
        """Do nothing, as there is nothing to load."""

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        pixels = to_float(rgb)
        if self._method == "nearest":
            return pixels.repeat(STEP_SCALE, axis=0).repeat(STEP_SCALE, axis=1)
        return _bicubic(pixels, cancelled, progressed)


def _bicubic(pixels: RgbFloat, cancelled: IsCancelled, progressed: Progressed) -> RgbFloat:
    """Return `pixels` upscaled by 4, with each channel as a float image to avoid rounding."""
    height, width = pixels.shape[:2]
    result = np.empty((height * STEP_SCALE, width * STEP_SCALE, 3), np.float32)
    channels = [Image.fromarray(np.ascontiguousarray(pixels[..., each])) for each in range(3)]
    for top in range(0, height, STRIP):
        check_cancelled(cancelled)
        bottom = min(height, top + STRIP)
        strip = result[top * STEP_SCALE : bottom * STEP_SCALE]
        size, box = (strip.shape[1], strip.shape[0]), (0, top, width, bottom)
        for each, channel in enumerate(channels):  # the kernel reaches beyond the box
            strip[..., each] = channel.resize(size, Image.Resampling.BICUBIC, box)
        np.clip(strip, 0, 1, out=strip)
        progressed(bottom / height)
    return result
