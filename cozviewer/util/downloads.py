"""What the window and the commands say about models that can be downloaded: values without code."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be had.

    Attributes:
        name: What is typed: "qwen", or a hub name.
        title: What people call it.
        purpose: One sentence.
        licence: Of its weights, and what it asks.
        page: Where the licence stands, an address.
        size: Bytes, about.
        steps: What to do where it cannot be downloaded from here, one sentence each.
        where: The folder or file that it lies in; "" where it is not here.
        problem: Why it cannot be used yet, a sentence; "" if it can.
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


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Where a download stands.

    Attributes:
        file: What is being fetched or checked.
        done, total: Bytes of all files; what was here before is done.
        seconds_left: Estimated; None until some have come.
    """

    file: str
    done: int
    total: int
    seconds_left: float | None


Told = Callable[[DownloadProgress], None]
"""Called in the thread that downloads."""
