"""A target with every fault that the runner must notice."""

import os
import random
import sys
import time
from pathlib import Path

from cozviewer.util.errors import BadInput
from tests.fuzz.target import Target

FAULTS = ("raise", "crash", "hang", "memory", "print", "exit", "words", "refuse", "fine")


def do(kind: str, content: bytes, folder: Path) -> None:
    """Do what the kind says."""
    match kind:
        case "raise":
            raise IndexError("out of range")
        case "crash":
            os.abort()
        case "hang":
            time.sleep(1000)
        case "memory":
            bytearray(b"x") * (600 << 20)
        case "print":
            os.write(2, b"libfoo: bad\n")
        case "exit":
            sys.exit(3)
        case "words":
            raise BadInput("")
        case "refuse":
            raise BadInput("It is not good: get another.")


def _same(whole: bytes, chance: random.Random) -> bytes:
    return whole


def faulty() -> Target:
    """Return the target."""
    return Target("faulty", {kind: lambda kind=kind: kind.encode() for kind in FAULTS}, do, _same)  # type: ignore[misc]
