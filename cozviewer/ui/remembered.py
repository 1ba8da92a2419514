"""What the user named for Chain-of-Zoom, kept from one start of the program to the next.

Paths, addresses and questions only: keys are never in here. A file that is broken, or from another
version, counts as none.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

from cozviewer.chain.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.chain.questions import Questions

KEY = "chain-of-zoom"


def remember(choice: EngineChoice) -> None:
    """Keep a choice that works. GUI thread."""
    _settings().setValue(KEY, json.dumps(asdict(choice), default=str))


def remembered() -> EngineChoice | None:
    """Return the choice that was kept last, or None. GUI thread."""
    try:
        kept = json.loads(str(_settings().value(KEY, "")))
        coz, prompter = kept.pop("coz"), kept.pop("prompter")
        choice = EngineChoice(
            **kept,
            coz=CozChoice(**{**coz, "lora": _path(coz["lora"]), "vae": _path(coz["vae"])}),
            prompter=PrompterChoice(
                **{
                    **prompter,
                    "adapter": _path(prompter["adapter"]),
                    "questions": Questions(**prompter["questions"]),
                }
            ),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return choice if _whole(asdict(choice), asdict(EngineChoice())) else None


def _whole(kept: dict[str, Any], usual: dict[str, Any]) -> bool:
    """Tell whether all values are of the kinds that they should be."""
    for name, value in kept.items():
        like = usual[name]
        if isinstance(like, dict):
            if not isinstance(value, dict) or not _whole(value, like):
                return False
        elif not isinstance(value, Path | None if like is None else type(like)):
            return False
    return True


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _settings() -> QSettings:
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cozviewer", "cozviewer"
    )
