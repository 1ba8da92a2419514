"""An hour's browsing in a minute: random gestures, and whether memory stays flat."""

import random
import time

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QPoint

from cozviewer.ui.view.tiles import tile_cache
from tests.benchmarks.desk import application, open_window, show, turn_wheel

SECONDS = 60

TILES_MIB = 96
"""Budget of the tiles in memory here: small, so that it is full soon and a leak would show."""


def test_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    print("\n5. Memory while browsing")
    monkeypatch.setattr(tile_cache, "MEMORY_CAP", TILES_MIB << 20)
    random.seed(1)
    process = psutil.Process()
    samples: list[tuple[float, float]] = []
    with open_window("bicubic", 1280, 800) as window:
        app, canvas = application(), window.panes.generated
        started = time.perf_counter()
        gestures = 0
        while (now := time.perf_counter() - started) < SECONDS:
            what = random.random()
            spot = QPoint(random.randrange(1280), random.randrange(800))
            if what < 0.55:
                depth = window.navigator.camera.log2
                turn_wheel(canvas, spot, random.choice((-2, 1, 2, 3)) if depth < 12 else -12)
            elif what < 0.9:
                window.navigator.step(random.uniform(-500, 500), random.uniform(-300, 300))
            elif what < 0.95:
                window.navigator.back()
            else:
                window.compare_menu.set_comparing(window.panes.mode is None)
            gestures += 1
            end = time.perf_counter() + random.choice((0.05, 0.1, 0.6))
            while time.perf_counter() < end:
                app.processEvents()
                time.sleep(0.001)
            samples.append((now, process.memory_info().rss / 2**20))
        tiles = window.document.chain.pyramid.store.usage()[1] if window.document else 0
    memory = np.array([sample[1] for sample in samples])
    third = len(memory) // 3
    show(f"{gestures} gestures, {tiles} tiles made, {TILES_MIB} MiB for tiles in memory", "")
    for i, name in enumerate(("first", "second", "last")):
        show(f"peak in the {name} third", f"{memory[i * third : (i + 1) * third].max():.0f} MiB")
    ratio = memory[2 * third :].max() / memory[third : 2 * third].max()
    show("last third over the second", f"{ratio:.2f}", "flat: 1.0")
