"""Scales that users set for their photos, from one start to the next.

They belong to the digest of the photo, as its bookmarks do, so that it may be moved.
"""

import json

from cozviewer.image.subject import Scale, scale_of
from cozviewer.ui.settings import keep_text, kept_text

GROUP = "scales"


def keep_scale(digest: str, scale: Scale | None) -> None:
    """Keep the scale of a photo, on disk at once; None forgets it. GUI thread."""
    keep_text(f"{GROUP}/{digest}", "" if scale is None else scale_text(scale))


def kept_scale(digest: str) -> Scale | None:
    """Return the scale that was kept of a photo; None without one. GUI thread."""
    return scale_from(kept_text(f"{GROUP}/{digest}"))


def scale_text(scale: Scale) -> str:
    """Return a scale as JSON."""
    return json.dumps([scale.across, scale.down, scale.unit])


def scale_from(text: str) -> Scale | None:
    """Parse the result of `scale_text`; None if it is anything else."""
    try:
        across, down, unit = json.loads(text or "null")
        return scale_of(float(across), float(down), str(unit))
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
