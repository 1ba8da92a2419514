"""The prompter "server": a vision model on any OpenAI-compatible server describes the crop.

Ollama, llama.cpp, LM Studio and vLLM are such servers. Nothing is sent anywhere until a person has
named one; then the crop and the wider view go there, and nothing else.
"""

from collections.abc import Mapping

from cozviewer.chain.protocols import Notice
from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.prompt_cleanup import collapsed
from cozviewer.models.server.address import read_address
from cozviewer.models.server.answer import Answer, answer_of, complaint_of
from cozviewer.models.server.key import find_key
from cozviewer.models.server.layout import Layout, adapted, data_url, request_of
from cozviewer.models.server.refusal import refused
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput


class ServerPrompter:
    """A `Prompter` that asks a chat server."""

    def __init__(
        self, address: str, model: str, *, questions: Questions, max_tokens: int, notice: Notice
    ) -> None:
        """Take what a person named; nothing is sent yet.

        Args:
            address: Of the server, as typed: "localhost:11434".
            model: Its name there: "qwen2.5vl:3b".
            questions: What it is asked.
            max_tokens: How long its answer may be.
            notice: Receives sentences for the user.

        Raises:
            BadInput: One of them is missing, or the address is none.
        """
        if not address.strip():
            raise BadInput(
                "The prompter server wants an address and a model: give them with --server URL "
                "and --server-model NAME."
            )
        self._address = read_address(address)
        self._model = model.strip()
        if not self._model:
            raise BadInput(
                f"Which model shall the server ask? Give it with --server-model NAME; the server "
                f"lists its own at {self._address.base}/models."
            )
        self._questions = questions
        self._max_tokens = max_tokens
        self._notice = notice
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
        """Return words for `crop`; "" and one notice where the model says nothing.

        Raises:
            Cancelled: `cancelled` said so; at most half a second ago.
            BadInput: Something must be given differently: address, model or key.
            Failure: The server cannot be reached or does not answer.
        """
        from cozviewer.models.server.cancellable import finished

        wider = None if previous is None else data_url(previous)
        answer = finished(self._ask(wider, data_url(crop)), cancelled)
        if wider is not None and not self._layout.wider:
            self._notice_once(f"{self.name} takes one picture at a time: it sees the crop alone.")
        words = collapsed(answer.text)
        if not words:
            why = " within its limit of tokens (--max-tokens)" if answer.cut else ""
            self._notice_once(
                f"{self.name} says nothing{why}: finer tiles are drawn without words."
            )
        return words

    async def _ask(self, wider: str | None, crop: str) -> Answer:
        """Return an answer, in a layout that the server takes."""
        from asyncio import get_running_loop

        from cozviewer.models.server.client import connected, models_there, post

        key = await get_running_loop().run_in_executor(None, find_key, self._address)
        async with connected(self._address, key) as client:
            layout = self._layout
            while True:
                reply = await post(
                    client,
                    request_of(layout, self._model, self._questions, wider, crop, self._max_tokens),
                )
                answer = answer_of(reply.body) if reply.status == 200 else None
                if answer is not None:
                    self._layout = layout
                    return answer
                complaint = complaint_of(reply.body)
                changed = adapted(layout, complaint)
                if changed == layout:
                    raise refused(
                        reply.status,
                        complaint,
                        reply.location,
                        address=self._address,
                        model=self._model,
                        key=key,
                        there=await models_there(client) if reply.status in (400, 404, 422) else [],
                    )
                layout = changed

    def _notice_once(self, sentence: str) -> None:
        if sentence not in self._noticed:
            self._noticed.add(sentence)
            self._notice(sentence)
