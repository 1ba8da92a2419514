"""What a detector of text and faces finds: all that the process of the models has to import."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect


@dataclass(frozen=True, slots=True)
class Finding:
    """A text or face that was detected.

    Attributes:
        kind: Which of the two.
        box: Its bounding box in view pixels.
    """

    kind: Literal["text", "face"]
    box: Rect


Find = Callable[[Rgb8], Sequence[Finding]]
"""Detects text and faces in (H, W, 3) uint8. Called in any thread."""
