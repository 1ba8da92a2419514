"""What servers send: the answers of a chat server, a model hub's lists, files, and an image."""

import hashlib
import json
import random
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch

from huggingface_hub import file_download

from cozviewer.config.questions import PHOTO
from cozviewer.models.download import hub
from cozviewer.models.download.image import fetch_image
from cozviewer.models.server.address import read_address
from cozviewer.models.server.prompter import ServerPrompter
from cozviewer.models.server.reply import (
    Reply,
    error_text,
    is_transient,
    model_names,
    parse_answer,
    refusal,
)
from cozviewer.models.server.request import ServerLimits
from cozviewer.util.cancel import never
from tests.fuzz.target import Target, changed, is_sentence, unread
from tests.models.chat_asking import CROP
from tests.mutations import edited
from tests.pyramid.images import encoded, noise

REPO = "someone/model"
COMMIT = "c0ffee" * 6 + "c0de"
WEIGHTS = b"weights of a small model"

PIECES = [
    *(b"\0", b"\xff", b'"', b"\\", b"{", b"[" * 5000, b"null", b"-1", b"1e999", b"9" * 5000, b"[]"),
    *(b"\r\n", b"\r\n\r\n", b"data: ", b"data: [DONE]\n\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Content-Length: 99999999999999\r\n", b"HTTP/1.1 500 x\r\n", b"204", b"301", b"429"),
    *(b"Location: http://[::1\r\n", b"Location: //\r\n", b"\\ud800", b"<think>", b"../", b"true"),
    *(b"Content-Type: text/html\r\n", b"Retry-After: 1\r\n", b'{"error": {"message": ["a"]}}'),
]


class RawServer:
    """Answers every request with the same bytes, and hangs up. A context manager."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._answer = b""
        with socket.create_connection(("127.0.0.1", self.port)):  # the last one
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if not self._answer:
                    return
                try:
                    self._serve_one(connection)
                except OSError:  # it hung up first
                    continue

    def _serve_one(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(1 << 16)
            if not piece:
                return
            request += piece
        head, _, body = request.partition(b"\r\n\r\n")
        length = next(
            (
                int(line[15:])
                for line in head.split(b"\r\n")
                if line.lower()[:15] == b"content-length:"
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(1 << 16) or b" " * length
        connection.sendall(self._answer)


def http(body: bytes, kind: str = "application/json") -> bytes:
    """Return a whole answer."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def answer() -> bytes:
    """Return the answer of a model in one piece."""
    choice = {"message": {"role": "assistant", "content": "fur"}, "finish_reason": "stop"}
    return json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]}).encode()


def stream() -> bytes:
    """Return the same in events."""
    events = [{"delta": {"content": word}} for word in ("<think>hm</think>", "fur, ", "eyes")]
    lines = [f"data: {json.dumps({'choices': [event]})}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


def listing() -> bytes:
    """Return what the hub says about a model."""
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    files = [
        {"rfilename": "config.json", "size": 2, "blobId": "0" * 40},
        {
            "rfilename": "model.safetensors",
            "size": len(WEIGHTS),
            "blobId": "1" * 40,
            "lfs": {"sha256": digest, "size": len(WEIGHTS), "pointerSize": 130},
        },
    ]
    return json.dumps({"id": REPO, "sha": COMMIT, "siblings": files}).encode()


def spoilt(whole: bytes, chance: random.Random) -> bytes:
    """Return an answer with pieces of HTTP and JSON in it, or with bytes changed; never nothing."""
    if chance.random() < 0.7:
        return edited(whole, chance, PIECES, longest=100)
    return changed(whole, chance)


def read(kind: str, content: bytes, folder: Path) -> None:
    """Use an answer as the program does."""
    _KINDS[kind](content, folder)


def _read_reply(content: bytes, folder: Path) -> None:
    reply = Reply(200 if len(content) % 3 else 400, content, content[:40].decode("latin-1"))
    parse_answer(content)
    error_text(content)
    names = model_names(content)
    is_transient(reply)
    address = read_address("localhost:1")
    error = refusal(reply, address=address, model="m", key=None, available=names)
    assert is_sentence(str(error))


def _ask(content: bytes, folder: Path) -> None:
    with RawServer(content) as server:
        address = f"localhost:{server.port}"
        at_once = ServerLimits(pauses=(0.0, 0.0))
        prompter = ServerPrompter(
            address, "m", questions=PHOTO, max_tokens=32, notice=unread, limits=at_once
        )
        prompter.prompt(None, CROP, never)


def _list(content: bytes, folder: Path) -> None:
    with RawServer(content) as server:
        hub.listing(REPO, f"http://127.0.0.1:{server.port}")


class _AtOnce:
    """Takes the place of the module time where a library waits before it tries again."""

    time = staticmethod(time.time)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait no longer."""


def _download(content: bytes, folder: Path) -> None:
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    wanted = hub.HubFile("model.safetensors", len(WEIGHTS), digest)
    with RawServer(content) as server, patch.object(file_download, "time", _AtOnce):
        endpoint = f"http://127.0.0.1:{server.port}"
        hub.download(hub.Listing(REPO, COMMIT, (wanted,)), str, never, endpoint)  # type: ignore[arg-type]


def _fetch(content: bytes, folder: Path) -> None:
    path = folder / "picture"
    with RawServer(content) as server:
        fetch_image(f"http://127.0.0.1:{server.port}/a.png", path, lambda *_: None, never)


_KINDS: dict[str, Callable[[bytes, Path], None]] = {
    "reply": _read_reply,
    "stream": _read_reply,
    "chat over HTTP": _ask,
    "stream over HTTP": _ask,
    "list of the hub": _list,
    "model file": _download,
    "picture": _fetch,
}


def servers() -> Target:
    """Return the target."""
    image = encoded(noise(8, 6), "PNG")
    return Target(
        "servers",
        {
            "reply": answer,
            "stream": stream,
            "chat over HTTP": lambda: http(answer()),
            "stream over HTTP": lambda: http(stream(), "text/event-stream"),
            "list of the hub": lambda: http(listing()),
            "model file": lambda: http(WEIGHTS, "application/octet-stream"),
            "picture": lambda: http(image, "image/png"),
        },
        read,
        spoilt,
        slow=frozenset(
            {"chat over HTTP", "stream over HTTP", "list of the hub", "model file", "picture"}
        ),
    )
