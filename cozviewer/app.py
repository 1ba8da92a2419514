"""The desktop program: composes window, models and folders, and runs the event loop."""

import io
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from cozviewer.assembly import open_chain, open_cluster
from cozviewer.chain.protocols import Upscaler
from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import chosen_since
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.jobs.ahead import on_battery
from cozviewer.jobs.collector import GuiCollector
from cozviewer.jobs.report import log
from cozviewer.jobs.threads import running_threads, stop_thread
from cozviewer.jobs.watchdog import Watchdog
from cozviewer.models.detectors import text_and_face_detector
from cozviewer.models.download.catalogue import missing_files, offers, repository
from cozviewer.models.download.hub import download, listing
from cozviewer.models.engines import ENGINES
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.shared import Pool
from cozviewer.models.worker.remote import RemoteModels, remote_models
from cozviewer.pyramid.camera import Camera
from cozviewer.pyramid.store.cache import clear, folder_bytes, has_room, trim
from cozviewer.pyramid.store.files import MEMORY_BUDGET
from cozviewer.pyramid.store.store import TileStore
from cozviewer.ui.application import Application
from cozviewer.ui.dialogs.crash_dialog import CrashReporter
from cozviewer.ui.language import saved_language, use_language
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.preferences.appearance import Appearance
from cozviewer.ui.preferences.motion import desktop_reduces_motion
from cozviewer.ui.preferences.restart import Place, keep_place, start_again, take_place
from cozviewer.ui.preferences.window_state import bound_to_screen
from cozviewer.ui.services import CacheServices, EngineEntry, Services
from cozviewer.ui.settings import choice_at_start, saved_preferences
from cozviewer.ui.tone.kept import keep_tone
from cozviewer.util.cache_settings import keep_cache_settings, saved_cache_settings
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.downloads import OnProgress
from cozviewer.util.errors import Failure
from cozviewer.util.folders import (
    CACHE_VARIABLE,
    cache_folder,
    default_cache_folder,
    make_private,
    make_private_folder,
    models_folder,
    open_private,
    pyramids_folder,
)
from cozviewer.util.memory import share_heaps
from cozviewer.util.priority import take_turns_quickly
from cozviewer.util.signals import SIGNALLED, watched
from cozviewer.util.temporary import end_now


