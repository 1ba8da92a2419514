"""Temporary files beside the file that they will replace, and their removal in every case.

A temporary file ("part") is removed by the block that writes it, by `remove_open_parts` if the
program must end before that block does, and, after a crash or a power cut, by the next program that
writes into the same folder. For that, its name identifies the process that writes it:

    .cozviewer-HOST-BOOT-PID-RANDOM.part     (or .dzi and _files for a Deep Zoom)

HOST is the machine (and, in a container, its process namespace), BOOT one run of its kernel. Only
parts of this HOST are ever swept, so that a folder on a network share is safe, and only if their
process has certainly ended: the machine has been restarted since, or no process has that PID. A
file lock would be more precise, but locks on SMB shares are mandatory and would keep libvips and
SQLite, which open the file themselves, from writing.
"""

import faulthandler
import os
import re
import secrets
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate

MIN_AGE = 300.0
"""Seconds without a change after which a part may be swept."""

CLEANING = 5.0
"""Most seconds for removing temporary files at exit; a Deep Zoom may have thousands."""

SWEEP_SECONDS = 300.0
"""Least time between two sweeps of one folder."""

ENDINGS = (".part", ".dzi", "_files")
"""Endings of the files of one part: a file, or the file and the folder of a Deep Zoom."""

_PATTERN = re.compile(
    r"\.cozviewer-([0-9a-f]{12})-([0-9a-f]{12})-([1-9][0-9]{0,9})-[0-9a-f]{16}(\.part|\.dzi|_files)"
)

_lock = threading.Lock()
_open: set[Path] = set()
_swept: dict[Path, float] = {}
_ending = threading.Event()


@contextmanager
def part_beside(path: Path, ending: str = ".part", *, private: bool = False) -> Iterator[Path]:
    """Yield a name for a temporary file in the folder of `path`, and remove it after the block.

    The block writes the file and moves it to `path` (`os.replace`); see `cozviewer.util.atomic`.
    With the ending ".dzi", a folder of the same stem plus "_files" belongs to it.

    Args:
        path: The file to write; its folder exists.
        ending: One of `ENDINGS`.
        private: Whether to create the file at once, empty and readable by the user alone.

    Raises:
        Cancelled: The program is about to end; see `remove_open_parts`.
        OSError: A private file cannot be created.
    """
    sweep(path.parent)
    stem = f".cozviewer-{_host()}-{_boot()}-{os.getpid()}-{secrets.token_hex(8)}"
    base = path.with_name(stem)
    with _lock:
        if _ending.is_set():
            raise Cancelled(translate("Error", "Stopped: the program is closing."))
        _open.add(base)
    try:
        part = path.with_name(f"{stem}{ending}")
        if private:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
    finally:
        _remove(base)
        with _lock:
            _open.discard(base)


def remove_open_parts() -> None:
    """Remove all parts that are being written, and refuse new ones: the program ends now."""
    with _lock:
        _ending.set()
        bases = list(_open)
    for base in bases:
        _remove(base)


def end_now(code: int) -> None:
    """Remove temporary files and end the process without waiting for any thread.

    If the removal takes more than `CLEANING` seconds, the process ends with exit code 1.
    """
    faulthandler.dump_traceback_later(CLEANING, exit=True)
    remove_open_parts()
    os._exit(code)


def sweep(folder: Path) -> None:
    """Remove parts in a folder whose processes have ended; at most every `SWEEP_SECONDS`."""
    now = time.monotonic()
    with _lock:
        if now - _swept.get(folder, -SWEEP_SECONDS) < SWEEP_SECONDS:
            return
        _swept[folder] = now
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".cozviewer-") and _is_abandoned(entry):
                _delete(Path(entry.path))


def _is_abandoned(entry: "os.DirEntry[str]") -> bool:
    found = _PATTERN.fullmatch(entry.name)
    if found is None:
        return False
    host, boot, pid, ending = found.groups()
    try:
        status = entry.stat(follow_symlinks=False)
        right_kind = (
            entry.is_dir(follow_symlinks=False)
            if ending == "_files"
            else entry.is_file(follow_symlinks=False)
        )
    except OSError:
        return False
    ours = host == _host() and (sys.platform == "win32" or status.st_uid == os.getuid())
    if not right_kind or not ours or time.time() - status.st_mtime < MIN_AGE:
        return False
    return boot != _boot() or not _is_running(int(pid))


def _is_running(pid: int) -> bool:
    """Return whether a process has this PID; it may be a different process than before."""
    import psutil

    running: bool = psutil.pid_exists(pid)
    return running


def _remove(base: Path) -> None:
    for ending in ENDINGS:
        _delete(base.with_name(f"{base.name}{ending}"))


def _delete(path: Path) -> None:
    with suppress(OSError):
        if path.name.endswith("_files"):
            shutil.rmtree(path)
        else:
            path.unlink()


@cache
def _host() -> str:
    """Return 12 hex digits for this machine, or for this run if it has no reliable identifier."""
    known = _machine() or secrets.token_hex(16)
    namespace = ""
    with suppress(OSError):  # Linux: containers of one machine do not see each other's processes
        namespace = os.readlink("/proc/self/ns/pid")
    return sha256(f"{known} {socket.gethostname()} {namespace}".encode()).hexdigest()[:12]


def _machine() -> str:
    """Return the identifier of the installed system; "" if it is unknown."""
    if sys.platform == "win32":
        import winreg

        with (
            suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""
    for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with suppress(OSError):
            if text := Path(name).read_text(encoding="ascii", errors="replace").strip():
                return text
    import uuid

    node = uuid.getnode()
    random = bool(node >> 40 & 1)  # RFC 9562, section 6.10: no network card has that bit
    return "" if random else f"{node:012x}"


@cache
def _boot() -> str:
    """Return 12 hex digits for this run of the kernel; a constant where it is unknown."""
    text = ""
    with suppress(OSError):
        text = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return sha256(text.encode()).hexdigest()[:12]
