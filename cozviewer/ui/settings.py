"""What the user chose, kept from one start of the program to the next: what they named for
Chain-of-Zoom, and how they export.

Paths, addresses and questions only: keys are never in here. A file that is broken, or from another
version, counts as none.
"""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings

from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import choice_from, choice_text
from cozviewer.util.folders import make_private, make_private_folder, open_private

KEY = "chain-of-zoom"


def remember(choice: EngineChoice) -> None:
    """Keep a choice that works. GUI thread."""
    keep_text(KEY, choice_text(choice))


def remembered() -> EngineChoice | None:
    """Return the choice that was kept last, or None. GUI thread."""
    return choice_from(str(_settings().value(KEY, "")))


def with_own_server(choice: EngineChoice) -> EngineChoice:
    """Return a choice with the server that was used last, unless it names one. GUI thread."""
    own = remembered()
    if choice.prompter.server or own is None:
        return choice
    server, model = own.prompter.server, own.prompter.server_model
    return replace(choice, prompter=replace(choice.prompter, server=server, server_model=model))


def keep_text(name: str, text: str) -> None:
    """Keep a setting, on disk at once. GUI thread."""
    settings = _settings()
    path = Path(settings.fileName())
    with suppress(OSError):  # Qt keeps the permissions of a file that is there
        make_private_folder(path.parent)
        os.close(open_private(str(path), os.O_RDWR | os.O_CREAT))
        make_private(path)
    settings.setValue(name, text)
    settings.sync()


def kept_text(name: str) -> str:
    """Return a setting, or "". GUI thread."""
    return str(_settings().value(name, ""))


def _settings() -> QSettings:
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cozviewer", "cozviewer"
    )
