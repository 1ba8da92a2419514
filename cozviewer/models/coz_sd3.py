"""Chain-of-Zoom as an `Upscaler`: Stable Diffusion 3 in one step, with the authors' adapters.

One path with two settings. `paper` does what the authors' code does, to the 8-bit pixel. `best`
stays in floats, goes through windows of the size that the network was trained on, and computes in
the numbers that the device is fastest in.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.chain.fidelity import enlarged
from cozviewer.chain.protocols import Cancelled, Notice
from cozviewer.errors import BadInput
from cozviewer.errors import Cancelled as WorkCancelled
from cozviewer.models.coz_base import base_digest, base_folder
from cozviewer.models.coz_network import Sd3, one_step
from cozviewer.models.coz_open import Adapter, open_sd3
from cozviewer.models.coz_text import Encoder
from cozviewer.models.coz_windows import in_windows
from cozviewer.models.device import AUTO, Device, pick_device
from cozviewer.models.model_reading import file_digest, read_content
from cozviewer.models.upscaler import not_loaded
from cozviewer.pyramid.geometry import STEP_SCALE, Rect
from cozviewer.pyramid.pixels import Rgb8, RgbFloat, to_8bit, to_float

TITLE = "Chain-of-Zoom"

Setting = Literal["paper", "best"]

HALO = 32
"""Parent pixels of context around a crop in `best`."""

WINDOW = 512
"""Side in pixels of what the adapters were trained on."""

OVERLAP = 128
"""Least pixels over which windows fade into each other."""


class CozSd3:
    """An `Upscaler` around Stable Diffusion 3; see there for the contract."""

    name = TITLE
    generative = True

    def __init__(
        self,
        base: str | Path,
        lora: Path | None,
        vae: Path | None,
        *,
        device: str = AUTO,
        setting: Setting = "best",
        cache_dir: Path | None = None,
        notice: Notice,
    ) -> None:
        """Prepare; nothing heavy is imported or read before `load` or `identity`.

        Args:
            base: A folder of the layout of diffusers, or the hub name of one that was downloaded.
            lora, vae: The authors' checkpoints of the transformer and of the VAE's encoder; None
                takes that part of the base as it is, for one that they were fused into before.
            device: "auto" or a device's name.
            setting: "paper" or "best".
            cache_dir: Where fused weights and digests are kept; None keeps none.
            notice: Told when they cannot be kept.

        Raises:
            BadInput: The base or a file is missing.
        """
        self._folder = base_folder(base)
        self._lora, self._vae = lora, vae
        for path in filter(None, (lora, vae)):
            if not path.is_file():
                raise BadInput(f"There is no file {path} of Chain-of-Zoom: check the path.")
        self._wanted_device = device
        self._paper = setting == "paper"
        self._cache_dir = cache_dir
        self._notice = notice
        self._identity: Mapping[str, str] | None = None
        self._ready: tuple[Sd3, Encoder] | None = None

    @property
    def halo(self) -> int:
        return 0 if self._paper else HALO

    @property
    def identity(self) -> Mapping[str, str]:
        if self._identity is None:
            self._identity = {
                "name": "coz",
                "setting": "paper" if self._paper else "best",
                "base": base_digest(self._folder, self._cache_dir),
                "lora": file_digest(self._lora) if self._lora else "",
                "vae": file_digest(self._vae) if self._vae else "",
            }
        return self._identity

    @property
    def device(self) -> str:
        return "" if self._ready is None else self._ready[0].device.label

    def load(self) -> None:
        self._loaded()

    def upscale(
        self, rgb: Rgb8 | RgbFloat, prompt: str, seed: int, cancelled: Cancelled
    ) -> RgbFloat:
        def check() -> None:
            if cancelled():
                raise WorkCancelled("Stopped.")

        check()
        sd3, encoder = self._loaded()
        words = encoder.words(prompt, check)
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

        side = sd3.largest if self._paper else min(WINDOW, sd3.largest)
        fine = in_windows(padded, run, side=side, overlap=OVERLAP, multiple=sd3.multiple)
        fine = fine[:height, :width].clip(0, 1)
        if self._paper:
            # Truncated to 8 bits, as the authors' pictures are.
            fine = to_float((fine * np.float32(255)).astype(np.uint8))
        return np.ascontiguousarray(fine)

    def _enlarged(self, rgb: Rgb8 | RgbFloat) -> RgbFloat:
        """Return (H, W, 3) made bicubically 4x larger, in 0..1."""
        if not self._paper:
            return enlarged(to_float(rgb)).clip(0, 1)
        pixels = rgb if rgb.dtype == np.uint8 else to_8bit(to_float(rgb))
        size = (rgb.shape[1] * STEP_SCALE, rgb.shape[0] * STEP_SCALE)
        image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        # Divided, as the authors do it: a product with 1/255 differs in the last bit.
        return np.asarray(image).astype(np.float32) / np.float32(255)

    def _loaded(self) -> tuple[Sd3, Encoder]:
        if self._ready is None:
            try:
                self._ready = self._open(pick_device(self._wanted_device))
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise not_loaded(self.name, error) from error
        return self._ready

    def _open(self, place: Device) -> tuple[Sd3, Encoder]:
        device = place.plain() if self._paper else place
        sd3 = open_sd3(
            self._folder,
            self._adapter(self._lora, "lora"),
            self._adapter(self._vae, "vae"),
            device,
            digest=self._inputs(),
            cache_dir=self._cache_dir,
            notice=self._notice,
        )
        # No CPU that is slow in bf16 is faster in fp16; in fp32 T5 alone would take 19 GB.
        text = "bfloat16" if device.name == "cpu" and not self._paper else "float16"
        return sd3, Encoder(self._folder, device, text)

    def _inputs(self) -> str:
        """Return the digest of the files that weights are fused from."""
        digests = [self.identity[key] for key in ("base", "lora", "vae")]
        return hashlib.sha256(" ".join(digests).encode()).hexdigest()

    def _adapter(self, path: Path | None, key: str) -> Adapter | None:
        if path is None:
            return None
        content = read_content(path)
        if hashlib.sha256(content).hexdigest() != self.identity[key]:
            raise BadInput(f"The file {path} was changed meanwhile: choose it once more.")
        return Adapter(path, content)


def _padded(picture: RgbFloat, multiple: int) -> RgbFloat:
    """Return a picture continued by mirroring until its sides are multiples of a number."""
    height, width = picture.shape[:2]
    return np.pad(
        picture, ((0, -height % multiple), (0, -width % multiple), (0, 0)), mode="symmetric"
    )
