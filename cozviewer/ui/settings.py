"""Settings that are stored between starts of the program.

They hold paths, addresses and questions, but never keys, and all of them are texts. A broken
settings file, or one of another version, counts as empty. Qt's format can also hold Python objects,
which are unpickled, so that they run code, as soon as any setting is read: a file with one is moved
aside before Qt reads it. Where the cache is, is kept elsewhere: `util.cache_settings`.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

from cozviewer.config.choice import NUMBERS, EngineChoice
from cozviewer.config.choice_text import choice_from, choice_text
from cozviewer.util.folders import make_private, make_private_folder, open_private

KEY = "chain-of-zoom"
IN_USE = "engine-in-use"
SHORTCUTS = "shortcuts"

SYSTEM = "system"
THEME_CHOICES = (SYSTEM, "dark", "light")
MOTION_CHOICES = (SYSTEM, "reduced", "full")
BACKDROP_CHOICES = ("checkerboard", "white", "black")

LAST = ""
"""An engine, device or number format at the start: the one in use last."""

REFUSED = ".refused"
"""Suffix added to the name of a settings file that holds objects."""

_NUMBERED = re.compile(rb"(?<!\\)(?:\\\\)*\\(?:x([0-9a-fA-F]+)|([0-7]+))")
"""An escaped character in Qt's format: its number, hexadecimal or octal."""

log = logging.getLogger("cozviewer")

MOST_KEYS, LONGEST_KEYS = 10, 60
"""Shortcuts of one command, and characters of one of them."""


@dataclass(frozen=True)
class Preferences:
    """What the user sets for all starts.

    Attributes:
        language: A code, see `ui.language.LANGUAGES`; "" is that of the system.
        theme: One of THEME_CHOICES.
        motion: One of MOTION_CHOICES: "reduced" lets nothing glide or fade.
        engine, device, numbers: As `EngineChoice` names them, at the start; LAST is the one in use
            last.
        cluster: The address of a Ray cluster; "" for none.
        shortcuts: The shortcuts, in the form "Ctrl+O", of the commands whose shortcuts the user
            has changed, by name.
        backdrop: One of BACKDROP_CHOICES: what lies behind transparent parts.
    """

    language: str = ""
    theme: str = SYSTEM
    motion: str = SYSTEM
    engine: str = LAST
    device: str = LAST
    numbers: str = LAST
    cluster: str = ""
    shortcuts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    backdrop: str = BACKDROP_CHOICES[0]


_CHOICES = {"theme": THEME_CHOICES, "motion": MOTION_CHOICES, "backdrop": BACKDROP_CHOICES}

_TEXTS = {each.name: each.name for each in fields(Preferences) if each.name != SHORTCUTS} | {
    "engine": "start-engine",
    "device": "start-device",
    "numbers": "start-numbers",
    "cluster": "cluster-address",
}
"""Names of the stored settings by field."""


def saved_preferences() -> Preferences:
    """Return the stored preferences; a broken value counts as the default. GUI thread."""
    kept = kept_texts(SHORTCUTS, *_TEXTS.values())
    values: dict[str, Any] = {"shortcuts": _shortcuts_from(kept[SHORTCUTS])}
    for name, stored in _TEXTS.items():
        text = kept[stored]
        if text and text in _CHOICES.get(name, (text,)):
            values[name] = text
    return Preferences(**values)


def save_preferences(preferences: Preferences) -> None:
    """Store the preferences. GUI thread."""
    before = saved_preferences()
    texts: dict[str, str] = {
        stored: getattr(preferences, name)
        for name, stored in _TEXTS.items()
        if getattr(preferences, name) != getattr(before, name)
    }
    if preferences.shortcuts != before.shortcuts:
        changed = {name: list(keys) for name, keys in preferences.shortcuts.items()}
        texts[SHORTCUTS] = json.dumps(changed) if changed else ""
    if texts:
        keep_texts(texts)


def _shortcuts_from(text: str) -> dict[str, tuple[str, ...]]:
    """Return the shortcuts in a stored text; broken ones are left out."""
    try:
        kept = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    found = dict[str, tuple[str, ...]]()
    for name, keys in kept.items() if isinstance(kept, dict) else ():
        if not isinstance(keys, list) or len(keys) > MOST_KEYS:
            continue
        if all(isinstance(key, str) and 0 < len(key) <= LONGEST_KEYS for key in keys):
            found[name] = tuple(keys)
    return found


