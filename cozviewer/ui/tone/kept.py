"""The tones that were chosen for files, from one start to the next, by their paths.

A file that is opened again is shown as it was left. What is broken counts as automatic.
"""

import json
from pathlib import Path

from cozviewer.image.tone import AUTOMATIC, Tone, tone_of
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import absolute

KEY = "tones"

MOST = 500
"""Files whose tones are kept; of more, those that were chosen first are forgotten."""


def keep_tone(path: Path, tone: Tone) -> None:
    """Keep the tone of a file. GUI thread."""
    kept = _kept()
    name = str(absolute(path))
    kept.pop(name, None)
    if tone.changed:
        kept[name] = tone.text
    keep_text(KEY, json.dumps(dict(list(kept.items())[-MOST:])))


def kept_tone(path: Path) -> Tone:
    """Return the tone that was kept of a file; automatic if there is none. GUI thread."""
    try:
        return tone_of(_kept().get(str(absolute(path)), ""))
    except BadInput:
        return AUTOMATIC


def _kept() -> dict[str, str]:
    try:
        values = json.loads(kept_text(KEY) or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {path: text for path, text in values.items() if isinstance(text, str)}