def run_viewer(
    paths: Sequence[Path],
    choice: EngineChoice,
    cache: Path | None,
    allow_huge: bool = False,
    photo: Path | None = None,
    page: int | None = None,
    restore_engine: bool = False,
    cache_named: bool = True,
    tone: Tone = AUTOMATIC,
) -> int:
    """Open the viewer and return the exit code when its window is closed.

    Args:
        paths: The photos, the folder or the session to open at the start; the first one is shown.
        choice: The engine and its settings.
        cache: The cache folder; None keeps tiles in memory only.
        allow_huge: Open an image over the size limit without asking.
        photo: The photo of the session, if it has been moved.
        page: The page or frame of the photo, from 1; None is the first one.
        restore_engine: Whether the preferences decide what `choice` leaves at its default.
        cache_named: Whether the cache folder was named for this start, rather than set.
        tone: How the numbers of the one photo become grey levels, from now on; automatic leaves
            it as it was chosen last time.

    Returns:
        0, or 128 plus the number of the signal that closed the window. All threads have ended; if
        one cannot be stopped within seconds, the process is ended instead.
    """
    take_turns_quickly()
    share_heaps()
    application = QApplication.instance() or Application(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("cozviewer")
    application.setDesktopFileName("cozviewer")
    application.setWindowIcon(QIcon(str(resource("icons", "cozviewer.svg"))))
    for translator in use_language(saved_language(), resource("translations"), application):
        application.installTranslator(translator)
    preferences = saved_preferences()
    appearance = Appearance(application, preferences)
    if restore_engine:
        choice = chosen_since(choice_at_start(preferences), EngineChoice(), choice)
    if tone.changed:
        keep_tone(paths[0], tone)
    place = take_place()
    if place is not None:
        paths = [place.path]
    log_file = log_to(cache)
    watchdog, reporter = Watchdog(log_file), CrashReporter(log_file)
    collector = GuiCollector()
    stopper, restarting = _Stopper(watchdog), _Restart()
    remote = remote_models()
    window: MainWindow | None = None
    with watched(lambda number, frame: None, stopper.receive), reporter.installed():
        try:
            window = MainWindow(services_for(cache, log_file, cache_named, remote), choice)
            bound_to_screen(window)
            restarting.follow(window)
            window.parts.preferences.changed.connect(appearance.follow)
            window.closing.connect(partial(_on_closing, watchdog, reporter))
            if isinstance(application, Application):
                application.files_wanted.connect(window.open_images)
            stopper.wanted.connect(window.close, Qt.ConnectionType.QueuedConnection)
            reporter.interrupted.connect(window.close, Qt.ConnectionType.QueuedConnection)
            window.show()
            if place is not None:
                restarting.return_to(place.camera)
            if paths:
                try:
                    if len(paths) == 1:
                        window.open_image(paths[0], allow_huge, photo, page)
                    else:
                        window.open_images(paths, allow_huge)
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
            if remote is not None:
                remote.close()
            _end_threads(window)
            collector.close()
            watchdog.stop()
    if restarting.wanted:
        start_again()
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


class _Restart(QObject):
    """Closes the window so that the program restarts with the same photo and view.

    Attributes:
        wanted: Whether it does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.wanted = False
        self._window: MainWindow | None = None
        self._camera: Camera | None = None

    def follow(self, window: MainWindow) -> None:
        """Wait until the user requests it."""
        self._window = window
        window.parts.preferences.restart_wanted.connect(self._close)

    def return_to(self, camera: Camera) -> None:
        """Show this view of the next photo that is opened."""
        assert self._window is not None
        self._camera = camera
        self._window.opened.connect(self._return, Qt.ConnectionType.SingleShotConnection)

    @Slot()
    def _return(self) -> None:
        if self._window is not None and self._camera is not None:
            self._window.navigator.begin_at(self._camera)

    @Slot()
    def _close(self) -> None:
        window = self._window
        if window is None:
            return
        if window.document is not None:
            image = window.document.image
            path = image.source.path if image.session is None else image.session.path
            if path is not None:
                keep_place(Place(path, window.navigator.camera))
        self.wanted = window.close()


def _end_threads(window: MainWindow | None) -> None:
    """Close the window if it is open, and wait for all threads, guarded by a watchdog."""
    if window is not None and window.isVisible():
        window.close()
    for thread in running_threads():
        stop_thread(thread)
    for python_thread in threading.enumerate():
        if not python_thread.daemon and python_thread is not threading.main_thread():
            python_thread.join()


def services_for(
    cache: Path | None,
    log_file: Path | None = None,
    cache_named: bool = True,
    remote: RemoteModels | None = None,
) -> Services:
    """Return the services for the window.

    Args:
        cache: The cache folder; None keeps tiles in memory only.
        log_file: The log, if there is one.
        cache_named: See `run_viewer`.
        remote: Makes models that run in processes of their own; None for models on threads of the
            window.
    """
    tiles = None if cache is None else pyramids_folder(cache)
    pool = Pool(remote)
    folder = None if cache is None else models_folder(cache)

    def drafts() -> Upscaler:
        local = compact(cache_dir=folder, notice=log.warning)
        return local if remote is None else remote.drafts(local, folder, log.warning)

    def trim_cache() -> None:
        if tiles is not None:
            trim(tiles, saved_cache_settings().budget_bytes)

    def may_ahead(store: TileStore) -> bool:
        if tiles is None:
            room = store.usage()[0] < MEMORY_BUDGET // 2
        else:
            room = has_room(tiles, saved_cache_settings().budget_bytes)
        return room and not on_battery()

    return Services(
        open_chain=lambda image, choice, notice, message, cancelled: open_chain(
            image, choice, cache, notice, message, pool, cancelled
        ),
        engines=[EngineEntry(e.name, e.title, e.description, e.own_files) for e in ENGINES],
        devices=devices if remote is None else remote.devices,
        trim=trim_cache,
        icon=lambda name: resource("icons", f"{name}.svg"),
        sample=resource("dandelion.jpg"),
        offers=lambda: offers(models_folder(cache or cache_folder())),
        fetch=fetch,
        find=text_and_face_detector() if remote is None else remote.detector(),
        missing_files=lambda choice: missing_files(choice, models_folder(cache or cache_folder())),
        numbers=numbers if remote is None else remote.numbers,
        # In a separate pool, so that drafts do not wait for the engine.
        quick=Pool().upscaler("drafts", drafts),
        may_ahead=may_ahead,
        fetch_image=fetch_image,
        cache=CacheServices(
            folder=cache,
            default=default_cache_folder(),
            fixed=cache_named or CACHE_VARIABLE in os.environ,
            settings=saved_cache_settings,
            keep=keep_cache_settings,
            size=lambda: 0 if tiles is None else folder_bytes(tiles),
            clear=lambda: 0 if tiles is None else clear(tiles),
        ),
        reduces_motion=desktop_reduces_motion,
        open_cluster=lambda address, choice, notice: open_cluster(address, choice, cache, notice),
        log_file=log_file,
    )


def fetch(name: str, on_progress: OnProgress, cancelled: IsCancelled) -> None:
    """Download a model; see `cozviewer.models.download.hub`."""
    download(listing(repository(name)), on_progress, cancelled)


def fetch_image(
    link: str, path: Path, on_progress: Callable[[int, int], None], cancelled: IsCancelled
) -> None:
    """Download an image; see `cozviewer.models.download.image`."""
    from cozviewer.models.download.image import fetch_image

    fetch_image(link, path, on_progress, cancelled)


def devices() -> Sequence[str]:
    """Return the names of the available devices; only the CPU until torch is loaded."""
    if "torch" not in sys.modules:
        return ["cpu"]
    from cozviewer.models.device import available_devices

    return available_devices()


def numbers(device: str) -> Sequence[str]:
    """Return the number formats that a device supports; none until torch or, where that suffices,
    OpenVINO is loaded."""
    if "torch" not in sys.modules and "openvino" not in sys.modules:
        return ()
    from cozviewer.models.number_formats import supported_formats
    from cozviewer.models.without_torch import suffices

    needed = "openvino" if suffices(device) else "torch"
    return supported_formats(device) if needed in sys.modules else ()


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
