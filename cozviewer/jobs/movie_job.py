"""A zoom movie as work for the thread of the zoom steps, beside pictures; see `export_job`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from cozviewer.chain.chain import Chain, Progress
from cozviewer.export.camera_path import Take
from cozviewer.export.movie_formats import Clip
from cozviewer.export.movie_pipeline import make_movie


@dataclass(frozen=True)
class MovieRequest:
    """A movie to save.

    Attributes:
        path: The file to write.
        clip: What it is to be.
        takes: Its frames.
        caption: Whether each says how large it is and what made it.
        cancelled: Set to stop.
    """

    path: Path
    clip: Clip
    takes: tuple[Take, ...]
    caption: bool
    cancelled: Event = field(default_factory=Event)

    def carry_out(self, chain: Chain, tell: Callable[[Progress], None]) -> None:
        """Compute, compose and write; raises as `make_movie`."""
        make_movie(
            chain,
            self.path,
            self.clip,
            self.takes,
            self.caption,
            cancelled=self.cancelled.is_set,
            tell=tell,
        )
