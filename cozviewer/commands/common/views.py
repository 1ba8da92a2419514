"""What commands that render views share: open an image and its chain, place a view, refine it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeVar

from cozviewer.assembly import open_chain
from cozviewer.chain.chain import Chain
from cozviewer.commands.common.options import OpenOptions
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import with_tiles
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source
from cozviewer.models.shared import Pool
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose, wanted_region
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.store.cache import trim
from cozviewer.pyramid.wording import CAUTION
from cozviewer.session.pyramids import choice_of
from cozviewer.session.session import Session
from cozviewer.session.source import OpenedImage, open_path
from cozviewer.util.cache_settings import saved_cache_settings
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.folders import pyramids_folder

T = TypeVar("T")


@dataclass(frozen=True)
class Refined:
    """Numbers of tiles of a view that was completed.

    Attributes:
        computed: Tiles that were generated.
        reused: Intact tiles from the cache, on all levels of the view.
    """

    computed: int
    reused: int


@contextmanager
def opened_chain(
    options: OpenOptions, line: ProgressLine, cancelled: IsCancelled, pool: Pool | None = None
) -> Iterator[tuple[OpenedImage, Chain]]:
    """Open an image or a session, and its chain; close the store and trim the cache at the end.

    Args:
        pool: Keeps the models for the next image, as long as something refers to them.

    Raises:
        BadInput: The image or the engine cannot be used.
        Cancelled: Within the block too; the message says whether the finished tiles are kept.
    """
    cache = options.cache
    opening = f"Opening {options.path.name}"
    line.show(opening)
    image = open_path(
        options.path,
        options.photo,
        page=options.page,
        tone=options.tone,
        allow_huge=options.allow_huge,
        cancelled=cancelled,
        progress=lambda part: line.show(opening, fraction=part),
    )
    for sentence in (*image.source.warnings, *image.source.notices):
        line.notice(sentence)
    choice = choice_for(image.session, options)
    chain = open_chain(image, choice, cache, line.notice, pool=pool, cancelled=cancelled)
    if chain.medical:
        line.notice(f"{CAUTION}.")
    try:
        yield image, chain
    except Cancelled as error:
        kept = "finished tiles are kept; run the same command to resume"
        raise Cancelled("Stopped; " + (kept if cache else "no tiles are kept") + ".") from error
    finally:
        chain.pyramid.store.close()
        if cache is not None:
            trim(pyramids_folder(cache), saved_cache_settings().budget_bytes)


def choice_for(session: Session | None, options: OpenOptions) -> EngineChoice:
    """Return the engine that the options name, else the one that the session was made with."""
    if session is None or options.engine_named:
        return options.choice
    return choice_of(session.pyramids[0], options.choice)


def bookmarked(image: OpenedImage, name: str) -> tuple[tuple[Fraction, Fraction], Fraction]:
    """Return centre and zoom of a session's bookmark.

    Raises:
        BadInput: There is no bookmark of that name.
    """
    bookmarks = () if image.session is None else image.session.bookmarks
    for bookmark in bookmarks:
        if bookmark.name == name:
            return (bookmark.viewpoint.x, bookmark.viewpoint.y), bookmark.viewpoint.magnification
    there = ", ".join(bookmark.name for bookmark in bookmarks) or "none"
    raise BadInput(f"Unknown bookmark {name!r}. Available: {there}.")


def view_of(
    source: Source,
    centre: tuple[Fraction, Fraction] | None,
    zoom: Fraction,
    size: tuple[int, int],
) -> View:
    """Return a view, aligned to pixels as in the viewer.

    Args:
        source: The photo.
        centre: In source pixels; None is the middle of the photo.
        zoom: View pixels per source pixel.
        size: Width and height of the view.

    Raises:
        BadInput: The centre is outside the photo, or the photo would be smaller than a pixel.
    """
    width, height = source.width, source.height
    x, y = centre or (Fraction(width, 2), Fraction(height, 2))
    if not (0 <= x <= width and 0 <= y <= height):
        raise BadInput(
            f"The centre is outside the photo: {source.name} ranges from 0,0 to {width},{height}."
        )
    if zoom * max(width, height) < 1:
        raise BadInput(
            f"The zoom is too small: {source.name} ({width}x{height}) would be smaller than a "
            f"pixel below 1/{max(width, height)}."
        )
    return View(camera_at(x, y, zoom), *size).aligned()


def refine(chain: Chain, view: View, line: ProgressLine, cancelled: IsCancelled) -> Refined:
    """Compute all that a view lacks; see `refine_region`."""
    return refine_region(chain, wanted_region(view, chain.pyramid.source), line, cancelled)


def composed(
    chain: Chain, view: View, line: ProgressLine, cancelled: IsCancelled
) -> tuple[Refined, Rgb8]:
    """Generate the missing tiles of a view, and return their numbers and the view's pixels.

    Raises:
        Cancelled, BadInput, Failure: As `refined_for`.
    """
    region = wanted_region(view, chain.pyramid.source)
    use = partial(compose, chain.pyramid, view, complete=True)
    return refined_for(chain, region, line, cancelled, use)


def refine_region(
    chain: Chain, region: LevelRegion, line: ProgressLine, cancelled: IsCancelled
) -> Refined:
    """Generate the missing tiles of a region of a level.

    Raises:
        Cancelled, BadInput, Failure: As `Chain.refine`; finished tiles are kept.
    """
    return refined_for(chain, region, line, cancelled, lambda: None)[0]


def refined_for(
    chain: Chain,
    region: LevelRegion,
    line: ProgressLine,
    cancelled: IsCancelled,
    use: Callable[[], T],
) -> tuple[Refined, T]:
    """Generate the missing tiles of a region of a level, then do something that needs all of them.

    Args:
        use: See `with_tiles`.

    Returns:
        The numbers of tiles, and what `use` returned.

    Raises:
        Cancelled, BadInput, Failure: As `Chain.refine` and `use`; finished tiles are kept.
    """
    needs = {region.z: [region.rect]} if region.z > 0 and not region.empty else {}
    result, computed, reused = with_tiles(needs, chain, use, cancelled, line.show_work)
    return Refined(computed, reused), result
