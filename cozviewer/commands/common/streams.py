"""Standard streams that never stop a command: missing, full, or closed by their reader.

The file that a command writes matters most. Errors on stderr (progress, notices) are ignored.
Errors on stdout (the result) do not stop the command either, but its exit code is 1, for scripts
that need the result. A stdout that was closed on purpose (`>&-`) is not an error.
"""

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from cozviewer.util.text import visible

STDOUT, STDERR = 1, 2


class _Lenient(io.FileIO):
    """A descriptor whose writes always succeed; the first error is kept.

    Attributes:
        error: The first error; None if nothing was lost.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.error: OSError | None = None

    def write(self, data: Any, /) -> int:
        size = memoryview(data).nbytes
        if self.error is not None:
            return size
        try:
            written = super().write(data)
        except OSError as error:
            self.error = error
            return size
        # None: a non-blocking descriptor is full; its output is dropped.
        return size if written is None else written


class _Visible(io.TextIOWrapper):
    """A text stream for people: control and bidirectional characters, which may come with the name
    of a file or from a server, are written as signs. A carriage return at the beginning of a text
    stays: it rewrites a line of progress."""

    def write(self, text: str, /) -> int:
        start = "\r" if text.startswith("\r") else ""
        super().write(start + visible(text.removeprefix("\r")))
        return len(text)


def prepare() -> None:
    """Make stdin, stdout and stderr usable whatever the parent process has done to them, and safe
    to show; what goes from stdout to another program stays as it is.

    A missing descriptor is opened on the null device: otherwise the next file that is opened would
    get its number, and what is printed would be written into it.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
            else:
                os.set_inheritable(descriptor, True)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = _prepared(sys.stdout, STDOUT)
    sys.stderr = _prepared(sys.stderr, STDERR)


def lost_output() -> OSError | None:
    """Bring the result to stdout and return why it was not all written, or None."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        return error if isinstance(error, OSError) else OSError(str(error))
    raw = _raw(sys.stdout)
    return raw.error if isinstance(raw, _Lenient) else None


def _prepared(stream: TextIO | None, descriptor: int) -> TextIO:
    """Return a stream in place of one of Python's own; one that was replaced already stays."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    raw = _raw(stream)
    # A console of Windows has a kind of its own, and no disk behind it that could be full.
    if type(stream) is not io.TextIOWrapper or type(raw) is not io.FileIO:
        return stream
    with suppress(OSError):
        stream.flush()
    lenient = _Lenient(descriptor)
    buffer: Any = lenient if raw is stream.buffer else io.BufferedWriter(lenient)
    kind = _Visible if descriptor == STDERR or stream.isatty() else io.TextIOWrapper
    return kind(
        buffer,
        encoding=stream.encoding,
        errors="backslashreplace",  # names of files may hold bytes that are not text
        line_buffering=stream.line_buffering or descriptor == STDERR,
        write_through=stream.write_through,
    )


def _raw(stream: TextIO) -> object:
    """Return what a stream writes to at last; without buffering (`python -u`) it has one layer
    less."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)
