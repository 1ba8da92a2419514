"""Restarts the program with the open photo at the same view, for settings that need a restart."""

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QProcess

from cozviewer.pyramid.camera import Camera
from cozviewer.session.session import viewpoint_from, viewpoint_of
from cozviewer.ui.settings import keep_text, kept_text
from cozviewer.util.own_process import program

KEY = "reopen"


@dataclass(frozen=True)
class Place:
    """A photo or session, and the view of it.

    Attributes:
        path: The file.
        camera: The view.
    """

    path: Path
    camera: Camera


def keep_place(place: Place) -> None:
    """Store what the next start opens. GUI thread."""
    at = viewpoint_of(place.camera)
    row = [str(place.path), str(at.x), str(at.y), str(Fraction(at.magnification))]
    keep_text(KEY, json.dumps(row))


def take_place() -> Place | None:
    """Return what this start opens, which the next one will not; None if there is nothing."""
    text = kept_text(KEY)
    if not text:
        return None
    keep_text(KEY, "")
    try:
        path, x, y, magnification = json.loads(text)
        return Place(Path(path), viewpoint_from(x, y, magnification).camera)
    except (ValueError, TypeError, RecursionError):
        return None


def start_again() -> bool:
    """Restart the program with the same arguments; return whether that was possible."""
    started = QProcess.startDetached(program(), sys.orig_argv[1:])
    return bool(started[0] if isinstance(started, tuple) else started)
