"""Reads the replies of a chat server, and turns refusals into errors for the user.

Servers share the protocol but not the wording of errors, so the cause is recognised from the text.
The text is quoted in the error, so that a wrong guess can be seen.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from cozviewer.models.server.address import SERVICE, VARIABLE, Address, Key, read_address, redacted
from cozviewer.models.server.request import Layout, adapted
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import listed, translate

UNKNOWN = re.compile(
    r"model.*(not found|not exist|unknown)|(no such|unknown|invalid|not a valid) model", re.I
)
CONTEXT = re.compile(r"context (length|size|window)|maximum context|too many tokens", re.I)
IMAGES = re.compile(r"image|vision|multi-?modal|mmproj", re.I)
MEMORY = re.compile(r"memory", re.I)

QUOTED = 200
"""Maximum characters of a server's error message that are quoted."""

NAMED, LONGEST_NAME = 8, 80
"""Maximum number of a server's models that are listed, and of characters of their names."""

ERROR_LENGTH = 2000
"""Maximum characters of a server's error message that are read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply.

    Attributes:
        status: HTTP status.
        body: The complete body.
        location: Target of a redirect, or "".
        pause: Seconds of the Retry-After header, if any.
    """

    status: int
    body: bytes
    location: str = ""
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a model.

    Attributes:
        text: Its text, without reasoning.
        cut: Whether it was cut off at the token limit.
    """

    text: str
    cut: bool


def parse_answer(body: bytes) -> Answer | None:
    """Return the answer in a body, which is JSON or an event stream; None if there is none or it is
    incomplete.

    Servers without streaming send plain JSON although a stream is requested.
    """
    texts: list[str] = []
    finish, ended = "", b"[DONE]" in body
    for part in _parts(body):
        if part.get("error"):
            return None
        choice = _first(part.get("choices"))
        if choice is None:
            continue
        message = choice.get("message") or choice.get("delta")
        texts.append(_text(message.get("content")) if isinstance(message, dict) else "")
        finish = choice.get("finish_reason") or finish
        ended = ended or bool(finish) or "message" in choice
    if not (texts and ended):
        return None
    return Answer(_clean(without_reasoning("".join(texts))).strip(), finish == "length")


def error_text(body: bytes) -> str:
    """Return the error message in a body, in one line; "" if there is none."""
    for part in _parts(body):
        error = part.get("error") or part.get("detail") or part.get("message")
        if isinstance(error, dict):
            error = error.get("message")
        if error:
            return _line(error if isinstance(error, str) else json.dumps(error))
    text = body.decode(errors="replace")
    return "" if text.lstrip().startswith(("<", "{", "[", "data:")) else _line(text)


def model_names(body: bytes) -> list[str]:
    """Return the names in a server's list of models; none if it is not such a list."""
    for part in _parts(body):
        models = part.get("data")
        if isinstance(models, list):
            return [
                _line(model["id"])
                for model in models
                if isinstance(model, dict) and isinstance(model.get("id"), str)
            ]
    return []


def without_reasoning(text: str) -> str:
    """Return the answer of a model without its reasoning.

    Reasoning is between <think> and </think>. The first tag may be missing, as some chat templates
    put it into the question, and the last one if the answer was cut off.
    """
    text = re.sub(r"<think(ing)?>.*?(</think(ing)?>|$)", "", text, flags=re.S | re.I)
    return re.split(r"</think(?:ing)?>", text, flags=re.I)[-1]


