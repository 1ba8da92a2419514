"""Zoom strips and comparisons as work for the thread of the zoom steps; see `export_job`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from cozviewer.chain.chain import Chain, Progress, with_all_tiles
from cozviewer.chain.series import needs_of, refine_series
from cozviewer.export.origin import Origin
from cozviewer.export.picture import save_picture
from cozviewer.export.provenance import origin_of_strip
from cozviewer.export.strip import strip
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.camera import View
from cozviewer.pyramid.compose import compose
from cozviewer.util.cancel import never


@dataclass(frozen=True)
class StripRequest:
    """A zoom strip to save; see `export.strip`.

    Attributes:
        path: The file to write.
        views: What its pictures show; what they lack is computed first.
        cancelled: Set to stop.
    """

    path: Path
    views: tuple[View, ...]
    cancelled: Event = field(default_factory=Event)

    def carry_out(self, chain: Chain, tell: Callable[[Progress], None]) -> None:
        """Compute, compose, lay out and write."""
        pyramid, cancelled = chain.pyramid, self.cancelled.is_set

        def refine() -> None:
            for progress in refine_series(chain, needs_of(pyramid, self.views), cancelled, tell):
                tell(progress)

        def pictures_of_views() -> list[Rgb8]:
            tell(Progress(f"Writing {self.path.name}", 0, 0, 0, None))
            return [compose(pyramid, view, complete=True) for view in self.views]

        pictures = with_all_tiles(refine, pictures_of_views)
        origin = origin_of_strip(chain, self.views, cancelled)
        name, engine = pyramid.source.name, chain.upscaler.name
        pixels = strip(name, engine, self.views, pictures, origin.borrowed)
        save_picture(self.path, pixels, origin, cancelled=cancelled)


@dataclass(frozen=True, eq=False)
class ComparisonRequest:
    """A comparison to save, as it is seen.

    Attributes:
        path: The file to write.
        pixels: (H, W, 3) uint8, labels and all.
        origin: What is written about it into the file, but for its `borrowed`.
        borrowed: Tells that; see `comparison_borrows`.
        cancelled: Set to stop.
    """

    path: Path
    pixels: Rgb8
    origin: Origin
    borrowed: Callable[[], bool] = never
    cancelled: Event = field(default_factory=Event)

    def carry_out(self, chain: Chain, tell: Callable[[Progress], None]) -> None:
        """Write it."""
        tell(Progress(f"Writing {self.path.name}", 0, 0, 0, None))
        origin = replace(self.origin, borrowed=self.borrowed())
        save_picture(self.path, self.pixels, origin, cancelled=self.cancelled.is_set)
