"""The progress of a command: one line on stderr that is rewritten in place.

If stderr is not a terminal, a plain line is printed at every new stage and every few seconds.
Notices are printed above the line.
"""

import shutil
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from cozviewer.util.text import counted
from cozviewer.util.units import duration_text

if TYPE_CHECKING:
    from cozviewer.chain.chain import Progress

REWRITE_SECONDS = 0.1
"""Minimum time between two updates of the line on a terminal."""

PLAIN_SECONDS = 10.0
"""Minimum time between two plain lines of the same stage."""


class ProgressLine:
    """The line. A context manager, which erases the line when the block ends.

    Thread-safe, as the tile store may send notices from its own thread.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._rewriting = stream.isatty()
        self._stage = ""
        self._shown_at = 0.0
        self._length = 0
        self._lock = threading.Lock()

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._clear()

    def show(
        self,
        stage: str,
        done: int = 0,
        total: int = 0,
        seconds_left: float | None = None,
        note: str = "",
        fraction: float | None = None,
    ) -> None:
        """Show progress.

        Args:
            stage: What is being done: "Generating ×16".
            done, total: Numbers of tiles; not shown while total is 0.
            seconds_left: Estimated; None if unknown.
            note: Progress in another unit: "2 of 7.5 GB".
            fraction: The part that is done, 0..1, shown instead of tiles; None if unknown.
        """
        with self._lock:
            now = self._clock()
            wait = REWRITE_SECONDS if self._rewriting else PLAIN_SECONDS
            if stage == self._stage and now - self._shown_at < wait:
                return
            self._stage, self._shown_at = stage, now
            text = stage
            if fraction is not None:
                text += f": {int(100 * fraction)}%"
            elif total:
                text += f": {done:,} of {counted(total, 'tiles')}"
            if note:
                text += f": {note}"
            if seconds_left is not None:
                text += f", about {duration_text(seconds_left)} left"
            if self._rewriting:
                self._rewrite(text)
            else:
                print(text, file=self._stream, flush=True)

    def show_work(self, progress: "Progress") -> None:
        """Show the progress of a chain or of an export."""
        done, total, counts_tiles = progress.done, progress.total, progress.unit == "tiles"
        self.show(
            progress.stage,
            done if counts_tiles else 0,
            total if counts_tiles else 0,
            progress.seconds_left,
            progress.note if counts_tiles else f"{done} of {total} {progress.unit}",
            progress.fraction,
        )

    def notice(self, sentence: str) -> None:
        """Print a message that stays."""
        with self._lock:
            self._clear()
            print(f"cozviewer: {sentence}", file=self._stream, flush=True)
            self._stage = ""

    def _rewrite(self, text: str) -> None:
        text = text[: shutil.get_terminal_size().columns - 1]
        self._stream.write("\r" + text.ljust(self._length))
        self._stream.flush()
        self._length = len(text)

    def _clear(self) -> None:
        if self._length:
            self._rewrite("")
            self._stream.write("\r")
            self._stream.flush()
