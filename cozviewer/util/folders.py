"""The folders of cozviewer's own files, which other users of the machine must not read.

New folders get mode 0700 and files in them 0600, because they show what the user has looked at.
One of our folders that an earlier version left open to others is closed when it is used. A folder
that the user has named and that existed before keeps its permissions; only the folders created in
it are private. On Windows the user's folders are private already, and nothing is changed.
"""

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from cozviewer.util.cache_settings import saved_cache_settings

CACHE_VARIABLE = "COZVIEWER_CACHE"
"""Names the cache folder, before any setting."""

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def cache_folder() -> Path:
    """Return the cache folder: the environment variable COZVIEWER_CACHE, the one that the user has
    set in the window, or the default of the system."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    folder = saved_cache_settings().folder
    if folder is not None:
        return folder
    return default_cache_folder()


def default_cache_folder() -> Path:
    """Return the cache folder used by default."""
    from platformdirs import user_cache_path

    return user_cache_path("cozviewer", appauthor=False)


def pyramids_folder(cache: Path) -> Path:
    """Return the folder of tile stores in a cache folder."""
    return cache / "pyramids"


def models_folder(cache: Path) -> Path:
    """Return the folder of converted weights in a cache folder."""
    return cache / "models"


def evaluations_folder(cache: Path) -> Path:
    """Return the folder of cached evaluation results in a cache folder."""
    return cache / "evaluations"


def alignment_folder(cache: Path) -> Path:
    """Return the folder of samples for aligning prompters in a cache folder."""
    return cache / "alignment"


def trim_folders(root: Path, budget: int, keep: Path | None = None) -> None:
    """Delete the oldest folders in a folder until all are within a budget.

    Args:
        root: The folder that has them; nothing else of it is touched.
        budget: Bytes.
        keep: One that is in use, which stays.
    """
    with suppress(OSError):  # another process may do the same
        ages = sorted((each.stat().st_mtime, each) for each in root.iterdir() if each.is_dir())
        sizes = {each: sum(file.stat().st_size for file in each.iterdir()) for _, each in ages}
        total = sum(sizes.values())
        for _, each in ages:
            if total <= budget:
                break
            if each != keep:
                shutil.rmtree(each)
                total -= sizes[each]


def make_private_folder(folder: Path, *, ours: bool = True) -> None:
    """Create a folder and its missing parents, readable by the user alone.

    Args:
        folder: May exist already.
        ours: Whether an existing folder is made private; False for one that the user chose.

    Raises:
        OSError: It cannot be created.
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
    """Remove the permissions of other users from a file or folder; ignore failures."""
    if os.name != "nt":
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)


def open_private(path: str, flags: int) -> int:
    """Open a file, for use as `open(..., opener=open_private)`; a new file is private."""
    return os.open(path, flags, PRIVATE_FILE)
