"""What the benchmarks share: the real window over the sample photo, and how figures are printed."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from cozviewer.app import resource, services_for
from cozviewer.config.choice import AUTO, EngineChoice
from cozviewer.jobs.collector import GuiCollector
from cozviewer.models.worker.remote import RemoteModels
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.widgets.theme import apply_theme
from cozviewer.util.priority import take_turns_quickly

SAMPLE = resource("dandelion.jpg")


def show(what: str, figure: str, goal: str = "") -> None:
    """Print one figure."""
    print(f"  {what:<58} {figure:>22}" + (f"   (goal: {goal})" if goal else ""), flush=True)


def application() -> QApplication:
    """Return the application, made if there is none, as `run_viewer` makes it."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    take_turns_quickly()
    made = QApplication([])
    GuiCollector(made)
    apply_theme(made)
    return made


@contextmanager
def open_window(
    engine: str,
    width: int,
    height: int,
    image: Path = SAMPLE,
    *,
    numbers: str = AUTO,
    remote: RemoteModels | None = None,
) -> Iterator[MainWindow]:
    """Open the real window with a fresh cache; the image area gets the size that is asked for.

    Args:
        engine, numbers: See `EngineChoice`.
        remote: Runs the models in processes of their own; None runs them in this one.
    """
    app = application()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(
            services_for(Path(folder), remote=remote), EngineChoice(engine, numbers=numbers)
        )
        window.show()
        window.open_image(image)
        wait(lambda: window.document is not None)
        canvas = window.panes.generated
        window.resize(
            window.width() + width - canvas.width(), window.height() + height - canvas.height()
        )
        wait(lambda: at_rest(window))
        try:
            yield window
        finally:
            window.close()
            window.deleteLater()
            app.processEvents()


def at_rest(window: MainWindow) -> bool:
    """Tell whether the view rests, nothing is under way and the exact frame is shown."""
    document = window.document
    return (
        document is not None
        and window.navigator.at_rest
        and not document.working
        and window.panes.generated.shows_frame
    )


def wait(done: Callable[[], bool], seconds: float = 600) -> float:
    """Run the event loop until `done`; return how long it took, in seconds."""
    app, started = application(), time.perf_counter()
    while not done():
        app.processEvents()
        time.sleep(0.001)
        if time.perf_counter() - started > seconds:
            raise TimeoutError
    return time.perf_counter() - started


def turn_wheel(widget: QWidget, position: QPoint, notches: float) -> None:
    """Send a wheel event."""
    event = QWheelEvent(
        QPointF(position),
        QPointF(widget.mapToGlobal(position)),
        QPoint(0, 0),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def spread(seconds: list[float]) -> str:
    """Return "p50 2.1 ms, p99 4.0 ms"."""
    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
