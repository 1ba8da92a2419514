"""Painting a full view, and how long the event loop stalls while steps run."""

import time

import pytest
from PySide6.QtCore import QPoint, QTimer

from cozviewer.ui.main_window import MainWindow
from tests.benchmarks.desk import at_rest, open_window, show, spread, turn_wheel, wait

FRAMES = 300


@pytest.mark.parametrize(("width", "height", "goal"), [(1920, 1080, 8), (3840, 2160, 16)])
def test_paint(width: int, height: int, goal: int) -> None:
    print(f"\n2. Paint of {width} x {height}")
    with open_window("bicubic", width, height) as window:
        window.navigator.reduced_motion = True
        for notches in (8, 9):  # x4 and more: the view is full of generated tiles
            turn_wheel(window.panes.generated, QPoint(width // 2, height // 2), notches)
            wait(lambda: at_rest(window))
        show("at rest (composed frame)", spread(_paints(window, lambda i: None)))
        show("panning", spread(_paints(window, _pan(window))), f"p99 < {goal} ms")
        show("zooming", spread(_paints(window, _zoom(window))), f"p99 < {goal} ms")


@pytest.mark.parametrize("still", [True, False], ids=["still", "moving"])
def test_event_loop_while_steps_run(still: bool) -> None:
    with open_window("realesrgan", 1280, 800) as window:
        document = window.document
        assert document is not None
        warmed: list[str] = []
        document.warmed.connect(lambda place, devices: warmed.append(place))
        wait(lambda: bool(warmed))
        gaps: list[float] = []
        last = [time.perf_counter()]

        def tick() -> None:
            now = time.perf_counter()
            gaps.append(now - last[0])
            last[0] = now

        timer = QTimer()
        timer.setInterval(0)
        timer.timeout.connect(tick)
        turn_wheel(window.panes.generated, QPoint(500, 350), 8)
        wait(lambda: document.working)
        wait(lambda: document.chain.pyramid.store.usage()[1] > 1)
        last[0] = time.perf_counter()
        timer.start()
        end = time.perf_counter() + 8
        moved = [0]

        def running() -> bool:
            if not still and time.perf_counter() > end - 8 + 0.5 * moved[0]:
                # Half a second's rest after each move, so that steps begin and are dropped.
                moved[0] += 1
                turn_wheel(window.panes.generated, QPoint(640, 400), 0.5 if moved[0] % 2 else -0.5)
            return time.perf_counter() > end or (still and not document.working)

        wait(running)
        timer.stop()
        doing = "a still view" if still else "a wheel that turns now and then"
        show(f"event loop's gaps while steps run, {doing}", spread(gaps), "p99 < 16 ms")
        show("   longest", f"{max(gaps) * 1000:.0f} ms")
        window.stop_work()


def _paints(window: MainWindow, change: object) -> list[float]:
    """Time `FRAMES` paints, changing the view before each."""
    canvas, times = window.panes.generated, []
    for i in range(FRAMES):
        change(i)  # type: ignore[operator]
        started = time.perf_counter()
        canvas.repaint()
        times.append(time.perf_counter() - started)
    wait(lambda: at_rest(window))
    return times


def _pan(window: MainWindow) -> object:
    return lambda i: window.navigator.pan(1.7 if i < FRAMES / 2 else -1.7, 0.9)


def _zoom(window: MainWindow) -> object:
    return lambda i: window.navigator.pinch(1.01 if i < FRAMES / 2 else 1 / 1.01, 30.0, 20.0)
