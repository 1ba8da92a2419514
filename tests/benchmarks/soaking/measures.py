"""What a soak measures once a minute, and whether that is how it should be."""

import gc
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

import psutil
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from cozviewer.ui.main_window import MainWindow

GROWTH = 0.05
"""Part by which memory and objects may grow over the second half, when all caches are full."""

SLACK = 2
"""Handles and threads that may come and go: a reader that ends, a pool that fills up."""

SERVER = "cozviewer.models.worker.server"
"""On the command line of a process that runs models."""

FEWEST = 8
"""Samples from which growth is judged."""


@dataclass(frozen=True)
class Sample:
    """The state of the process at rest.

    Attributes:
        minute: Since the start.
        rss_mib, threads, handles: Of the window's process; handles are file descriptors but on
            Windows.
        models_mib, models_threads, models_handles: Of the processes that run models.
        children_mib, children: Memory and number of the other processes that it started.
        window_objects: QObjects below the window.
        top_levels: Top-level widgets.
        python_objects: Objects that the garbage collector sees.
        tiles_mib: Of the open image in memory.
        opened: Images opened so far.
        errors: Errors logged so far.
    """

    minute: float
    rss_mib: float
    threads: int
    handles: int
    models_mib: float
    models_threads: int
    models_handles: int
    children_mib: float
    children: int
    window_objects: int
    top_levels: int
    python_objects: int
    tiles_mib: float
    opened: int
    errors: int


@dataclass(frozen=True)
class _Use:
    """What a process uses."""

    mib: float = 0.0
    threads: int = 0
    handles: int = 0


def _use(process: psutil.Process) -> _Use:
    handles = process.num_handles if hasattr(process, "num_handles") else process.num_fds
    return _Use(process.memory_info().rss / 2**20, process.num_threads(), handles())


def _total(uses: Sequence[_Use]) -> _Use:
    return _Use(*(sum(each) for each in zip(*map(astuple, uses), strict=True)))


def model_seconds() -> float:
    """Return the time for which the processes that run models have used a core or, on Linux, waited
    for one: on a busy machine they may get none for seconds, and yet not be at rest."""
    seconds = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error, OSError):  # it has just ended
            if SERVER in child.cmdline():
                used = child.cpu_times()
                seconds += used.user + used.system + _waited(child.pid)
    return seconds


def _waited(pid: int) -> float:
    """Return the seconds for which threads of a process have waited for a core (proc(5))."""
    folders = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[1]) for each in folders) / 1e9


def measured(window: MainWindow, started: float, opened: int, errors: int) -> Sample:
    """Measure now; the window should be at rest."""
    gc.collect()
    process = psutil.Process()
    models, others = [_Use()], [_Use()]
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            (models if SERVER in child.cmdline() else others).append(_use(child))
    own, models_use = _use(process), _total(models)
    main = window.panes.images.main
    return Sample(
        minute=round((time.monotonic() - started) / 60, 2),
        rss_mib=round(own.mib, 1),
        threads=own.threads,
        handles=own.handles,
        models_mib=round(models_use.mib, 1),
        models_threads=models_use.threads,
        models_handles=models_use.handles,
        children_mib=round(_total(others).mib, 1),
        children=len(others) - 1,
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
        ("models_mib", "The memory of the processes for models (MiB)"),
        ("window_objects", "The number of objects of the window"),
        ("python_objects", "The number of Python objects"),
    ):
        grown, usual = growth(samples, name), median(getattr(each, name) for each in half)
        if grown > GROWTH * usual:
            wrong.append(f"{what} grew by {grown:,.0f} from {usual:,.0f} over the second half.")
    for name, what in (
        ("threads", "threads"),
        ("handles", "open handles"),
        ("models_threads", "threads of the processes for models"),
        ("models_handles", "open handles of the processes for models"),
        ("top_levels", "top-level widgets"),
    ):
        grown = growth(samples, name)
        if grown > SLACK:
            wrong.append(f"The number of {what} grew by {grown:.1f} over the second half.")
    return wrong
