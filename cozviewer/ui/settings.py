"""Settings that are stored between starts of the program.

They hold paths, addresses and questions, but never keys. A broken settings file, or one of another
version, counts as empty.
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


def save_engine_choice(choice: EngineChoice) -> None:
    """Store the settings of Chain-of-Zoom. GUI thread."""
    keep_text(KEY, choice_text(choice))


def saved_engine_choice() -> EngineChoice | None:
    """Return the stored settings of Chain-of-Zoom, or None. GUI thread."""
    return choice_from(str(_settings().value(KEY, "")), EngineChoice.texture)


def with_own_server(choice: EngineChoice) -> EngineChoice:
    """Return a choice with the stored server, unless it has one. GUI thread."""
    own = saved_engine_choice()
    if choice.prompter.server or own is None:
        return choice
    server, model = own.prompter.server, own.prompter.server_model
    return replace(choice, prompter=replace(choice.prompter, server=server, server_model=model))


def keep_text(name: str, text: str) -> None:
    """Store a setting, on disk at once. GUI thread."""
    settings = _settings()
    path = Path(settings.fileName())
    with suppress(OSError):  # Qt keeps the permissions of an existing file
        make_private_folder(path.parent)
        os.close(open_private(str(path), os.O_RDWR | os.O_CREAT))
        make_private(path)
    settings.setValue(name, text)
    settings.sync()


def kept_text(name: str) -> str:
    """Return a stored setting, or "". GUI thread."""
    return str(_settings().value(name, ""))


def settings_folder() -> Path:
    """Return the folder of the settings file, where other files may be kept, too. GUI thread."""
    return Path(_settings().fileName()).parent


def _settings() -> QSettings:
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cozviewer", "cozviewer"
    )
