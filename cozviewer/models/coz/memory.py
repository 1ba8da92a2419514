"""What Chain-of-Zoom needs of the memory, from the headers of its base's files."""

import math
from pathlib import Path

from cozviewer.models.coz.base import T5, part_shapes
from cozviewer.models.device import SHORT, Device
from cozviewer.models.memory.plan import Model, Part
from cozviewer.models.memory.weights_size import BYTES, size

UPSCALER, ENCODERS = "upscaler", "text encoders"
"""Names of its models."""

TITLE = "Stable Diffusion 3"

WINDOW = 512
"""Side in pixels of what is drawn at once."""

WORKING = 1 / 32
"""What a transformer takes while it computes, of its weights: of 4.2 GB, 0.10 were measured, of
T5's 9.5 GB, 0.18."""

FEATURES = 8
"""How many pictures of the VAE's finest features are in memory while it decodes, at most: 0.49 GB
were measured where one takes 67 MB."""


def text_dtype(device: Device, paper: bool) -> str:
    """Return torch's name of the numbers that the text encoders compute in.

    The authors have fp16. T5 was trained in bf16, and in fp16 transformers keeps a fifth of it in
    fp32, which is 2 GB more. No CPU that is slow in bf16 is faster in fp16, and in fp32 T5 would
    take 19 GB.
    """
    bf16 = device.name == "cpu" or device.dtype == "bfloat16"
    return "bfloat16" if bf16 and not paper else "float16"


def coz_models(
    folder: Path, device: Device, *, paper: bool, t5: bool, quantised: str
) -> list[Model]:
    """Return the models of a base, for `Room.expect`.

    Args:
        folder: As `base_folder` returns it.
        device: Where they go; the upscaler computes in its numbers.
        paper: Whether the numbers are the authors'.
        t5: Whether T5 is among them.
        quantised: "", "8bit" or "nf4": what T5 is made smaller to. The transformer is not: its
            weights change when the adapters are fused into it.

    Raises:
        BadInput: The header of a file is broken.
    """
    dtype = text_dtype(device, paper)
    encoders = [
        _part(part, size(part_shapes(folder, part), dtype))
        for part in ("text_encoder", "text_encoder_2")
    ]
    if t5:
        weights = size(part_shapes(folder, T5[0]), dtype, quantised, lambda name: ".wo." in name)
        encoders.append(_part(T5[0], weights))
    vae = part_shapes(folder, "vae")
    finest = math.prod(vae.get("decoder.conv_norm_out.weight", (0,)))
    features = round(FEATURES * WINDOW**2 * finest * BYTES[device.dtype])
    drawing = (
        _part("transformer", size(part_shapes(folder, "transformer"), device.dtype)),
        Part("vae", size(vae, device.dtype), features),
    )
    instead = "leave out T5 with --no-t5" if t5 else ""
    return [
        Model(ENCODERS, "", tuple(encoders), passing=True, instead=instead),
        Model(UPSCALER, f"{TITLE}, {SHORT[device.dtype]}", drawing),
    ]


def _part(name: str, weights: int) -> Part:
    return Part(name, weights, round(weights * WORKING))
