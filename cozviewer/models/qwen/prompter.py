"""The prompter "qwen": a vision-language model on this computer describes the crop.

Made for Qwen2.5-VL-3B, which the Chain-of-Zoom authors use; any other image-text-to-text model of
transformers works as well.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.context import ModelContext
from cozviewer.models.download.digests import files_digest
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.prompt_cleanup import without_repetitions
from cozviewer.models.qwen.adapter import adapter_files, check_adapter
from cozviewer.models.qwen.answer import answer
from cozviewer.models.qwen.folder import PROMPTER, qwen_files, qwen_folder, qwen_model, qwen_name
from cozviewer.models.qwen.loading import Vlm, check_quantised, open_vlm
from cozviewer.models.upscaler import load_error
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import CozviewerError, Failure
from cozviewer.util.paths import expanded
from cozviewer.util.translation import translate


class QwenPrompter:
    """A `Prompter` that runs a vision-language model."""

    def __init__(
        self,
        model: str,
        adapter: Path | None,
        context: ModelContext,
        *,
        questions: Questions,
        max_tokens: int,
    ) -> None:
        """Prepare; no heavy library is imported and no weights are read before `prompt`.

        Args:
            model: A folder, or the hub name of a downloaded model; "" uses the authors' model.
            adapter: A folder with a LoRA adapter for it, or None.
            context: Where and how it runs. The memory modes "8bit" and "nf4" quantise it. The
                notice is called once if the model gives an empty answer.
            questions: The questions for the model.
            max_tokens: Maximum length of the answer.

        Raises:
            BadInput: The model or adapter is missing or incomplete, or cannot be quantised.
        """
        self.name = qwen_name(model)
        self._folder = qwen_folder(model)
        self._adapter = None if adapter is None else expanded(adapter)
        if self._adapter:
            check_adapter(self._adapter)
        check_quantised(context.quantised)
        self._questions = questions
        self._max_tokens = max_tokens
        self._context = context
        context.memory_manager.expect(
            lambda place, quantised: [qwen_model(self._folder, self.name, quantised)]
        )
        self._was_silent = False
        self._identity: Mapping[str, str] | None = None
        self._vlm: Vlm | None = None

    @property
    def identity(self) -> Mapping[str, str]:
        if self._identity is None:
            cache_dir = self._context.cache_dir
            identity = {
                "name": "qwen",
                "model": files_digest(self._folder, qwen_files(self._folder), cache_dir),
                "adapter": "",
                "one": self._questions.one,
                "two": self._questions.two,
                "max_tokens": str(self._max_tokens),
            }
            if self._adapter:
                files = adapter_files(self._adapter)
                identity["adapter"] = files_digest(self._adapter, files, cache_dir)
            if self._context.quantised:
                identity["quantised"] = self._context.quantised
            self._identity = identity
        return self._identity

    @property
    def device(self) -> str:
        """Device and number format to display: "CPU, bf16"; "" while it is not loaded."""
        return "" if self._vlm is None else self._vlm.label

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        """Return a prompt for `crop`, without repetitions; "" if the model's answer is empty.

        Raises:
            BadInput: The model or adapter is broken, or they do not fit each other.
            Cancelled: `cancelled` returned True.
            Failure: The model does not fit into memory, or the device failed.
        """

        def check() -> None:
            check_cancelled(cancelled)

        check()
        vlm = self._loaded()
        check()
        if previous is None:
            text = self._answer(vlm, self._questions.one, [crop], check)
        else:
            text = self._answer(vlm, self._questions.two, [previous, crop], check)
        prompt = without_repetitions(text)
        if not prompt and not self._was_silent:
            self._was_silent = True
            self._context.notice(
                translate(
                    "Error", "{name} gave an empty answer, so detail is generated without a prompt."
                ).format(name=self.name)
            )
        return prompt

    def free(self) -> None:
        """Release the model; the next prompt loads it again."""
        if self._vlm is not None:
            self._vlm = None
            release_cached_memory()

    def _loaded(self) -> Vlm:
        if self._vlm is None:
            try:
                self._context.memory_manager.acquire(PROMPTER, self.free)
                self._vlm = open_vlm(
                    self._folder,
                    self._adapter,
                    self._context.place(),
                    self._context.quantised,
                )
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(self.name, error) from error
        return self._vlm

    def _answer(
        self, vlm: Vlm, question: str, images: list[Rgb8], check: Callable[[], None]
    ) -> str:
        try:
            return answer(vlm, question, images, self._max_tokens, check)
        except CozviewerError:
            raise
        except Exception as error:
            # Chat templates and processors of models fail in many ways.
            if not is_out_of_memory(error):
                raise Failure(
                    translate(
                        "Error",
                        "{name} failed on the {hardware} ({reason}): try "
                        "again, or choose another device or model.",
                    ).format(name=self.name, hardware=vlm.device.hardware, reason=first_line(error))
                ) from error
        # Outside `except`, as the error's traceback keeps intermediate results alive.
        release_cached_memory()
        raise Failure(
            translate(
                "Error", "{name} ran out of memory: close other programs, or choose another device."
            ).format(name=self.name)
        )
