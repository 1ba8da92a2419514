"""What is remembered of upscaling between starts: the last settings, and the speed of engines."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from cozviewer.config.choice import EngineChoice
from cozviewer.export.upscaling.upscale import UpscaleOptions
from cozviewer.ui.settings import keep_text, keep_texts, kept_text, settings_folder
from cozviewer.ui.upscale.items import options_from
from cozviewer.util.checked import checked_number
from cozviewer.util.paths import is_network_path

OPTIONS, FOLDER, PACES = "upscale/options", "upscale/folder", "upscale/paces"
"""Settings."""

MOST_PACES = 50


def queue_file() -> Path:
    """Return the file of the queue, beside the settings. GUI thread."""
    return settings_folder() / "upscale-queue.json"


def keep_options(options: UpscaleOptions) -> None:
    """Remember options for the next photo. GUI thread."""
    without_folder = json.dumps(asdict(replace(options, folder=None)))
    keep_texts({OPTIONS: without_folder, FOLDER: str(options.folder or "")})


def kept_options() -> UpscaleOptions:
    """Return the options chosen last, or the defaults. GUI thread."""
    try:
        options = options_from(json.loads(kept_text(OPTIONS)))
    except (ValueError, TypeError, KeyError, RecursionError):
        return UpscaleOptions()
    folder = kept_text(FOLDER)
    usable = folder and "\0" not in folder and not is_network_path(folder)
    return replace(options, overwrite=False, folder=Path(folder) if usable else None)


def keep_pace(choice: EngineChoice, seconds_per_pixel: float) -> None:
    """Remember how fast an engine is here. GUI thread."""
    paces = _paces()
    paces.pop(_key(choice), None)
    paces[_key(choice)] = seconds_per_pixel
    keep_text(PACES, json.dumps(dict(list(paces.items())[-MOST_PACES:])))


def kept_pace(choice: EngineChoice) -> float | None:
    """Return the seconds per parent pixel that an engine took last; None if unknown. GUI thread."""
    return _paces().get(_key(choice))


def _paces() -> dict[str, float]:
    try:
        kept = json.loads(kept_text(PACES))
        return {str(key): checked_number(value, 0, 1e6) for key, value in kept.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _key(choice: EngineChoice) -> str:
    return "|".join((choice.engine, choice.device, choice.numbers, choice.prompter.name))
