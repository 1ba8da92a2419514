"""Chain-of-Zoom as an `Upscaler`: Stable Diffusion 3 in one step, with the authors' adapters.

There are two settings. `paper` reproduces the authors' code to the 8-bit pixel. `best` stays in
floats, works in windows of the size that the network was trained on, and uses the fastest number
format of the device.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.chain.fidelity import enlarged
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_8bit, to_float
from cozviewer.models.context import ModelContext
from cozviewer.models.coz.base import base_folder
from cozviewer.models.coz.components import TITLE, CozFiles, CozModels
from cozviewer.models.coz.network import one_step
from cozviewer.models.coz.tiled_diffusion import ShrinkingWindows, Windows
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import check_path
from cozviewer.util.translation import translate

Setting = Literal["paper", "best"]

HALO = 32
"""Parent pixels of context around a crop in `best`."""

WINDOWS = Windows()
"""Those that the adapters were trained on."""


class CozSd3:
    """An `Upscaler` that runs Stable Diffusion 3."""

    name = TITLE
    generative = True
    accepts_prompt = True

    def __init__(
        self,
        base: str | Path,
        lora: Path | None,
        vae: Path | None,
        context: ModelContext,
        *,
        setting: Setting = "best",
        t5: bool = True,
    ) -> None:
        """Prepare; no heavy library is imported and no weights are read yet.

        Args:
            base: A folder in the layout of diffusers, or the hub name of a downloaded model.
            lora, vae: The authors' checkpoints of the transformer and of the VAE's encoder; None
                uses that part of the base unchanged, for a base that they are fused into already.
            context: Where and how it runs. The memory modes "8bit" and "nf4" quantise T5. The
                notice is called when files cannot be cached and when memory runs out.
            setting: "paper" or "best".
            t5: Whether the largest text encoder is used; see `Encoder`.

        Raises:
            BadInput: The base or a file is missing, or the settings contradict each other.
        """
        folder = base_folder(base, t5)
        for path in filter(None, (lora, vae)):
            check_path(path)
            if not path.is_file():
                raise BadInput(
                    translate(
                        "Error", "The Chain-of-Zoom file {path} does not exist: check the path."
                    ).format(path=path)
                )
        self._paper = setting == "paper"
        self._quantised = context.quantised
        if self._paper and self._quantised:
            raise BadInput(
                translate(
                    "Error",
                    "The setting paper cannot be combined with the memory mode {memory}, "
                    "which changes the result: choose auto, together or sequential.",
                ).format(memory=context.memory)
            )
        self._models = CozModels(CozFiles(folder, lora, vae, t5, self._paper), context)
        # In `paper` there are no smaller windows, as they would change the pixels.
        self._windows = ShrinkingWindows(TITLE, context.notice, WINDOWS.overlap)

    @property
    def halo(self) -> int:
        return 0 if self._paper else HALO

    @property
    def identity(self) -> Mapping[str, str]:
        return {
            "name": "coz",
            "setting": "paper" if self._paper else "best",
            **self._models.identity,
            **({"quantised": self._quantised} if self._quantised else {}),
        }

    @property
    def device(self) -> str:
        return self._models.device

    def load(self, cancelled: IsCancelled = never) -> None:
        # In a sequential plan, the prompter and the encoders are needed first.
        if self._models.plan().arrangement != "sequential":
            self._models.networks()

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        def check() -> None:
            check_cancelled(cancelled)

        check()
        embeds = self._models.prompt_embeds(prompt, check)
        check()
        sd3 = self._models.networks()
        sides = [sd3.largest]
        if not self._paper:
            sides = [min(side, sd3.largest) for side in WINDOWS.sides]
        fine = self._windows.generate(
            self._enlarged(rgb),
            sd3,
            lambda pixels, noise: one_step(sd3, pixels, embeds, noise, check),
            sides,
            seed,
            progressed,
        )
        fine = fine.clip(0, 1)
        if self._paper:
            # Truncated to 8 bits, as in the authors' images.
            fine = to_float((fine * np.float32(255)).astype(np.uint8))
        return np.ascontiguousarray(fine)

    def _enlarged(self, rgb: Rgb8 | RgbFloat) -> RgbFloat:
        """Return (H, W, 3) enlarged by 4 with bicubic interpolation, in 0..1."""
        if not self._paper:
            return enlarged(to_float(rgb)).clip(0, 1)
        pixels = rgb if rgb.dtype == np.uint8 else to_8bit(to_float(rgb))
        size = (rgb.shape[1] * STEP_SCALE, rgb.shape[0] * STEP_SCALE)
        image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        # Divided, as in the authors' code: multiplying by 1/255 differs in the last bit.
        return np.asarray(image).astype(np.float32) / np.float32(255)
