"""What `evaluate` keeps in the cache folder, so that it can go on after an interruption.

A folder for each picture and method: the states as PNG, and the figures about each as JSON. Both
are there whole or not at all; what cannot be read is made anew.
"""

import hashlib
import json
import shutil
import sys
from contextlib import suppress
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
from cozviewer.util.folders import evaluations_folder, make_private, make_private_folder

BUDGET_BYTES = 2 * 1000**3
"""What the folder may hold: the states of a thousand pictures."""


class Kept:
    """What is kept about one picture and method."""

    def __init__(self, cache: Path | None, first: Rgb8, identity: str, notice: Notice) -> None:
        """Prepare; nothing is made before something is kept.

        Args:
            cache: The cache folder; None keeps nothing.
            first: (512, 512, 3) uint8, the state that it begins with.
            identity: All else that decides the states.
            notice: Told when something cannot be kept.
        """
        self._notice = notice
        self._folder: Path | None = None
        if cache is not None:
            digest = hashlib.sha256(identity.encode() + first.tobytes()).hexdigest()
            self._folder = evaluations_folder(cache) / digest[:32]

    def states(self, levels: int) -> list[Rgb8]:
        """Return the states from level 1 on that are there without a gap, at most `levels`."""
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
        """Keep the state of a level; figures about another that was there before are dropped."""
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
        """Return the figures about the state of a level, as far as they are there."""
        found = self._read(index)
        return {each.name: found[_key(each)] for each in metrics if _key(each) in found}

    def keep_figures(self, index: int, figures: Figures, metrics: list[Metric]) -> None:
        """Keep the figures about the state of a level."""
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
        """Go on without keeping: the report matters more."""
        self._notice(f"What is finished cannot be kept, so an interruption loses it: {error}")
        self._folder = None


def trim(cache: Path, budget: int = BUDGET_BYTES) -> None:
    """Delete what was kept first until the folder is within its budget."""
    folder = evaluations_folder(cache)
    if not folder.is_dir():
        return
    with suppress(OSError):  # another run may do the same
        ages = sorted((each.stat().st_mtime, each) for each in folder.iterdir() if each.is_dir())
        sizes = {each: sum(file.stat().st_size for file in each.iterdir()) for _, each in ages}
        total = sum(sizes.values())
        for _, each in ages:
            if total <= budget:
                break
            shutil.rmtree(each)
            total -= sizes[each]


def _is_figure(value: object) -> bool:
    """Tell whether a value from a file is a finite number."""
    try:
        checked_number(value, -sys.float_info.max, sys.float_info.max)
    except ValueError:
        return False
    return True


def _key(metric: Metric) -> str:
    return f"{metric.name} {metric.version}"
