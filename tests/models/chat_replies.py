"""Behaviours of the chat server for tests."""

import json
from collections.abc import Callable

from tests.models.chat_exchange import Exchange

Behaviour = Callable[[Exchange], None]


def says(*words: str, finish: str = "stop") -> Behaviour:
    """Answer, with one event per word if a stream is requested."""

    def behave(exchange: Exchange) -> None:
        if exchange.request.body.get("stream"):
            exchange.head(200, "text/event-stream")
            exchange.write(events(*words, finish=finish))
        else:
            exchange.head(200, "application/json")
            exchange.write(whole("".join(words), finish))

    return behave


def says_whole(words: str, finish: str = "stop") -> Behaviour:
    """Answer in one piece even if a stream is requested."""
    return sends(whole(words, finish))


def refuses(status: int, message: str = "", **headers: str) -> Behaviour:
    """Reply with an error as OpenAI's servers word it."""

    def behave(exchange: Exchange) -> None:
        exchange.head(status, "application/json", **headers)
        exchange.write(json.dumps({"error": {"message": message, "code": status}}).encode())

    return behave


def sends(body: bytes, status: int = 200, kind: str = "application/json") -> Behaviour:
    """Reply with some bytes."""

    def behave(exchange: Exchange) -> None:
        exchange.head(status, kind)
        exchange.write(body)

    return behave


def hangs(*words: str) -> Behaviour:
    """Send some words, then nothing more; not even headers if there are no words."""

    def behave(exchange: Exchange) -> None:
        if words:
            exchange.head(200, "text/event-stream")
            exchange.write(b"".join(_event(word) for word in words))
        exchange.hang()

    return behave


def drips(words: str, seconds: float) -> Behaviour:
    """Answer byte by byte, with a pause between them."""

    def behave(exchange: Exchange) -> None:
        exchange.head(200, "text/event-stream")
        for byte in events(words):
            exchange.write(bytes([byte]))
            exchange.hang(seconds)

    return behave


def drops() -> Behaviour:
    """Hang up without a word."""
    return lambda exchange: None


def events(*words: str, finish: str = "stop") -> bytes:
    """Return an answer as a stream of events, as OpenAI's servers send it."""
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    last = f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n"
    return b"".join(_event(word) for word in words) + last.encode()


def whole(words: str, finish: str = "stop") -> bytes:
    """Return an answer in one piece, as OpenAI's servers send it."""
    message = {"role": "assistant", "content": words}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"object": "chat.completion", "choices": [choice]}).encode()


def _event(word: str) -> bytes:
    part = {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
    return f"data: {json.dumps(part)}\n\n".encode()
