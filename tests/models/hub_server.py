"""A small model hub on this machine: what the real one's API answers, as far as downloads ask."""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

COMMIT = "c0ffee" * 6 + "c0de"


@dataclass
class HubServer:
    """Serves one model. A context manager.

    Attributes:
        repo: Its hub name.
        files: Content by path; those in safetensors are large files.
        gated: Whether its licence has not been accepted.
        sent: Given (path, bytes sent so far), tells whether the connection is to break now.
        wrong: Paths whose content is not what the digest says.
        ranges: Whether it sends parts of files.
        commit: The newest one.
        gets: (path, Range header) of every file that was asked for.
        tokens: Authorization headers that came.
    """

    repo: str
    files: dict[str, bytes]
    gated: bool = False
    sent: Callable[[str, int], bool] = lambda path, count: False
    wrong: set[str] = field(default_factory=set)
    ranges: bool = True
    commit: str = COMMIT
    gets: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def __enter__(self) -> "HubServer":
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, body: bool) -> None:
        hub = self.server_hub
        hub.tokens.add(self.headers.get("Authorization", ""))
        path = self.path.partition("?")[0]
        if path in (f"/api/models/{hub.repo}", f"/api/models/{hub.repo}/revision/main"):
            self._info()
            return
        match = re.fullmatch(rf"/{re.escape(hub.repo)}/resolve/[^/]+/(.+)", path)
        if match is None or match[1] not in hub.files:
            self._refuse(404, "RepoNotFound" if match is None else "EntryNotFound")
        elif hub.gated:
            self._refuse(403, "GatedRepo")
        else:
            self._file(match[1], body)

    def _info(self) -> None:
        hub = self.server_hub
        siblings = [
            {
                "rfilename": path,
                "size": len(content),
                "blobId": "0" * 40,
                **(
                    {"lfs": {"sha256": _sha256(content), "size": len(content), "pointerSize": 130}}
                    if path.endswith(".safetensors")
                    else {}
                ),
            }
            for path, content in hub.files.items()
        ]
        self._send(
            200,
            json.dumps(
                {"id": hub.repo, "modelId": hub.repo, "sha": hub.commit, "siblings": siblings}
            ).encode(),
            {"Content-Type": "application/json"},
        )

    def _file(self, path: str, body: bool) -> None:
        hub = self.server_hub
        content = hub.files[path]
        large = path.endswith(".safetensors")
        headers = {
            "X-Repo-Commit": hub.commit,
            "ETag": f'"{_sha256(content) if large else hashlib.sha1(content).hexdigest()}"',
            "Accept-Ranges": "bytes",
        }
        if large:
            headers["X-Linked-Etag"] = headers["ETag"]
            headers["X-Linked-Size"] = str(len(content))
        asked = self.headers.get("Range", "")
        if body:
            hub.gets.append((path, asked))
        if path in hub.wrong:
            content = bytes(len(content))
        status, start = 200, 0
        if body and asked and hub.ranges:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(status, content[start:], headers, body, path, start)

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code})

    def _send(
        self,
        status: int,
        content: bytes,
        headers: dict[str, str],
        body: bool = True,
        path: str = "",
        start: int = 0,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD" or not body:
            return
        for at in range(0, len(content), 4096):
            if path and self.server_hub.sent(path, start + at):
                self.connection.close()
                return
            try:
                self.wfile.write(content[at : at + 4096])
            except OSError:
                return


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
