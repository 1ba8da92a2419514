"""A photo of 100 000 x 100 000 pixels, read from its file: opening, panning, memory, refining."""

import random
import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest
from PySide6.QtCore import QPoint

from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.models.worker.remote import RemoteModels
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.main_window import MainWindow
from cozviewer.util.memory import share_heaps
from tests.benchmarks.desk import application, at_rest, open_window, show, spread, turn_wheel, wait
from tests.image.tiled.giant import JPEG, giant_tiff

FRAMES = 300
BROWSING_SECONDS = 30

REST_SECONDS = 4.0
"""From the end of a step to the measurement: memory is returned to the system meanwhile."""


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
    process = psutil.Process()
    before = process.memory_info().rss
    with open_window("bicubic", 1280, 800, giant) as window:
        window.navigator.reduced_motion = True

        def more() -> str:
            return f"{(process.memory_info().rss - before) / 2**20:.0f} MiB"

        show("memory of the window, open", more())
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
        _browse(window)
        show(f"memory of the window after {BROWSING_SECONDS} s of browsing", more(), "< 512 MiB")


@pytest.mark.parametrize("numbers", ["bf16", "int8"])
def test_refining(giant: Path, numbers: str) -> None:
    print(f"  The window and the process for models, in {numbers}")
    share_heaps()  # as run_viewer does
    remote = RemoteModels()
    with open_window("realesrgan", 1280, 800, giant, numbers=numbers, remote=remote) as window:
        window.navigator.reduced_motion = True
        memory = Memory()
        window.navigator.go_to(camera_at(Fraction(99_800), Fraction(99_850), 4.0))
        wait(lambda: window.document is not None and window.document.working)
        show("refined at x4 in a corner", f"{wait(lambda: at_rest(window)):.1f} s")
        until = time.perf_counter() + REST_SECONDS
        wait(lambda: time.perf_counter() > until)
        at_rest_mib, most = used_mib(), memory.end()
    remote.close()
    show("memory at rest, with Real-ESRGAN loaded", f"{at_rest_mib:.0f} MiB", "< 954 MiB")
    show("at most", f"{most:.0f} MiB", "< 954 MiB")


class Memory:
    """Measures in the background how much memory the program uses at most."""

    def __init__(self) -> None:
        """Begin."""
        self._ended, self._most = Event(), 0.0
        self._thread = Thread(target=self._watch)
        self._thread.start()

    def end(self) -> float:
        """End, and return MiB."""
        self._ended.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self._most = max(self._most, used_mib())


def used_mib() -> float:
    """Return the memory of this process and its children: their anonymous pages, and of each mapped
    file the pages that one of them has, as they share those. Linux only."""
    own = psutil.Process()
    anonymous, files = 0, dict[str, int]()
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):  # it has just ended
            mapped = dict[str, int]()
            for each in process.memory_maps():
                anonymous += each.anonymous
                mapped[each.path] = mapped.get(each.path, 0) + each.rss - each.anonymous
            for path, size in mapped.items():
                files[path] = max(size, files.get(path, 0))
    return (anonymous + sum(files.values())) / 2**20


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


def _browse(window: MainWindow) -> None:
    app, canvas = application(), window.panes.generated
    end = time.perf_counter() + BROWSING_SECONDS
    while time.perf_counter() < end:
        spot = QPoint(random.randrange(1280), random.randrange(800))
        if random.random() < 0.5:
            depth = window.navigator.camera.log2
            turn_wheel(canvas, spot, random.choice((-3, 3)) if depth < 2 else -12)
        else:
            window.navigator.step(random.uniform(-900, 900), random.uniform(-600, 600))
        pause = time.perf_counter() + 0.2
        while time.perf_counter() < pause:
            app.processEvents()
            time.sleep(0.001)
