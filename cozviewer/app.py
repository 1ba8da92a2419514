"""The desktop program: composes window, models and folders, and runs the event loop."""

import io
import logging
import logging.handlers
import sys
import threading
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from cozviewer.assembly import open_chain
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.ahead import on_battery
from cozviewer.jobs.report import log
from cozviewer.jobs.threads import running_threads, stop_thread
from cozviewer.jobs.watchdog import Watchdog
from cozviewer.models.detectors import text_and_face_detector
from cozviewer.models.download.catalogue import missing_files, offers, repository
from cozviewer.models.download.hub import download, listing
from cozviewer.models.engines import ENGINES
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.shared import Pool
from cozviewer.pyramid.store.cache import has_room, trim
from cozviewer.pyramid.store.files import MEMORY_BUDGET
from cozviewer.pyramid.store.store import TileStore
from cozviewer.ui.dialogs.crash_dialog import CrashReporter
from cozviewer.ui.language import saved_language, use_language
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.services import EngineEntry, Services
from cozviewer.ui.widgets.theme import apply_theme
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.downloads import Told
from cozviewer.util.errors import Failure
from cozviewer.util.folders import (
    cache_folder,
    make_private,
    make_private_folder,
    models_folder,
    open_private,
    pyramids_folder,
)
from cozviewer.util.signals import SIGNALLED, watched
from cozviewer.util.temporary import end_now


