"""Programs that begin with their modules imported, as forks of a process that did nothing else.

Importing the window takes most of the time of a short program. What tests how a program starts
must not use this.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

MOST = 1 << 17
"""Maximum length of a message, in bytes."""


class Program(Protocol):
    """A program that runs.

    Attributes:
        stdout: What it prints.
    """

    stdout: IO[str]

    def send_signal(self, number: int) -> None:
        """Send it a signal."""

    def ended(self, timeout: float) -> tuple[int, str, str]:
        """Wait for its end; return its exit code, what is left of its stdout, and its stderr.

        Raises:
            TimeoutError: It takes longer, and is killed.
        """


class Programs(Protocol):
    """What starts programs, one at a time."""

    def start(self, script: str, words: Sequence[str]) -> Program:
        """Do as `python -c`, in the current folder and environment; the program before must have
        ended."""


@contextmanager
def programs(*modules: str) -> Iterator[Programs]:
    """Yield what starts programs with some modules imported, at once on Linux; libraries of other
    systems do not survive a fork."""
    if sys.platform != "linux":
        yield Fresh()
        return
    forks = Forks(*modules)
    try:
        yield forks
    finally:
        forks.close()


class Fresh:
    """Starts each program afresh."""

    def start(self, script: str, words: Sequence[str]) -> Program:
        return FreshProgram(script, words)


class FreshProgram:
    """A process of its own."""

    def __init__(self, script: str, words: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.stdout: IO[str] = self._process.stdout

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    def ended(self, timeout: float) -> tuple[int, str, str]:
        try:
            out, err = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            self._process.communicate()
            raise TimeoutError from error
        return self._process.returncode, out, err


class Fork:
    """A fork of `Forks`."""

    def __init__(self, link: socket.socket, script: str, words: Sequence[str]) -> None:
        self._link = link
        self._err = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        read_end, write_end = os.pipe()
        self.stdout: IO[str] = os.fdopen(read_end, encoding="utf-8")
        request = json.dumps([script, list(words), os.getcwd(), dict(os.environ)]).encode()
        socket.send_fds(link, [request], [write_end, self._err.fileno()])
        os.close(write_end)
        link.settimeout(None)
        self._pid = int(link.recv(MOST))

    def send_signal(self, number: int) -> None:
        os.kill(self._pid, number)

    def ended(self, timeout: float) -> tuple[int, str, str]:
        self._link.settimeout(timeout)
        try:
            code = int(self._link.recv(MOST))
        except TimeoutError:
            self.send_signal(signal.SIGKILL)
            self._link.settimeout(None)
            self._link.recv(MOST)
            raise
        finally:
            with self.stdout, self._err:
                out = self.stdout.read()
                self._err.seek(0)
                err = self._err.read()
        return code, out, err


class Forks:
    """A process that has imported some modules and forks itself for each program."""

    def __init__(self, *modules: str) -> None:
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), *modules],
                pass_fds=[theirs.fileno()],
                cwd=Path(__file__).parents[1],
            )

    def start(self, script: str, words: Sequence[str]) -> Program:
        return Fork(self._link, script, words)

    def close(self) -> None:
        """End the process."""
        self._link.close()
        self._process.kill()
        self._process.wait()


def main(number: str, *modules: str) -> None:
    """Import modules, and fork for each request until the link is closed."""
    for module in modules:
        importlib.import_module(module)
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(number)) as link:
        while True:
            request, descriptors, _, _ = socket.recv_fds(link, MOST, 2)
            if not request:
                return
            pid = os.fork()
            if not pid:
                break
            for descriptor in descriptors:
                os.close(descriptor)
            link.send(str(pid).encode())
            _, status = os.waitpid(pid, 0)
            link.send(str(os.waitstatus_to_exitcode(status)).encode())
    signal.signal(signal.SIGINT, usual)
    for descriptor, place in zip(descriptors, (1, 2), strict=True):
        os.dup2(descriptor, place)
        os.close(descriptor)
    run(*json.loads(request))


def run(script: str, words: list[str], folder: str, environment: Mapping[str, str]) -> None:
    """Be `python -c script words`."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["-c", *words]
    program = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(script, "<string>", "exec"), program.__dict__)


if __name__ == "__main__":
    main(*sys.argv[1:])
