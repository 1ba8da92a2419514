"""One run of the process that runs models, from its start to its end.

Threads read its answers and what it writes to stderr, and write the requests, so that a process
that hangs never blocks a caller.
"""

import logging
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import BinaryIO

from cozviewer.models.worker.frames import (
    Frame,
    Garbled,
    Truncated,
    read_frame,
    write_frame,
)
from cozviewer.util.translation import looked_up

START_SECONDS = 120.0
"""Time that the process gets until it answers at all; it has imported nothing heavy by then."""

END_SECONDS = 0.5
"""Time that the process gets to end by itself."""

SILENT_SECONDS = 5.0
"""Time that the process gets to end once it has closed its side of the pipe."""

JOIN_SECONDS = 2.0
PIPE_BYTES = 1 << 20
"""Size of the pipes on Linux: pixels pass in few pieces."""

log = logging.getLogger("cozviewer")


@dataclass(frozen=True)
class Ending:
    """How the process ended.

    Attributes:
        code: Its exit code; minus the number of the signal that ended it.
        fault: Why the window ended it: "late" (it did not start in time), "garbled" (it answered
            nonsense); "" if it ended otherwise.
        errors: The last lines that it wrote to stderr.
    """

    code: int
    fault: str
    errors: Sequence[str]


Inbox = SimpleQueue[Frame | Ending]
"""Receives what belongs to one call."""


class RunningProcess:
    """The process and its pipes. Any thread.

    It has more than 12 attributes: three pipes have a thread each.

    Attributes:
        pid: Its number.
    """

    def __init__(self, command: Sequence[str], start_seconds: float = START_SECONDS) -> None:
        """Start it.

        Args:
            command: What starts it.
            start_seconds: Time that it gets until it answers.

        Raises:
            OSError: It cannot be started.
        """
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=_flags(),
        )
        self.pid = self._process.pid
        self._until = time.monotonic() + start_seconds
        self._answers = False
        self._fault = ""
        self._lock = threading.Lock()
        self._inboxes: dict[int, Inbox] = {}
        self._ending: Ending | None = None
        self._retired = False
        self._outgoing: SimpleQueue[Frame | None] = SimpleQueue()
        self._errors: deque[str] = deque(maxlen=60)
        self._threads = [
            threading.Thread(target=target, name=name, daemon=True)
            for target, name in (
                (self._read, "engine-answers"),
                (self._write, "engine-requests"),
                (self._read_errors, "engine-errors"),
            )
        ]
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            _widen(pipe)
        for thread in reversed(self._threads):  # the first one joins the last one
            thread.start()

    @property
    def ending(self) -> Ending | None:
        """How it ended; None while it runs."""
        return self._ending

    @property
    def retired(self) -> bool:
        """Whether it takes no more calls, as its libraries take memory that nothing needs any more.
        It ends by itself."""
        return self._retired

    def open_call(self, call: int) -> Inbox | None:
        """Return what receives the frames of a call, and the ending if that comes first; None if it
        is retired."""
        inbox: Inbox = SimpleQueue()
        with self._lock:
            if self._retired:
                return None
            if self._ending is None:
                self._inboxes[call] = inbox
            else:
                inbox.put(self._ending)
        return inbox

    def close_call(self, call: int) -> None:
        """Drop whatever else comes for a call."""
        with self._lock:
            self._inboxes.pop(call, None)

    def send(self, frame: Frame) -> None:
        """Send a frame, some time soon; never waits, may be called within a finalizer."""
        self._outgoing.put(frame)

    def check_start(self) -> None:
        """Kill it if it should have answered by now and has not."""
        if not self._answers and time.monotonic() > self._until:
            self._fault = "late"
            self._process.kill()

    def end(self) -> None:
        """End it, whatever it does, within about a second; calls receive the ending."""
        self._outgoing.put(None)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(JOIN_SECONDS)

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while (frame := read_frame(stdout)) is not None:  # type: ignore[arg-type]
                self._take(frame)
        except Truncated:
            log.info("The engine's process ended within an answer")
        except Exception:  # an answer may be anything, and a call must not wait for ever
            log.warning("The engine's process answered nonsense", exc_info=True)
            self._fault = self._fault or "garbled"
        if self._fault:
            self._process.kill()
        stdout.close()
        try:
            code = self._process.wait(SILENT_SECONDS)
        except subprocess.TimeoutExpired:
            self._fault = self._fault or "garbled"
            self._process.kill()
            code = self._process.wait()
        self._threads[2].join(JOIN_SECONDS)  # the last words on stderr
        self._outgoing.put(None)
        with self._lock:
            self._ending = Ending(code, self._fault, tuple(self._errors))
            inboxes = list(self._inboxes.values())
            self._inboxes.clear()
        for inbox in inboxes:
            inbox.put(self._ending)

    def _take(self, frame: Frame) -> None:
        header = frame.header
        self._answers = True
        match header.get("kind"):
            case "call":
                with self._lock:
                    inbox = self._inboxes.get(int(header["call"]))
                if inbox is not None:
                    inbox.put(frame)
            case "translate":
                context, text, disambiguation, n = header["key"]
                found = looked_up(str(context), str(text), str(disambiguation), int(n))
                self.send(Frame({"kind": "translated", "key": header["key"], "text": found}))
            case "log":
                log.log(int(header["level"]), "Engine: %s", header["text"])
            case "ready":
                pass
            case "spent":
                with self._lock:
                    self._retired = not self._inboxes
                if self._retired:
                    self._outgoing.put(None)
            case _:
                raise Garbled("an unknown kind of frame")

    def _write(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError):  # it has ended; `_read` finds out why
            while (frame := self._outgoing.get()) is not None:
                write_frame(stdin, frame)  # type: ignore[arg-type]
        with suppress(OSError):
            stdin.close()

    def _read_errors(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        for line in iter(lambda: stderr.readline(4096), b""):
            self._errors.append(line.decode("utf-8", "replace").rstrip())
        stderr.close()


def _flags() -> int:
    """Return the flags for Windows: no console, and a priority that lets the window go first."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return 0


def _widen(pipe: BinaryIO | object) -> None:
    """Let a pipe hold `PIPE_BYTES`, where the system can do that."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)  # type: ignore[union-attr]
