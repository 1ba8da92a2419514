"""What a drop or the clipboard gives to open: files, an image, or a link to one."""

import html
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from cozviewer.util.errors import BadInput
from cozviewer.util.file_links import is_file_link, path_of_file_link
from cozviewer.util.paths import expanded, is_file_name
from cozviewer.util.translation import translate

MOST_LINES = 1000
"""Lines of a text that are read as paths; a longer one is not a list of files."""

_IMAGE = re.compile(r"""<img\b[^>]*?\ssrc\s*=\s*["']([^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True)
class GivenFiles:
    """Files and folders, at least one, as absolute paths."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, eq=False)
class GivenPixels:
    """An image as such."""

    image: QImage


@dataclass(frozen=True)
class GivenLink:
    """The http or https address of an image.

    Attributes:
        link: The address.
        name: A file name for the image.
    """

    link: str
    name: str


Given = GivenFiles | GivenPixels | GivenLink


def may_open(data: QMimeData) -> bool:
    """Return whether `given_in` is likely to find something; quick, for a drag over the window."""
    return data.hasImage() or bool(_files(data)) or bool(_link(data))


def given_in(data: QMimeData) -> Given | None:
    """Return what there is to open: files rather than pixels, and pixels rather than a link, so
    that nothing is downloaded that is there already. GUI thread."""
    if files := _files(data):
        return GivenFiles(files)
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return GivenPixels(image)
    link = _link(data)
    return GivenLink(link, link_name(link)) if link else None


def link_name(link: str) -> str:
    """Return the file name in the address of an image, or one for its server."""
    parts = urlsplit(link)
    name = PurePosixPath(unquote(parts.path)).name
    if is_file_name(name, windows=True):
        return name
    host = parts.hostname or ""
    name = translate("Files", "Image from {host}").format(host=host)
    return name if is_file_name(name, windows=True) else "image"


def _files(data: QMimeData) -> tuple[Path, ...]:
    if data.hasUrls():
        links = [bytes(url.toEncoded().data()).decode("ascii", "replace") for url in data.urls()]
        return tuple(_paths(link for link in links if is_file_link(link)))
    if data.hasText():
        lines = [line.strip().strip('"').strip() for line in data.text().splitlines()]
        lines = [line for line in lines if line]
        if len(lines) <= MOST_LINES and all(map(_is_path, lines)):
            return tuple(_paths(lines))
    return ()


def _is_path(text: str) -> bool:
    return is_file_link(text) or text.startswith("~") or os.path.isabs(text)


def _paths(texts: Iterable[str]) -> list[Path]:
    paths = []
    for text in texts:
        with suppress(BadInput, ValueError):
            path = path_of_file_link(text) if is_file_link(text) else expanded(text)
            paths.append(path.absolute())
    return paths


def _link(data: QMimeData) -> str:
    """Return the address of an image, or "": of the image that was dragged rather than of the
    page that it leads to."""
    if data.hasHtml():
        sources = [html.unescape(each) for each in _IMAGE.findall(data.html())]
        if len(sources) == 1 and _is_web(sources[0]):
            return sources[0]
    texts = [url.toString() for url in data.urls()] if data.hasUrls() else [data.text().strip()]
    return next((text for text in texts if _is_web(text)), "")


def _is_web(text: str) -> bool:
    with suppress(ValueError):
        parts = urlsplit(text)
        return (
            parts.scheme.lower() in ("http", "https")
            and bool(parts.hostname)
            and not any(character.isspace() for character in text)
        )
    return False
