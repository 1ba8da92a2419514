"""The frames of a movie, composed ahead by several threads and returned in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from cozviewer.export.caption import captioned
from cozviewer.export.movies.camera_path import FrameSpec
from cozviewer.export.scale_bar import bar_of_view, with_scale_bar
from cozviewer.image.pixels import Rgb8
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import Camera, View
from cozviewer.pyramid.compose import compose
from cozviewer.pyramid.pyramid import CachedPyramid, Pyramid
from cozviewer.pyramid.transparency import WHITE, Colour, view_over

MOST_THREADS = 4
"""More would slow down the encoder, which has threads of its own."""

Frames = Iterator[tuple[Rgb8, int]]
"""Pixels, (height, width, 3) uint8, and for how many frames they are shown."""


def frames_of(
    pyramid: Pyramid,
    specs: Sequence[FrameSpec],
    caption: Callable[[Camera], str] | None = None,
    scale: Scale | None = None,
    background: Colour = WHITE,
) -> Frames:
    """Yield the frames of a movie: each view as `compose` returns it, over a background.

    Args:
        pyramid: Must contain all tiles of the views.
        specs: The frames.
        caption: Returns the caption for the view of a camera; None for no captions.
        scale: Of the source, for a scale bar in each frame; None for no bars.
        background: The colour under transparent parts.

    Raises:
        TileMissing: A tile does not exist or cannot be read.
    """
    remembering = CachedPyramid(pyramid)

    def frame(view: View) -> Rgb8:
        pixels = compose(remembering, view, complete=True)
        pixels = view_over(pyramid.source, view, pixels, background)
        if scale is not None and (bar := bar_of_view(scale, view)) is not None:
            pixels = with_scale_bar(pixels, bar)
        return pixels if caption is None else captioned(pixels, caption(view.camera))

    threads = min(MOST_THREADS, os.cpu_count() or 1)
    ahead: deque[tuple[Future[Rgb8], int]] = deque()
    with ThreadPoolExecutor(threads, "movie-frames") as pool:
        try:
            for spec in specs:
                ahead.append((pool.submit(frame, spec.view), spec.ticks))
                if len(ahead) > threads:
                    made, ticks = ahead.popleft()
                    yield made.result(), ticks
            while ahead:
                made, ticks = ahead.popleft()
                yield made.result(), ticks
        finally:
            pool.shutdown(cancel_futures=True)
