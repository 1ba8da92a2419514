"""An hour in the window at random: whether anything grows, stays open or breaks.

    .venv/bin/python tests/benchmarks/soak.py --minutes 60 --seed 1     (or: make soak)

Gestures, exports, comparisons, other engines, sessions and hundreds of images of all formats, in
the real window with the real engines in their own process; the same seed does the same things. Once
a minute the window comes to rest and both processes are measured. Exit code 1, with sentences,
where memory, objects, handles or threads still grow in the second half, or an error was logged.
"""

import argparse
import gc
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # it is run as a file
    sys.path.insert(0, str(ROOT))

CALM_SECONDS = 120.0
"""Time for all work to end when it is stopped."""

PLATFORM = "This plugin does not support"
"""What the offscreen platform says about itself."""

IDLE_SHARE = 0.05
"""Of a core, at most, of the processes that run models when they are at rest."""

REST_SECONDS = 5.0
"""From there to the measurement: memory is returned to the system some time after a photo and its
engine."""

TILES_MIB = 64
"""Budget of the tiles in memory: small, so that it is full soon."""

DISK_BYTES = 1000**3
"""Budget of the tiles on disk, the smallest that can be set."""


class Log(logging.Handler):
    """Counts errors, and shows them.

    Attributes:
        errors: What was logged, the newest last.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.note(self.format(record))

    def note(self, text: str) -> None:
        """Count and show an error."""
        self.errors.append(text)
        print(f"ERROR {text}", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the soak and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--images", type=int, default=500, help="how many different ones")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="cozviewer-soak-"))
    try:
        report = run(folder, options.minutes, options.seed, options.images)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps(report, indent=1))
    else:
        print_report(report)
    return 1 if report["complaints"] else 0


def run(folder: Path, minutes: float, seed: int, count: int) -> dict[str, object]:
    """Drive the window and return the report."""
    for name in ("COZVIEWER_CACHE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        (folder / name).mkdir()
        os.environ[name] = str(folder / name)
    os.environ["HF_HUB_OFFLINE"] = "1"
    # After the environment is set: Qt and the libraries read it when they are loaded.
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    from cozviewer.app import services_for
    from cozviewer.config.choice import EngineChoice
    from cozviewer.models.worker.remote import RemoteModels
    from cozviewer.ui.main_window import MainWindow
    from cozviewer.ui.view.tiles import tile_cache
    from cozviewer.util.cache_settings import CacheSettings, keep_cache_settings
    from cozviewer.util.memory import share_heaps
    from tests.benchmarks.desk import application
    from tests.benchmarks.soaking.deeds import RESTING, Deeds
    from tests.benchmarks.soaking.measures import (
        Sample,
        complaints,
        kinds_of_objects,
        measured,
        model_seconds,
    )

    share_heaps()  # as run_viewer does
    log = Log()
    logging.getLogger("cozviewer").addHandler(log)
    passed = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
    qInstallMessageHandler(
        lambda kind, _, text: (
            None if kind in passed or text.startswith(PLATFORM) else log.note(text)
        )
    )
    sys.excepthook = lambda *error: log.note("".join(traceback.format_exception(*error)))
    tile_cache.MEMORY_CAP = TILES_MIB << 20
    keep_cache_settings(CacheSettings(budget_bytes=DISK_BYTES))
    application()
    made = folder / "made"
    made.mkdir()
    images = _images(folder / "images", seed, count)
    remote = RemoteModels()
    services = services_for(folder / "COZVIEWER_CACHE", remote=remote)
    window = MainWindow(services, EngineChoice("bicubic"))
    window.resize(900, 680)
    window.show()
    chance = random.Random(seed)
    deeds = Deeds(window, images, made, chance)
    done = Counter[str]()
    samples: list[Sample] = []
    kinds = kinds_of_objects()

    def calm() -> bool:
        document = window.document
        working = document is not None and (document.working or window.images.working)
        return not working and window.navigator.at_rest

    def models_rest() -> bool:
        """Loading is not interrupted and has a low priority: it takes minutes on a busy machine."""
        before = model_seconds()
        _spin(1.0)
        return abs(model_seconds() - before) < IDLE_SHARE

    print(f"{len(images)} images are ready.", file=sys.stderr, flush=True)
    for path in {path.name.partition(".")[2]: path for path in images}.values():
        window.open_image(path)  # one of each format: its library stays loaded
        _spin(1.0)
    started = time.monotonic()
    while time.monotonic() - started < minutes * 60:
        until = started + min(minutes, len(samples) + 1) * 60
        while time.monotonic() < until:
            try:
                done[deeds.one()] += 1
            except Exception:
                log.note(traceback.format_exc())
            _spin(chance.choice((0.02, 0.1, 0.2, 0.8)))
        deeds.come_to_rest()
        if not _wait(calm, CALM_SECONDS):
            log.note("The window does not come to rest.")
        if window.images.choice_in_use.engine != RESTING:
            log.note("At rest, the window has another engine than the one chosen for that.")
        gc.collect()  # so that engines are dropped now rather than some time later
        if not _wait(models_rest, 5 * CALM_SECONDS):
            log.note("The processes that run models do not come to rest.")
        gc.collect()  # and those of documents that were still closing
        _spin(REST_SECONDS)
        samples.append(measured(window, started, deeds.opened, len(log.errors)))
        if len(samples) == 1 or time.monotonic() - started < minutes * 30:
            kinds = kinds_of_objects()
        print(" ".join(f"{name}={value}" for name, value in asdict(samples[-1]).items()),
              file=sys.stderr, flush=True)  # fmt: skip
        for path in [*made.glob("export-*")]:
            path.unlink()
    grown = kinds_of_objects() - kinds
    sample_values = [asdict(sample) for sample in samples]
    wrong = complaints(samples)
    window.close()
    window.deleteLater()
    _spin(0.2)
    remote.close()
    return {
        "seed": seed,
        "minutes": minutes,
        "done": dict(done.most_common()),
        "samples": sample_values,
        "grown_over_second_half": dict(grown.most_common(12)),
        "errors": log.errors[:50],
        "complaints": wrong,
    }


def _images(folder: Path, seed: int, count: int) -> list[Path]:
    """Make images and return their paths in order."""
    folder.mkdir()
    maker = [sys.executable, "-m", "tests.benchmarks.soaking.images"]
    subprocess.run([*maker, str(folder), str(seed), str(count)], cwd=ROOT, check=True)
    return sorted(folder.iterdir())


def _spin(seconds: float) -> None:
    """Run an event loop for a while: a real one, as only that deletes what is deleted later."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    """Run the event loop until `done`, or for so long; return whether it is."""
    end = time.monotonic() + seconds
    while not (fulfilled := done()) and time.monotonic() < end:
        _spin(0.05)
    return fulfilled


def print_report(report: dict[str, object]) -> None:
    """Print a report for people."""
    from tests.benchmarks.desk import show
    from tests.benchmarks.soaking.measures import Sample, growth

    values = report["samples"]
    assert isinstance(values, list)
    samples = [Sample(**each) for each in values]
    print(f"\nSoak of {report['minutes']} minutes, seed {report['seed']}")
    half = len(samples) // 2
    for name in Sample.__dataclass_fields__:
        if name == "minute" or half < 2:
            continue
        first, second = (
            median(getattr(each, name) for each in part)
            for part in (samples[:half], samples[half:])
        )
        show(name, f"{first:,.0f}, then {second:,.0f}", f"+0, is {growth(samples, name):+,.1f}")
    wrong = report["complaints"]
    assert isinstance(wrong, list)
    print("\n".join(wrong) or "Nothing grows, stays open or breaks.")


if __name__ == "__main__":
    sys.exit(main())
