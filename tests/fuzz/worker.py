"""Runs case after case of one target in a process of its own; `runner` starts and watches it.

    python -m tests.fuzz.worker TARGET SEED FIRST STEP FOLDER [KIND...]

A JSON object a line on stdout: the number of the case, its kind, what became of it and details; if
it broke the rule, its content in Base64 as well. The content of the case under work is in
FOLDER/case, so that it is there after a crash.
"""

import base64
import json
import logging
import os
import shutil
import sys
import traceback
import warnings
from itertools import count
from pathlib import Path
from typing import TextIO

LIMIT = 512 << 20
"""Bytes of memory that a case may take."""

HARD_LIMIT = 8 << 30
"""Bytes of address space over what is there before the first case."""

RAISED, PRINTED, MEMORY = "raised", "printed", "memory"
"""What a case ends with that is found in this process; the others are found by the runner."""


def main() -> None:
    """Run until it is killed."""
    name, seed, first, step, place = sys.argv[1:6]
    folder = Path(place)
    own = _quiet(folder)
    logging.getLogger("cozviewer").addHandler(logging.NullHandler())
    warnings.simplefilter("always")
    from tests.fuzz.target import Cases, outcome
    from tests.fuzz.targets import target

    found = target(name)
    cases = Cases(found, int(seed), frozenset(sys.argv[6:]))
    _limit_memory()
    for number in count(int(first), int(step)):
        case = cases.case(number)
        files = folder / "files"
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir()
        (folder / "case").write_bytes(case.content)
        _tell(own, {"number": number, "kind": case.kind})
        (folder / "printed").write_bytes(b"")
        before = _peak(reset=True)
        details = ""
        try:
            end = outcome(found, case.kind, case.content, files)
        except BaseException:
            end, details = RAISED, traceback.format_exc()
        printed = (folder / "printed").read_bytes()
        taken = _peak() - before
        if end != RAISED and printed:
            end, details = PRINTED, printed[:2000].decode(errors="replace")
        elif end != RAISED and taken > LIMIT:
            end, details = MEMORY, f"{taken >> 20} MiB"
        told = {"number": number, "kind": case.kind, "end": end, "details": details}
        if end in (RAISED, PRINTED, MEMORY):  # the next case replaces the content in the file
            told["content"] = base64.b64encode(case.content).decode()
        _tell(own, told)


def _quiet(folder: Path) -> TextIO:
    """Send all that is printed to a file, and return the way to the runner."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    printed = os.open(folder / "printed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    return own


def _tell(own: TextIO, message: dict[str, object]) -> None:
    own.write(json.dumps(message) + "\n")
    own.flush()


def _limit_memory() -> None:
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + HARD_LIMIT
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak(reset: bool = False) -> int:
    """Return the most memory in bytes since the last reset; 0 where that is not known."""
    if sys.platform != "linux":
        return 0
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    return 0


if __name__ == "__main__":
    main()
