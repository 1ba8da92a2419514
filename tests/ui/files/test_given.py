"""What a drop or the clipboard gives to open."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from cozviewer.ui.files.given import GivenFiles, GivenLink, GivenPixels, given_in, may_open


def text(words: str) -> QMimeData:
    data = QMimeData()
    data.setText(words)
    return data


def urls(*links: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(link) for link in links])
    return data


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (urls("file:///tmp/a%20b.jpg", "file:///tmp/c.jpg"), ("/tmp/a b.jpg", "/tmp/c.jpg")),
        (urls("file://localhost/tmp/a.jpg"), ("/tmp/a.jpg",)),
        (text("/tmp/a b.jpg\n"), ("/tmp/a b.jpg",)),
        (text('"/tmp/a.jpg"\n/tmp/b.jpg'), ("/tmp/a.jpg", "/tmp/b.jpg")),
        (text("file:///tmp/a%20b.jpg"), ("/tmp/a b.jpg",)),
    ],
)
def test_files(data: QMimeData, paths: tuple[str, ...]) -> None:
    assert may_open(data)
    assert given_in(data) == GivenFiles(tuple(map(Path, paths)))


def test_an_image_comes_before_its_link() -> None:
    data = urls("https://example.org/a.jpg")
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(7)
    data.setImageData(image)
    assert may_open(data)
    assert isinstance(given_in(data), GivenPixels)


@pytest.mark.parametrize(
    ("data", "link", "name"),
    [
        (text("https://example.org/x/my%20cat.jpg?s=1"), None, "my cat.jpg"),
        (urls("http://example.org/"), "http://example.org/", "Image from example.org"),
        (text(" https://example.org/..%2Fa "), "https://example.org/..%2Fa", "a"),
    ],
)
def test_links(data: QMimeData, link: str | None, name: str) -> None:
    assert may_open(data)
    assert given_in(data) == GivenLink(link or data.text().strip(), name)


def test_the_image_on_a_page_rather_than_what_it_leads_to() -> None:
    data = urls("https://example.org/page")
    data.setHtml('<a href="page"><img alt="x" src="https://example.org/a.png?x=1&amp;y=2"></a>')
    assert given_in(data) == GivenLink("https://example.org/a.png?x=1&y=2", "a.png")


@pytest.mark.parametrize(
    "data", [text("a cat"), text(""), text("ftp://a.org/b.jpg"), text("http://"), QMimeData()]
)
def test_nothing(data: QMimeData) -> None:
    assert not may_open(data)
    assert given_in(data) is None
