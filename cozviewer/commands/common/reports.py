"""The files of reports: Markdown or JSON."""

import os
from pathlib import Path

from cozviewer.util.errors import BadInput

SUFFIXES = (".md", ".json")


def check_report_name(path: Path) -> None:
    """Check, before any work, that a path can be that of a report; its folder is not checked.

    Raises:
        BadInput: The suffix is unknown, or it is a folder or a protected file.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(
            f"A report cannot be written as {path.name}: give it a name that ends in .md or .json."
        )
    if path.is_dir():
        raise BadInput(f"{path} is a folder: give the name of a file.")
    if path.exists() and not os.access(path, os.W_OK):
        raise BadInput(f"{path.name} is write-protected: choose another name.")


def report_bytes(path: Path, markdown: str, json: str) -> bytes:
    """Return the content of a report, in the format given by the suffix of its file."""
    text = json if path.suffix.lower() == ".json" else markdown
    return text.encode("utf-8", "backslashreplace")
