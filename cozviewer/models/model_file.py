"""Any 4x network in a file, opened through spandrel, as an engine."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cozviewer.chain.protocols import Notice, Progressed
from cozviewer.models.device import AUTO, Device
from cozviewer.models.model_reading import (
    check_file,
    file_digest,
    no_model,
    read_content,
    state_of,
)
from cozviewer.models.network import Network, is_out_of_memory
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from torch import Tensor

PROBE = 32
"""Side of the picture that a network is tried on before it is trusted."""


def model_file(
    path: Path,
    device: str = AUTO,
    *,
    numbers: str = AUTO,
    cache_dir: Path | None = None,
    notice: Notice,
) -> NetworkUpscaler:
    """Return the engine for a file; it is looked at but not read yet.

    Args:
        path: A .safetensors, .pth, .pt or .ckpt file.
        device: "auto" or a device's name.
        numbers: "auto", "fp32", "bf16"; "int8" is refused when it is loaded.
        cache_dir: Where the number format that was fastest is kept; None times at every start.
        notice: Told when memory ran out.

    Raises:
        BadInput: There is no such file, or it cannot be a model.
    """
    check_file(path)
    digests: list[str] = []  # the one that was given out as identity, if any

    def identity() -> Mapping[str, str]:
        digests.append(file_digest(path))
        return {"name": "model file", "weights": digests[0]}

    def open_network(place: Device) -> Network:
        if place.dtype == "int8":
            raise BadInput(f"{path.stem} does not work in int8: choose --numbers auto or fp32.")
        content = read_content(path)
        if digests and hashlib.sha256(content).hexdigest() != digests[0]:
            raise BadInput(f"The model file {path} was changed meanwhile: choose it once more.")
        return settled(state_of(content, path), place, path)

    return NetworkUpscaler(
        path.stem,
        identity,
        open_network,
        device=device,
        numbers=numbers,
        cache_dir=cache_dir,
        notice=notice,
    )


def settled(state: Mapping[str, Any], place: Device, path: Path) -> Network:
    """Return the network on its device, in the fastest way that works for it.

    Not every network can do bf16 or channels_last, and not every one says so: it is tried.

    Raises:
        BadInput: It is no network that is known, or no 4x network for colour pictures.
    """
    import torch

    for device in dict.fromkeys((place, replace(place, channels_last=False), place.plain())):
        descriptor = _descriptor(state, path)
        if device.dtype == "bfloat16" and not descriptor.supports_bfloat16:
            continue
        layout = torch.channels_last if device.channels_last else torch.preserve_format
        network = Network(_stoppable(descriptor), device)
        try:
            descriptor.model.eval().to(
                device=device.name, dtype=getattr(torch, device.dtype), memory_format=layout
            )
            fine = descriptor(network.batch(np.full((PROBE, PROBE, 3), 0.5, np.float32)))
        except Exception as error:  # weights of odd shapes make each network fail in its own way
            if is_out_of_memory(error):
                raise
            continue
        if fine.shape != (1, 3, STEP_SCALE * PROBE, STEP_SCALE * PROBE):
            raise _not_4x(path, "does not keep to the size that it promises")
        if torch.isfinite(fine).all():
            return network
    raise BadInput(
        f"The model file {path} does not work on the {place.hardware}: "
        "choose another device or another file."
    )


def _descriptor(state: Mapping[str, Any], path: Path) -> Any:
    """Return spandrel's descriptor of a 4x network for colour pictures."""
    import spandrel

    try:
        descriptor = spandrel.ModelLoader().load_from_state_dict(dict(state))
    except Exception as error:
        # Whatever a file may hold comes to spandrel here, and each architecture fails in its own
        # way on what it does not expect.
        if is_out_of_memory(error):
            raise
        raise no_model(path) from error
    if not isinstance(descriptor, spandrel.ImageModelDescriptor):
        raise _not_4x(path, "fills in holes")
    if descriptor.scale != STEP_SCALE:
        raise _not_4x(path, f"makes pictures {descriptor.scale} times as large")
    if (descriptor.input_channels, descriptor.output_channels) != (3, 3):
        raise _not_4x(path, "is not for colour pictures")
    return descriptor


def _stoppable(descriptor: Any) -> Callable[["Tensor", IsCancelled, Progressed], "Tensor"]:
    """Return a network that asks before every layer whether it is still wanted, and tells how many
    there were."""
    asked: list[tuple[IsCancelled, Progressed]] = []
    leaves = [module for module in descriptor.model.modules() if not list(module.children())]
    done = 0

    def look(module: Any, inputs: Any) -> None:
        nonlocal done
        if not asked:
            return
        cancelled, progressed = asked[-1]
        check_cancelled(cancelled)
        done += 1
        progressed(min(1.0, done / len(leaves)))  # a layer may be used several times

    for module in leaves:
        module.register_forward_pre_hook(look)

    def forward(image: "Tensor", cancelled: IsCancelled, progressed: Progressed) -> "Tensor":
        nonlocal done
        done = 0
        asked.append((cancelled, progressed))
        try:
            return cast("Tensor", descriptor(image))
        finally:
            asked.pop()

    return forward


def _not_4x(path: Path, what: str) -> BadInput:
    return BadInput(f"The model in {path} {what}: choose one that makes colour pictures 4x larger.")
