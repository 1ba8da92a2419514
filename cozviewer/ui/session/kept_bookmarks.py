"""Bookmarks of images that are opened without a session, from one start to the next.

Identified by the digest of the image, so that it may be moved. Broken entries are ignored.
"""

import json
from collections.abc import Sequence
from contextlib import suppress

from cozviewer.session.session import Bookmark, bookmark_from
from cozviewer.ui.settings import keep_text, kept_text

GROUP = "bookmarks"


def keep_bookmarks(digest: str, bookmarks: Sequence[Bookmark]) -> None:
    """Keep the bookmarks of an image, on disk at once. GUI thread."""
    rows = [_row(each) for each in bookmarks]
    keep_text(f"{GROUP}/{digest}", json.dumps(rows) if rows else "")


def kept_bookmarks(digest: str) -> tuple[Bookmark, ...]:
    """Return the bookmarks that were kept of an image; broken ones are left out. GUI thread."""
    try:
        rows = json.loads(kept_text(f"{GROUP}/{digest}") or "[]")
    except (ValueError, RecursionError):
        return ()
    found = list[Bookmark]()
    for row in rows if isinstance(rows, list) else ():
        with suppress(ValueError, TypeError):
            found.append(bookmark_from(*row))
    return tuple(found)


def _row(bookmark: Bookmark) -> list[object]:
    view = bookmark.viewpoint
    row: list[object] = [bookmark.name, str(view.x), str(view.y), str(view.magnification)]
    return row if view.orientation is None else [*row, view.orientation.exif]
