"""Results of `evaluate` in the cache folder, so that it can continue after an interruption.

There is a folder for each image and method, with states as PNG and their figures as JSON. Files
are written atomically; unreadable ones are made again.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.chain.paper import SIDE
from cozviewer.chain.protocols import Notice
from cozviewer.evaluate.metrics import Metric
from cozviewer.evaluate.results import Figures
from cozviewer.export.replacing import replacing
from cozviewer.image.pixels import Rgb8
from cozviewer.util.cancel import never
from cozviewer.util.checked import checked_number
from cozviewer.util.errors import CozviewerError
from cozviewer.util.folders import (
    evaluations_folder,
    make_private,
    make_private_folder,
    trim_folders,
)

BUDGET_BYTES = 2 * 1000**3
"""Maximum size of the folder: the states of a thousand images."""


class Kept:
    """The cached results of one image and method."""

    def __init__(self, cache: Path | None, first: Rgb8, identity: str, notice: Notice) -> None:
        """Prepare; folders are created when the first result is written.

        Args:
            cache: The cache folder; None keeps nothing.
            first: (512, 512, 3) uint8, the first state.
            identity: Everything else on which the states depend.
            notice: Receives a warning if results cannot be written.
        """
        self._notice = notice
        self._folder: Path | None = None
        if cache is not None:
            digest = hashlib.sha256(identity.encode() + first.tobytes()).hexdigest()
            self._folder = evaluations_folder(cache) / digest[:32]

    def states(self, levels: int) -> list[Rgb8]:
        """Return the cached states from level 1 up to the first missing one, at most `levels`."""
        found: list[Rgb8] = []
        while self._folder is not None and len(found) < levels:
            try:
                with Image.open(self._folder / f"{len(found) + 1}.png", formats=["PNG"]) as image:
                    if image.size != (SIDE, SIDE):
                        break
                    pixels = np.asarray(image)
            except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
                break
            if pixels.shape != (SIDE, SIDE, 3):
                break
            found.append(pixels)
        return found

    def keep_state(self, index: int, pixels: Rgb8) -> None:
        """Write the state of a level; figures of a previous one are deleted."""
        if self._folder is None:
            return
        try:
            make_private_folder(self._folder.parent)
            make_private_folder(self._folder)
            (self._folder / f"{index}.json").unlink(missing_ok=True)
            with replacing(self._folder / f"{index}.png", never) as file:
                Image.fromarray(pixels).save(file, "PNG", compress_level=1)
            make_private(self._folder / f"{index}.png")
        except (CozviewerError, OSError) as error:
            self._give_up(error)

    def figures(self, index: int, metrics: list[Metric]) -> Figures:
        """Return the cached figures of the state of a level."""
        found = self._read(index)
        return {each.name: found[_key(each)] for each in metrics if _key(each) in found}

    def keep_figures(self, index: int, figures: Figures, metrics: list[Metric]) -> None:
        """Write the figures of the state of a level."""
        if self._folder is None:
            return
        known = self._read(index) | {_key(each): figures[each.name] for each in metrics}
        try:
            with replacing(self._folder / f"{index}.json", never) as file:
                file.write(json.dumps(known).encode())
            make_private(self._folder / f"{index}.json")
        except (CozviewerError, OSError) as error:
            self._give_up(error)

    def _read(self, index: int) -> Figures:
        if self._folder is None:
            return {}
        try:
            found = json.loads((self._folder / f"{index}.json").read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        lines = found.items() if isinstance(found, dict) else ()
        return {name: value for name, value in lines if value is None or _is_figure(value)}

    def _give_up(self, error: Exception) -> None:
        """Continue without the cache: the report matters more."""
        self._notice(f"What is finished cannot be kept, so an interruption loses it: {error}")
        self._folder = None


def trim(cache: Path, budget: int = BUDGET_BYTES) -> None:
    """Delete the oldest results until the folder is within its budget."""
    trim_folders(evaluations_folder(cache), budget)


def _is_figure(value: object) -> bool:
    """Return whether a value from a file is a finite number."""
    try:
        checked_number(value, -sys.float_info.max, sys.float_info.max)
    except ValueError:
        return False
    return True


def _key(metric: Metric) -> str:
    return f"{metric.name} {metric.version}"
