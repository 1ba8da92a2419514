"""The networks of Stable Diffusion 3 on their device, and one diffusion step with them.

The step adds no noise and has no schedule: the image, enlarged by interpolation, is encoded, the
transformer's prediction at t = 1000 is subtracted, and the result is decoded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.coz.prompt_embeds import PromptEmbeds
from cozviewer.models.device import Device
from cozviewer.models.network import run_on

if TYPE_CHECKING:
    from torch import Tensor

TIME = 1000.0
"""Time of the single step. Its sigma is 1, so z - v is the whole step."""

Check = Callable[[], None]
"""Called between the parts of the work; an exception that it raises ends the work."""


@dataclass(frozen=True, eq=False)
class Sd3:
    """The transformer and the VAE, loaded on their device.

    Attributes:
        cell: Side in pixels of the square that becomes one latent pixel.
        multiple: Sides of an image must be multiples of this.
        largest: Maximum side in pixels that the transformer has position embeddings for.
    """

    transformer: Any
    vae: Any
    device: Device

    @property
    def cell(self) -> int:
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def multiple(self) -> int:
        return self.cell * int(self.transformer.config.patch_size)

    @property
    def largest(self) -> int:
        return self.multiple * int(self.transformer.config.pos_embed_max_size)


def one_step(
    sd3: Sd3, rgb: RgbFloat, embeds: PromptEmbeds, noise: "Tensor", check: Check
) -> RgbFloat:
    """Return an enlarged image with generated detail.

    Args:
        sd3: The networks.
        rgb: (H, W, 3) in 0..1, already enlarged; H, W multiples of `sd3.multiple`.
        embeds: The encoded prompt.
        noise: As `tiled_diffusion.noise_of` returns it, or the part of it for this image.
        check: Called before each of the three networks.

    Returns:
        (H, W, 3), about 0..1, not clipped.

    Raises:
        MemoryError: The image is too large for the device.
        Failure: The device failed.
    """
    return run_on(sd3.device, lambda: _step(sd3, rgb, embeds, noise, check))


def _step(sd3: Sd3, rgb: RgbFloat, embeds: PromptEmbeds, noise: "Tensor", check: Check) -> RgbFloat:
    import torch

    place, dtype = sd3.device.name, getattr(torch, sd3.device.dtype)
    config = sd3.vae.config
    with torch.inference_mode():
        check()
        # The authors' order, for equality to the last bit: pixels / 255 * 2 - 1.
        image = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None] * 2 - 1
        if not sd3.device.channels_last:
            image = image.contiguous()
        spread = sd3.vae.encode(image.to(place, dtype)).latent_dist
        sample = spread.mean.float() + spread.std.float() * noise.to(place)
        latent = sample * config.scaling_factor  # the authors apply no shift when encoding
        check()
        prediction = sd3.transformer(
            hidden_states=latent.to(dtype),
            timestep=torch.tensor([TIME], device=place, dtype=dtype),
            encoder_hidden_states=embeds.tokens.to(place, dtype),
            pooled_projections=embeds.pooled.to(place, dtype),
            return_dict=False,
        )[0]
        latent = latent - prediction.float()
        check()
        latent = latent / config.scaling_factor + config.shift_factor
        fine = sd3.vae.decode(latent.to(dtype), return_dict=False)[0].float() * 0.5 + 0.5
        return np.ascontiguousarray(fine[0].permute(1, 2, 0).cpu().numpy())
