"""Making a zoom movie: compute what its frames lack, compose them, write them.

The window and `cozviewer movie` both come here; how it goes is told to them alike.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cozviewer.chain.chain import Chain, Progress, with_all_tiles
from cozviewer.chain.series import missing_of, needs_of, refine_series
from cozviewer.export.camera_path import Take
from cozviewer.export.frames import frames_of
from cozviewer.export.movie import save_movie
from cozviewer.export.movie_formats import Clip
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import origin_of_movie, view_borrows
from cozviewer.pyramid.camera import Camera, View
from cozviewer.pyramid.wording import caption_text
from cozviewer.util.cancel import IsCancelled

Tell = Callable[[Progress], None]


def missing_for(chain: Chain, takes: Sequence[Take]) -> int:
    """Return how many tiles must be computed before a movie can be made."""
    needs = needs_of(chain.pyramid, [take.view for take in takes])
    return len(missing_of(chain.pyramid, chain.recipe, needs))


def make_movie(
    chain: Chain,
    path: Path,
    clip: Clip,
    takes: Sequence[Take],
    caption: bool,
    *,
    cancelled: IsCancelled,
    tell: Tell,
) -> Origin:
    """Compute all that the frames lack, and write them. The file appears whole or not at all.

    Args:
        chain: Used by this thread alone meanwhile.
        caption: Whether each frame says how large it is and what made it.
        tell: Told how it goes: tiles first, then frames.

    Returns:
        What the movie holds.

    Raises:
        BadInput, Cancelled, Failure: As `Chain.refine` and `save_movie`; finished tiles are kept.
    """
    views = [take.view for take in takes]
    maker = chain.upscaler

    def refine() -> None:
        for progress in refine_series(chain, needs_of(chain.pyramid, views), cancelled, tell):
            tell(progress)

    def words(camera: Camera) -> str:
        borrowed = view_borrows(chain, View(camera, clip.width, clip.height))
        return caption_text(camera, maker.name, maker.generative, borrowed)

    def write() -> Origin:
        origin, begun = origin_of_movie(chain, views, cancelled), time.perf_counter()

        def written(done: int, total: int) -> None:
            left = (time.perf_counter() - begun) / done * (total - done)
            tell(Progress(f"Writing {path.name}", origin.level, done, total, left, unit="frames"))

        frames = frames_of(chain.pyramid, takes, words if caption else None)
        save_movie(path, clip, frames, origin, cancelled=cancelled, told=written)
        return origin

    return with_all_tiles(refine, write)
