"""What a soak measures once a minute, and whether that is how it should be."""

import gc
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import psutil
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from cozviewer.ui.main_window import MainWindow

GROWTH = 0.05
"""Part by which memory and objects may grow over the second half, when all caches are full."""

SLACK = 2
"""Handles and threads that may come and go: a reader that ends, a pool that fills up."""

FEWEST = 8
"""Samples from which growth is judged."""


@dataclass(frozen=True)
class Sample:
    """The state of the process at rest.

    Attributes:
        minute: Since the start.
        rss_mib, children_mib: Memory of the process, and of those that it started.
        threads, handles: Of the process; handles are file descriptors but on Windows.
        children: Processes that it started.
        window_objects: QObjects below the window.
        top_levels: Top-level widgets.
        python_objects: Objects that the garbage collector sees.
        tiles_mib: Of the open image in memory.
        opened: Pictures opened so far.
        errors: Errors logged so far.
    """

    minute: float
    rss_mib: float
    children_mib: float
    threads: int
    handles: int
    children: int
    window_objects: int
    top_levels: int
    python_objects: int
    tiles_mib: float
    opened: int
    errors: int


def measured(window: MainWindow, started: float, opened: int, errors: int) -> Sample:
    """Measure now; the window should be at rest."""
    gc.collect()
    process = psutil.Process()
    children = process.children(recursive=True)
    memory = 0
    for child in children:
        try:
            memory += child.memory_info().rss
        except psutil.Error:  # it has just ended
            continue
    handles = process.num_handles if hasattr(process, "num_handles") else process.num_fds
    main = window.panes.images.main
    return Sample(
        minute=round((time.monotonic() - started) / 60, 2),
        rss_mib=round(process.memory_info().rss / 2**20, 1),
        children_mib=round(memory / 2**20, 1),
        threads=process.num_threads(),
        handles=handles(),
        children=len(children),
        window_objects=len(window.findChildren(QObject)),
        top_levels=len(QApplication.topLevelWidgets()),
        python_objects=len(gc.get_objects()) + gc.get_freeze_count(),
        tiles_mib=0.0 if main is None else round(main.tiles.bytes / 2**20, 1),
        opened=opened,
        errors=errors,
    )


def kinds_of_objects() -> Counter[str]:
    """Count what Python keeps alive, by type."""
    return Counter(
        f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects()
    )


def slope(minutes: Sequence[float], values: Sequence[float]) -> float:
    """Return growth per minute: the median of the slopes between all pairs (Theil and Sen), which
    a few outliers do not change."""
    return median(
        (values[j] - values[i]) / (minutes[j] - minutes[i])
        for i, j in combinations(range(len(values)), 2)
    )


def growth(samples: Sequence[Sample], name: str) -> float:
    """Return by how much a figure grew over the second half of the samples."""
    half = samples[len(samples) // 2 :]
    minutes = [each.minute for each in half]
    return slope(minutes, [getattr(each, name) for each in half]) * (minutes[-1] - minutes[0])


def complaints(samples: Sequence[Sample]) -> list[str]:
    """Return what is wrong, a sentence each; nothing if all is well."""
    wrong = []
    if samples and samples[-1].errors:
        wrong.append(f"{samples[-1].errors} errors were logged.")
    if len(samples) < FEWEST:
        return wrong
    half = samples[len(samples) // 2 :]
    for name, what in (
        ("rss_mib", "Memory (MiB)"),
        ("window_objects", "The number of objects of the window"),
        ("python_objects", "The number of Python objects"),
    ):
        grown, usual = growth(samples, name), median(getattr(each, name) for each in half)
        if grown > GROWTH * usual:
            wrong.append(f"{what} grew by {grown:,.0f} from {usual:,.0f} over the second half.")
    for name, what in (
        ("threads", "threads"),
        ("handles", "open handles"),
        ("top_levels", "top-level widgets"),
    ):
        grown = growth(samples, name)
        if grown > SLACK:
            wrong.append(f"The number of {what} grew by {grown:.1f} over the second half.")
    return wrong
