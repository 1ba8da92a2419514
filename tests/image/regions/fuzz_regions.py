"""Reads regions of files changed at random, and counts what the libraries do with them.

    python -m tests.image.regions.fuzz_regions [FILES OF EACH KIND] [KIND...]

Each file is read in a fork, as `regions.child` would, with a limit of memory and of 10 seconds.
Not a test: the suite reads a few such files through the program itself (tests/image/test_mutated).
"""

import os
import random
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

from cozviewer.image.rect import Rect
from cozviewer.image.regions.opened import Request
from tests.image.rare_files import pdf
from tests.image.regions.region_files import aperio, dicom_slide, geotiff
from tests.mutations import edited, mutated
from tests.pyramid.images import noise

SECONDS = 10
MEMORY = 3 << 30

RGB = noise(200, 150)

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="160" viewBox="0 0 20 16"><defs>'
    b'<linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient><filter id="f">'
    b'<feGaussianBlur stdDeviation="2"/></filter></defs><path fill="url(#a)" filter="url(#f)" '
    b'd="M0 0L9 9L3 12z"/><text x="3" y="9" font-size="4">Ab</text></svg>'
)


def _map(path: Path) -> Path:
    bands = RGB.transpose(2, 0, 1).astype(np.uint16) * 50
    return geotiff(path, bands, overviews=(2,), nodata=0, compress="deflate")


KINDS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "slide": ("slides", ".svs", lambda path: aperio(path, RGB, compression="jpeg")),
    "plain slide": ("slides", ".svs", lambda path: aperio(path, RGB, compression="deflate")),
    "DICOM slide": ("slides", ".dcm", lambda path: dicom_slide(path, RGB, "2.25.7")),
    "map": ("maps", ".tif", _map),
    "PDF": ("pdf_pages", ".pdf", lambda path: path.write_bytes(pdf((200, 160), (90, 90)))),
    "SVG": ("drawings", ".svg", lambda path: path.write_bytes(SVG)),
}


def changed(whole: bytes, number: int, chance: random.Random) -> bytes:
    """Return a file with a few bytes changed, mostly of its header, or with pieces moved."""
    if number % 3 == 1:
        return mutated(whole, chance) if number % 2 else edited(whole, chance)
    content = bytearray(whole)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(min(len(content), chance.choice((64, 400, len(content)))))
        content[at] = chance.choice((0, 255, content[at] ^ 1 << chance.randrange(8)))
    return bytes(content)


def read_in_fork(module: str, path: Path, printed: Path) -> str:
    """Return what became of a file: image, error, memory, crash or hang."""
    process = os.fork()
    if process == 0:
        code = 3
        try:
            signal.alarm(SECONDS)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            opened = import_module(f"cozviewer.image.regions.{module}").open_regions(
                Request(str(path))
            )
            for level in {0, len(opened.sizes) - 1}:
                width, height = opened.sizes[level]
                side = Rect(0, 0, min(200, width), min(200, height))
                opened.read(level, side)
                opened.read(level, side.moved(width - side.width, height - side.height))
            code = 0
        except MemoryError:
            code = 4
        except BaseException:
            code = 3
        finally:
            os._exit(code)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        return "hang" if os.WTERMSIG(status) == signal.SIGALRM else "crash"
    return {0: "picture", 3: "error", 4: "memory"}.get(os.WEXITSTATUS(status), "crash")


def main() -> None:
    """Print a line for each kind."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for kind in sys.argv[2:] or KINDS:
        module, ending, make = KINDS[kind]
        import_module(f"cozviewer.image.regions.{module}")
        chance, found = random.Random(kind), Counter[str]()
        with tempfile.TemporaryDirectory() as folder:
            path, printed = Path(folder) / f"a{ending}", Path(folder) / "printed"
            make(path)
            whole = path.read_bytes()
            for number in range(count):
                path.write_bytes(changed(whole, number, chance))
                found[read_in_fork(module, path, printed)] += 1
                found["printed"] += printed.stat().st_size > 0
        print(kind, dict(found), flush=True)


if __name__ == "__main__":
    main()
