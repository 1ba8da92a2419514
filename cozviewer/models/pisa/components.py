"""The networks and the text encoder of PiSA-SR: their files, and loading them when needed, as the
memory plan allows."""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.config.choice import AUTO
from cozviewer.models.context import ModelContext
from cozviewer.models.coz.base import broken_part, open_part, part_shapes, quiet
from cozviewer.models.coz.memory import ENCODERS, FEATURES, UPSCALER, WINDOW, WORKING
from cozviewer.models.coz.prompt_embeds import PromptEmbeds, PromptEmbedsFolder
from cozviewer.models.device import SHORT, Device, ways
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.memory.plan import Model, Part, Plan
from cozviewer.models.memory.weights_size import BYTES, size
from cozviewer.models.model_reading import file_digest, read_content
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.pisa.base import TEXT, TITLE, sd2_digest
from cozviewer.models.pisa.checkpoint import read_dual_lora
from cozviewer.models.pisa.network import Sd2, Strengths, open_sd2
from cozviewer.models.upscaler import load_error
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

if TYPE_CHECKING:
    from torch import Tensor

NAME = "PiSA-SR"

PROMPT = ""
"""The prompt for every image, as in the authors' code."""

UNET_WORKING = 1 / 11
"""Working memory of the UNet as a part of its weights. Measured in bf16 at the published size: 0.15
GB for a window of 512 pixels, where the weights take 1.73 GB."""

FOLDER_NAME = "words"
"""Name of the folder of encoded prompts in the cache."""


@dataclass(frozen=True, slots=True)
class PisaFiles:
    """The files of PiSA-SR.

    Attributes:
        folder: Folder of the base, as `sd2_folder` returns it.
        weights: The authors' checkpoint.
        strengths: The strengths of its two LoRAs.
    """

    folder: Path
    weights: Path
    strengths: Strengths


class PisaModels:
    """Loads the networks when they are needed, and releases them for other models."""

    def __init__(self, files: PisaFiles, context: ModelContext) -> None:
        """Prepare; no file is read yet."""
        self._files = files
        self._context = context
        self._memory = context.memory_manager
        self._memory.expect(self._needs)
        self._identity: Mapping[str, str] | None = None
        self._sd2: Sd2 | None = None
        self._tokens: Tensor | None = None
        self.device = ""
        """Device and number format of the networks to display; "" until the plan is made."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything about the files that decides pixels."""
        if self._identity is None:
            files = self._files
            self._identity = {
                "base": sd2_digest(files.folder, self._context.cache_dir),
                "weights": file_digest(files.weights),
                "pixel": f"{files.strengths.pixel:g}",
                "semantic": f"{files.strengths.semantic:g}",
            }
        return self._identity

    def plan(self) -> Plan:
        """Return how memory is shared.

        Raises:
            BadInput: Nothing fits, or the device or number format does not exist.
            Failure: The libraries cannot be used.
        """
        try:
            plan = self._memory.plan()
            self.device = self._numbers(self._context.place()).label
        except (ImportError, OSError, MemoryError, RuntimeError) as error:
            raise load_error(NAME, error) from error
        return plan

    def prompt_tokens(self, check: Callable[[], None]) -> "Tensor":
        """Return the encoded prompt, (1, 77, width), on the CPU.

        The text encoder runs once; what it gives is kept in the cache.

        Args:
            check: Called before it is loaded; an exception that it raises ends the work.

        Raises:
            BadInput: As `plan`, or its files are broken.
            Failure: It does not fit into memory.
        """
        if self._tokens is None:
            plan = self.plan()
            try:
                kept = self._embeds_folder()
                embeds = kept.read(PROMPT) if kept else None
                if embeds is None:
                    check()
                    self._memory.acquire(ENCODERS, lambda: None)
                    embeds = encoded(self._files.folder, plan.device_of(ENCODERS))
                    release_cached_memory()
                    if kept:
                        kept.write(PROMPT, embeds)
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(NAME, error) from error
            self._tokens = embeds.tokens
        return self._tokens

    def networks(self) -> Sd2:
        """Return the UNet and the VAE, loaded.

        Raises:
            BadInput: As `plan`, or a file is broken, was changed, or does not fit the others.
            Failure: They do not fit into memory.
        """
        if self._sd2 is None:
            self.plan()
            files = self._files
            try:
                self._memory.acquire(UPSCALER, self.free)
                content = read_content(files.weights)
                if hashlib.sha256(content).hexdigest() != self.identity["weights"]:
                    raise BadInput(
                        translate(
                            "Error", "The file {path} changed after it was chosen: choose it again."
                        ).format(path=files.weights)
                    )
                self._sd2 = open_sd2(
                    files.folder,
                    read_dual_lora(content, files.weights),
                    files.strengths,
                    self._numbers(self._context.place()),
                )
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(NAME, error) from error
        return self._sd2

    def free(self) -> None:
        """Release the UNet and the VAE; the next image loads them again."""
        self._sd2 = None

    def _needs(self, place: Device, quantised: str) -> list[Model]:
        return pisa_models(self._files.folder, self._numbers(place), self._files.strengths)

    def _numbers(self, place: Device) -> Device:
        """Return a device with the chosen number format.

        Raises:
            BadInput: The device does not support it, or it is int8.
        """
        numbers = self._context.numbers
        if numbers == AUTO:
            return place.for_large(self._context.hardware)
        if numbers == "int8":
            raise BadInput(
                translate(
                    "Error", "{stem} does not support int8: choose the number format auto or fp32."
                ).format(stem=NAME)
            )
        return ways(place, numbers, self._context.hardware)[0]

    def _embeds_folder(self) -> PromptEmbedsFolder | None:
        """Return the cache of encoded prompts."""
        cache_dir = self._context.cache_dir
        if cache_dir is None:
            return None
        digest = sd2_digest(self._files.folder, cache_dir, TEXT)
        return PromptEmbedsFolder(cache_dir / FOLDER_NAME, f"{digest} sd2")


