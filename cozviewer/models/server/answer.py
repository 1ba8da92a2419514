"""What a chat server sends back: words, or what it has to complain about."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import category

COMPLAINT = 2000
"""Characters of a server's complaint that are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said.

    Attributes:
        text: Its words, without its thoughts.
        cut: Whether it was cut off at the limit of tokens.
    """

    text: str
    cut: bool


def answer_of(body: bytes) -> Answer | None:
    """Return the answer in a body, be it whole JSON or a stream of events; None if there is none,
    or not all of it.

    Servers that cannot stream send whole JSON although they are asked for a stream.
    """
    said: list[str] = []
    finish, ended = "", b"[DONE]" in body
    for part in _parts(body):
        if part.get("error"):
            return None
        choice = _first(part.get("choices"))
        if choice is None:
            continue
        message = choice.get("message") or choice.get("delta")
        said.append(_text(message.get("content")) if isinstance(message, dict) else "")
        finish = choice.get("finish_reason") or finish
        ended = ended or bool(finish) or "message" in choice
    if not (said and ended):
        return None
    return Answer(_clean(without_thoughts("".join(said))).strip(), finish == "length")


def complaint_of(body: bytes) -> str:
    """Return what a server complains about in a body, in one line; "" if it says nothing clear."""
    for part in _parts(body):
        error = part.get("error") or part.get("detail") or part.get("message")
        if isinstance(error, dict):
            error = error.get("message")
        if error:
            return _line(error if isinstance(error, str) else json.dumps(error))
    text = body.decode(errors="replace")
    return "" if text.lstrip().startswith(("<", "{", "[", "data:")) else _line(text)


def names_of(body: bytes) -> list[str]:
    """Return the names in a server's list of models; none if it is no such list."""
    for part in _parts(body):
        models = part.get("data")
        if isinstance(models, list):
            return [
                _line(model["id"])
                for model in models
                if isinstance(model, dict) and isinstance(model.get("id"), str)
            ]
    return []


def without_thoughts(text: str) -> str:
    """Return what a model says after thinking aloud.

    Thoughts stand between <think> and </think>. The first may be missing, because some templates
    put it into the question, and so may the last where the answer was cut off.
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
        except (ValueError, RecursionError):  # "[DONE]" for one
            continue
        if isinstance(part, dict):
            yield part


def _first(choices: Any) -> dict[str, Any] | None:
    """Return the first of a part's choices; some events of a stream have none."""
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return None


def _text(content: Any) -> str:
    """Return the text of a message, which may come in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _clean(text: str) -> str:
    """Return text without what nobody can read: control codes, halves of characters."""
    return "".join(char for char in text if category(char) not in ("Cc", "Cs") or char.isspace())


def _line(text: str) -> str:
    """Return text of a stranger as one line that is not too long."""
    return " ".join(_clean(text).split())[:COMPLAINT]
