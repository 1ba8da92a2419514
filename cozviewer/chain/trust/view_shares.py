"""What a view is made of: which share of it is original, interpolated or generated, by level."""

from dataclasses import dataclass

from cozviewer.chain.trust.overlays import Mark, origin_mark
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.origins import patches, view_box
from cozviewer.pyramid.pyramid import Pyramid


@dataclass(frozen=True, slots=True)
class Share:
    """Pixels of one kind.

    Attributes:
        mark: What they are, in the colour of the provenance overlay.
        part: Their share of the photo in the view, 0..1.
        level: The level they come from; at most 0 for the photo.
    """

    mark: Mark
    part: float
    level: int


def shares_of(
    pyramid: Pyramid, view: View, generative: bool, finest: int | None = None
) -> tuple[Share, ...]:
    """Return what the tiles of a view are, coarse to fine; empty outside the photo.

    Drafts, which are not kept, count as what they cover.

    Args:
        generative: Whether the levels are generated rather than interpolated.
        finest: As for `compose`.
    """
    areas: dict[tuple[int, str], int] = {}
    marks: dict[tuple[int, str], Mark] = {}
    for patch in patches(pyramid, view, finest):
        box = view_box(view, patch)
        mark = origin_mark(view, patch, generative)
        key = (max(0, patch.level), mark.text)
        marks[key] = mark
        areas[key] = areas.get(key, 0) + box.width * box.height
    whole = sum(areas.values())
    return tuple(
        Share(marks[key], areas[key] / whole, key[0]) for key in sorted(areas) if areas[key]
    )
