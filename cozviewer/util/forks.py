"""Starts processes of this program at once: one of them waits with its imports done, and forks.

Starting Python and importing NumPy and the library of a format takes two to five tenths of a
second of every photo of a rare format; a fork takes a hundredth. This needs Linux, where a process
can be referred to without a race (`pidfd_open`), and a process with a single thread, as others do
not survive a fork. Elsewhere, and whenever anything is wrong with it, a process is started as
usual.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, NoReturn, Protocol

from cozviewer.util.own_process import command_of, run_module

IDLE_SECONDS = 120.0
"""Time without a request after which the process that forks ends."""

ANSWER_SECONDS = 10.0
"""Time for an answer; a library is imported within it."""

_LARGEST = 1 << 20
_STARTED, _THREADS, _FAILED = b"s", b"t", b"f"


class Process(Protocol):
    """A process with pipes to its stdin and from its stdout; a `subprocess.Popen` is one."""

    @property
    def stdin(self) -> IO[bytes] | None:
        """What the process reads."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What the process writes."""

    def kill(self) -> None:
        """End the process, if it has not ended. Any thread."""

    def wait(self) -> object:
        """Wait until the process has ended."""


def start(module: str, ahead: Sequence[str] = ()) -> Process:
    """Start a process that calls `main()` of a module of this package. Any thread.

    Args:
        module: The module.
        ahead: Modules of this package to import before the fork, so that they are there at once
            the next time. Errors of these imports are ignored.

    Raises:
        OSError: The system starts no process.
    """
    return _FORKS.started(module, ahead) or popen(command_of(module))


def popen(command: Sequence[str]) -> Process:
    """Start a process as usual; what it writes to stderr is lost.

    Raises:
        OSError: The system starts no process.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


class Forks:
    """This program's side of the process that forks. Thread-safe.

    Args:
        possible: Whether the system allows for it.
        command: What starts that process; None: `main`.
    """

    def __init__(self, possible: bool, command: Sequence[str] | None = None) -> None:
        self._possible, self._command = possible, command
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._of = 0
        self._threaded: set[str] = set()

    def started(self, module: str, ahead: Sequence[str]) -> Process | None:
        """Return a process as `start` does, or None where it has to be started as usual."""
        if not self._possible or not self._threaded.isdisjoint(ahead):
            return None
        with self._lock:
            for _ in range(2):  # the one that was there may have ended
                try:
                    return self._requested(module, ahead)
                except ConnectionError:
                    self._end()
                except OSError:
                    break
                except BaseException:  # its answer is still in the socket
                    self._end()
                    raise
            self._end()
            self._possible = False
        return None

    def close(self) -> None:
        """End the process that forks; those that it started go on."""
        with self._lock:
            self._end()

    def _requested(self, module: str, ahead: Sequence[str]) -> Process | None:
        link = self._socket if self._of == os.getpid() else None  # else it is a forked copy
        if link is None:
            link = self._begun()
        request = {"module": module, "ahead": list(ahead), "environment": dict(os.environ)}
        request_end, stdin = os.pipe()
        stdout, answer_end = os.pipe()
        try:
            socket.send_fds(link, [json.dumps(request).encode()], [request_end, answer_end])
            answer, found, _, _ = socket.recv_fds(link, 1, 1)
        except BaseException:
            os.close(stdin)
            os.close(stdout)
            raise
        finally:
            os.close(request_end)
            os.close(answer_end)
        if answer == _STARTED and found:
            return _Forked(found[0], os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb"))
        os.close(stdin)
        os.close(stdout)
        if not answer:
            raise ConnectionResetError
        if answer == _THREADS:
            self._threaded.update(ahead)
        else:
            self._possible = False
        self._end()
        return None

    def _begun(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(ANSWER_SECONDS)
        self._socket, self._of = ours, os.getpid()
        with theirs:
            self._server = subprocess.Popen(
                self._command or command_of(__name__),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=os.sep,  # no folder is kept from being removed
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        return ours

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._server is not None and self._of == os.getpid():
            self._server.kill()
            self._server.wait()
        self._server = self._socket = None


class _Forked:
    """A process that was forked, as `Process`.

    Args:
        handle: A `pidfd` of it.
    """

    def __init__(self, handle: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._handle: int | None = handle
        self._lock = threading.Lock()

    def kill(self) -> None:
        """See `Process`."""
        with self._lock:
            if self._handle is not None:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> None:
        """See `Process`."""
        if self._handle is not None:
            ended = select.poll()
            ended.register(self._handle, select.POLLIN)
            ended.poll()
        self._close()

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def main() -> None:
    """Fork for the program at the other end of stdin, until it closes the socket or sends no
    request for IDLE_SECONDS."""
    link = socket.socket(fileno=os.dup(0))
    link.settimeout(IDLE_SECONDS)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        try:
            message, files, _, _ = socket.recv_fds(link, _LARGEST, 2)
        except TimeoutError:
            return
        if not message:
            return
        _serve(link, message, files)
        for each in files:
            os.close(each)


def _serve(link: socket.socket, message: bytes, files: list[int]) -> None:
    """Answer a request; in the process that is forked for it, never return."""
    request = json.loads(message)
    for modules, threaded in ([request["module"]], _FAILED), (request["ahead"], _THREADS):
        for each in modules:
            if each.startswith("cozviewer."):
                with suppress(Exception):  # the forked process reports it
                    import_module(each)
        if len(os.listdir("/proc/self/task")) > 1:
            link.send(threaded)
            return
    gc.freeze()
    # Until `pidfd_open`, an ended process is not reaped, so that no other has its number.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    try:
        number = os.fork()
        if number == 0:
            _run(request, link, files)
        handle = os.pidfd_open(number)
    except OSError:
        link.send(_FAILED)
        return
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    socket.send_fds(link, [_STARTED], [handle])
    os.close(handle)


def _run(request: dict[str, Any], link: socket.socket, files: list[int]) -> NoReturn:
    """Run the requested module in the process that was forked for it."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        link.close()
        os.dup2(files[0], 0)
        os.dup2(files[1], 1)
        for each in files:
            os.close(each)
        os.environ.clear()
        os.environ.update(request["environment"])
        run_module(request["module"])
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        os._exit(code)


def _reap(*_: object) -> None:
    """Collect the exit statuses of processes that have ended, so that no zombies are left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


_FORKS = Forks(sys.platform == "linux" and hasattr(os, "pidfd_open"))
atexit.register(_FORKS.close)
