"""Where the cache is and how large it may become, as the user set it in the window.

Kept in a small file beside the other settings, so that the commands, which run without Qt, use the
same cache as the window. A broken value counts as the default.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cozviewer.util.checked import checked_int, checked_text

BUDGET_BYTES = 10 * 1000**3
"""What the tiles may take by default."""

LEAST_BYTES, MOST_BYTES = 1000**3, 100_000 * 1000**3
"""Range of a budget that the user can set."""

MOST_PATH = 4095
"""Bytes of a path on Linux."""


@dataclass(frozen=True)
class CacheSettings:
    """The settings.

    Attributes:
        folder: The cache folder; None is the one of the system.
        budget_bytes: What the tiles may take together.
    """

    folder: Path | None = None
    budget_bytes: int = BUDGET_BYTES


def settings_file() -> Path:
    """Return the file that holds the settings."""
    from platformdirs import user_config_path

    return user_config_path("cozviewer", appauthor=False) / "cache.json"


def saved_cache_settings(file: Path | None = None) -> CacheSettings:
    """Return the settings that were kept. Any thread; quick.

    Args:
        file: Where they are; None takes `settings_file`.
    """
    try:
        kept = json.loads((file or settings_file()).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        kept = None
    kept = kept if isinstance(kept, dict) else {}
    folder, budget = None, BUDGET_BYTES
    with suppress(ValueError):
        text = checked_text(kept.get("folder"), MOST_PATH)
        folder = Path(text) if "\0" not in text and Path(text).is_absolute() else None
    with suppress(ValueError):
        budget = checked_int(kept.get("budget_bytes"), LEAST_BYTES, MOST_BYTES)
    return CacheSettings(folder, budget)


def keep_cache_settings(settings: CacheSettings, file: Path | None = None) -> None:
    """Keep the settings, on disk at once.

    Args:
        settings: The settings.
        file: Where to keep them; None takes `settings_file`.

    Raises:
        OSError: The file cannot be written.
    """
    from cozviewer.util.atomic import atomic_private_path  # it needs the folders, which import this

    text = {
        "folder": None if settings.folder is None else str(settings.folder),
        "budget_bytes": settings.budget_bytes,
    }
    with atomic_private_path(file or settings_file()) as part:
        part.write_text(json.dumps(text, indent=2), "utf-8")
