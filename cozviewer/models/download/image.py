"""Downloads a single image from the address that a user dropped or pasted."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from cozviewer.util.background import in_background
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput, CozviewerError, Failure
from cozviewer.util.translation import translate
from cozviewer.util.units import bytes_text

MOST_BYTES = 300_000_000
"""Largest image that is downloaded."""

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 20.0
WHOLE_SECONDS = 300.0
"""Most time for the connection, until the next bytes, and for the whole image."""

MOST_REDIRECTS = 5
"""Most addresses that a server may refer to in turn."""

REPORT_SECONDS = 0.1
"""Least time between two reports."""


def fetch_image(
    link: str, path: Path, on_progress: Callable[[int, int], None], cancelled: IsCancelled
) -> None:
    """Download what an http or https address names into a file.

    Nothing but the address is sent: no cookies, no sign-in.

    Args:
        link: The address.
        path: The file to write; it does not exist yet.
        on_progress: Receives the bytes that have come and their total (0: not known), on another
            thread.
        cancelled: Checked several times a second.

    Raises:
        BadInput: It is no such address, or leads to a page or to something too large.
        Cancelled: `cancelled` returned True.
        Failure: The network or the disk failed.
    """
    parts = urlsplit(link)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise BadInput(
            translate("Error", "Only links that begin with http:// or https:// can be opened.")
        )
    host = parts.hostname
    stopped = translate("Error", "The download was stopped.")

    def work(cancelled: IsCancelled) -> None:
        _download(link, host, path, on_progress, cancelled)

    in_background(work, cancelled, stopped)


def _download(
    link: str,
    host: str,
    path: Path,
    on_progress: Callable[[int, int], None],
    cancelled: IsCancelled,
) -> None:
    timeout = httpx2.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    headers = {"User-Agent": "cozviewer", "Accept": "image/*", "Accept-Encoding": "identity"}
    try:
        with (
            httpx2.Client(
                headers=headers,
                timeout=timeout,
                follow_redirects=True,
                max_redirects=MOST_REDIRECTS,
            ) as client,
            client.stream("GET", link) as response,
        ):
            if response.status_code != 200:
                raise Failure(
                    translate(
                        "Error",
                        "{host} refused to send this image (status {status}): save it in the "
                        "browser, and open its file.",
                    ).format(host=host, status=response.status_code)
                )
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind.startswith("text/"):
                raise BadInput(
                    translate(
                        "Error",
                        "The link to {host} leads to a page, not to an image: open the image "
                        "itself in the browser and drag it from there, or save it.",
                    ).format(host=host)
                )
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isascii() and length.isdigit() else 0
            _receive(response, host, path, total, on_progress, cancelled)
    except CozviewerError:
        raise
    except httpx2.TimeoutException as error:
        raise _slow(host) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise Failure(
            translate(
                "Error", "The image cannot be downloaded from {host}: check the link and network."
            ).format(host=host)
        ) from error
    except OSError as error:
        raise Failure(
            translate("Error", "The image cannot be stored ({reason}): free some space.").format(
                reason=error.strerror or error
            )
        ) from error


def _receive(
    response: httpx2.Response,
    host: str,
    path: Path,
    total: int,
    on_progress: Callable[[int, int], None],
    cancelled: IsCancelled,
) -> None:
    """Write the body of a response to a file."""
    done, end, reported = 0, time.monotonic() + WHOLE_SECONDS, 0.0
    _check_size(host, total)
    with path.open("xb") as file:
        for piece in response.iter_bytes():
            check_cancelled(cancelled)
            done += len(piece)
            _check_size(host, done)
            now = time.monotonic()
            if now > end:
                raise _slow(host)
            file.write(piece)
            if now - reported >= REPORT_SECONDS:
                reported = now
                on_progress(done, total)


def _check_size(host: str, size: int) -> None:
    if size > MOST_BYTES:
        raise BadInput(
            translate(
                "Error",
                "The image on {host} is larger than {limit}: save it in the browser, and open "
                "its file.",
            ).format(host=host, limit=bytes_text(MOST_BYTES))
        )


def _slow(host: str) -> Failure:
    return Failure(
        translate("Error", "{host} does not answer, or too slowly: try again later.").format(
            host=host
        )
    )
