"""A chain that reports from within its runs, several times a second, as slow engines have it."""

import threading
from collections.abc import Iterator
from dataclasses import replace

from cozviewer.chain.chain import Chain, OnProgress, Progress, unreported
from cozviewer.chain.planned import missing_tiles
from cozviewer.image.rect import Rect, rect_between
from cozviewer.pyramid.geometry import TileKey, level_name, tile_rect
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Cancelled


class RunningChain(Chain):
    """Takes its time before each level, and tells so.

    Attributes:
        reports: Of each run, at equal distances.
        pause: Seconds between two of them.
        held: While it is cleared, a run goes on reporting the same and does not end.
        sent: Reports of runs that it made.
    """

    reports = 5
    pause = 0.002

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]
        self.held = threading.Event()
        self.held.set()
        self.sent = 0

    def refine(
        self,
        z: int,
        level_region: Rect,
        cancelled: IsCancelled,
        on_progress: OnProgress = unreported,
        downwards: bool = False,
    ) -> Iterator[Progress]:
        levels = missing_tiles(self.pyramid, self.recipe, z, level_region)
        for index, (level, keys) in enumerate(levels):
            whole = _around(keys).intersected(self.pyramid.level_rect(level))
            number = 0
            while number < self.reports:
                if cancelled():
                    raise Cancelled("Stopped.")
                threading.Event().wait(self.pause)
                fraction = (index + number / self.reports) / len(levels)
                seconds = (1 - fraction) * len(levels) * self.reports * self.pause
                self.sent += 1
                stage = f"Generating {level_name(level)}"
                yield Progress(stage, level, 0, 1, seconds, fraction=fraction, drawing=whole)
                number += self.held.is_set()
            for progress in super().refine(level, whole, cancelled, on_progress):
                fraction = (index + 1) / len(levels)
                yield replace(progress, fraction=fraction, seconds_left=0.0)


def _around(keys: list[TileKey]) -> Rect:
    rects = [tile_rect(key) for key in keys]
    return rect_between(
        min(rect.x for rect in rects),
        min(rect.y for rect in rects),
        max(rect.right for rect in rects),
        max(rect.bottom for rect in rects),
    )
