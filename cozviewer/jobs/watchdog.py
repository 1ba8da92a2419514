"""Ends the process where closing it in order takes too long.

Most work looks often whether it is still wanted. Some cannot: the import of an engine, the decoder
of a library, a network drive that does not answer. Nothing is lost by not waiting for those: tile
stores survive the end of the process at any moment, and files appear whole or not at all.
"""

import faulthandler
import logging
import os
import threading
from pathlib import Path
from typing import TextIO

from cozviewer.jobs.threads import running_threads
from cozviewer.util.temporary import CLEANING, remove_open_parts

log = logging.getLogger("cozviewer")

GRACE = 1.5
"""Seconds that threads get to end by themselves."""

LAST_RESORT = 2.0
"""Seconds after which the process ends even if a library keeps Python itself from running; without
cleaning up, and with exit code 1."""


class Watchdog:
    """Started when the program begins to close, stopped when all threads have ended.

    Thread-safe. What threads were busy with is written to the log.
    """

    def __init__(self, log_file: Path | None) -> None:
        """Prepare.

        Args:
            log_file: Where the tracebacks of busy threads go; None drops them.
        """
        self._path = log_file or Path(os.devnull)
        self._file: TextIO | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._code = 0

    def start(self, code: int) -> None:
        """Give the process `GRACE` seconds, counted from the first call.

        Args:
            code: Exit code of the process if it has to be ended; of several calls, the first that
                is not 0 counts.
        """
        with self._lock:
            self._code = self._code or code
            if self._file is not None or self._over.is_set():
                return
            try:
                self._file = self._path.open("a", encoding="utf-8")
            except OSError:
                self._file = open(os.devnull, "a", encoding="utf-8")  # noqa: SIM115
            faulthandler.dump_traceback_later(LAST_RESORT, exit=True, file=self._file)
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Everything has ended: do nothing any more."""
        with self._lock:
            self._over.set()
            faulthandler.cancel_dump_traceback_later()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _watch(self) -> None:
        if self._over.wait(GRACE):
            return
        with self._lock:
            if self._over.is_set() or self._file is None:
                return
            faulthandler.dump_traceback_later(CLEANING, exit=True, file=self._file)
            remove_open_parts()
            busy = [*(thread.objectName() for thread in running_threads()), *python_threads()]
            log.warning("Ended while at work: %s", ", ".join(busy) or "the window")
            faulthandler.dump_traceback(self._file)
            os._exit(self._code)


def python_threads() -> list[str]:
    """Return the names of Python's own threads that the process would wait for at its end."""
    return [
        thread.name
        for thread in threading.enumerate()
        if not thread.daemon and thread is not threading.main_thread()
    ]
