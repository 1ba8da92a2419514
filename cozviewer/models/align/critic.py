"""Critics: a vision-language model, on this computer or on a server, that scores answers."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cozviewer.align.questions import AlignQuestions, question_about
from cozviewer.align.rewards import Answered, critic_score
from cozviewer.chain.protocols import Notice
from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.device import Device
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.quiet import quietly
from cozviewer.models.qwen.answer import as_shown
from cozviewer.models.qwen.folder import qwen_folder, qwen_name
from cozviewer.models.qwen.loading import Vlm, open_vlm
from cozviewer.models.server.prompter import ServerPrompter
from cozviewer.models.upscaler import load_error
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, CozviewerError, Failure

CRITIC = "OpenGVLab/InternVL2_5-8B-MPO-hf"
"""The default critic: InternVL2.5-8B, which the authors used, in the one version that its makers
publish for transformers (trained further by preferences). The original runs code of its own."""

OF_ITS_OWN_CODE = "OpenGVLab/InternVL2_5-8B"
"""The authors' critic as first published."""

MAX_TOKENS = 16
"""Maximum length of a score: a number, or a short sentence with one."""

_CONTROL = re.compile(r"<\|[^<>|]{1,40}\|>|</?[A-Za-z_]\w{0,30}>")


class LocalCritic:
    """A `Critic` with an image-text-to-text model of transformers on this computer."""

    def __init__(
        self, model: str, questions: AlignQuestions, device: Device, quantised: str
    ) -> None:
        """Prepare; no weights are read before `load`.

        Args:
            model: A folder, or the hub name of a downloaded model; "" is CRITIC.
            questions: Those to the critic are used.
            device: Where it runs.
            quantised: "", "8bit" or "nf4".

        Raises:
            BadInput: The model is missing or incomplete, or needs code of its own.
        """
        self._model = model or CRITIC
        if self._model == OF_ITS_OWN_CODE:
            raise BadInput(
                f"{OF_ITS_OWN_CODE} comes with code of its own, which is not run. Use {CRITIC}, "
                "its version for transformers."
            )
        self.name = qwen_name(self._model)
        self.folder = qwen_folder(self._model)
        self._questions, self._device, self._quantised = questions, device, quantised
        self._vlm: Vlm | None = None

    def load(self) -> None:
        """Read the weights, unless they are in memory.

        Raises:
            BadInput: A file is broken.
            Failure: Memory ran out.
        """
        if self._vlm is None:
            try:
                self._vlm = open_vlm(self.folder, None, self._device, self._quantised)
            except (ImportError, OSError, MemoryError, RuntimeError) as error:
                raise load_error(self.name, error) from error

    def scores(self, answers: Sequence[Answered]) -> Sequence[float | None]:
        """Return the scores; equal answers about a sample are scored once."""
        self.load()
        assert self._vlm is not None
        vlm = self._vlm

        def reply(question: Questions, images: tuple[Rgb8 | None, Rgb8]) -> str:
            try:
                return answer_as_user(vlm, *question_about(question, images), MAX_TOKENS)
            except CozviewerError:
                raise
            except Exception as error:  # chat templates and processors fail in many ways
                if is_out_of_memory(error):
                    raise
                raise Failure(
                    f"The critic {self.name} failed ({first_line(error)}). Use another one."
                ) from error

        return _scored(answers, self._questions, reply)


class ServerCritic:
    """A `Critic` on an OpenAI-compatible server."""

    def __init__(
        self,
        address: str,
        model: str,
        questions: AlignQuestions,
        notice: Notice,
        cancelled: IsCancelled,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            address: Address of the server as typed.
            model: Name of the model on the server.
            questions: Those to the critic are used.
            notice: Receives sentences for the user.
            cancelled: Checked while waiting for the server.

        Raises:
            BadInput: The address or the model is missing, or the address is not valid.
        """
        self._questions, self._cancelled = questions, cancelled
        self._server = ServerPrompter(
            address, model, questions=questions.critic, max_tokens=MAX_TOKENS, notice=notice
        )
        self.name = self._server.name

    def scores(self, answers: Sequence[Answered]) -> Sequence[float | None]:
        """Return the scores; equal answers about a sample are scored once.

        Raises:
            Cancelled, BadInput, Failure: As `ServerPrompter.prompt`.
        """

        def reply(question: Questions, images: tuple[Rgb8 | None, Rgb8]) -> str:
            return self._server.answer(question, *images, self._cancelled).text

        return _scored(answers, self._questions, reply)


def _scored(
    answers: Sequence[Answered],
    questions: AlignQuestions,
    reply: Callable[[Questions, tuple[Rgb8 | None, Rgb8]], str],
) -> list[float | None]:
    """Return the scores of answers; an empty one is worth 0."""
    known: dict[tuple[Path, str], float | None] = {}
    for each in answers:
        key = each.sample.crop, each.text
        if key not in known:
            words = shown_words(each.text)
            known[key] = (
                critic_score(reply(questions.about(words), each.sample.images())) if words else 0.0
            )
    return [known[each.sample.crop, each.text] for each in answers]


def shown_words(text: str) -> str:
    """Return an answer as the critic's question quotes it: one line, without quotes and without
    what a chat template would take for its own marks."""
    return " ".join(_CONTROL.sub(" ", text).replace('"', "'").split())


def answer_as_user(vlm: Vlm, question: str, images: Sequence[Rgb8], max_tokens: int) -> str:
    """Return the most likely answer to a question that follows the images in one message, as
    every chat template can have it."""
    import torch
    from transformers.utils import logging as of_transformers

    content: list[dict[str, Any]] = [
        {"type": "image", "image": as_shown(image)} for image in images
    ]
    content.append({"type": "text", "text": question})
    with quietly(of_transformers), torch.inference_mode():
        inputs = vlm.processor.apply_chat_template(
            [{"role": "user", "content": content}],
            tokenize=True,
            return_dict=True,
            add_generation_prompt=True,
            return_tensors="pt",
        ).to(vlm.device.name, dtype=getattr(torch, vlm.device.dtype))
        tokens = vlm.model.generate(**inputs, max_new_tokens=max_tokens)
        return str(
            vlm.processor.decode(
                tokens[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True
            )
        )