def _parts(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a body: one, or one per event of a stream."""
    text = body.decode(errors="replace").lstrip("\ufeff \t\r\n")
    events = re.findall(r"^data:(.*)$", text, re.M) if not text.startswith(("{", "[")) else [text]
    for event in events:
        try:
            part = json.loads(event)
        except (ValueError, RecursionError):  # such as "[DONE]"
            continue
        if isinstance(part, dict):
            yield part


def _first(choices: Any) -> dict[str, Any] | None:
    """Return the first of the choices; some events of a stream have none."""
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return None


def _text(content: Any) -> str:
    """Return the text of a message, which may be in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _clean(text: str) -> str:
    """Return text without control characters and lone surrogates."""
    return "".join(char for char in text if category(char) not in ("Cc", "Cs") or char.isspace())


def _line(text: str) -> str:
    """Return text of a server as one line of limited length."""
    return " ".join(_clean(text).split())[:ERROR_LENGTH]


def is_transient(reply: Reply) -> bool:
    """Return whether the same request may succeed when it is sent again after this reply."""
    message = error_text(reply.body)
    if reply.status == 200:  # an interrupted stream
        return reply.body.startswith(b"data:") and not (parse_answer(reply.body) or message)
    if reply.status != 429 and reply.status < 500:
        return False
    known = any(pattern.search(message) for pattern in (UNKNOWN, CONTEXT, IMAGES, MEMORY))
    return not known and adapted(Layout(), message) == Layout()


def refusal(
    reply: Reply,
    *,
    address: Address,
    model: str,
    key: Key | None,
    available: Sequence[str],
) -> CozviewerError:
    """Return the error for a request without an answer.

    Args:
        reply: The reply; its status is 200 if the server sent something other than an answer.
        address: Address of the server.
        model: The requested model.
        key: The key that was sent.
        available: The models of the server, if known.
    """
    base, status, message = address.base, reply.status, error_text(reply.body)
    if status in (401, 403):
        return _key_error(address, key)
    if 300 <= status < 400:
        return _redirected(address, reply.location)
    if key is not None:
        message = message.replace(key.value, "…")
    message = redacted(message)
    quoted = (
        translate("Error", " (“{message}”)").format(message=_short(message, QUOTED))
        if message
        else ""
    )
    if available and model not in available and (status == 404 or UNKNOWN.search(message)):
        return BadInput(
            translate(
                "Error", "The server at {base} has no model {model!r}: it has {names}."
            ).format(base=base, model=model, names=_listed(available))
        )
    if UNKNOWN.search(message):
        return BadInput(
            translate(
                "Error", "The server at {base} does not have the model {model!r}{quoted}."
            ).format(base=base, model=model, quoted=quoted)
        )
    text = message.replace(model, "")  # its name may contain "vision"
    if status == 413 or CONTEXT.search(text):
        return BadInput(
            translate(
                "Error",
                "The question and images are too long for {model} at {base}{quoted}: start it "
                "with a longer context, or shorten the question.",
            ).format(model=model, base=base, quoted=quoted)
        )
    if IMAGES.search(text):
        return BadInput(
            translate(
                "Error",
                "The model {model!r} at {base} does not accept images{quoted}: choose a vision "
                "model, such as qwen2.5vl.",
            ).format(model=model, base=base, quoted=quoted)
        )
    if status == 404:
        return BadInput(
            translate("Error", "{base} is not a chat server: check the address.").format(base=base)
        )
    if status == 429:
        return Failure(
            translate("Error", "The server at {base} is busy{quoted}: try again later.").format(
                base=base, quoted=quoted
            )
        )
    if status == 200:
        if not message:
            return Failure(
                translate(
                    "Error",
                    "The server at {base} sent an incomplete answer: check the address and the "
                    "server's log.",
                ).format(base=base)
            )
        return Failure(
            translate(
                "Error",
                "The server at {base} reported an error{quoted}: check the address and the "
                "server's log.",
            ).format(base=base, quoted=quoted)
        )
    if status >= 500:
        return Failure(
            translate(
                "Error", "The server at {base} failed{quoted}: check its log, or try again later."
            ).format(base=base, quoted=quoted)
        )
    return Failure(
        translate(
            "Error", "The server at {base} refused the request{quoted}: try another model."
        ).format(base=base, quoted=quoted)
    )


def _key_error(address: Address, key: Key | None) -> BadInput:
    if key is not None:
        return BadInput(
            translate(
                "Error", "The server at {base} refused the key from {origin}: check it."
            ).format(base=address.base, origin=key.origin)
        )
    return BadInput(
        translate(
            "Error",
            "The server at {base} needs an API key: set the environment variable {variable}, "
            "or save the key in the keyring (service {service}, user {host}).",
        ).format(base=address.base, variable=VARIABLE, service=SERVICE, host=address.host)
    )


def _redirected(address: Address, location: str) -> BadInput:
    try:
        target = read_address(re.split("[?#]", location)[0]).base
    except BadInput:
        return BadInput(
            translate(
                "Error", "The server at {base} redirects to another page: check the address."
            ).format(base=address.base)
        )
    return BadInput(
        translate(
            "Error",
            "The server at {base} redirects to {target}: enter that address if you trust it.",
        ).format(base=address.base, target=target)
    )


def _listed(names: Sequence[str]) -> str:
    shown = listed(_short(name, LONGEST_NAME) for name in names[:NAMED])
    return (
        shown
        if len(names) <= NAMED
        else translate("Error", "{names} and {count} more").format(
            names=shown, count=len(names) - NAMED
        )
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
