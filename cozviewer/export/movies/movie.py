"""Saves movies: checks that a file can be written, and writes the frames.

Called by `tasks.MovieTask` with frames from `frames`.
"""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

from cozviewer.export.image import check_place
from cozviewer.export.movies.frames import Frames
from cozviewer.export.movies.movie_formats import (
    Clip,
    check_clip,
    estimated_movie_bytes,
)
from cozviewer.export.movies.movie_writers import write_gif, write_mp4, write_webp
from cozviewer.export.origin import Origin
from cozviewer.export.replacing import STOPPED, replacing
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate
from cozviewer.util.units import gigabytes


def check_movie(path: Path, clip: Clip) -> None:
    """Make sure, before the work begins, that a movie can be saved as `path`.

    Raises:
        BadInput: The format cannot hold it, a library is not installed, the folder is missing or
            not writable, or the disk has too little space.
    """
    check_clip(path, clip)
    check_place(path)
    needed, free = estimated_movie_bytes(clip), shutil.disk_usage(path.parent).free
    if needed > free:
        raise BadInput(
            translate(
                "Error",
                "{name} will take about {needed}, and {free} are free in {folder}: choose another "
                "folder, or a smaller or shorter movie.",
            ).format(
                name=path.name,
                needed=gigabytes(needed),
                free=gigabytes(free),
                folder=path.parent,
            )
        )


def save_movie(
    path: Path,
    clip: Clip,
    frames: Frames,
    origin: Origin,
    *,
    cancelled: IsCancelled = never,
    on_written: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Save a movie, its origin inside. The file appears whole or not at all.

    WebP at quality 100 is lossless; GIF has 256 colours per frame; MP4 has 4:2:0 chroma
    subsampling and limited-range BT.709, tagged accordingly.

    Args:
        path: The file to write; replaced if it exists.
        clip: Format, size and length.
        frames: (pixels of the clip's size, for how many frames), `clip.frames` in all.
        origin: Where the pixels come from.
        cancelled: Checked at every frame and while the file is written.
        on_written: Called with (frames written, all frames).

    Raises:
        BadInput: As `check_movie`.
        Cancelled: `cancelled` returned True.
        Failure: The disk is full or went away, or memory ran out.
    """
    check_movie(path, clip)

    def watched() -> Frames:
        done = 0
        for pixels, ticks in frames:
            check_cancelled(cancelled, STOPPED)
            yield pixels, ticks
            done += ticks
            on_written(done, clip.frames)

    with replacing(path, cancelled) as file:
        _WRITERS[path.suffix.lower()](file, clip, watched(), origin)


_WRITERS: dict[str, Callable[[io.BufferedWriter, Clip, Frames, Origin], None]] = {
    ".mp4": write_mp4,
    ".webp": write_webp,
    ".gif": write_gif,
}
