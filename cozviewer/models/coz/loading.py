"""Opens Stable Diffusion 3 with the authors' weights fused into it, on its device."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.chain.protocols import Notice
from cozviewer.models.coz.adapters import fused_encoder, fused_transformer, modulation
from cozviewer.models.coz.base import open_part, quiet
from cozviewer.models.coz.cpu_optimizations import pack, quicken
from cozviewer.models.coz.fused import kept
from cozviewer.models.coz.network import Sd3
from cozviewer.models.device import Device

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Adapter:
    """One of the authors' two files, read.

    Attributes:
        path: Where it lies.
        content: All its bytes.
    """

    path: Path
    content: bytes


def open_sd3(
    folder: Path,
    lora: Adapter | None,
    encoder: Adapter | None,
    device: Device,
    *,
    digest: str,
    cache_dir: Path | None,
    notice: Notice,
    quick: bool = False,
) -> Sd3:
    """Return the networks of a base with the adapters fused into them.

    Args:
        folder: As `base_folder` returns it.
        lora, encoder: The authors' files; None leaves that part of the base as it is.
        device: Where to compute, and in which numbers.
        digest: Of the base and both files: what the kept fused weights go by.
        cache_dir: Where those are kept; None fuses at every start.
        notice: Told when they cannot be kept.
        quick: Whether all may be computed in another order on a CPU; see `coz_quick`.

    Raises:
        BadInput: A file is broken, or does not fit the others.
    """
    import torch
    from diffusers import AutoencoderKL, SD3Transformer2DModel

    # The authors load all in fp16 and go on in fp32, so other bits of the files do not count.
    transformer = open_part(SD3Transformer2DModel, folder, "transformer", torch.float16)
    vae = open_part(AutoencoderKL, folder, "vae", torch.float16)
    roots = {"transformer": transformer, "encoder": vae.encoder}
    shapes: dict[str, tuple[int, ...]] = {}
    if lora:
        for name, layer in modulation(transformer).items():
            shapes[f"transformer.{name}.weight"] = tuple(layer.weight.shape)
    if encoder:
        for name, tensor in vae.encoder.state_dict().items():
            shapes[f"encoder.{name}"] = tuple(tensor.shape)

    def fuse() -> "Iterator[tuple[str, Tensor]]":
        if lora:
            for name, tensor in fused_transformer(lora.content, lora.path, transformer):
                yield f"transformer.{name}", tensor
        if encoder:
            fused = fused_encoder(encoder.content, encoder.path, vae.encoder.state_dict())
            for name, tensor in fused.items():
                yield f"encoder.{name}", tensor

    dtype = getattr(torch, device.dtype)
    if shapes:
        for name, tensor in kept(cache_dir, digest, shapes, fuse, notice):
            root, _, inner = name.partition(".")
            roots[root].get_parameter(inner).data = tensor.to(dtype, copy=True)
    with quiet():  # diffusers warns of casts
        transformer.to(dtype)
        vae.to(dtype)
    if quick and device.name == "cpu":
        quicken(vae)
        if device.dtype == "bfloat16":
            pack(transformer)
    layout = torch.channels_last if device.channels_last else torch.preserve_format
    transformer.to(device.name)
    vae.to(device.name, memory_format=layout)
    return Sd3(transformer, vae, device)
