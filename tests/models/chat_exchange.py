"""One request to the chat server for tests, and the connection to its sender."""

import base64
import io
import select
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8

LOOK_SECONDS = 0.02
"""How often a waiting server looks whether its client has gone, or it shall end."""


@dataclass(frozen=True)
class Request:
    """A request for an answer, as it arrived.

    Attributes:
        path: With "http://host" before it where the client took this server for its proxy.
        headers: By their names in lower case.
        body: Its JSON.
    """

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def question(self) -> str:
        """The system message, or the text of the user's."""
        first = self.body["messages"][0]
        if first["role"] == "system":
            return str(first["content"])
        return "".join(part["text"] for part in first["content"] if part["type"] == "text")

    @property
    def images(self) -> list[Rgb8]:
        """The user's images, decoded."""
        urls = [
            part["image_url"]["url"]
            for part in self.body["messages"][-1]["content"]
            if part["type"] == "image_url"
        ]
        return [_decoded(url) for url in urls]


@dataclass(frozen=True)
class Exchange:
    """One request and the connection to its sender.

    Attributes:
        request: What was asked.
        ending: Set when the server ends.
        left: To be set when the client hung up while the server hung.
    """

    request: Request
    ending: threading.Event
    left: threading.Event
    _handler: BaseHTTPRequestHandler

    def head(self, status: int, kind: str, **headers: str) -> None:
        """Begin a reply, whose end is that of the connection."""
        self._handler.send_response(status)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        """Send a part of a reply."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def hang(self, seconds: float | None = None) -> None:
        """Do nothing for a time; None is until the client has gone or the server ends."""
        waited = 0.0
        while (seconds is None or waited < seconds) and not self.ending.is_set():
            readable, _, _ = select.select([self._handler.connection], [], [], LOOK_SECONDS)
            if readable and self._handler.connection.recv(1, socket.MSG_PEEK) == b"":
                self.left.set()
                return
            waited += LOOK_SECONDS


def _decoded(url: str) -> Rgb8:
    head, data = url.split(",", 1)
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as image:
        assert image.mode == "RGB"
        return np.asarray(image)
