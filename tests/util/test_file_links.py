"""Links to files, as other programs hand them over."""

import os
import socket
from pathlib import Path

import pytest

from cozviewer.util.errors import BadInput
from cozviewer.util.file_links import is_file_link, path_of_file_link


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("file:///tmp/a.jpg", "/tmp/a.jpg"),
        ("file:/tmp/a.jpg", "/tmp/a.jpg"),
        ("FILE:///tmp/my%20photo%23%3f%25.jpg", "/tmp/my photo#?%.jpg"),
        ("file:///tmp/what?#1.jpg", "/tmp/what?#1.jpg"),
        ("file://localhost/tmp/%C3%A4.jpg", "/tmp/ä.jpg"),
        (f"file://{socket.gethostname()}/tmp/a.jpg", "/tmp/a.jpg"),
        ("file:///tmp/%E4.jpg", os.fsdecode(b"/tmp/\xe4.jpg")),
    ],
)
def test_links_are_decoded(link: str, path: str) -> None:
    assert is_file_link(link)
    assert path_of_file_link(link, windows=False) == Path(path)


@pytest.mark.parametrize("link", ["file://server/share/a.jpg", "file://", "file:///"])
def test_others_are_refused(link: str) -> None:
    with pytest.raises(BadInput):
        path_of_file_link(link)


@pytest.mark.parametrize("text", ["/tmp/a.jpg", "file.jpg", "file:name", "https://a.org/b.jpg"])
def test_paths_are_no_links(text: str) -> None:
    assert not is_file_link(text)
