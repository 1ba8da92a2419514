"""Makes the samples with a chain, exactly as a prompter sees them while a person scrolls in.

A person who scrolls into one place has seen each level before the next one. So what a crop and the
wider view around it show is generated at each level, and both are taken as `Chain` takes them.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image

from cozviewer.align.samples import Sample, Walk, sample_of
from cozviewer.chain.chain import Chain, prompted_regions
from cozviewer.chain.protocols import Notice
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source
from cozviewer.pyramid.geometry import STEP_LEVELS, finer, level_rect
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput, Cancelled, Failure
from cozviewer.util.units import seconds_left

VIEW = 320, 200
"""Size of a crop in pixels: what a view of 1280 x 800 shows of the parent level of its step."""

BUDGET_BYTES = 10 * 1000**3
"""Most bytes of all samples in the cache: some 30,000 of them."""

OpenPhoto = Callable[[Path], Source]
"""Opens a photo; raises BadInput."""

ChainOf = Callable[[Source], Chain]
"""Returns a chain for a photo, with a store of its own."""

Made = Callable[[int, int, float | None], None]
"""Receives the finished and all samples, and the estimated seconds left; None if unknown."""


def make_samples(
    walks: Sequence[Walk],
    folder: Path,
    open_photo: OpenPhoto,
    chain_of: ChainOf,
    made: Made,
    notice: Notice,
    cancelled: IsCancelled,
) -> list[Sample]:
    """Return the samples of walks; those whose files are in a folder already are not made again.

    Args:
        walks: The walks.
        folder: Where the files are kept; created when the first one is written.
        open_photo: Opens a photo.
        chain_of: Returns the engine's chain for it.
        made: Called after each sample that had to be made.
        notice: Receives a sentence about each photo that cannot be opened; its samples are missing.
        cancelled: Checked between and within steps.

    Raises:
        BadInput: No photo can be opened, or a model is missing or broken.
        Cancelled: Finished samples are kept.
        Failure: A model failed, or a file cannot be written.
    """
    wanted = {
        walk: [sample_of(walk, level, folder) for level in range(walk.levels)] for walk in walks
    }
    missing = [walk for walk, samples in wanted.items() if not all(map(_exists, samples))]
    total = sum(walk.levels for walk in missing)
    done, left_out, started = 0, set(), time.perf_counter()
    # Each photo is opened once.
    for path in dict.fromkeys(walk.photo.path for walk in missing):
        own = [walk for walk in missing if walk.photo.path == path]
        check_cancelled(cancelled)
        try:
            source = open_photo(path)
        except BadInput as error:
            notice(f"Skipped: {error}")
            left_out.update(own)
            total -= sum(walk.levels for walk in own)
            continue
        chain = chain_of(source)
        try:
            for walk in own:
                seen = _seen(chain, walk, cancelled)
                for sample, images in zip(wanted[walk], seen, strict=True):
                    _write(sample, *images)
                    done += 1
                    elapsed = time.perf_counter() - started
                    made(done, total, seconds_left(elapsed, done, total))
        finally:
            chain.pyramid.store.close()
    samples = [each for walk, own in wanted.items() if walk not in left_out for each in own]
    if not samples:
        raise BadInput("None of the photos can be opened. Choose another folder.")
    return samples


def _seen(chain: Chain, walk: Walk, cancelled: IsCancelled) -> Iterator[tuple[Rgb8 | None, Rgb8]]:
    """Yield the wider view and the crop at each level of a walk."""
    source = chain.pyramid.source
    for level in range(walk.levels):
        check_cancelled(cancelled)
        z = level * STEP_LEVELS
        region, following = (
            view_region(level_rect(each, source.width, source.height), walk.x, walk.y)
            for each in (z, z + STEP_LEVELS)
        )
        wanted = [region]
        if level + 1 < walk.levels:
            step = z + 2 * STEP_LEVELS
            wide, _ = prompted_regions(chain.pyramid, step, finer(following, STEP_LEVELS))
            wanted += [] if wide is None else [wide]
        for each in wanted:
            for _ in chain.refine(z, each, cancelled):
                check_cancelled(cancelled)
        yield chain.crops(z + STEP_LEVELS, finer(region, STEP_LEVELS))


def view_region(whole: Rect, x: float, y: float) -> Rect:
    """Return the pixels of a level that a view shows, moved inside the photo.

    Args:
        whole: All pixels of the level.
        x, y: The middle, as shares of width and height, 0..1.
    """
    width, height = min(VIEW[0], whole.width), min(VIEW[1], whole.height)
    left = round(x * whole.width) - width // 2
    top = round(y * whole.height) - height // 2
    return Rect(
        min(max(left, 0), whole.width - width),
        min(max(top, 0), whole.height - height),
        width,
        height,
    )


def _exists(sample: Sample) -> bool:
    return sample.crop.is_file() and (sample.wider is None or sample.wider.is_file())


def _write(sample: Sample, wider: Rgb8 | None, crop: Rgb8) -> None:
    """Write the files of a sample, each whole or not at all.

    Raises:
        Failure: The disk is full or not writable.
    """
    try:
        for path, pixels in ((sample.wider, wider), (sample.crop, crop)):
            if path is not None and pixels is not None:
                with atomic_private_path(path) as part:
                    Image.fromarray(pixels).save(part, "PNG", compress_level=1)
    except Cancelled:
        raise
    except OSError as error:
        raise Failure(
            f"The samples cannot be kept in {sample.crop.parent} ({error.strerror}). Free some "
            "space, or choose another folder with --cache."
        ) from error
