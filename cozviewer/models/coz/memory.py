"""The memory that Chain-of-Zoom needs, from the headers of its base's files."""

import math
from pathlib import Path

from cozviewer.models.coz.base import T5, part_shapes
from cozviewer.models.device import SHORT, Device
from cozviewer.models.memory.plan import Model, Part
from cozviewer.models.memory.weights_size import BYTES, size
from cozviewer.util.translation import translate

UPSCALER, ENCODERS = "upscaler", "text encoders"
"""Names of its models in a memory plan."""

TITLE = "Stable Diffusion 3"

WINDOW = 512
"""Side in pixels of the area that is generated at once."""

WORKING = 1 / 32
"""Working memory of a transformer as a part of its weights. Measured: 0.10 GB for 4.2 GB of
weights, 0.18 GB for T5 with 9.5 GB."""

FEATURES = 8
"""Maximum number of the VAE's finest feature maps in memory while it decodes. Measured: 0.49 GB,
where one takes 67 MB."""


def text_dtype(device: Device, paper: bool) -> str:
    """Return the torch dtype name for the text encoders.

    The authors use fp16. T5 was trained in bf16, and in fp16 transformers keeps a fifth of it in
    fp32, which takes 2 GB more. No CPU that is slow in bf16 is faster in fp16, and in fp32 T5
    would take 19 GB.
    """
    bf16 = device.name == "cpu" or device.dtype == "bfloat16"
    return "bfloat16" if bf16 and not paper else "float16"


def coz_models(
    folder: Path, device: Device, *, paper: bool, t5: bool, quantised: str
) -> list[Model]:
    """Return the models of a base, for `MemoryManager.expect`.

    Args:
        folder: As `base_folder` returns it.
        device: Device they run on; the upscaler uses its number format.
        paper: Whether the text encoders use the authors' number format.
        t5: Whether T5 is used.
        quantised: "", "8bit" or "nf4", the format of T5. The transformer is not quantised, as its
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
    instead = translate("Error", "leave out the text encoder T5") if t5 else ""
    return [
        Model(ENCODERS, "", tuple(encoders), streamed=True, instead=instead),
        Model(UPSCALER, f"{TITLE}, {SHORT[device.dtype]}", drawing),
    ]


def _part(name: str, weights: int) -> Part:
    return Part(name, weights, round(weights * WORKING))
