"""Settings files: the window's, those of the cache, and which number format is fastest."""

import json
import random
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings

from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.config.choice_text import choice_from, choice_text
from cozviewer.models.device import Device
from cozviewer.models.number_formats import FILE_NAME, save_device, saved_device
from cozviewer.pyramid.camera import Camera
from cozviewer.ui.files.recent import keep_recent, recent_files
from cozviewer.ui.preferences.restart import Place, keep_place, take_place
from cozviewer.ui.scale.kept_scales import GROUP as SCALES
from cozviewer.ui.scale.kept_scales import kept_scale
from cozviewer.ui.session.kept_bookmarks import GROUP as BOOKMARKS
from cozviewer.ui.session.kept_bookmarks import kept_bookmarks
from cozviewer.ui.settings import (
    Preferences,
    choice_at_start,
    keep_text,
    save_choice_in_use,
    save_engine_choice,
    save_preferences,
    saved_engine_choice,
    saved_preferences,
    settings_folder,
    with_own_server,
)
from cozviewer.ui.upscale.kept import keep_options, keep_pace, kept_options, kept_pace
from cozviewer.util.cache_settings import CacheSettings, keep_cache_settings, saved_cache_settings
from tests.fuzz.target import Target, changed
from tests.mutations import edited

KEY = {"cpu": "test", "cores": "2"}

PLACES = [Device("cpu", "CPU", "float32"), Device("cpu", "CPU", "bfloat16", True)]

PIECES = [
    *(b"\0", b"\xff", b'"', b"\\", b"@ByteArray(", b"@Invalid()", b"@Variant(\0\0\0\x7f", b"{"),
    *(b"9" * 5000, b"-1", b"1e999", b"NaN", b"null", b"[" * 5000, b"\\x0", b"[General]\n", b"%00"),
    *(b"[]", b"{}", b"true", b'""', b"Infinity", b"\xed\xa0\x80", b"=", b"\n", b"//host/share"),
]


def _settings_file(folder: Path) -> Path:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    return folder / "cozviewer" / "cozviewer.ini"


def window_settings() -> bytes:
    """Return a settings file with everything in it."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = _settings_file(Path(name))
        prompter = PrompterChoice("server", "words", server="localhost:1", server_model="m")
        choice = EngineChoice(
            "coz", coz=CozChoice("base", Path("/a"), Path("/b")), prompter=prompter
        )
        save_choice_in_use(replace(choice, engine="realesrgan"))
        save_engine_choice(choice)
        preferences = Preferences(language="zh", theme="dark", motion="full", engine="bicubic")
        shortcuts = {"open": ("F9", "Ctrl+O")}
        save_preferences(replace(preferences, device="cpu", numbers="fp32", shortcuts=shortcuts))
        keep_recent([Path("/photos/a.jpg"), Path("/photos/b.jpg")])
        keep_options(kept_options())
        keep_pace(choice, 1e-6)
        keep_place(Place(Path("/photos/a.jpg"), Camera(2, 1.0, 9, 9)))
        keep_text(f"{SCALES}/d", "0.5 um")
        keep_text(f"{BOOKMARKS}/d", json.dumps([["place", "1", "2", "4", 1]]))
        return path.read_bytes()


def cache_settings() -> bytes:
    """Return the settings of a cache."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "cache.json"
        keep_cache_settings(CacheSettings(Path("/somewhere"), 2_000_000_000), path)
        return path.read_bytes()


def fastest() -> bytes:
    """Return the file of the fastest number format."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        save_device(Path(name) / FILE_NAME, KEY, PLACES[1])
        return (Path(name) / FILE_NAME).read_bytes()


def spoilt(whole: bytes, chance: random.Random) -> bytes:
    """Return a content with pieces of ini and JSON in it, or with bytes changed."""
    if chance.random() < 0.7:
        return edited(whole, chance, PIECES, longest=200)
    return changed(whole, chance)


def read(kind: str, content: bytes, folder: Path) -> None:
    """Read a file as the program does at its start."""
    if kind == "cache":
        path = folder / "cache.json"
        path.write_bytes(content)
        assert saved_cache_settings(path).budget_bytes > 0
    elif kind == "fastest":
        path = folder / FILE_NAME
        path.write_bytes(content)
        saved_device(path, KEY, PLACES)
        save_device(path, KEY, PLACES[0])
        assert saved_device(path, KEY, PLACES) == PLACES[0]
    elif kind == "choice":
        choice_from(content.decode(errors="replace"), EngineChoice.texture)
    else:
        path = _settings_file(folder)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        preferences = saved_preferences()
        choice = with_own_server(choice_at_start(preferences))
        saved_engine_choice()
        recent_files()
        kept_options()
        kept_pace(choice)
        take_place()
        kept_scale("d")
        kept_bookmarks("d")
        settings_folder()
        save_preferences(replace(preferences, theme="light"))
        path.unlink(missing_ok=True)


def settings() -> Target:
    """Return the target."""
    return Target(
        "settings",
        {
            "window": window_settings,
            "choice": lambda: choice_text(EngineChoice("realesrgan")).encode(),
            "cache": cache_settings,
            "fastest": fastest,
        },
        read,
        spoilt,
    )
