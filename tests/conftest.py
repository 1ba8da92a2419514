"""What holds for every test: no screen, no network, no user's folders, no thread left behind.

The environment is set here, at import, because Qt and the model hub read it when they are loaded.
"""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:  # the workers share the cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import gc
import ipaddress
import signal
import socket
import sys
import threading
import time
import weakref
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from hypothesis import settings
from PySide6.QtCore import QSettings, QThread
from pytestqt.qtbot import QtBot

from cozviewer.jobs.collector import MANY, collect_due, collector_paused
from cozviewer.util.signals import STOP_SIGNALS
from tests.packages import Packages
from tests.patience import PATIENCE
from tests.room import Room

# Other work on the machine must not fail a property, nor a CI run by chance find what others miss.
settings.register_profile("cozviewer", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("cozviewer")

for _number in STOP_SIGNALS:
    # Started in the background, a shell has Ctrl-C ignored, and `nohup` SIGHUP.
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(
            _number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL
        )


def pytest_xdist_auto_num_workers() -> int:
    """Run more processes than there are cores: tests of the window wait for timers and threads."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return 2 * (cores or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal out the tests of the window, which mostly wait, and all others, which mostly compute:
    every process begins with a run of as many tests, every second one with those of the window."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ui = [item for item in items if WINDOW_TESTS in item.path.parents]
    others = [item for item in items if WINDOW_TESTS not in item.path.parents]
    dealt = list[pytest.Item]()
    for i in range(processes):
        both = [
            group[len(group) * i // processes : len(group) * (i + 1) // processes]
            for group in (others, ui)
        ]
        dealt += both[i % 2] + both[1 - i % 2]
    items[:] = dealt


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while all modules are imported, and pass over their objects afterwards:
    there is next to none among them, and looking for it takes a thirtieth of all the time."""
    with collector_paused():
        modules = yield
        gc.freeze()
    gc.disable()  # see `_garbage_is_collected_here`
    return modules


WINDOW_TESTS = Path(__file__).with_name("ui")

PATIENCE_MS = round(1000 * PATIENCE)
"""Least time that is waited for a signal or a state."""


class PatientBot(QtBot):
    """A `QtBot` that waits for at least `PATIENCE_MS` for whatever must come."""

    def waitSignal(
        self,
        signal: Any,
        *,
        timeout: int = PATIENCE_MS,
        raising: bool | None = None,
        check_params_cb: Any = None,
    ) -> Any:
        if raising is not False:  # else it is awaited that nothing comes
            timeout = max(timeout, PATIENCE_MS)
        return super().waitSignal(
            signal, timeout=timeout, raising=raising, check_params_cb=check_params_cb
        )

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE_MS, **options: Any) -> Any:
        return super().waitSignals(signals, timeout=max(timeout, PATIENCE_MS), **options)

    def waitUntil(self, callback: Any, *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> QtBot:
    """Take the place of pytest-qt's."""
    return PatientBot(request)


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what session-wide fixtures write out of the user's folders, too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COZVIEWER_CACHE", str(home / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        yield


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder of this test (not made yet); settings lie in a fresh folder, too."""
    folder, config = tmp_path / "user-cache", tmp_path.with_name(f"{tmp_path.name}-config")
    config.mkdir()  # astropy warns where it is missing
    monkeypatch.setenv("COZVIEWER_CACHE", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    for settings_format in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(settings_format, QSettings.Scope.UserScope, str(config))
    return folder


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whoever connects to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test connected to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name of another machine
        return False


@pytest.fixture(autouse=True)
def _no_thread_left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test after which a thread that it started still runs."""
    before = set(threading.enumerate())
    started: weakref.WeakSet[QThread] = weakref.WeakSet()
    start = QThread.start

    def noted_start(self: QThread, *args: Any) -> None:
        started.add(self)
        start(self, *args)

    monkeypatch.setattr(QThread, "start", noted_start)
    yield

    def left_behind() -> list[str]:
        python = [
            thread.name
            for thread in set(threading.enumerate()) - before
            # Qt's and the libraries' own threads appear as dummies as soon as they run Python, and
            # stay listed after their end; tqdm keeps one for the whole process.
            if not isinstance(thread, threading._DummyThread)
            and type(thread).__name__ != "TMonitor"
        ]
        qt = [
            thread.objectName() or type(thread).__name__
            for thread in started
            if shiboken6.isValid(thread) and thread.isRunning()
        ]
        return python + qt

    end = time.monotonic() + PATIENCE
    while left_behind() and time.monotonic() < end:
        time.sleep(0.01)
    names = left_behind()
    assert not names, f"threads left behind: {', '.join(names)}"


_ages = [0, 0]
_imported = [0]


@pytest.fixture(autouse=True)
def _garbage_is_collected_here() -> Iterator[None]:
    """Collect garbage after a test, in the thread of windows; see `GuiCollector`. Pass over the
    objects of large libraries that were imported: tests of models collect all garbage each time
    that one makes room for another."""
    yield
    if len(sys.modules) - _imported[0] > MANY:
        _imported[0] = len(sys.modules)
        gc.collect()
        gc.freeze()
    collect_due(_ages)


@pytest.fixture
def collector_on() -> Iterator[None]:
    """Python's garbage collector as it is without a window."""
    gc.enable()
    yield
    gc.disable()


@pytest.fixture
def nothing_passed_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A garbage collector that passes over no object yet."""
    monkeypatch.setattr("cozviewer.jobs.collector._passed_over", False)
    gc.unfreeze()
    yield
    gc.freeze()  # for the other tests


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Packages:
    """What hides installed packages, or adds others."""
    return Packages(monkeypatch)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """What sets how much room the machine seems to have."""
    return Room(monkeypatch)


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models downloaded from the Hugging Face Hub (not made yet)."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def drafts_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have drafts drawn: fakes are as fast as any GPU, where they are of no use."""
    monkeypatch.setattr("cozviewer.chain.quick_view.FAST_PIXEL", 0.0)


@pytest.fixture
def gone_folder(tmp_path: Path) -> Iterator[Path]:
    """The current folder of this test, which has been removed."""
    folder, before = tmp_path / "gone", Path.cwd()
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    try:
        yield folder
    finally:
        os.chdir(before)
