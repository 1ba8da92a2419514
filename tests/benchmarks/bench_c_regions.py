"""What a region of a slide, a map, a page and a drawing costs, and how much of it is the way
through the process that reads it."""

import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from cozviewer.image.rect import Rect
from cozviewer.image.regions.opened import Request
from tests.benchmarks.desk import show
from tests.image.rare_files import pdf
from tests.image.regions.region_files import aperio, geotiff, opened
from tests.pyramid.images import smooth

SIDE = 256

COUNT = 60

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 160"><circle cx="70" cy="80" r="60" '
    'fill="teal"/><path d="M0 0L200 160" stroke="red"/></svg>'
)


def _map(path: Path) -> object:
    return geotiff(path, RGB.transpose(2, 0, 1), overviews=(2, 4), photometric="RGB")


RGB = smooth(2048, 2048)

KINDS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "slide (JPEG)": ("TIFF", "slides", lambda path: aperio(path, RGB, compression="jpeg")),
    "map": ("TIFF", "maps", _map),
    "page": ("PDF", "pdf_pages", lambda path: path.write_bytes(pdf((200, 160)))),
    "drawing": ("SVG", "drawings", lambda path: path.write_text(SVG)),
}


def test_regions(tmp_path: Path) -> None:
    print("\nc. Regions of 256 x 256")
    for name, (kind, module, make) in KINDS.items():
        path = tmp_path / "a.file"
        make(path)
        started = time.perf_counter()
        reader = opened(path, kind)
        opening = time.perf_counter() - started
        columns = min(8, reader.sizes[0][0] // SIDE)
        places = [
            Rect(number % columns * SIDE, number // columns * SIDE, SIDE, SIDE)
            for number in range(COUNT)
        ]
        through = _times(partial(reader.read, 0), places)
        reader.close()
        direct = import_module(f"cozviewer.image.regions.{module}").open_regions(Request(str(path)))
        there = _times(partial(direct.read, 0), places)
        show(f"{name}: opening", f"{opening:.2f} s")
        show(
            f"{name}: median of a region",
            f"{np.median(through):.2f} ms, {np.median(there):.2f} ms without a process",
            "under 3 ms more",
        )


def _times(read: Callable[[Rect], object], places: list[Rect]) -> list[float]:
    times = []
    for place in places:
        started = time.perf_counter()
        read(place)
        times.append(1000 * (time.perf_counter() - started))
    return times
