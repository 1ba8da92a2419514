"""The networks and text encoders of Chain-of-Zoom: what they are made from, and when they are in
memory, as the room that they share with others has planned it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.protocols import Notice
from cozviewer.models.coz.base import DRAWING, TEXT, base_digest, parts_of
from cozviewer.models.coz.loading import Adapter, open_sd3
from cozviewer.models.coz.memory import ENCODERS, UPSCALER, coz_models, text_dtype
from cozviewer.models.coz.network import Sd3
from cozviewer.models.coz.prompt_embeds import Words, WordsFolder
from cozviewer.models.coz.prompt_encoding import Encoder
from cozviewer.models.device import Device, pick_device
from cozviewer.models.memory.manager import Room
from cozviewer.models.memory.plan import Model, Plan
from cozviewer.models.model_reading import file_digest, read_content
from cozviewer.models.upscaler import not_loaded
from cozviewer.util.errors import BadInput

TITLE = "Chain-of-Zoom"

WORDS = "words"
"""The folder of encoded prompts in the cache."""


@dataclass(frozen=True, slots=True)
class CozFiles:
    """What Chain-of-Zoom is made from.

    Attributes:
        folder: Of the base, as `base_folder` returns it.
        lora, vae: The authors' checkpoints; None takes that part of the base as it is.
        t5: Whether the largest text encoder is used.
        paper: Whether all is in the authors' numbers.
    """

    folder: Path
    lora: Path | None
    vae: Path | None
    t5: bool
    paper: bool


class CozModels:
    """Opens networks and encoders when they are needed, and lets them go when the room is."""

    def __init__(
        self, files: CozFiles, device: str, room: Room, cache_dir: Path | None, notice: Notice
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            device: "auto" or a device's name, that of the room.
            room: The memory that is shared with others.
            cache_dir: Where fused weights, encoded prompts and digests are kept; None keeps none.
            notice: Told when they cannot be kept.
        """
        self._files = files
        self._wanted_device = device
        self._room = room
        self._cache_dir = cache_dir
        self._notice = notice
        self._room.expect(self._needs)
        self._identity: Mapping[str, str] | None = None
        self._sd3: Sd3 | None = None
        self._encoder: Encoder | None = None
        self.device = ""
        """Where and how the networks compute, for people; "" until the plan is made."""

    @property
    def identity(self) -> Mapping[str, str]:
        """What of the files decides pixels."""
        if self._identity is None:
            files = self._files
            self._identity = {
                "base": base_digest(files.folder, self._cache_dir, parts_of(files.t5)),
                "lora": file_digest(files.lora) if files.lora else "",
                "vae": file_digest(files.vae) if files.vae else "",
                **({} if files.t5 else {"t5": "left out"}),
            }
        return self._identity

    def plan(self) -> Plan:
        """Return how memory is shared.

        Raises:
            BadInput: Nothing fits, or the device is not there.
            Failure: The libraries refuse.
        """
        try:
            plan = self._room.plan()
            self.device = self._numbers(pick_device(self._wanted_device)).label
        except (ImportError, OSError, MemoryError, RuntimeError) as error:
            raise not_loaded(TITLE, error) from error
        return plan

    def words(self, prompt: str, check: Callable[[], None]) -> Words:
        """Return the embeddings of a prompt.

        Args:
            check: Called before each encoder; what it raises ends the work.

        Raises:
            BadInput: As `plan`, or an encoder's files are broken.
            Failure: An encoder does not fit into memory.
        """
        encoder = self._asked()
        try:
            return encoder.words(prompt, check, lambda: self._room.enter(ENCODERS, encoder.free))
        except (ImportError, OSError, MemoryError, RuntimeError) as error:
            raise not_loaded(TITLE, error) from error

    def networks(self) -> Sd3:
        """Return the transformer and the VAE, in memory.

        Raises:
            BadInput: As `plan`, or a file is broken, was changed, or does not fit the others.
            Failure: They do not fit into memory.
        """
        if self._sd3 is None:
            self.plan()
            try:
                self._room.enter(UPSCALER, self.free)
                self._sd3 = open_sd3(
                    self._files.folder,
                    self._adapter(self._files.lora, "lora"),
                    self._adapter(self._files.vae, "vae"),
                    self._numbers(pick_device(self._wanted_device)),
                    digest=self._inputs(),
                    cache_dir=self._cache_dir,
                    notice=self._notice,
                    quick=not self._files.paper,
                )
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise not_loaded(TITLE, error) from error
        return self._sd3

    def free(self) -> None:
        """Let go of the transformer and the VAE; the next picture reads them again."""
        self._sd3 = None

    def _asked(self) -> Encoder:
        """Return who encodes prompts; nothing of it is in memory yet."""
        if self._encoder is None:
            plan = self.plan()
            place = self._numbers(pick_device(plan.device_of(ENCODERS)))
            numbers = text_dtype(place, self._files.paper)
            self._encoder = Encoder(
                self._files.folder,
                place,
                numbers,
                t5=self._files.t5,
                staying=plan.arrangement == "together",
                quantised=plan.quantised,
                kept=self._words_folder(f"{numbers} {plan.quantised}"),
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
        """Return a place with the numbers of the setting."""
        return place.plain() if self._files.paper else place.for_large()

    def _words_folder(self, numbers: str) -> WordsFolder | None:
        """Return where encoded prompts are kept."""
        if self._cache_dir is None:
            return None
        parts = [part for part in parts_of(self._files.t5) if part in TEXT]
        digest = base_digest(self._files.folder, self._cache_dir, parts)
        return WordsFolder(self._cache_dir / WORDS, f"{digest} {numbers}")

    def _inputs(self) -> str:
        """Return the digest of the files that weights are fused from."""
        if self._cache_dir is None:
            return ""  # nothing is kept under it
        digests = [base_digest(self._files.folder, self._cache_dir, DRAWING)]
        digests += [self.identity[key] for key in ("lora", "vae")]
        return hashlib.sha256(" ".join(digests).encode()).hexdigest()

    def _adapter(self, path: Path | None, key: str) -> Adapter | None:
        if path is None:
            return None
        content = read_content(path)
        if hashlib.sha256(content).hexdigest() != self.identity[key]:
            raise BadInput(f"The file {path} was changed meanwhile: choose it once more.")
        return Adapter(path, content)
