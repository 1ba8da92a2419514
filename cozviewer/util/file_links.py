"""Links to files ("file:///home/me/a%20photo.jpg"), as passed by other programs."""

import os
from pathlib import Path

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate


def is_file_link(text: str) -> bool:
    """Return whether a text is a link to a file and not a path."""
    return text[:5].lower() == "file:" and text[5:6] == "/"


def path_of_file_link(link: str, *, windows: bool = os.name == "nt") -> Path:
    """Return the path that a link to a file means; see RFC 8089.

    Percent signs are decoded byte by byte, as file names need not be UTF-8.

    Raises:
        BadInput: The file is on another computer, or the link has no path.
    """
    import socket
    from urllib.parse import unquote_to_bytes

    # Not urlsplit: a question mark or number sign that is not encoded belongs to the name.
    rest = link[len("file:") :]
    host, path = "", rest
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        host, path = host.lower(), slash + path
    if host not in ("", "localhost", socket.gethostname().lower()):
        raise BadInput(
            translate(
                "Error",
                "{link} is a file on another computer ({host}): copy it to this one, and open the"
                " copy.",
            ).format(link=link[:80], host=host)
        )
    if not path.strip("/"):
        raise BadInput(translate("Error", "{link} names no file.").format(link=link[:80]))
    if windows:
        from urllib.request import url2pathname  # a quarter of the time of `--help`

        return Path(url2pathname(path))
    return Path(os.fsdecode(unquote_to_bytes(path)))