def run_viewer(
    path: Path | None,
    choice: EngineChoice,
    cache: Path | None,
    allow_huge: bool = False,
    picture: Path | None = None,
    page: int | None = None,
) -> int:
    """Open the viewer and return the exit code when its window is closed.

    Args:
        path: A photo or session to open at the start.
        choice: The engine and its settings.
        cache: The cache folder; None keeps tiles in memory only.
        allow_huge: Open an image over the size limit without asking.
        picture: The photo of the session, if it has been moved.
        page: The page or frame of the photo, from 1; None is the first one.

    Returns:
        0, or 128 plus the number of the signal that closed the window. All threads have ended; if
        one cannot be stopped within seconds, the process is ended instead.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("cozviewer")
    application.setDesktopFileName("cozviewer")
    application.setWindowIcon(QIcon(str(resource("icons", "cozviewer.svg"))))
    for translator in use_language(saved_language(), resource("translations"), application):
        application.installTranslator(translator)
    apply_theme(application)
    log_file = log_to(cache)
    watchdog, reporter = Watchdog(log_file), CrashReporter(log_file)
    stopper = _Stopper(watchdog)
    window: MainWindow | None = None
    with watched(lambda number, frame: None, stopper.receive), reporter.installed():
        try:
            window = MainWindow(services_for(cache), choice)
            window.closing.connect(partial(_on_closing, watchdog, reporter))
            stopper.wanted.connect(window.close, Qt.ConnectionType.QueuedConnection)
            reporter.interrupted.connect(window.close, Qt.ConnectionType.QueuedConnection)
            window.show()
            if path is not None:
                try:
                    window.open_picture(path, allow_huge, picture, page)
                except Exception as error:
                    reporter.report(type(error), error, error.__traceback__)
            code = application.exec()
        except BaseException:
            logging.getLogger("cozviewer").critical("The program ends", exc_info=True)
            watchdog.start(Failure.exit_code)
            raise
        finally:
            watchdog.start(0)
            reporter.quiet = True
            _end_threads(window)
            watchdog.stop()
    return stopper.code or code


def _on_closing(watchdog: Watchdog, reporter: CrashReporter) -> None:
    watchdog.start(0)
    reporter.quiet = True
    # Not only when the last window is closed: a dialog or a nested event loop may be open.
    QTimer.singleShot(0, QApplication.exit)


class _Stopper(QObject):
    """Closes the window at a stop signal, and ends the process at the second one, even if the GUI
    thread is blocked.

    Attributes:
        code: The exit code of the signal; 0 if there was none.

    Signals:
        wanted: the window is to close.
    """

    wanted = Signal()

    def __init__(self, watchdog: Watchdog) -> None:
        super().__init__()
        self.code = 0
        self._watchdog = watchdog

    def receive(self, number: int) -> None:
        """Handle a signal, in a separate thread."""
        if self.code:
            end_now(self.code)
        self.code = SIGNALLED + number
        self._watchdog.start(self.code)
        self.wanted.emit()


def _end_threads(window: MainWindow | None) -> None:
    """Close the window if it is open, and wait for all threads, guarded by a watchdog."""
    if window is not None and window.isVisible():
        window.close()
    for thread in running_threads():
        stop_thread(thread)
    for python_thread in threading.enumerate():
        if not python_thread.daemon and python_thread is not threading.main_thread():
            python_thread.join()


def services_for(cache: Path | None) -> Services:
    """Return the services for the window.

    Args:
        cache: The cache folder; None keeps tiles in memory only.
    """

    pool = Pool()
    folder = None if cache is None else models_folder(cache)

    def trim_cache() -> None:
        if cache is not None:
            trim(pyramids_folder(cache))

    def may_ahead(store: TileStore) -> bool:
        if cache is None:
            room = store.usage()[0] < MEMORY_BUDGET // 2
        else:
            room = has_room(pyramids_folder(cache))
        return room and not on_battery()

    return Services(
        open_chain=lambda image, choice, notice, told, cancelled: open_chain(
            image, choice, cache, notice, told, pool, cancelled
        ),
        engines=[EngineEntry(e.name, e.title, e.description, e.own_files) for e in ENGINES],
        devices=devices,
        trim=trim_cache,
        icon=lambda name: resource("icons", f"{name}.svg"),
        sample=resource("dandelion.jpg"),
        offers=lambda: offers(models_folder(cache or cache_folder())),
        fetch=fetch,
        find=text_and_face_detector(),
        missing_files=lambda choice: missing_files(choice, models_folder(cache or cache_folder())),
        numbers=numbers,
        # In a separate pool, so that drafts do not wait for the engine.
        quick=Pool().upscaler("drafts", lambda: compact(cache_dir=folder, notice=log.warning)),
        may_ahead=may_ahead,
    )


def fetch(name: str, told: Told, cancelled: IsCancelled) -> None:
    """Download a model; see `cozviewer.models.download.hub`."""
    download(listing(repository(name)), told, cancelled)


def devices() -> Sequence[str]:
    """Return the names of the available devices; only the CPU until torch is loaded."""
    if "torch" not in sys.modules:
        return ["cpu"]
    from cozviewer.models.device import available_devices

    return available_devices()


def numbers(device: str) -> Sequence[str]:
    """Return the number formats that a device supports; none until torch is loaded."""
    if "torch" not in sys.modules:
        return ()
    from cozviewer.models.device import supported_numbers

    return supported_numbers(device)


def resource(*names: str) -> Path:
    """Return the path of a file that is installed with the program."""
    return Path(str(files("cozviewer.resources").joinpath(*names)))


class PrivateLog(logging.handlers.RotatingFileHandler):
    """A log file that only the user can read."""

    def _open(self) -> io.TextIOWrapper:
        make_private(Path(self.baseFilename))
        stream = open(  # noqa: SIM115 (the handler closes it)
            self.baseFilename, self.mode, encoding=self.encoding, opener=open_private
        )
        assert isinstance(stream, io.TextIOWrapper)
        return stream


def log_to(cache: Path | None) -> Path | None:
    """Write the log to a file in the cache folder, and return it; without a cache, to stderr."""
    handler: logging.Handler
    path = None
    try:
        if cache is None:
            raise OSError
        make_private_folder(cache, ours=False)
        path = cache / "cozviewer.log"
        handler = PrivateLog(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except OSError:
        path = None
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("cozviewer").addHandler(handler)
    return path
