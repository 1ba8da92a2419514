"""PiSA-SR as an `Upscaler`: Stable Diffusion 2.1 in one step, with the authors' two LoRAs.

It needs no prompts, and a fraction of the memory of Chain-of-Zoom: 2.5 GB in bf16 with equal
strengths, 4.2 GB with different ones.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cozviewer.chain.fidelity import enlarged
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.config.choice import LARGEST_STRENGTH
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.models.context import ModelContext
from cozviewer.models.coz.tiled_diffusion import ShrinkingWindows, Windows
from cozviewer.models.pisa.base import sd2_folder
from cozviewer.models.pisa.components import NAME, PisaFiles, PisaModels
from cozviewer.models.pisa.network import Strengths, one_step
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import existing_file
from cozviewer.util.translation import translate

HALO = 32
"""Parent pixels of context around a crop."""

WINDOWS = Windows()
"""Those that the adapters were trained on."""


class PisaSr:
    """An `Upscaler` that runs PiSA-SR."""

    name = NAME
    generative = True
    accepts_prompt = False

    def __init__(
        self,
        base: str | Path,
        weights: Path,
        context: ModelContext,
        *,
        pixel: float = 1.0,
        semantic: float = 1.0,
        windows: Windows = WINDOWS,
    ) -> None:
        """Prepare; no heavy library is imported and no weights are read yet.

        Args:
            base: A folder in the layout of diffusers, or the hub name of a downloaded model.
            weights: The authors' checkpoint.
            context: Where and how it runs: the number formats "auto", "fp32" and "bf16". The
                memory modes "8bit" and "nf4" do not quantise it. The notice is called when memory
                runs out.
            pixel, semantic: The strengths of the two LoRAs, 0 to LARGEST_STRENGTH.
            windows: The windows that large images are generated in.

        Raises:
            BadInput: The base or the file is missing, or a strength is out of range.
        """
        for strength in (pixel, semantic):
            if not 0 <= strength <= LARGEST_STRENGTH:
                raise BadInput(
                    translate(
                        "Error", "The strength {strength} is not between 0 and {largest:g}."
                    ).format(strength=strength, largest=LARGEST_STRENGTH)
                )
        folder = sd2_folder(base)
        files = PisaFiles(folder, existing_file(weights), Strengths(pixel, semantic))
        self._models = PisaModels(files, context)
        self._windows = ShrinkingWindows(NAME, context.notice, windows.overlap)
        self._sides = windows.sides

    @property
    def halo(self) -> int:
        return HALO

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": "pisa", **self._models.identity}

    @property
    def device(self) -> str:
        return self._models.device

    def load(self, cancelled: IsCancelled = never) -> None:
        # In a sequential plan, the text encoder is needed first.
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
        tokens = self._models.prompt_tokens(check)
        check()
        sd2 = self._models.networks()
        fine = self._windows.generate(
            enlarged(to_float(rgb)).clip(0, 1),
            sd2,
            lambda pixels, noise: one_step(sd2, pixels, tokens, noise, check),
            self._sides,
            seed,
            progressed,
        )
        return np.ascontiguousarray(fine.clip(0, 1))
