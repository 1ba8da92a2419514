"""Loads Stable Diffusion 3 onto its device, with the authors' weights fused into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.models.coz.adapters import fused_encoder, fused_transformer, modulation
from cozviewer.models.coz.base import open_part, quiet
from cozviewer.models.coz.cpu_optimizations import optimize_vae, prepack
from cozviewer.models.coz.fused import FusedCache, load_or_fuse
from cozviewer.models.coz.network import Sd3
from cozviewer.models.device import Device

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Adapter:
    """The content of one of the authors' two files.

    Attributes:
        path: Path of the file.
        content: All its bytes.
    """

    path: Path
    content: bytes


def open_sd3(
    folder: Path,
    lora: Adapter | None,
    encoder: Adapter | None,
    device: Device,
    cache: FusedCache,
    *,
    quick: bool = False,
) -> Sd3:
    """Return the networks of a base with the adapters fused into them.

    Args:
        folder: As `base_folder` returns it.
        lora, encoder: The authors' files; None leaves that part of the base unchanged.
        device: Device and number format.
        cache: Where the fused weights are kept, by the digest of the base and both files.
        quick: Whether to use the CPU optimizations, which change the order of operations.

    Raises:
        BadInput: A file is broken, or does not fit the others.
    """
    import torch
    from diffusers import AutoencoderKL, SD3Transformer2DModel

    # The authors load everything in fp16 and continue in fp32, so further bits are dropped.
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
        for name, tensor in load_or_fuse(cache, shapes, fuse):
            root, _, inner = name.partition(".")
            roots[root].get_parameter(inner).data = tensor.to(dtype, copy=True)
    with quiet():  # diffusers warns about casts
        transformer.to(dtype)
        vae.to(dtype)
    if quick and device.name == "cpu":
        optimize_vae(vae)
        if device.dtype == "bfloat16":
            prepack(transformer)
    layout = torch.channels_last if device.channels_last else torch.preserve_format
    transformer.to(device.name)
    vae.to(device.name, memory_format=layout)
    return Sd3(transformer, vae, device)
