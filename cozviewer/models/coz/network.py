"""Stable Diffusion 3 on its device, and one step of it.

The step has no noise and no schedule: a picture that was enlarged by interpolation is encoded,
the transformer says at t = 1000 what to take away, and the rest is decoded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.coz.prompt_embeds import Words
from cozviewer.models.device import Device
from cozviewer.models.memory.manager import give_back
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.util.errors import Failure

if TYPE_CHECKING:
    from torch import Tensor

TIME = 1000.0
"""The one step's time: all the way. Its sigma is 1, so that z - v is the whole step."""

Check = Callable[[], None]
"""Called between the parts of the work; what it raises ends it."""


@dataclass(frozen=True, eq=False)
class Sd3:
    """The transformer and the VAE, ready on their device.

    Attributes:
        cell: Pixels of a side that the VAE makes one latent pixel of.
        multiple: What the sides of a picture must be a multiple of.
        largest: Most pixels a side that the transformer knows positions for.
        channels: Of a latent pixel.
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

    @property
    def channels(self) -> int:
        return int(self.vae.config.latent_channels)

    def noise(self, width: int, height: int, seed: int) -> "Tensor":
        """Return what the encoder's sample of a picture deviates by, in standard deviations:
        (1, channels, height / cell, width / cell), the same on every device."""
        import torch

        generator = torch.Generator().manual_seed(seed)
        shape = (1, self.channels, height // self.cell, width // self.cell)
        return torch.randn(shape, generator=generator, dtype=torch.float32)


def one_step(sd3: Sd3, picture: RgbFloat, words: Words, noise: "Tensor", check: Check) -> RgbFloat:
    """Return a picture with the detail drawn in that interpolation left out.

    Args:
        picture: (H, W, 3) in 0..1, enlarged already; H, W multiples of `sd3.multiple`.
        words: What is in it.
        noise: As `Sd3.noise` returns it, or the part of it for this picture.
        check: Called before each of the three networks.

    Returns:
        (H, W, 3) in 0..1, but not clipped.

    Raises:
        MemoryError: The picture is too large for the device.
        Failure: The device failed.
    """
    try:
        return _step(sd3, picture, words, noise, check)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise Failure(
                f"The {sd3.device.hardware} failed ({first_line(error)}): try again, or choose "
                "another device."
            ) from error
    # Outside `except`: the error's traceback would keep what was computed alive.
    give_back()
    raise MemoryError


def _step(sd3: Sd3, picture: RgbFloat, words: Words, noise: "Tensor", check: Check) -> RgbFloat:
    import torch

    place, dtype = sd3.device.name, getattr(torch, sd3.device.dtype)
    config = sd3.vae.config
    with torch.inference_mode():
        check()
        # In this order, to the last bit: pixels / 255 * 2 - 1 of the authors.
        image = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None] * 2 - 1
        if not sd3.device.channels_last:
            image = image.contiguous()
        spread = sd3.vae.encode(image.to(place, dtype)).latent_dist
        sample = spread.mean.float() + spread.std.float() * noise.to(place)
        latent = sample * config.scaling_factor  # no shift on the way in
        check()
        away = sd3.transformer(
            hidden_states=latent.to(dtype),
            timestep=torch.tensor([TIME], device=place, dtype=dtype),
            encoder_hidden_states=words.tokens.to(place, dtype),
            pooled_projections=words.pooled.to(place, dtype),
            return_dict=False,
        )[0]
        latent = latent - away.float()
        check()
        latent = latent / config.scaling_factor + config.shift_factor
        fine = sd3.vae.decode(latent.to(dtype), return_dict=False)[0].float() * 0.5 + 0.5
        return np.ascontiguousarray(fine[0].permute(1, 2, 0).cpu().numpy())
