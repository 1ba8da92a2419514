"""The networks and text encoders of Chain-of-Zoom: their files, and loading them when needed, as
the memory plan allows."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cozviewer.models.context import ModelContext
from cozviewer.models.coz.base import DRAWING, TEXT, base_digest, parts_of
from cozviewer.models.coz.fused import FusedCache
from cozviewer.models.coz.loading import Adapter, open_sd3
from cozviewer.models.coz.memory import ENCODERS, UPSCALER, coz_models, text_dtype
from cozviewer.models.coz.network import Sd3
from cozviewer.models.coz.prompt_embeds import PromptEmbeds, PromptEmbedsFolder
from cozviewer.models.coz.prompt_encoding import Encoder, EncoderFiles
from cozviewer.models.device import Device, pick_device
from cozviewer.models.memory.plan import Model, Plan
from cozviewer.models.model_reading import file_digest, read_content
from cozviewer.models.upscaler import load_error
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

TITLE = "Chain-of-Zoom"

FOLDER_NAME = "words"
"""Name of the folder of encoded prompts in the cache."""


@dataclass(frozen=True, slots=True)
class CozFiles:
    """The files of Chain-of-Zoom.

    Attributes:
        folder: Folder of the base, as `base_folder` returns it.
        lora, vae: The authors' checkpoints; None uses that part of the base unchanged.
        t5: Whether the largest text encoder is used.
        paper: Whether everything runs in the authors' number formats.
    """

    folder: Path
    lora: Path | None
    vae: Path | None
    t5: bool
    paper: bool


class CozModels:
    """Loads networks and encoders when they are needed, and releases them for other models."""

    def __init__(self, files: CozFiles, context: ModelContext) -> None:
        """Prepare; no file is read yet.

        Args:
            files: What to load.
            context: Where to load it. The notice is called when files cannot be cached.
        """
        self._files = files
        self._context = context
        self._memory = context.memory_manager
        self._memory.expect(self._needs)
        self._identity: Mapping[str, str] | None = None
        self._sd3: Sd3 | None = None
        self._encoder: Encoder | None = None
        self.device = ""
        """Device and number format of the networks to display; "" until the plan is made."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything about the files that decides pixels."""
        if self._identity is None:
            files = self._files
            self._identity = {
                "base": base_digest(files.folder, self._context.cache_dir, parts_of(files.t5)),
                "lora": file_digest(files.lora) if files.lora else "",
                "vae": file_digest(files.vae) if files.vae else "",
                **({} if files.t5 else {"t5": "left out"}),
            }
        return self._identity

    def plan(self) -> Plan:
        """Return how memory is shared.

        Raises:
            BadInput: Nothing fits, or the device does not exist.
            Failure: The libraries cannot be used.
        """
        try:
            plan = self._memory.plan()
            self.device = self._numbers(self._context.place()).label
        except (ImportError, OSError, MemoryError, RuntimeError) as error:
            raise load_error(TITLE, error) from error
        return plan

    def prompt_embeds(self, prompt: str, check: Callable[[], None]) -> PromptEmbeds:
        """Return the embeddings of a prompt.

        Args:
            prompt: Any text.
            check: Called before each encoder; an exception that it raises ends the work.

        Raises:
            BadInput: As `plan`, or an encoder's files are broken.
            Failure: An encoder does not fit into memory.
        """
        encoder = self._prompt_encoder()
        try:
            return encoder.encode(
                prompt, check, lambda: self._memory.acquire(ENCODERS, encoder.free)
            )
        except (ImportError, OSError, MemoryError, RuntimeError) as error:
            raise load_error(TITLE, error) from error

    def networks(self) -> Sd3:
        """Return the transformer and the VAE, loaded.

        Raises:
            BadInput: As `plan`, or a file is broken, was changed, or does not fit the others.
            Failure: They do not fit into memory.
        """
        if self._sd3 is None:
            self.plan()
            try:
                self._memory.acquire(UPSCALER, self.free)
                self._sd3 = open_sd3(
                    self._files.folder,
                    self._adapter(self._files.lora, "lora"),
                    self._adapter(self._files.vae, "vae"),
                    self._numbers(self._context.place()),
                    FusedCache(self._context.cache_dir, self._inputs(), self._context.notice),
                    quick=not self._files.paper,
                )
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(TITLE, error) from error
        return self._sd3

    def free(self) -> None:
        """Release the transformer and the VAE; the next image loads them again."""
        self._sd3 = None

    def _prompt_encoder(self) -> Encoder:
        """Return the prompt encoder; it loads its networks when it is used."""
        if self._encoder is None:
            plan = self.plan()
            place = self._numbers(pick_device(plan.device_of(ENCODERS), self._context.hardware))
            numbers = text_dtype(place, self._files.paper)
            self._encoder = Encoder(
                EncoderFiles(self._files.folder, numbers, self._files.t5, plan.quantised),
                place,
                staying=plan.arrangement == "together",
                kept=self._embeds_folder(f"{numbers} {plan.quantised}"),
            )
        return self._encoder

    def _needs(self, place: Device, quantised: str) -> list[Model]:
        return coz_models(
            self._files.folder,
            self._numbers(place),
            paper=self._files.paper,
            t5=self._files.t5,
            quantised=quantised,
        )

    def _numbers(self, place: Device) -> Device:
        """Return a device with the number format of the setting."""
        return place.plain() if self._files.paper else place.for_large(self._context.hardware)

    def _embeds_folder(self, numbers: str) -> PromptEmbedsFolder | None:
        """Return the cache of encoded prompts."""
        cache_dir = self._context.cache_dir
        if cache_dir is None:
            return None
        parts = [part for part in parts_of(self._files.t5) if part in TEXT]
        digest = base_digest(self._files.folder, cache_dir, parts)
        return PromptEmbedsFolder(cache_dir / FOLDER_NAME, f"{digest} {numbers}")

    def _inputs(self) -> str:
        """Return the digest of the files that weights are fused from."""
        cache_dir = self._context.cache_dir
        if cache_dir is None:
            return ""  # it is the key of the cache
        digests = [base_digest(self._files.folder, cache_dir, DRAWING)]
        digests += [self.identity[key] for key in ("lora", "vae")]
        return hashlib.sha256(" ".join(digests).encode()).hexdigest()

    def _adapter(self, path: Path | None, key: str) -> Adapter | None:
        if path is None:
            return None
        content = read_content(path)
        if hashlib.sha256(content).hexdigest() != self.identity[key]:
            raise BadInput(
                translate(
                    "Error", "The file {path} changed after it was chosen: choose it again."
                ).format(path=path)
            )
        return Adapter(path, content)
