"""The prompter "server": a vision model on any OpenAI-compatible server describes the crop.

Ollama, llama.cpp, LM Studio and vLLM are such servers. Nothing is sent until the user has chosen
one; then only the crop and the wider view are sent to it.
"""

from collections.abc import Mapping

from cozviewer.chain.protocols import Notice
from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.prompt_cleanup import without_repetitions
from cozviewer.models.server.address import find_key, read_address
from cozviewer.models.server.reply import Answer, error_text, parse_answer, refusal
from cozviewer.models.server.request import (
    USUAL,
    Layout,
    ServerLimits,
    adapted,
    data_url,
    request_of,
)
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate


class ServerPrompter:
    """A `Prompter` that uses a chat server."""

    def __init__(
        self,
        address: str,
        model: str,
        *,
        questions: Questions,
        max_tokens: int,
        notice: Notice,
        limits: ServerLimits = USUAL,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            address: Address of the server as typed: "localhost:11434".
            model: Name of the model on the server: "qwen2.5vl:3b".
            questions: The questions for the model.
            max_tokens: Maximum length of the answer.
            notice: Receives sentences for the user.
            limits: How long the server may take.

        Raises:
            BadInput: The address or the model is missing, or the address is not valid.
        """
        if not address.strip():
            raise BadInput(
                translate(
                    "Error",
                    "The prompter server needs the address of a server and the name of a model: "
                    "enter both.",
                )
            )
        self._address = read_address(address)
        self._model = model.strip()
        if not self._model:
            raise BadInput(
                translate(
                    "Error",
                    "The prompter server needs the name of a model: enter one of those that the "
                    "server lists at {base}/models.",
                ).format(base=self._address.base)
            )
        self._questions = questions
        self._max_tokens = max_tokens
        self._notice = notice
        self._limits = limits
        self._noticed: set[str] = set()
        self._layout = Layout()

    @property
    def name(self) -> str:
        return f"{self._model} at {self._address.host}"

    @property
    def identity(self) -> Mapping[str, str]:
        return {
            "name": "server",
            "address": self._address.base,
            "model": self._model,
            "one": self._questions.one,
            "two": self._questions.two,
            "max_tokens": str(self._max_tokens),
        }

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        """Return a prompt for `crop`; "" with one notice if the answer is empty.

        Raises:
            Cancelled: `cancelled` returned True, at most half a second ago.
            BadInput: The address, model or key must be changed.
            Failure: The server cannot be reached or does not answer.
        """
        answer = self.answer(self._questions, previous, crop, cancelled)
        prompt = without_repetitions(answer.text)
        if not prompt:
            if answer.cut:
                text = translate(
                    "Error",
                    "{name} gave an empty answer within the maximum answer length, so detail is "
                    "generated without a prompt.",
                )
            else:
                text = translate(
                    "Error",
                    "{name} gave an empty answer, so detail is generated without a prompt.",
                )
            self._notice_once(text.format(name=self.name))
        return prompt

    def answer(
        self, questions: Questions, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled
    ) -> Answer:
        """Return the unprocessed answer to other questions.

        Raises:
            Cancelled, BadInput, Failure: As `prompt`.
        """
        from cozviewer.models.server.client import run_cancellable

        wider = None if previous is None else data_url(previous)
        answer = run_cancellable(self._ask(questions, wider, data_url(crop)), cancelled)
        if wider is not None and not self._layout.wider:
            self._notice_once(
                translate(
                    "Error", "{name} accepts only one image: the wider view is not sent."
                ).format(name=self.name)
            )
        return answer

    async def _ask(self, questions: Questions, wider: str | None, crop: str) -> Answer:
        """Return the answer to a request in a layout that the server accepts."""
        from asyncio import get_running_loop

        from cozviewer.models.server.client import connected, list_models, post

        key = await get_running_loop().run_in_executor(None, find_key, self._address)
        async with connected(self._address, key, self._limits) as client:
            layout = self._layout
            while True:
                reply = await post(
                    client,
                    request_of(layout, self._model, questions, wider, crop, self._max_tokens),
                    self._limits,
                )
                answer = parse_answer(reply.body) if reply.status == 200 else None
                if answer is not None:
                    self._layout = layout
                    return answer
                changed = adapted(layout, error_text(reply.body))
                if changed == layout:
                    listed = reply.status in (400, 404, 422)
                    raise refusal(
                        reply,
                        address=self._address,
                        model=self._model,
                        key=key,
                        available=await list_models(client) if listed else [],
                    )
                layout = changed

    def _notice_once(self, sentence: str) -> None:
        if sentence not in self._noticed:
            self._noticed.add(sentence)
            self._notice(sentence)
