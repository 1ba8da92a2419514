"""Making a zoom movie with a progress line: compute, compose, write."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.chain.series import missing_of, needs_of, refine_series
from cozviewer.commands.progress import ProgressLine
from cozviewer.export.frames import frames_of
from cozviewer.export.movie import save_movie
from cozviewer.export.movie_formats import Clip
from cozviewer.export.origin import Origin
from cozviewer.provenance import origin_of_movie
from cozviewer.pyramid.camera import Camera
from cozviewer.pyramid.flight import Take
from cozviewer.pyramid.wording import caption_text


def make_movie(
    chain: Chain,
    output: Path,
    clip: Clip,
    takes: Sequence[Take],
    caption: bool,
    line: ProgressLine,
    cancelled: Callable[[], bool],
) -> tuple[int, Origin]:
    """Compute all that the frames lack, and write them.

    Returns:
        How many tiles were computed, and what the movie holds.

    Raises:
        BadInput, Cancelled, Failure: As `Chain.refine` and `save_movie`; finished tiles are kept.
    """
    views = [take.view for take in takes]
    needs = needs_of(chain.pyramid, views)
    missing = len(missing_of(chain.pyramid, chain.recipe.halo, needs))
    if missing:
        line.notice(f"{clip.frames} frames need {missing} tiles that are computed first.")
    computed = 0
    for progress in refine_series(chain, needs, cancelled):
        line.show(progress.stage, progress.done, progress.total, progress.seconds_left)
        computed += progress.finished is not None
    origin = origin_of_movie(chain, views)
    upscaler, begun = chain.upscaler, time.perf_counter()

    def words(camera: Camera) -> str:
        return caption_text(camera, upscaler.name, upscaler.generative)

    def told(done: int, total: int) -> None:
        left = (time.perf_counter() - begun) / done * (total - done)
        line.show(f"Writing {output.name}", note=f"{done} of {total} frames", seconds_left=left)

    frames = frames_of(chain.pyramid, takes, words if caption else None)
    save_movie(output, clip, frames, origin, cancelled=cancelled, told=told)
    return computed, origin
