"""The desktop program: puts window, models and folders together and runs the event loop."""

import logging
import logging.handlers
import signal
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from cozviewer.assembly import open_chain
from cozviewer.chain.choice import EngineChoice
from cozviewer.chain.protocols import Cancelled
from cozviewer.downloads import Told
from cozviewer.folders import cache_folder, models_folder, pyramids_folder
from cozviewer.models.catalogue import missing_files, offers, repository
from cozviewer.models.engines import ENGINES
from cozviewer.models.finders import finder
from cozviewer.models.hub import download, listing
from cozviewer.models.shared import Pool
from cozviewer.pyramid.cache import trim
from cozviewer.ui.main_window import MainWindow
from cozviewer.ui.services import EngineEntry, Services
from cozviewer.ui.theme import apply_theme


def run_viewer(
    path: Path | None,
    choice: EngineChoice,
    cache: Path | None,
    allow_huge: bool = False,
    picture: Path | None = None,
) -> int:
    """Open the viewer and return the exit code when its window is closed.

    Args:
        path: A picture or session to open at once.
        choice: What to zoom with.
        cache: The cache folder; None keeps tiles in memory only.
        allow_huge: Open a picture over the size limit without asking.
        picture: Where the session's picture is, if it is not where it was.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("cozviewer")
    application.setDesktopFileName("cozviewer")
    application.setWindowIcon(QIcon(str(resource("icons", "cozviewer.svg"))))
    apply_theme(application)
    log_to(cache)
    window = MainWindow(services_for(cache), choice)
    window.show()
    if path is not None:
        window.open_picture(path, allow_huge, picture)
    let_ctrl_c_close(window)
    return application.exec()


def services_for(cache: Path | None) -> Services:
    """Return what the window needs.

    Args:
        cache: Where tiles are kept; None keeps them in memory only.
    """

    pool = Pool()

    def trim_cache() -> None:
        if cache is not None:
            trim(pyramids_folder(cache))

    return Services(
        open_chain=lambda source, choice, notice, told: open_chain(
            source, choice, cache, notice, told, pool
        ),
        engines=[EngineEntry(e.name, e.title, e.description, e.own_files) for e in ENGINES],
        devices=devices,
        trim=trim_cache,
        icon=lambda name: resource("icons", f"{name}.svg"),
        sample=resource("dandelion.jpg"),
        offers=lambda: offers(models_folder(cache or cache_folder())),
        fetch=fetch,
        find=finder(),
        missing_files=lambda choice: missing_files(choice, models_folder(cache or cache_folder())),
    )


def fetch(name: str, told: Told, cancelled: Cancelled) -> None:
    """Download a model; see `cozviewer.models.hub`."""
    download(listing(repository(name)), told, cancelled)


def devices() -> Sequence[str]:
    """Return the names of the devices there are, if the library that knows them is loaded."""
    if "torch" not in sys.modules:
        return ["cpu"]
    from cozviewer.models.device import available_devices

    return available_devices()


def resource(*names: str) -> Path:
    """Return the path of a file that comes with the program."""
    return Path(str(files("cozviewer.resources").joinpath(*names)))


def log_to(cache: Path | None) -> None:
    """Write the log where the user can find it; without a cache, on stderr."""
    handler: logging.Handler
    try:
        if cache is None:
            raise OSError
        cache.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            cache / "cozviewer.log", maxBytes=1_000_000, backupCount=1, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("cozviewer").addHandler(handler)


def let_ctrl_c_close(window: MainWindow) -> None:
    """Close the window on Ctrl+C in the terminal: Python sees signals only between its own
    instructions, so a timer gives it some."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    tick = QTimer(window)
    tick.timeout.connect(lambda: None)
    tick.start(250)
