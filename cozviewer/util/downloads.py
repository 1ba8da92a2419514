"""Models that can be downloaded and the progress of a download, as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cozviewer.util.cancel import IsCancelled


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be downloaded.

    Attributes:
        name: Its name on the command line: "qwen", or a name on the hub.
        title: Its display name.
        purpose: What it is for, one sentence.
        licence: The licence of its weights, and its conditions.
        page: The address of the licence.
        size: Approximate size in bytes.
        steps: Instructions for models that cannot be downloaded from here, one sentence each.
        where: The folder or file with the model; "" if it is not installed.
        problem: Why it cannot be used yet, one sentence; "" if it can.
        engine: The engine that uses it.
        checked: What has not been tried with it, one sentence; "" if it was used as it is.
    """

    name: str
    title: str
    purpose: str
    licence: str
    page: str
    size: int
    steps: tuple[str, ...] = ()
    where: str = ""
    problem: str = ""
    engine: str = "coz"
    checked: str = ""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The progress of a download.

    Attributes:
        file: The file that is being downloaded or checked.
        done, total: Bytes of all files; those from an earlier download count as done.
        seconds_left: Estimated; None until data has arrived.
    """

    file: str
    done: int
    total: int
    seconds_left: float | None


OnProgress = Callable[[DownloadProgress], None]
"""Receives the progress; called in the thread that downloads."""

FetchImage = Callable[[str, Path, Callable[[int, int], None], IsCancelled], None]
"""Downloads what an http or https address names into a file, in the calling thread. The function
receives the bytes that have come and their total, 0 where that is not known. Raises `BadInput`,
`Cancelled` and `Failure`."""
