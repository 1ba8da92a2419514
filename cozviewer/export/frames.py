"""The frames of a movie, composed ahead by several threads and handed out in their order."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from cozviewer.export.camera_path import Take
from cozviewer.export.caption import captioned
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.cached import CachedPyramid
from cozviewer.pyramid.camera import Camera, View
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.pyramid import Pyramid

MOST_THREADS = 4
"""More would hinder the encoder, which has threads of its own."""

Frames = Iterator[tuple[Rgb8, int]]
"""Pixels, (height, width, 3) uint8, and how many frames long they stay."""


def frames_of(
    pyramid: Pyramid, takes: Sequence[Take], caption: Callable[[Camera], str] | None = None
) -> Frames:
    """Yield the frames of a movie: what `compose` makes of each view.

    Args:
        pyramid: All tiles that the views want must be there.
        takes: The frames.
        caption: Returns what is written over the view of a camera; None writes nothing.

    Raises:
        TileMissing: A tile does not exist or cannot be read.
    """
    remembering = CachedPyramid(pyramid)

    def frame(view: View) -> Rgb8:
        pixels = compose(remembering, view, complete=True)
        return pixels if caption is None else captioned(pixels, caption(view.camera))

    threads = min(MOST_THREADS, os.cpu_count() or 1)
    ahead: deque[tuple[Future[Rgb8], int]] = deque()
    with ThreadPoolExecutor(threads, "movie-frames") as pool:
        try:
            for take in takes:
                ahead.append((pool.submit(frame, take.view), take.ticks))
                if len(ahead) > threads:
                    made, ticks = ahead.popleft()
                    yield made.result(), ticks
            while ahead:
                made, ticks = ahead.popleft()
                yield made.result(), ticks
        finally:
            pool.shutdown(cancel_futures=True)
