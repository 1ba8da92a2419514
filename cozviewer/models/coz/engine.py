"""Chain-of-Zoom as an `Upscaler`: Stable Diffusion 3 in one step, with the authors' adapters.

One path with two settings. `paper` does what the authors' code does, to the 8-bit pixel. `best`
stays in floats, goes through windows of the size that the network was trained on, and computes in
the numbers that the device is fastest in.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.chain.fidelity import enlarged
from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.config.choice import QUANTISED
from cozviewer.image.pixels import Rgb8, RgbFloat, to_8bit, to_float
from cozviewer.image.rect import Rect
from cozviewer.models.coz.base import base_folder
from cozviewer.models.coz.components import TITLE, CozFiles, CozModels
from cozviewer.models.coz.network import Sd3, one_step
from cozviewer.models.coz.tiled_diffusion import in_windows
from cozviewer.models.device import AUTO
from cozviewer.models.memory.manager import Room
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Failure
from cozviewer.util.paths import check_path

Setting = Literal["paper", "best"]

HALO = 32
"""Parent pixels of context around a crop in `best`."""

WINDOWS = (512, 384, 256)
"""Sides in pixels of a window: what the adapters were trained on, and what is tried when memory
runs out."""

OVERLAP = 128
"""Least pixels over which windows fade into each other."""


class CozSd3:
    """An `Upscaler` around Stable Diffusion 3; see there for the contract."""

    name = TITLE
    generative = True
    accepts_prompt = True

    def __init__(
        self,
        base: str | Path,
        lora: Path | None,
        vae: Path | None,
        *,
        device: str = AUTO,
        setting: Setting = "best",
        t5: bool = True,
        memory: str = AUTO,
        cache_dir: Path | None = None,
        notice: Notice,
        room: Room | None = None,
    ) -> None:
        """Prepare; nothing heavy is imported or read before `load` or `identity`.

        Args:
            base: A folder of the layout of diffusers, or the hub name of one that was downloaded.
            lora, vae: The authors' checkpoints of the transformer and of the VAE's encoder; None
                takes that part of the base as it is, for one that they were fused into before.
            device: "auto" or a device's name.
            setting: "paper" or "best".
            t5: Whether the largest text encoder is used; see `Encoder`.
            memory: As `Room` takes it. "8bit" and "nf4" are for T5 and the prompter.
            cache_dir: Where fused weights, encoded prompts and digests are kept; None keeps none.
            notice: Told when they cannot be kept, when memory runs out, and the plan of a room of
                its own.
            room: The memory, made for the same device and `memory`, that it shares with the
                prompter; None is one of its own.

        Raises:
            BadInput: The base or a file is missing, or the settings contradict each other.
        """
        folder = base_folder(base, t5)
        for path in filter(None, (lora, vae)):
            check_path(path)
            if not path.is_file():
                raise BadInput(f"There is no file {path} of Chain-of-Zoom: check the path.")
        self._paper = setting == "paper"
        self._quantised = memory if memory in QUANTISED else ""
        if self._paper and self._quantised:
            raise BadInput(
                f"The memory mode {memory} changes what the setting paper repeats: choose auto, "
                "together or in-turn."
            )
        files = CozFiles(folder, lora, vae, t5, self._paper)
        own = room or Room(device, memory, notice)
        self._models = CozModels(files, device, own, cache_dir, notice)
        self._notice = notice
        self._side = WINDOWS[0]

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
        # Where models are in turn, others come first.
        if self._models.plan().arrangement != "in turn":
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
        words = self._models.words(prompt, check)
        check()
        sd3 = self._models.networks()
        near = self._enlarged(rgb)
        height, width = near.shape[:2]
        padded = _padded(near, sd3.multiple)
        noise = sd3.noise(padded.shape[1], padded.shape[0], seed)

        def run(pixels: RgbFloat, window: Rect) -> RgbFloat:
            # Where windows overlap, they see the same noise and so draw the same detail.
            x, y, right, bottom = (
                edge // sd3.cell for edge in (window.x, window.y, window.right, window.bottom)
            )
            return one_step(sd3, pixels, words, noise[:, :, y:bottom, x:right], check)

        fine = self._through_windows(padded, run, sd3)[:height, :width].clip(0, 1)
        if self._paper:
            # Truncated to 8 bits, as the authors' pictures are.
            fine = to_float((fine * np.float32(255)).astype(np.uint8))
        return np.ascontiguousarray(fine)

    def _through_windows(
        self, padded: RgbFloat, run: Callable[[RgbFloat, Rect], RgbFloat], sd3: Sd3
    ) -> RgbFloat:
        """Return what `run` makes of a picture, in smaller windows when memory runs out; not in
        `paper`, which would give other pixels then."""
        while True:
            side = sd3.largest if self._paper else min(self._side, sd3.largest)
            try:
                return in_windows(padded, run, side=side, overlap=OVERLAP, multiple=sd3.multiple)
            except MemoryError as error:
                smaller = [other for other in WINDOWS if other < min(side, max(padded.shape[:2]))]
                if self._paper or not smaller:
                    raise Failure(
                        f"The {sd3.device.hardware} has too little memory for {TITLE}: close other "
                        "programs, or choose another device or engine."
                    ) from error
                if self._side == WINDOWS[0]:
                    self._notice(
                        f"{TITLE} ran out of memory and goes on in smaller windows, a little "
                        "slower."
                    )
                self._side = smaller[0]

    def _enlarged(self, rgb: Rgb8 | RgbFloat) -> RgbFloat:
        """Return (H, W, 3) made bicubically 4x larger, in 0..1."""
        if not self._paper:
            return enlarged(to_float(rgb)).clip(0, 1)
        pixels = rgb if rgb.dtype == np.uint8 else to_8bit(to_float(rgb))
        size = (rgb.shape[1] * STEP_SCALE, rgb.shape[0] * STEP_SCALE)
        image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        # Divided, as the authors do it: a product with 1/255 differs in the last bit.
        return np.asarray(image).astype(np.float32) / np.float32(255)


def _padded(picture: RgbFloat, multiple: int) -> RgbFloat:
    """Return a picture continued by mirroring until its sides are multiples of a number."""
    height, width = picture.shape[:2]
    return np.pad(
        picture, ((0, -height % multiple), (0, -width % multiple), (0, 0)), mode="symmetric"
    )
