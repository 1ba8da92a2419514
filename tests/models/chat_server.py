"""A chat server for tests: real HTTP on this machine, and a behaviour for each request.

    with ChatServer(refuses(503), says("fur, whiskers")) as server:
        ServerPrompter(server.address, server.model, ...)
        assert server.requests[0].question == "..."

The last behaviour is also that of all requests after it.
"""

import json
import socket
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.models.chat_exchange import LOOK_SECONDS, Exchange, Request
from tests.models.chat_replies import Behaviour, says

MODEL = "tiny-vl"
"""The default model of a server."""


class ChatServer:
    """The server; a context manager that leaves no thread behind.

    Attributes:
        model: The first of its models.
        requests: The requests for answers, in order; its list of models is not counted.
        asked: Set when there is one.
        left: Set when a client hung up on a server that hangs.
        ending: Set when the block is left.
    """

    def __init__(self, *behaviours: Behaviour, models: Sequence[str] | None = (MODEL,)) -> None:
        """Make a server; `models` None is one that does not tell its models."""
        self._behaviours = list(behaviours) or [says("fur, whiskers")]
        self._models = models
        self.model = models[0] if models else MODEL
        self.requests: list[Request] = []
        self.asked = threading.Event()
        self.left = threading.Event()
        self.ending = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(LOOK_SECONDS,))

    @property
    def address(self) -> str:
        """As a person types it."""
        return f"localhost:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ending.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()  # waits for the requests' threads

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Treat a request for an answer; called in a thread of its own."""
        length = int(handler.headers["Content-Length"])
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.path, headers, json.loads(handler.rfile.read(length)))
        self.requests.append(request)
        behave = self._behaviours[min(len(self.requests), len(self._behaviours)) - 1]
        self.asked.set()
        behave(Exchange(request, self.ending, self.left, handler))

    def list_models(self, handler: BaseHTTPRequestHandler) -> None:
        """Treat a request for the list of models."""
        models = [{"id": name, "object": "model"} for name in self._models or ()]
        body = json.dumps({"object": "list", "data": models}).encode()
        handler.send_response(404 if self._models is None else 200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(b"" if self._models is None else body)


def deaf_address() -> str:
    """Return an address of this computer without a server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"localhost:{free.getsockname()[1]}"


class _Http(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client hang up, which is what some tests are about; anything else fails a test."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            raise error


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path.endswith("/v1/chat/completions"):
                server.reply(self)
            else:
                self.send_error(404)

        def do_GET(self) -> None:
            if self.path.endswith("/v1/models"):
                server.list_models(self)
            else:
                self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    return Handler
