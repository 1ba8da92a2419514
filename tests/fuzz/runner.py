"""Fuzzes the program: bytes that may be anything go into everything that reads files or replies.

    python -m tests.fuzz.runner --minutes 10 [--seed N] [TARGET...]     (or: make fuzz)
    python -m tests.fuzz.runner TARGET --kind KIND --file build/fuzz/...   one content again

Whatever comes in, there must be a result or a sentence: no other exception, no crash, no hang, no
gigabyte of memory, nothing on stderr. What breaks the rule is kept in build/fuzz/, with the line
that runs it again; exit code 1 if there is anything.
"""

import argparse
import base64
import json
import os
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.fuzz.target import READ, REFUSED, outcome
from tests.fuzz.targets import PLACES, target

ROOT = Path(__file__).parents[2]

SECONDS = 10.0
"""Time of the processor that a case may take; on the clock, six times as much."""

START_SECONDS = 180.0
"""Time for a worker to start and make its samples."""

TELL_SECONDS = 30.0
"""Time between two lines about the progress."""

CRASH, HANG = "crash", "hang"


@dataclass(frozen=True)
class Ended:
    """A case that has ended.

    Attributes:
        number, kind: As in `Case`.
        end: READ, REFUSED, or how it broke the rule.
        details: For people.
        content: What was read; None where all is well.
    """

    number: int
    kind: str
    end: str
    details: str = ""
    content: bytes | None = None


def main(argv: list[str] | None = None) -> int:
    """Run the fuzzers and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(PLACES))
    parser.add_argument("--minutes", type=float, default=10.0, help="for all targets together")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--cases", type=int, default=10**9, help="most cases of each target")
    parser.add_argument("--kind", action="append", default=[], help="only this kind of sample")
    parser.add_argument("--file", type=Path, help="read this content once, in this process")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "fuzz")
    options = parser.parse_args(argv)
    names = options.targets or [*PLACES]
    if options.file is not None:
        with tempfile.TemporaryDirectory() as folder:
            content = options.file.read_bytes()
            print(outcome(target(names[0]), options.kind[0], content, Path(folder)))
        return 0
    found = 0
    print(f"Seed {options.seed}", flush=True)
    for name in names:
        counts = Counter[str]()
        until, told = time.monotonic() + options.minutes * 60 / len(names), time.monotonic()
        for ended in fuzzed(name, options.seed, options.kind, until, options.cases):
            counts[ended.end] += 1
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                print(f"  {name}: {sum(counts.values()):,} cases", file=sys.stderr, flush=True)
            if ended.content is not None:
                found += 1
                print(report(name, options.seed, ended, options.out), flush=True)
        print(f"{name:<10} {sum(counts.values()):>7,} cases: {dict(counts)}", flush=True)
    return 1 if found else 0


def report(name: str, seed: int, ended: Ended, folder: Path) -> str:
    """Keep a content that broke the rule; return how, and the line that runs it again."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{seed}-{ended.number}.bin"
    path.write_bytes(ended.content or b"")
    with suppress(ValueError):
        path = path.relative_to(Path.cwd())
    again = f"python -m tests.fuzz.runner {name} --kind '{ended.kind}' --file {path}"
    lines = "\n".join(f"    {line}" for line in ended.details.strip().splitlines()[-12:])
    return f"{ended.end.upper()}  {again}\n{lines}"


def fuzzed(
    name: str,
    seed: int,
    kinds: list[str],
    until: float,
    most: int,
    seconds: float = SECONDS,
) -> Iterator[Ended]:
    """Run cases of a target until `until` on the monotonic clock, at most so many, and yield them;
    after a crash or a hang, the next case goes to a new process."""
    number = 0
    while number < most and time.monotonic() < until:
        for ended in _of_one_process(name, seed, kinds, number, seconds):
            yield ended
            number = ended.number + 1
            if number >= most or time.monotonic() >= until:
                return


def _of_one_process(
    name: str, seed: int, kinds: list[str], first: int, seconds: float
) -> Iterator[Ended]:
    with tempfile.TemporaryDirectory(prefix="cozviewer-fuzz-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker", name, str(seed), str(first), "1", folder,
             *kinds],
            cwd=ROOT,
            env=_environment(Path(folder)),
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, lines))
        reader.start()
        try:
            yield from _watched(process, lines, Path(folder), first, seconds)
        finally:
            _kill(process)
            reader.join()
            assert process.stdout is not None
            process.stdout.close()


def _watched(
    process: subprocess.Popen[str],
    lines: "queue.Queue[str]",
    folder: Path,
    number: int,
    seconds: float,
) -> Iterator[Ended]:
    kind, started, limit = "", False, START_SECONDS
    while True:
        line = _next(process, lines, limit, started)
        if line.endswith("\n"):
            message: dict[str, Any] = json.loads(line)
            number, kind, started, limit = message["number"], message["kind"], True, seconds
            if "end" in message:
                end, details = message["end"], message["details"]
                good = end in (READ, REFUSED)
                content = None if good else base64.b64decode(message["content"])
                yield Ended(number, kind, end, details, content)
                number, kind = number + 1, ""
            continue
        if not started or not kind:
            printed = (folder / "printed").read_text(errors="replace")
            raise RuntimeError(f"The worker ended between two cases:\n{printed}")
        end = HANG if line else CRASH
        details = (folder / "printed").read_text(errors="replace")
        details += f"\nexit status {process.poll()}"
        yield Ended(number, kind, end, details, (folder / "case").read_bytes())
        return


def _next(
    process: subprocess.Popen[str], lines: "queue.Queue[str]", limit: float, started: bool
) -> str:
    """Return the next line; "" if the process has ended, "hang" if it takes too long."""
    begun, busy = time.monotonic(), _busy(process)
    while True:
        try:
            return lines.get(timeout=min(1.0, limit))
        except queue.Empty:
            waited = time.monotonic() - begun
            long = waited > limit and _busy(process) - busy > limit * 0.8
            if waited > 6 * limit or (long and started):
                _kill(process)
                return "hang"


def _busy(process: subprocess.Popen[str]) -> float:
    """Return the seconds of the processor that a process and those that it started have taken."""
    with suppress(psutil.Error):
        of = psutil.Process(process.pid)
        times = [each.cpu_times() for each in (of, *of.children(recursive=True))]
        return float(sum(each.user + each.system for each in times))
    return 0.0


def _read(process: subprocess.Popen[str], lines: "queue.Queue[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    process.wait()
    lines.put("")


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
    process.kill()
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without the user's folders, a screen or the network."""
    own = {name: str(folder / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    for path in own.values():
        Path(path).mkdir()
    own |= {"COZVIEWER_CACHE": str(folder / "cache"), "HF_HOME": str(folder / "hub")}
    own |= {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return os.environ | own


if __name__ == "__main__":
    sys.exit(main())
