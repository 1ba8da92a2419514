"""Long exports outlive the program: what was not finished is kept, and offered again.

The tiles that it has computed are in the store, so going on costs only what lacks.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.export.signing import Signature
from cozviewer.image.exif import without_place
from cozviewer.image.rect import Rect
from cozviewer.jobs.export_job import Export, ExportRequest
from cozviewer.pyramid.geometry import STEP_LEVELS
from cozviewer.ui.settings import keep_text, kept_text

KEY = "export/pending"


@dataclass(frozen=True)
class Pending:
    """An export of a level's region that has begun, in words that a file can keep.

    Attributes:
        path: The file that was to be.
        source, recipe: Digests: with others, it would be another picture.
        z, x, y, width, height: The level and its region.
        label: Whether a corner says what is generated.
        with_place: Whether it keeps where the photo was taken.
        certificate, key: Paths of what it is signed with; "" for no signature.
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


def note_begun(request: Export, chain: Chain) -> None:
    """Keep what is begun, if it can go on later: a region of a generated level. GUI thread."""
    if not isinstance(request, ExportRequest) or request.view is not None or request.z <= 0:
        return
    region = request.level_region
    pending = Pending(
        str(request.path),
        chain.pyramid.source.digest,
        chain.recipe.digest,
        request.z,
        region.x,
        region.y,
        region.width,
        region.height,
        request.label,
        request.exif == chain.pyramid.source.exif,
        "" if request.signature is None else str(request.signature.certificate),
        "" if request.signature is None else str(request.signature.key),
    )
    keep_text(KEY, json.dumps(asdict(pending)))


def note_ended() -> None:
    """Forget it: it is saved, or nobody wants it any more. GUI thread."""
    keep_text(KEY, "")


def pending_for(chain: Chain) -> Pending | None:
    """Return what was not finished of this picture with this recipe, or None. GUI thread."""
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
    region = Rect(found.x, found.y, found.width, found.height)
    known = 0 < found.z <= _DEEPEST and found.z % STEP_LEVELS == 0
    if not known or region.empty or not chain.pyramid.level_rect(found.z).contains(region):
        return None
    return found


def request_of(pending: Pending, chain: Chain) -> ExportRequest:
    """Return what does the rest."""
    region = Rect(pending.x, pending.y, pending.width, pending.height)
    exif = chain.pyramid.source.exif
    return ExportRequest(
        Path(pending.path),
        pending.z,
        region,
        None,
        True,
        exif if pending.with_place else without_place(exif),
        pending.label,
        Signature(Path(pending.certificate), Path(pending.key)) if pending.key else None,
    )


_EXAMPLE = Pending("", "", "", 2, 0, 0, 1, 1, False, True, "", "")

_DEEPEST = 256
"""Levels: nobody exports a region deeper than that."""