def save_choice_in_use(choice: EngineChoice) -> None:
    """Store the engine and settings that the user has chosen, for the next start. GUI thread."""
    keep_text(IN_USE, choice_text(choice))


def choice_at_start(preferences: Preferences) -> EngineChoice:
    """Return the engine and settings to start with. GUI thread.

    A model file that is gone, and Chain-of-Zoom without settings, count as the usual engine.
    """
    last = choice_from(kept_text(IN_USE), EngineChoice.texture) or EngineChoice()
    engine = preferences.engine or last.engine
    if engine == "coz" and last.engine != "coz":
        own = saved_engine_choice()
        engine = EngineChoice.engine if own is None else engine
        last = last if own is None else replace(own, device=last.device, numbers=last.numbers)
    if Path(engine).suffix and not os.path.isfile(engine):  # False of an impossible name, too
        engine = EngineChoice.engine
    return replace(
        last,
        engine=engine,
        device=preferences.device or last.device,
        numbers=preferences.numbers if preferences.numbers in NUMBERS else last.numbers,
        prompter=last.prompter if engine == "coz" else replace(last.prompter, name="none"),
    )


def save_engine_choice(choice: EngineChoice) -> None:
    """Store the settings of Chain-of-Zoom. GUI thread."""
    keep_text(KEY, choice_text(choice))


def saved_engine_choice() -> EngineChoice | None:
    """Return the stored settings of Chain-of-Zoom, or None. GUI thread."""
    return choice_from(kept_text(KEY), EngineChoice.texture)


def with_own_server(choice: EngineChoice) -> EngineChoice:
    """Return a choice with the stored server, unless it has one. GUI thread."""
    own = saved_engine_choice()
    if choice.prompter.server or own is None:
        return choice
    server, model = own.prompter.server, own.prompter.server_model
    return replace(choice, prompter=replace(choice.prompter, server=server, server_model=model))


def keep_text(name: str, text: str) -> None:
    """Store a setting, on disk at once. GUI thread."""
    keep_texts({name: text})


def keep_texts(texts: Mapping[str, str]) -> None:
    """Store settings, all on disk at once. GUI thread."""
    settings = _settings()
    path = Path(settings.fileName())
    with suppress(OSError):  # Qt keeps the permissions of an existing file
        make_private_folder(path.parent)
        os.close(open_private(str(path), os.O_RDWR | os.O_CREAT))
        make_private(path)
    for name, text in texts.items():
        settings.setValue(name, text)
    settings.sync()


def kept_text(name: str) -> str:
    """Return a stored setting, or "". GUI thread."""
    return kept_texts(name)[name]


def kept_texts(*names: str) -> dict[str, str]:
    """Return stored settings by name, "" for those that are not there. GUI thread."""
    settings = _settings()
    found = {name: settings.value(name, "") for name in names}
    return {name: text if isinstance(text, str) else "" for name, text in found.items()}


def settings_folder() -> Path:
    """Return the folder of the settings file, where other files may be kept, too. GUI thread."""
    return Path(_settings().fileName()).parent


def _settings() -> QSettings:
    """Return the settings file, and no other: not those that Qt would fall back to."""
    name = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cozviewer", "cozviewer"
    ).fileName()
    try:
        if _holds_objects(Path(name).read_bytes()):
            log.warning("Ignored the settings in %s, as they may contain code.", name)
            os.replace(name, name + REFUSED)
    except FileNotFoundError:
        pass
    except OSError:  # nothing is read from what cannot be checked or moved
        name += ".new"
    return QSettings(name, QSettings.Format.IniFormat)


def _holds_objects(content: bytes) -> bool:
    """Return whether a settings file may hold an object and not only texts.

    Objects are stored as a QDataStream, which begins with the number of the type in four bytes, of
    which the first is 0. No text of the settings has that character. It may be escaped, and Qt
    takes the last 16 bits of the number.
    """
    numbers = (
        int(digits, base)
        for match in _NUMBERED.finditer(content)
        for digits, base in ((match[1], 16), (match[2], 8))
        if digits
    )
    return b"\0" in content or any(number % (1 << 16) == 0 for number in numbers)
