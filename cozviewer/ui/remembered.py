"""What the user chose, kept from one start of the program to the next: what they named for
Chain-of-Zoom, and how they export.

Paths, addresses and questions only: keys are never in here. A file that is broken, or from another
version, counts as none.
"""

from PySide6.QtCore import QSettings

from cozviewer.chain.choice import EngineChoice
from cozviewer.chain.choice_text import choice_from, choice_text

KEY = "chain-of-zoom"


def remember(choice: EngineChoice) -> None:
    """Keep a choice that works. GUI thread."""
    _settings().setValue(KEY, choice_text(choice))


def remembered() -> EngineChoice | None:
    """Return the choice that was kept last, or None. GUI thread."""
    return choice_from(str(_settings().value(KEY, "")))


def keep_text(name: str, text: str) -> None:
    """Keep a setting, on disk at once. GUI thread."""
    settings = _settings()
    settings.setValue(name, text)
    settings.sync()


def kept_text(name: str) -> str:
    """Return a setting, or "". GUI thread."""
    return str(_settings().value(name, ""))


def _settings() -> QSettings:
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cozviewer", "cozviewer"
    )
