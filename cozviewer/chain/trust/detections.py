"""Text and faces in generated detail, where invented detail is easily taken for evidence.

They are detected in the composed frame and outlined over the overlay of deviation. The detector is
passed in.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from cozviewer.chain.trust.findings import Find
from cozviewer.chain.trust.overlays import Colour, Mark, Marked
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.util.translation import translate

TEXT: Colour = (80, 200, 255)
FACE: Colour = (255, 120, 220)
MUTED: Colour = (130, 135, 145)

COLOURS = {"text": TEXT, "face": FACE}
"""Of the outlines."""

LINE = 2
"""Width of an outline in view pixels; a dark one of the same width surrounds it."""

MOSTLY = 0.5
"""Share of a finding's area that must be generated for it to be shown."""


def looking_mark() -> Mark:
    """Return the line of a legend while the detector runs."""
    return Mark(MUTED, translate("View", "Looking for text and faces…"))


def nothing_found_mark() -> Mark:
    """Return the line of a legend where nothing was detected."""
    return Mark(MUTED, translate("View", "No text or faces found"))


def no_detector_mark() -> Mark:
    """Return the line of a legend where there is no detector."""
    return Mark(MUTED, translate("View", "Text and faces: detection is not installed"))


def finding_mark(kind: Literal["text", "face"]) -> Mark:
    """Return how findings of a kind are coloured and named."""
    if kind == "text":
        return Mark(TEXT, translate("View", "Text: letters may be invented"))
    return Mark(FACE, translate("View", "Face: features may be invented"))


def with_findings(made: Marked, frame: Rgb8, generated: Sequence[Rect], find: Find) -> Marked:
    """Return an overlay with text and faces outlined, and explained in its legend.

    Args:
        made: The overlay of deviation.
        frame: The frame under it, (H, W, 3) uint8.
        generated: The parts of the frame that are generated; they do not overlap.
        find: The detector; called once.
    """
    found = [each for each in find(frame) if _mostly(each.box, generated)]
    out = made.rgb.copy()
    for each in found:
        _outline(out, each.box, COLOURS[each.kind])
    kinds = sorted({each.kind for each in found})
    marks = tuple(map(finding_mark, kinds)) or (nothing_found_mark(),)
    return Marked(out, (*made.legend, *marks))


def with_line(made: Marked, mark: Mark) -> Marked:
    """Return an overlay with one more line in its legend."""
    return replace(made, legend=(*made.legend, mark))


def _mostly(box: Rect, parts: Sequence[Rect]) -> bool:
    """Return whether most of a box lies in parts that do not overlap."""
    return sum(box.intersected(part).area for part in parts) > MOSTLY * box.area


def _outline(rgb: Rgb8, box: Rect, colour: Colour) -> None:
    """Draw a frame around a box into an image, cut at its edges."""
    whole = Rect(0, 0, rgb.shape[1], rgb.shape[0])
    for width, ink in ((2 * LINE, (20, 20, 24)), (LINE, colour)):
        outer, inner = box.grown(width).intersected(whole), box.intersected(whole)
        kept = rgb[inner.y : inner.bottom, inner.x : inner.right].copy()
        rgb[outer.y : outer.bottom, outer.x : outer.right] = np.array(ink, np.uint8)
        rgb[inner.y : inner.bottom, inner.x : inner.right] = kept
