"""The engine for 4x model files: any network that spandrel supports."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cozviewer.chain.protocols import Progressed
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device
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
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

PROBE = 32
"""Side in pixels of the image that a network is tested with when it is loaded."""


def model_file(path: Path, context: ModelContext) -> NetworkUpscaler:
    """Return the engine for a file, whose content is not read yet.

    Args:
        path: A .safetensors, .pth, .pt or .ckpt file.
        context: Where and how it runs; the number format "int8" is refused when it is loaded.

    Raises:
        BadInput: The file does not exist, or its name is not that of a model.
    """
    check_file(path)
    digests: list[str] = []  # the one in the identity, if that was requested

    def identity() -> Mapping[str, str]:
        digests.append(file_digest(path))
        return {"name": "model file", "weights": digests[0]}

    def open_network(place: Device) -> Network:
        if place.dtype == "int8":
            raise BadInput(
                translate(
                    "Error", "{stem} does not support int8: choose the number format auto or fp32."
                ).format(stem=path.stem)
            )
        content = read_content(path)
        if digests and hashlib.sha256(content).hexdigest() != digests[0]:
            raise BadInput(
                translate(
                    "Error", "The model file {path} changed after it was chosen: choose it again."
                ).format(path=path)
            )
        return load_network(state_of(content, path), place, path)

    return NetworkUpscaler(path.stem, identity, open_network, context)


def load_network(
    state: Mapping[str, Any],
    place: Device,
    path: Path,
    describe: Callable[[Mapping[str, Any], Path], Any] | None = None,
) -> Network:
    """Return the network on its device, in the fastest format and layout that works.

    Not every network supports bf16 or channels_last, and not all declare it, so they are tried.

    Args:
        state: The weights.
        place: The device, in the fastest format.
        path: The file of the weights, for messages.
        describe: Returns spandrel's descriptor of the weights; None is spandrel itself.

    Raises:
        BadInput: It is not a known network, or not a 4x network for RGB images.
    """
    import torch

    for device in dict.fromkeys((place, replace(place, channels_last=False), place.plain())):
        descriptor = (describe or _descriptor)(state, path)
        if device.dtype == "bfloat16" and not descriptor.supports_bfloat16:
            continue
        layout = torch.channels_last if device.channels_last else torch.preserve_format
        network = Network(_stoppable(descriptor), device)
        try:
            descriptor.model.eval().to(
                device=device.name, dtype=getattr(torch, device.dtype), memory_format=layout
            )
            fine = descriptor(network.batch(np.full((PROBE, PROBE, 3), 0.5, np.float32)))
        except Exception as error:  # with unusual weights, each network fails in its own way
            if is_out_of_memory(error):
                raise
            continue
        if fine.shape != (1, 3, STEP_SCALE * PROBE, STEP_SCALE * PROBE):
            raise _not_4x(path, translate("Error", "returns images of the wrong size"))
        if torch.isfinite(fine).all():
            return network
    raise BadInput(
        translate(
            "Error",
            "The model file {path} does not work on the {hardware}: "
            "choose another device or another file.",
        ).format(path=path, hardware=place.hardware)
    )


def _descriptor(state: Mapping[str, Any], path: Path) -> Any:
    """Return spandrel's descriptor of a 4x network for RGB images."""
    import spandrel

    try:
        descriptor = spandrel.ModelLoader().load_from_state_dict(dict(state))
    except Exception as error:
        # The file may hold anything, and each architecture fails in its own way on it.
        if is_out_of_memory(error):
            raise
        raise no_model(path) from error
    if not isinstance(descriptor, spandrel.ImageModelDescriptor):
        raise _not_4x(path, translate("Error", "is for inpainting"))
    if descriptor.scale != STEP_SCALE:
        raise _not_4x(
            path, translate("Error", "enlarges by {scale}").format(scale=descriptor.scale)
        )
    if (descriptor.input_channels, descriptor.output_channels) != (3, 3):
        raise _not_4x(path, translate("Error", "is not for RGB images"))
    return descriptor


def _stoppable(descriptor: Any) -> Callable[["Tensor", IsCancelled, Progressed], "Tensor"]:
    """Return a forward function that checks for cancellation and reports progress at each layer."""
    callbacks: list[tuple[IsCancelled, Progressed]] = []
    leaves = [module for module in descriptor.model.modules() if not list(module.children())]
    done = 0

    def check(module: Any, inputs: Any) -> None:
        nonlocal done
        if not callbacks:
            return
        cancelled, progressed = callbacks[-1]
        check_cancelled(cancelled)
        done += 1
        progressed(min(1.0, done / len(leaves)))  # a layer may be used several times

    for module in leaves:
        module.register_forward_pre_hook(check)

    def forward(image: "Tensor", cancelled: IsCancelled, progressed: Progressed) -> "Tensor":
        nonlocal done
        done = 0
        callbacks.append((cancelled, progressed))
        try:
            return cast("Tensor", descriptor(image))
        finally:
            callbacks.pop()

    return forward


def _not_4x(path: Path, what: str) -> BadInput:
    return BadInput(
        translate(
            "Error", "The model in {path} {what}: choose a model that enlarges RGB images by 4."
        ).format(path=path, what=what)
    )
