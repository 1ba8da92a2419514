"""A process that reads files for us, and what happens when it crashes, hangs or takes too much."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from cozviewer.image.readers.notes import refusal
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.forks import Process
from cozviewer.util.translation import translate

_LOOK_SECONDS = 0.05


class Ended(Exception):
    """The process ended without an answer.

    Attributes:
        late: Whether it was ended because it took too long.
    """

    def __init__(self, late: bool) -> None:
        super().__init__()
        self.late = late


class Worker:
    """One process. While an answer is expected, a thread looks after it and ends it when it is no
    longer wanted or takes too long, so that reading from it never waits longer. While the process
    rests there is no thread.

    Any thread, one call at a time; `end` at any time.
    """

    def __init__(self, name: str, cancelled: IsCancelled) -> None:
        """Prepare for a process.

        Args:
            name: What people call the file.
            cancelled: Checked repeatedly while an answer is expected, until the process rests for
                the first time.
        """
        self._name, self._cancelled = name, cancelled
        self._process: Process | None = None
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._expecting = False
        self._until, self._late = 0.0, False

    def start(
        self, started: Callable[[], Process], request: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Start the process and return its first answer.

        Args:
            started: Starts it; see `forks.start`.
            request: What it is to read, as JSON.
            seconds: Most time until the answer.

        Raises:
            BadInput, Ended, ValueError: As `answer`.
        """
        self._process = started()
        return self.answer(json.dumps(request).encode() + b"\n", seconds)

    def answer(self, command: bytes, seconds: float) -> dict[str, Any]:
        """Send a command and return its answer; with `rested`, no more is expected.

        Args:
            command: A line.
            seconds: Most time until the answer, and until what follows it is read.

        Raises:
            BadInput: The process refused the file, or its memory ran out; one sentence.
            ValueError: The file is damaged; the reason, a part of a sentence.
            Ended: The process crashed, was too late, or is no longer wanted.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise Ended(False)
        self._until = time.monotonic() + seconds
        self._expect(process)
        try:
            process.stdin.write(command)
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError) as error:  # it ended, or `end` closed the pipes
            raise Ended(self._late) from error
        if not line.endswith(b"\n"):
            raise Ended(self._late)
        answer: dict[str, Any] = json.loads(line)
        match answer.get("error"):
            case "memory":
                raise BadInput(
                    translate(
                        "Error",
                        "{name} takes more memory than an image of its size should: it is "
                        "damaged; get a fresh copy, or save it as PNG with another program.",
                    ).format(name=self._name)
                )
            case "refused":
                raise BadInput(refusal(answer["key"], self._name, answer["values"]))
            case "damaged":
                raise ValueError(" ".join(answer["reason"].split()))
        return answer

    def fill(self, content: memoryview) -> None:
        """Read what follows an answer.

        Raises:
            Ended: As `answer`.
        """
        process = self._process
        if process is None or process.stdout is None:
            raise Ended(False)
        at = 0
        while at < len(content):
            try:
                count = process.stdout.readinto(content[at:])  # type: ignore[attr-defined]
            except (OSError, ValueError) as error:
                raise Ended(self._late) from error
            if not count:
                raise Ended(self._late)
            at += count

    def rested(self) -> None:
        """Let the process wait for the next command as long as it takes.

        The check given at opening is dropped: it may hold a reference to the opened photo, which
        ends the process when it is collected, and then never would be.
        """
        with self._lock:
            self._expecting = False
            self._cancelled = never

    def end(self) -> None:
        """End the process, whatever it does."""
        self._over.set()
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not sent yet
                    continue
        with self._lock:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _expect(self, process: Process) -> None:
        with self._lock:
            self._expecting = True
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(
                    target=self._watch, args=(process,), name="decoder", daemon=True
                )
                self._thread.start()

    def _watch(self, process: Process) -> None:
        while True:
            with self._lock:
                if self._over.is_set() or not self._expecting:
                    self._thread = None
                    return
                self._late = time.monotonic() > self._until
            if self._late or self._cancelled():
                process.kill()
                with self._lock:
                    self._thread = None
                return
            self._over.wait(_LOOK_SECONDS)
