"""Scales that users set for their photos, from one start to the next.

They belong to the digest of the photo, as its bookmarks do, so that it may be moved.
"""

from cozviewer.image.subject import Scale, scale_from, scale_text
from cozviewer.ui.settings import keep_text, kept_text

GROUP = "scales"


def keep_scale(digest: str, scale: Scale | None) -> None:
    """Keep the scale of a photo, on disk at once; None forgets it. GUI thread."""
    keep_text(f"{GROUP}/{digest}", "" if scale is None else scale_text(scale))


def kept_scale(digest: str) -> Scale | None:
    """Return the scale that was kept of a photo; None without one. GUI thread."""
    return scale_from(kept_text(f"{GROUP}/{digest}"))
