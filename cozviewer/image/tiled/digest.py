"""The digest of a source that is read region by region: by a small part of its pixels.

It is the SHA-256 of the size, of the coarsest levels (SMALL_SIDE pixels and less, as the file has
them or as they are averaged), and of 64 squares of SIDE pixels of level 0, evenly spread, with
alpha if there is some. So what
it misses is a change of level 0 between those squares that no small version of the image shows:
a retouched detail. As all digests of sources it does not depend on name or metadata of the file.
"""

import hashlib

from cozviewer.image.alpha.plane import Alpha
from cozviewer.image.levels import Levels
from cozviewer.image.reading import STOPPED
from cozviewer.image.rect import Rect
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput

SPOTS = 8
"""Squares across and down."""

SIDE = 64
"""Side of a square of level 0, in pixels."""

SMALL_SIDE = 1024
"""Longer side of the levels that count as a whole."""


def digest_of(
    levels: Levels, alpha: Alpha | None, identity: bytes | None, cancelled: IsCancelled
) -> str:
    """Return the digest, in hex.

    Args:
        levels, alpha: Those of the source.
        identity: See `protocol.RegionFacts`; None reads pixels.
        cancelled: Checked between squares.

    Raises:
        BadInput: Its small version cannot be read. Squares that cannot be read count as such.
        Failure: Memory ran out.
        Cancelled: `cancelled` returned True.
    """
    width, height = levels.size(0)
    digest = hashlib.sha256(f"regions;{width}x{height};".encode())
    if alpha is not None:
        digest.update(b"alpha;")

    def add(k: int, region: Rect) -> None:
        digest.update(levels.read(k, region).tobytes())
        if alpha is not None:
            digest.update(alpha.levels.read(k, region).tobytes())

    if identity is not None:
        digest.update(identity)
        return digest.hexdigest()
    small = next(k for k in range(len(levels)) if max(levels.size(k)) <= SMALL_SIDE)
    add(small, Rect(0, 0, *levels.size(small)))
    for spot in spots(width, height):
        check_cancelled(cancelled, STOPPED)
        try:
            add(0, spot)
        except BadInput:  # the rest of the image can be shown
            digest.update(b"unreadable")
    return digest.hexdigest()


def spots(width: int, height: int) -> list[Rect]:
    """Return the squares of level 0 that count."""
    whole = Rect(0, 0, width, height)
    places = [
        ((2 * col + 1) * width // (2 * SPOTS), (2 * row + 1) * height // (2 * SPOTS))
        for row in range(SPOTS)
        for col in range(SPOTS)
    ]
    # Aligned, so that each lies in one tile of most files.
    squares = [Rect(x // SIDE * SIDE, y // SIDE * SIDE, SIDE, SIDE) for x, y in places]
    return [square.intersected(whole) for square in squares]