def encoded(folder: Path, place: str) -> PromptEmbeds:
    """Return the prompt, encoded in fp32 by the base's text encoder: the last hidden state.

    Args:
        folder: As `sd2_folder` returns it.
        place: torch device name.

    Raises:
        BadInput: Its files are broken.
    """
    import torch
    from transformers import CLIPTextModel, CLIPTokenizer

    try:
        with quiet():
            tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
            ids = tokenizer(
                PROMPT,
                padding="max_length",
                max_length=tokenizer.model_max_length,
                truncation=True,
                return_tensors="pt",
            ).input_ids
    except Exception as error:  # the library fails in many ways on unexpected content
        if is_out_of_memory(error):
            raise
        raise broken_part(folder, "tokenizer", first_line(error), TITLE) from error
    network = open_part(CLIPTextModel, folder, "text_encoder", torch.float32, TITLE).to(place)
    with torch.inference_mode():
        output = network(ids.to(place))
    return PromptEmbeds(output.last_hidden_state.cpu(), output.pooler_output.cpu())


def pisa_models(folder: Path, device: Device, strengths: Strengths) -> list[Model]:
    """Return the models of a base, for `MemoryManager.expect`.

    Args:
        folder: As `sd2_folder` returns it.
        device: Device they run on, with the number format of the UNet.
        strengths: With most of them, two UNets are loaded.

    Raises:
        BadInput: The header of a file is broken.
    """
    text = size(part_shapes(folder, "text_encoder", TITLE), "float32")
    tensors = part_shapes(folder, "unet", TITLE)
    unet = size(tensors, device.dtype)
    # The LoRAs are fused in fp32, on the CPU.
    fusing = size(tensors, "float32") - unet if device.name == "cpu" else 0
    vae = part_shapes(folder, "vae", TITLE)
    finest = math.prod(vae.get("decoder.conv_norm_out.weight", (0,)))
    features = round(FEATURES * WINDOW**2 * finest * BYTES[device.dtype])
    drawing = (
        Part("unet", unet * strengths.passes, max(round(unet * UNET_WORKING), fusing)),
        Part("vae", size(vae, device.dtype), features),
    )
    encoder = Part("text_encoder", text, round(text * WORKING))
    return [
        Model(ENCODERS, "", (encoder,), streamed=True),
        Model(UPSCALER, f"{NAME}, {SHORT[device.dtype]}", drawing),
    ]
