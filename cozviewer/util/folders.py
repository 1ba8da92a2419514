"""Where cozviewer keeps its files, which nobody else on the machine may read.

Folders that we make are 0700, files in them 0600: they show what a person looked at. A folder of
ours that an earlier version left open to others is closed when it is used; one that the user has
named and that existed before keeps its permissions, only the folders that we make in it are ours.
On Windows the user's folders are private already, and nothing is changed.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def cache_folder() -> Path:
    """Return the user's cache folder, or what the environment variable COZVIEWER_CACHE names."""
    chosen = os.environ.get("COZVIEWER_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("cozviewer", appauthor=False)


def pyramids_folder(cache: Path) -> Path:
    """Return the folder of tile stores in a cache folder."""
    return cache / "pyramids"


def models_folder(cache: Path) -> Path:
    """Return the folder of converted weights in a cache folder."""
    return cache / "models"


def evaluations_folder(cache: Path) -> Path:
    """Return the folder of finished parts of evaluations in a cache folder."""
    return cache / "evaluations"


def make_private_folder(folder: Path, *, ours: bool = True) -> None:
    """Make a folder, and the folders above that are missing, for the user alone.

    Args:
        folder: It may be there already.
        ours: Whether one that is there is closed to others; not for one that the user has named.

    Raises:
        OSError: It cannot be made.
    """
    missing = []
    for each in (folder, *folder.parents):
        if each.exists():
            break
        missing.append(each)
    for each in reversed(missing):
        each.mkdir(PRIVATE_FOLDER, exist_ok=True)
    if not missing:
        folder.mkdir(exist_ok=True)  # raises if it is a file
        if ours:
            make_private(folder)


def make_private(path: Path) -> None:
    """Take from others what they may do with a file or folder of ours; where that fails, it stays
    as it is."""
    if os.name != "nt":
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)


def open_private(path: str, flags: int) -> int:
    """Open a file as `open(..., opener=open_private)` does; a new one is for the user alone."""
    return os.open(path, flags, PRIVATE_FILE)
