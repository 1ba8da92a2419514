"""A photo of 100 000 x 100 000 pixels, read from its file: opening, panning, memory, refining."""

import os
import random
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.main_window import MainWindow
from cozviewer.util.memory import share_heaps
from tests.benchmarks.desk import application, at_rest, open_window, show, spread, wait
from tests.image.tiled.giant import JPEG, giant_tiff

FRAMES = 300


@pytest.fixture(scope="module")
def giant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return giant_tiff(tmp_path_factory.mktemp("giant") / "giant.tif", compression=JPEG)


def test_reading(giant: Path) -> None:
    print("\nb. A photo of 100 000 x 100 000 pixels in JPEG tiles")
    started = time.perf_counter()
    source = open_source(giant)
    show("opened, with its overview", f"{time.perf_counter() - started:.2f} s", "< 2 s")
    random.seed(1)
    for z in (0, -4, -7):
        width, height = source.levels.size(-z)
        times = []
        for _ in range(10):
            x, y = random.randrange(max(1, width - 1280)), random.randrange(max(1, height - 800))
            region = Rect(x, y, 1280, 800).intersected(Rect(0, 0, width, height))
            started = time.perf_counter()
            source.pixels(z, region)
            times.append(time.perf_counter() - started)
        show(f"1280 x 800 pixels of level {z}, anywhere", spread(times))


def test_window(giant: Path) -> None:
    share_heaps()  # as run_viewer does
    with open_window("bicubic", 1280, 800, giant) as window:
        window.navigator.reduced_motion = True
        window.navigator.go_to(camera_at(Fraction(70_000), Fraction(30_000), 1.0))
        wait(lambda: at_rest(window))
        whole, busy, queued = _pans(window)
        show("panning at 1:1, a frame with what it reads", spread(whole), "p99 < 16 ms")
        show("of that, computing in the window's thread", spread(busy))
        show("of that, waiting for a core, as others have all", spread(queued))
        jumps = []
        for _ in range(10):
            x, y = random.randrange(100_000), random.randrange(100_000)
            window.navigator.go_to(camera_at(Fraction(x), Fraction(y), 1.0))
            jumps.append(wait(lambda: at_rest(window)))
        show("sharp after a jump elsewhere", spread(jumps))


@pytest.mark.parametrize("numbers", ["bf16", "int8"])
def test_memory(giant: Path, numbers: str) -> None:
    print(f"  Memory of the window and the process for models, which refines in {numbers}")
    command = [sys.executable, "-m", "tests.benchmarks.giant_memory", str(giant), numbers]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def _pans(window: MainWindow) -> tuple[list[float], list[float], list[float]]:
    """Time frames of a steady pan; tiles are read and arrive meanwhile.

    Returns:
        The seconds of each frame, those of computing, and those in the queue for a core.
    """
    app, canvas = application(), window.panes.generated
    whole, busy, queued = list[float](), list[float](), list[float]()
    for _ in range(FRAMES):
        started, used, waited = time.perf_counter(), time.thread_time(), _queued()
        window.navigator.pan(12.0, 7.0)
        app.processEvents()
        canvas.repaint()
        whole.append(time.perf_counter() - started)
        busy.append(time.thread_time() - used)
        queued.append(_queued() - waited)
        time.sleep(0.004)
    wait(lambda: at_rest(window))
    return whole, busy, queued


def _queued() -> float:
    """Return how many seconds this thread has waited for a core so far; 0 but on Linux."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
