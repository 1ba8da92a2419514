"""Exports that the end of the program interrupted are kept in the settings and can be resumed.

The tiles that were generated are in the store, so only the missing ones are generated then.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.export.formats import QUALITY
from cozviewer.export.run import Task
from cozviewer.export.signing import Signature
from cozviewer.export.tasks import ImageOptions, RegionTask
from cozviewer.image.exif import without_place
from cozviewer.image.rect import Rect
from cozviewer.image.subject import scale_from, scale_text
from cozviewer.pyramid.geometry import STEP_LEVELS, LevelRegion
from cozviewer.pyramid.orientation import UPRIGHT, orientation_of
from cozviewer.ui.settings import keep_text, kept_text

KEY = "export/pending"


@dataclass(frozen=True)
class Pending:
    """An export of a level's region that has begun, as it is kept in the settings (JSON).

    Attributes:
        path: The file to be written.
        source, recipe: Digests of the photo and of the recipe; with others, the pixels differ.
        z, x, y, width, height: The level and its region.
        label: Whether a label in a corner states what was generated.
        with_place: Whether the location of the photo is copied.
        certificate, key: Paths of what it is signed with; "" for no signature.
        quality: 1..100.
        orientation: The EXIF number of how it is turned.
        scale: For a scale bar, see `scale_text`; "" for no bar.
    """

    path: str
    source: str
    recipe: str
    z: int
    x: int
    y: int
    width: int
    height: int
    label: bool
    with_place: bool
    certificate: str
    key: str
    quality: int = QUALITY
    orientation: int = 1
    scale: str = ""


def note_begun(task: Task, chain: Chain) -> None:
    """Keep a task that was begun, if it can be resumed: a region of a generated level. GUI
    thread."""
    if not isinstance(task, RegionTask) or task.region.z <= 0:
        return
    rect, options = task.region.rect, task.options
    signature = options.signature
    pending = Pending(
        str(task.path),
        chain.pyramid.source.digest,
        chain.recipe.digest,
        task.region.z,
        rect.x,
        rect.y,
        rect.width,
        rect.height,
        options.label,
        options.place and options.exif == chain.pyramid.source.exif,
        "" if signature is None else str(signature.certificate),
        "" if signature is None else str(signature.key),
        options.quality,
        task.orientation.exif,
        "" if options.scale is None else scale_text(options.scale),
    )
    keep_text(KEY, json.dumps(asdict(pending)))


def note_ended() -> None:
    """Forget the task that was begun: it is done, or was cancelled. GUI thread."""
    keep_text(KEY, "")


def pending_for(chain: Chain) -> Pending | None:
    """Return the interrupted export of this photo with this recipe, or None. GUI thread."""
    try:
        kept = json.loads(kept_text(KEY))
        found = Pending(**kept)
    except (ValueError, TypeError, RecursionError):
        return None
    usual = {field: type(value) for field, value in asdict(_EXAMPLE).items()}
    if any(type(value) is not usual[field] for field, value in asdict(found).items()):
        return None
    if (found.source, found.recipe) != (chain.pyramid.source.digest, chain.recipe.digest):
        return None
    if any("\0" in text for text in (found.path, found.certificate, found.key)):
        return None
    if not 1 <= found.quality <= 100:
        return None
    region = Rect(found.x, found.y, found.width, found.height)
    known = 0 < found.z <= _DEEPEST and found.z % STEP_LEVELS == 0
    if not known or region.empty or not chain.pyramid.level_rect(found.z).contains(region):
        return None
    return found


def task_of(pending: Pending, chain: Chain) -> RegionTask:
    """Return the task that finishes an export."""
    exif = chain.pyramid.source.exif
    options = ImageOptions(
        exif=exif if pending.with_place else without_place(exif),
        label=pending.label,
        signature=Signature(Path(pending.certificate), Path(pending.key)) if pending.key else None,
        quality=pending.quality,
        scale=scale_from(pending.scale),
        place=pending.with_place,
    )
    rect = Rect(pending.x, pending.y, pending.width, pending.height)
    orientation = orientation_of(pending.orientation) or UPRIGHT
    return RegionTask(Path(pending.path), LevelRegion(pending.z, rect), options, orientation)


_EXAMPLE = Pending("", "", "", 2, 0, 0, 1, 1, False, True, "", "")

_DEEPEST = 256
"""Levels; a deeper one in the settings is taken for damage."""
