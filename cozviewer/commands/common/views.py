"""From what was typed to a refined view: open the picture and its chain, place the view, compute.

`render` and `demo` are made of these; the viewer does the same with a window around it.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeVar

from cozviewer.assembly import open_chain
from cozviewer.chain.chain import Chain
from cozviewer.commands.common.options import cache_of, engine_choice, engine_named
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import with_tiles
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import compose, wanted_level
from cozviewer.pyramid.store.cache import trim
from cozviewer.session.kept import choice_of, filled, kept_besides
from cozviewer.session.session import Filled
from cozviewer.session.source import open_path
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.folders import pyramids_folder

T = TypeVar("T")


@dataclass(frozen=True)
class Refined:
    """What refining a view took.

    Attributes:
        computed: Tiles made now.
        reused: Tiles of the view, on all levels under it, that were in the cache, intact.
    """

    computed: int
    reused: int


@contextmanager
def opened_chain(
    image: Path, args: argparse.Namespace, line: ProgressLine, cancelled: Callable[[], bool]
) -> Iterator[Chain]:
    """Open a picture or a session, and its chain as the options say; close it and trim the cache
    at the end.

    Raises:
        BadInput: The picture, the engine or the cache folder is wrong.
        Cancelled: Within the block too; says whether the finished tiles are kept.
    """
    cache = cache_of(args)
    line.show(f"Opening {image.name}")
    source = open_path(
        image,
        getattr(args, "source", None),
        allow_huge=args.allow_huge,
        cancelled=cancelled,
    )
    chain = open_chain(source, choice_for(source, args), cache, line.notice, cancelled=cancelled)
    try:
        yield chain
    except Cancelled as error:
        kept = "what was finished is kept, so the same command goes on from there"
        raise Cancelled("Stopped; " + (kept if cache else "nothing is kept") + ".") from error
    finally:
        chain.pyramid.store.close()
        if cache is not None:
            trim(pyramids_folder(cache))


def choice_for(source: Source, args: argparse.Namespace) -> EngineChoice:
    """Return what to zoom with: what the options name, else what a session was made with."""
    choice = engine_choice(args)
    if source.session is None or engine_named(args):
        return choice
    return choice_of(source.session.pyramids[0], choice)


@contextmanager
def kept_beside(
    source: Source,
    first: Filled,
    args: argparse.Namespace,
    line: ProgressLine,
    cancelled: Callable[[], bool],
) -> Iterator[list[Filled]]:
    """Open the pyramids of a session that are others than the one given; close them at the end.

    Raises:
        BadInput: The session cannot be read any more.
        Cancelled: `cancelled` said so.
    """
    choice, cache = engine_choice(args), cache_of(args)
    with ExitStack() as stack:
        others = []
        for kept in kept_besides(source.session, [first]):
            wanted = choice_of(kept, choice)
            chain = open_chain(source, wanted, cache, line.notice, cancelled=cancelled)
            stack.callback(chain.pyramid.store.close)
            others.append(filled(chain, wanted))
        yield others


def bookmarked(source: Source, name: str) -> tuple[tuple[Fraction, Fraction], Fraction]:
    """Return centre and zoom of a session's bookmark.

    Raises:
        BadInput: There is none of that name.
    """
    bookmarks = () if source.session is None else source.session.bookmarks
    for bookmark in bookmarks:
        if bookmark.name == name:
            return (bookmark.sight.x, bookmark.sight.y), bookmark.sight.magnification
    there = ", ".join(bookmark.name for bookmark in bookmarks) or "none"
    raise BadInput(f"There is no bookmark {name!r}: choose from those that there are ({there}).")


def view_of(
    source: Source,
    centre: tuple[Fraction, Fraction] | None,
    zoom: Fraction,
    size: tuple[int, int],
) -> View:
    """Return the view, its pixels aligned as the viewer's are.

    Args:
        centre: Source pixels; None is the middle of the picture.
        zoom: View pixels per source pixel.
        size: Width and height of the view.

    Raises:
        BadInput: The centre is outside the picture, or nothing of the picture would be seen.
    """
    width, height = source.width, source.height
    x, y = centre or (Fraction(width, 2), Fraction(height, 2))
    if not (0 <= x <= width and 0 <= y <= height):
        raise BadInput(
            f"The centre is outside the picture: {source.name} reaches from 0,0 "
            f"to {width},{height}."
        )
    if zoom * max(width, height) < 1:
        raise BadInput(
            f"The zoom is too small: all of {source.name} ({width}x{height}) would be less than "
            f"a pixel below 1/{max(width, height)}."
        )
    return View(camera_at(x, y, zoom), *size).aligned()


def refine(chain: Chain, view: View, line: ProgressLine, cancelled: Callable[[], bool]) -> Refined:
    """Compute all that a view lacks; see `refine_region`."""
    source = chain.pyramid.source
    z = wanted_level(view, source.coarsest)
    region = view.visible(z, source.width, source.height)
    return refine_region(chain, z, region, line, cancelled)


def composed(
    chain: Chain, view: View, line: ProgressLine, cancelled: Callable[[], bool]
) -> tuple[Refined, Rgb8]:
    """Compute all that a view lacks, and return what that took and the view's pixels.

    Raises:
        Cancelled, BadInput, Failure: As `refined_for`.
    """
    source = chain.pyramid.source
    z = wanted_level(view, source.coarsest)
    region = view.visible(z, source.width, source.height)
    use = partial(compose, chain.pyramid, view, complete=True)
    return refined_for(chain, z, region, line, cancelled, use)


def refine_region(
    chain: Chain, z: int, level_region: Rect, line: ProgressLine, cancelled: Callable[[], bool]
) -> Refined:
    """Compute all that a region of level z lacks.

    Raises:
        Cancelled, BadInput, Failure: As `Chain.refine`; finished tiles are kept.
    """
    return refined_for(chain, z, level_region, line, cancelled, lambda: None)[0]


def refined_for(
    chain: Chain,
    z: int,
    level_region: Rect,
    line: ProgressLine,
    cancelled: Callable[[], bool],
    use: Callable[[], T],
) -> tuple[Refined, T]:
    """Compute all that a region of level z lacks, then do what needs all its tiles.

    Args:
        use: See `with_tiles`.

    Returns:
        What refining took in all, and what `use` returned.

    Raises:
        Cancelled, BadInput, Failure: As `Chain.refine` and `use`; finished tiles are kept.
    """
    needs = {z: [level_region]} if z > 0 and not level_region.empty else {}
    result, computed, reused = with_tiles(needs, chain, use, cancelled, line.show_work)
    return Refined(computed, reused), result
