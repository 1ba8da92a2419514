"""`cozviewer export-session`: saves a photo's tiles and named views in one file."""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.commands.common.options import add_saving_options, open_options
from cozviewer.commands.common.output import add_overwrite_option, check_outputs, confirm_replacing
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.errors import BadInput
from cozviewer.util.text import counted
from cozviewer.util.units import bytes_text, duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from cozviewer.session.session import Bookmark
    from cozviewer.session.source import OpenedImage

    Place = tuple[Fraction, Fraction, Fraction]

EXAMPLES = """examples:
  cozviewer export-session photo.jpg -o trip.cozview
      all tiles of the photo that the viewer or other commands have made with the default engine
  cozviewer export-session photo.jpg -o trip.cozview --bookmark eye=812,340,64 --refine
      with a view named eye, whose missing tiles are generated first
  cozviewer trip.cozview
      open it, here or on another computer with photo.jpg beside it
  cozviewer export-session trip.cozview -o trip.cozview --bookmark ear=700,120,32
      add a view
  cozviewer export-session trip.cozview -o trip.cozview --engine bicubic
      add the tiles of another engine, with which the session is then opened
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "export-session",
        help="save the tiles and views of a photo as a session, to continue elsewhere",
        description="Save the cached tiles of a photo, their settings, and named views as one "
        "file. It shows the same pixels wherever it is opened, without the models. The photo is "
        "not included: keep it next to the session file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=values.path, metavar="IMAGE", help="the photo, or a session")
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        required=True,
        metavar="OUT",
        help="the session to write, a .cozview file",
    )
    parser.add_argument(
        "--bookmark",
        dest="bookmarks",
        type=values.named_viewpoint,
        action="append",
        default=[],
        metavar="NAME=X,Y,M",
        help="a named view: a place in source pixels and a zoom; can be repeated",
    )
    parser.add_argument(
        "--refine", action="store_true", help="first generate missing tiles of the bookmarks"
    )
    parser.add_argument(
        "--size",
        type=values.size,
        default="1280x800",
        metavar="WxH",
        help="size of the views for --refine in pixels (default: 1280x800)",
    )
    add_overwrite_option(parser)
    add_saving_options(parser)


def run(args: argparse.Namespace) -> int:
    """Save a session as the options say and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.assembly import open_chain
    from cozviewer.commands.common.views import (
        choice_for,
        opened_chain,
        refine,
        view_of,
    )
    from cozviewer.export.targets import refuse_source
    from cozviewer.session.export import check_session_target
    from cozviewer.session.pyramids import session_pyramid
    from cozviewer.session.session import SUFFIX
    from cozviewer.session.task import SessionTask

    output: Path = args.output
    check_session_target(output)
    # A session may be saved over itself.
    there = os.path.exists(output) and os.path.exists(args.image)
    again = there and args.image.suffix.lower() == SUFFIX and output.samefile(args.image)
    check_outputs([output], args, except_for=args.image if again else None)
    confirm_replacing(output, overwrite=args.overwrite or again)
    started, computed = time.perf_counter(), 0
    with (
        ProgressLine(sys.stderr) as line,
        stoppable() as cancelled,
        opened_chain(options := open_options(args, args.image), line, cancelled) as (image, chain),
    ):
        source = chain.pyramid.source
        refuse_source(output, source)
        bookmarks = _bookmarks(image, args.bookmarks, args.size)
        if args.refine:
            if not bookmarks:
                raise BadInput("--refine needs bookmarks: add some with --bookmark.")
            for bookmark in bookmarks:
                viewpoint = bookmark.viewpoint
                view = view_of(
                    source, (viewpoint.x, viewpoint.y), viewpoint.magnification, args.size
                )
                computed += refine(chain, view, line, cancelled).computed
        task = SessionTask(
            output,
            image,
            (session_pyramid(chain, choice_for(image.session, options), image.session),),
            bookmarks,
            None if image.session is None else image.session.viewpoint,
            options.choice,
            None if image.session is None else image.session.scale,
        )
        saved = task.write(
            lambda choice: open_chain(
                image, choice, options.cache, line.notice, cancelled=cancelled
            ),
            cancelled,
            lambda done, total: line.show("Saving", done, total),
        )
        if not saved.tiles:
            line.notice(
                f"There are no tiles of {source.name} by {chain.upscaler.name} yet: view or render "
                "it first, or use --refine."
            )
        if saved.left_out:
            tiles = counted(saved.left_out, "tiles")
            line.notice(f"Left out because they are damaged: {tiles}.")
    seconds = time.perf_counter() - started
    if args.json:
        report = {
            "output": str(output),
            "source": source.name,
            "tone": source.tone.text,
            "tiles": saved.tiles,
            "tiles_computed": computed,
            "tiles_left_out": saved.left_out,
            "bookmarks": [bookmark.name for bookmark in bookmarks],
            "bytes": saved.bytes,
            "seconds": round(seconds, 3),
            "engine": chain.upscaler.name,
            "recipe": chain.recipe.digest,
        }
        print(json.dumps(report))
    else:
        print(
            f"Saved {output}: {counted(saved.tiles, 'tiles')} by {chain.upscaler.name} and "
            f"{counted(len(bookmarks), 'bookmarks')}, "
            f"{bytes_text(saved.bytes)} in {duration_text(seconds)}."
        )
    return 0


def _bookmarks(
    image: "OpenedImage", added: "Iterable[tuple[str, Place]]", size: tuple[int, int]
) -> "tuple[Bookmark, ...]":
    """Return the bookmarks of the session that was opened, and those added by options.

    Args:
        image: What was opened.
        added: Names, each with x, y and zoom.
        size: Of the views, in pixels.

    Raises:
        BadInput: One is outside the photo.
    """
    from cozviewer.commands.common.views import view_of
    from cozviewer.session.session import Bookmark, Viewpoint, with_bookmark

    bookmarks = () if image.session is None else image.session.bookmarks
    for name, (x, y, zoom) in added:
        view_of(image.source, (x, y), zoom, size)
        bookmarks = with_bookmark(bookmarks, Bookmark(name, Viewpoint(x, y, zoom)))
    return bookmarks
