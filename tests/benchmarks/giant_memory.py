"""The memory of the viewer over a giant that is opened, browsed at all levels and refined, in a
process of its own, as the viewer is one:

    python -m tests.benchmarks.giant_memory PHOTO NUMBERS

NUMBERS is the number format of Real-ESRGAN, which runs in a further process.
"""

import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Event, Thread

import psutil
from PySide6.QtCore import QPoint

from cozviewer.models.worker.remote import RemoteModels
from cozviewer.pyramid.camera import camera_at
from cozviewer.ui.main_window import MainWindow
from cozviewer.util.memory import share_heaps
from tests.benchmarks.desk import application, at_rest, open_window, show, turn_wheel, wait

MOST_MIB = 954
"""Goal for the window and the process for models together: a gigabyte."""

MOST_WINDOW_MIB = 512
"""Goal for the window's process."""

BROWSING_SECONDS = 30

REST_SECONDS = 4.0
"""From the end of a step to the measurement: memory is returned to the system meanwhile."""


def main(photo: Path, numbers: str) -> None:
    """Print how much memory is used on the way, and at most."""
    share_heaps()  # as run_viewer does
    random.seed(1)
    engine, remote = "realesrgan", RemoteModels()
    with (
        Memory() as memory,
        open_window(engine, 1280, 800, photo, numbers=numbers, remote=remote) as window,
    ):
        window.navigator.reduced_motion = True
        memory.show("opened")
        browse(window, BROWSING_SECONDS)
        memory.show(f"after {BROWSING_SECONDS} s of browsing at all levels")
        window.navigator.go_to(camera_at(Fraction(99_800), Fraction(99_850), 4.0))
        wait(lambda: window.document is not None and window.document.working)
        seconds = wait(lambda: at_rest(window))
        until = time.perf_counter() + REST_SECONDS
        wait(lambda: time.perf_counter() > until)
        memory.show(f"after refining at x4 in a corner, {seconds:.1f} s")
        show("at most, together", f"{memory.most.together:.0f} MiB", f"< {MOST_MIB} MiB")
        show("at most, the window", f"{memory.most.window:.0f} MiB", f"< {MOST_WINDOW_MIB} MiB")
    remote.close()


def browse(window: MainWindow, seconds: float) -> None:
    """Zoom and pan at random: between the overview and beyond the pixels of the photo."""
    app, canvas = application(), window.panes.generated
    end = time.perf_counter() + seconds
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


@dataclass(frozen=True)
class Used:
    """Memory in MiB.

    Attributes:
        together: Of this process and its children: their anonymous pages, and of each mapped file
            the pages that one of them has, as they share those.
        window: Of this process alone.
    """

    together: float
    window: float


class Memory:
    """Measures in the background, within a `with` block, how much memory the program uses.

    Attributes:
        most: At most so far, each figure on its own.
    """

    def __init__(self) -> None:
        self._ended, self.most = Event(), Used(0.0, 0.0)
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def show(self, what: str) -> None:
        """Print how much is used now."""
        now = used()
        show(what, f"{now.together:.0f}, window {now.window:.0f} MiB")

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            now, most = used(), self.most
            self.most = Used(max(most.together, now.together), max(most.window, now.window))


def used() -> Used:
    """Return the memory that is used now. Linux only."""
    own = psutil.Process()
    anonymous, files, window = 0, dict[str, int](), 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):  # it has just ended
            mapped = dict[str, int]()
            for each in process.memory_maps():
                anonymous += each.anonymous
                window += each.rss if process is own else 0
                mapped[each.path] = mapped.get(each.path, 0) + each.rss - each.anonymous
            for path, size in mapped.items():
                files[path] = max(size, files.get(path, 0))
    return Used((anonymous + sum(files.values())) / 2**20, window / 2**20)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
