"""The networks of PiSA-SR on their device, and the one diffusion step with them.

From Sun et al., "Pixel-level and Semantic-level Adjustable Super-resolution", arXiv 2412.03017: the
image, enlarged by interpolation, is encoded, and the UNet's prediction at t = 1 is subtracted,
without noise and schedule. With the strengths λ of both LoRAs the prediction is

    λ_pix · ε_pix + λ_sem · (ε_both - ε_pix)

where ε_pix is that of the UNet with the first LoRA alone, and ε_both with both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.coz.base import open_part, quiet
from cozviewer.models.coz.cpu_optimizations import optimize_vae
from cozviewer.models.device import Device
from cozviewer.models.network import run_on
from cozviewer.models.pisa.base import TITLE
from cozviewer.models.pisa.checkpoint import PIXEL, SEMANTIC, DualLora

if TYPE_CHECKING:
    from torch import Tensor

TIME = 1
"""Time of the single step."""

Check = Callable[[], None]
"""Called between the parts of the work; an exception that it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """How strongly the two LoRAs change the image.

    Attributes:
        pixel: Of the one that removes noise, blur and compression.
        semantic: Of the one that generates detail.
    """

    pixel: float = 1.0
    semantic: float = 1.0

    @property
    def both(self) -> bool:
        """Whether the prediction with both LoRAs is needed."""
        return self.semantic != 0

    @property
    def pixel_alone(self) -> bool:
        """Whether the prediction with the first LoRA alone is needed."""
        return self.pixel != self.semantic

    @property
    def passes(self) -> int:
        """How many UNets run: 1 or 2."""
        return self.both + self.pixel_alone or 1


@dataclass(frozen=True, eq=False)
class Sd2:
    """The UNets and the VAE, loaded on their device.

    Attributes:
        both, pixel: The UNet with both LoRAs, and with the first one; None where it is not needed.
        vae: The VAE.
        strengths: The strengths that they are loaded for.
        device: Device and number format.
        cell: Side in pixels of the square that becomes one latent pixel.
        multiple: Sides of an image must be multiples of this.
    """

    both: Any
    pixel: Any
    vae: Any
    strengths: Strengths
    device: Device

    @property
    def cell(self) -> int:
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def multiple(self) -> int:
        unet = self.both or self.pixel
        return self.cell * int(2 ** (len(unet.config.block_out_channels) - 1))


def open_sd2(folder: Path, lora: DualLora, strengths: Strengths, device: Device) -> Sd2:
    """Return the networks of a base with the LoRAs fused into them.

    Args:
        folder: As `sd2_folder` returns it.
        lora: The LoRAs.
        strengths: Their strengths.
        device: Device and number format.

    Raises:
        BadInput: A file is broken, or they do not fit each other.
    """
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel

    dtype = getattr(torch, device.dtype)
    layout = torch.channels_last if device.channels_last else torch.preserve_format

    def unet(*which: str) -> Any:
        network = open_part(UNet2DConditionModel, folder, "unet", torch.float32, TITLE)
        state = network.state_dict()
        for name in which:
            lora.add(name, state)
        with quiet():  # diffusers warns about casts
            return network.to(dtype).to(device.name, memory_format=layout)

    vae = open_part(AutoencoderKL, folder, "vae", torch.float32, TITLE)
    with quiet():
        vae.to(dtype)
    if device.name == "cpu":
        optimize_vae(vae)
    vae.to(device.name, memory_format=layout)
    return Sd2(
        unet(PIXEL, SEMANTIC) if strengths.both else None,
        unet(PIXEL) if strengths.pixel_alone or not strengths.both else None,
        vae,
        strengths,
        device,
    )


def one_step(sd2: Sd2, rgb: RgbFloat, tokens: "Tensor", noise: "Tensor", check: Check) -> RgbFloat:
    """Return an enlarged image with generated detail.

    Args:
        sd2: The networks.
        rgb: (H, W, 3) in 0..1, already enlarged; H, W multiples of `sd2.multiple`.
        tokens: The encoded prompt, (1, 77, width).
        noise: As `tiled_diffusion.noise_of` returns it, or the part of it for this image.
        check: Called before each network.

    Returns:
        (H, W, 3), about 0..1, not clipped.

    Raises:
        MemoryError: The image is too large for the device.
        Failure: The device failed.
    """
    return run_on(sd2.device, lambda: _step(sd2, rgb, tokens, noise, check))


def _step(sd2: Sd2, rgb: RgbFloat, tokens: "Tensor", noise: "Tensor", check: Check) -> RgbFloat:
    import torch

    place, dtype = sd2.device.name, getattr(torch, sd2.device.dtype)
    scale = sd2.vae.config.scaling_factor
    with torch.inference_mode():
        check()
        image = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None] * 2 - 1
        if not sd2.device.channels_last:
            image = image.contiguous()
        spread = sd2.vae.encode(image.to(place, dtype)).latent_dist
        latent = (spread.mean.float() + spread.std.float() * noise.to(place)) * scale
        words = tokens.to(place, dtype)

        def predicted(unet: Any) -> "Tensor":
            check()
            result: Tensor = unet(
                latent.to(dtype), TIME, encoder_hidden_states=words, return_dict=False
            )[0].float()
            return result

        strengths = sd2.strengths
        if sd2.pixel is None:
            prediction = strengths.pixel * predicted(sd2.both)
        else:
            prediction = (strengths.pixel - strengths.semantic) * predicted(sd2.pixel)
            if sd2.both is not None:
                prediction = prediction + strengths.semantic * predicted(sd2.both)
        check()
        latent = (latent - prediction) / scale
        fine = sd2.vae.decode(latent.to(dtype), return_dict=False)[0].float() * 0.5 + 0.5
        return np.ascontiguousarray(fine[0].permute(1, 2, 0).cpu().numpy())
