"""Where cozviewer keeps its files."""

import os
from pathlib import Path


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
