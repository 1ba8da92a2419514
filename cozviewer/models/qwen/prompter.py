"""The prompter "qwen": a vision-language model on this machine describes the crop.

Made for Qwen2.5-VL-3B, the one of Chain-of-Zoom's authors; any other that transformers knows as
image-text-to-text will do.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from cozviewer.chain.protocols import Notice
from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.device import AUTO, pick_device
from cozviewer.models.download.digests import files_digest
from cozviewer.models.memory.manager import Room, give_back
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.prompt_cleanup import collapsed
from cozviewer.models.qwen.adapter import adapter_files, check_adapter
from cozviewer.models.qwen.answer import answer
from cozviewer.models.qwen.folder import qwen_files, qwen_folder, qwen_name
from cozviewer.models.qwen.loading import Vlm, open_vlm
from cozviewer.models.qwen.memory import PROMPTER, qwen_model
from cozviewer.models.qwen.quantized import check_quantised
from cozviewer.models.upscaler import not_loaded
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import CozviewerError, Failure
from cozviewer.util.paths import expanded


class QwenPrompter:
    """A `Prompter` around a vision-language model; see there for the contract."""

    def __init__(
        self,
        model: str,
        adapter: Path | None,
        *,
        questions: Questions,
        max_tokens: int,
        device: str = AUTO,
        quantised: str = "",
        cache_dir: Path | None,
        room: Room,
        notice: Notice,
    ) -> None:
        """Prepare; nothing heavy is imported or read before `prompt` or `identity`.

        Args:
            model: A folder, or the hub name of what was downloaded before; "" takes the authors'.
            adapter: A folder with an adapter for it, or None.
            questions: What it is asked.
            max_tokens: How long its answer may be.
            device: "auto" or a device's name.
            quantised: "", or "8bit" or "nf4" to take less memory on an NVIDIA GPU.
            cache_dir: Where digests are kept; None keeps none.
            room: The memory that it shares with the upscaler.
            notice: Told, once, when the model has nothing to say.

        Raises:
            BadInput: The model or adapter is missing or not whole, or cannot be quantised so.
        """
        self.name = qwen_name(model)
        self._folder = qwen_folder(model)
        self._adapter = None if adapter is None else expanded(adapter)
        if self._adapter:
            check_adapter(self._adapter)
        check_quantised(quantised)
        self._questions = questions
        self._max_tokens = max_tokens
        self._wanted_device = device
        self._quantised = quantised
        self._cache_dir = cache_dir
        self._room = room
        room.expect(lambda place, quantised: [qwen_model(self._folder, self.name, quantised)])
        self._notice = notice
        self._was_silent = False
        self._identity: Mapping[str, str] | None = None
        self._vlm: Vlm | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        if self._identity is None:
            identity = {
                "name": "qwen",
                "model": files_digest(self._folder, qwen_files(self._folder), self._cache_dir),
                "adapter": "",
                "one": self._questions.one,
                "two": self._questions.two,
                "max_tokens": str(self._max_tokens),
            }
            if self._adapter:
                files = adapter_files(self._adapter)
                identity["adapter"] = files_digest(self._adapter, files, self._cache_dir)
            if self._quantised:
                identity["quantised"] = self._quantised
            self._identity = identity
        return self._identity

    @property
    def device(self) -> str:
        """Where and how it computes, for people: "CPU, bf16"; "" while it is not in memory."""
        return "" if self._vlm is None else self._vlm.label

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        """Return words for `crop`, without repetitions; "" where the model says nothing.

        Raises:
            BadInput: The model or adapter is broken, or they do not fit each other.
            Cancelled: `cancelled` said so.
            Failure: The model does not fit into memory, or the device failed.
        """

        def check() -> None:
            check_cancelled(cancelled)

        check()
        vlm = self._loaded()
        check()
        if previous is None:
            said = self._ask(vlm, self._questions.one, [crop], check)
        else:
            said = self._ask(vlm, self._questions.two, [previous, crop], check)
        words = collapsed(said)
        if not words and not self._was_silent:
            self._was_silent = True
            self._notice(f"{self.name} says nothing: finer tiles are drawn without words.")
        return words

    def free(self) -> None:
        """Take the model out of memory; the next prompt reads it again."""
        if self._vlm is not None:
            self._vlm = None
            give_back()

    def _loaded(self) -> Vlm:
        if self._vlm is None:
            try:
                self._room.enter(PROMPTER, self.free)
                self._vlm = open_vlm(
                    self._folder,
                    self._adapter,
                    pick_device(self._wanted_device),
                    self._quantised,
                )
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise not_loaded(self.name, error) from error
        return self._vlm

    def _ask(self, vlm: Vlm, question: str, pictures: list[Rgb8], check: Callable[[], None]) -> str:
        try:
            return answer(vlm, question, pictures, self._max_tokens, check)
        except CozviewerError:
            raise
        except Exception as error:
            # Templates and processors of models are programs, too, and fail in many ways.
            if not is_out_of_memory(error):
                raise Failure(
                    f"{self.name} failed on the {vlm.device.hardware} ({first_line(error)}): try "
                    "again, or choose another device or model."
                ) from error
        # Outside `except`: the error's traceback would keep what was computed alive.
        give_back()
        raise Failure(
            f"{self.name} ran out of memory: close other programs, or choose another device."
        )
