"""Downloading an image from a server on this computer."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cozviewer.models.download import image
from cozviewer.models.download.image import fetch_image
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, CozviewerError, Failure
from tests.patience import PATIENCE

PIXELS = b"\xff\xd8\xff" + bytes(100_000)


class Site(BaseHTTPRequestHandler):
    """Images, pages, and what never ends."""

    release = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/cat.jpg")
            self.end_headers()
        elif self.path == "/secret":
            self.send_error(403)
        else:
            self.send_response(200)
            kind = "text/html; charset=utf-8" if self.path == "/page" else "image/jpeg"
            self.send_header("Content-Type", kind)
            if self.path == "/cat.jpg":
                self.send_header("Content-Length", str(len(PIXELS)))
            self.end_headers()
            self.wfile.write(PIXELS)
            if self.path == "/slow":
                self.wfile.flush()
                self.release.wait(PATIENCE)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.release.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("name", ["/cat.jpg", "/moved", "/without-length"])
def test_an_image_is_written_to_the_file(site: str, tmp_path: Path, name: str) -> None:
    told: list[tuple[int, int]] = []
    fetch_image(site + name, tmp_path / "a", lambda *words: told.append(words), never)
    assert (tmp_path / "a").read_bytes() == PIXELS
    assert told
    assert told[0][1] == (0 if name == "/without-length" else len(PIXELS))


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("/page", BadInput, "leads to a page"),
        ("/secret", Failure, "status 403"),
    ],
)
def test_others_get_a_sentence(
    site: str, tmp_path: Path, name: str, kind: type[CozviewerError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        fetch_image(site + name, tmp_path / "a", lambda *words: None, never)


@pytest.mark.parametrize("name", ["/cat.jpg", "/without-length"])
def test_what_is_too_large_is_refused(
    site: str, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "MOST_BYTES", 50_000)
    with pytest.raises(BadInput, match="larger than 50 kB"):
        fetch_image(site + name, tmp_path / "a", lambda *words: None, never)


def test_a_download_is_cancelled_while_the_server_is_silent(site: str, tmp_path: Path) -> None:
    begun = threading.Event()
    with pytest.raises(Cancelled):
        fetch_image(
            f"{site}/slow", tmp_path / "a", lambda *words: begun.set(), lambda: begun.is_set()
        )


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot be downloaded from 127\.0\.0\.1"):
        fetch_image("http://127.0.0.1:9/a.jpg", tmp_path / "a", lambda *words: None, never)


@pytest.mark.parametrize("link", ["ftp://a.org/b.jpg", "file:///etc/passwd", "http://", "cat"])
def test_only_web_links_are_asked(tmp_path: Path, link: str) -> None:
    with pytest.raises(BadInput, match="begin with http"):
        fetch_image(link, tmp_path / "a", lambda *words: None, never)
