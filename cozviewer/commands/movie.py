"""`cozviewer movie`: saves a zoom from one view to another as a movie."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.commands.common.options import (
    add_background_option,
    add_saving_options,
    add_scale_bar_options,
    open_options,
    scale_bars,
)
from cozviewer.commands.common.output import add_overwrite_option, check_outputs, confirm_replacing
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.errors import BadInput
from cozviewer.util.text import counted
from cozviewer.util.units import duration_text

if TYPE_CHECKING:
    from cozviewer.image.source import Source
    from cozviewer.pyramid.camera import View

EXAMPLES = """examples:
  cozviewer movie photo.jpg -o zoom.mp4 --to 812,340,64
      from the whole photo to x64 at that pixel
  cozviewer movie photo.jpg -o zoom.webp --center 812,340 --zoom 256 --size 640x360 --fps 20
      deeper, as an animated WebP for the browser
  cozviewer movie photo.jpg -o there.mp4 --from 300,200,16 --to 1200,700,16 --back --caption
      from one place to another and back, with magnification and engine as caption
  cozviewer movie photo.jpg -o plain.gif --zoom 16 --engine bicubic --size 480x270 --fps 12.5
      interpolated, without a model
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "movie",
        help="save a zoom from one view to another as a movie",
        description="Save a smooth zoom as a movie. Detail that is not in the cache is generated "
        "first: for each level, about ten times as much as for one view.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=values.path, metavar="IMAGE", help="the photo")
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        required=True,
        metavar="OUT",
        help="the file to write: .mp4 (with PyAV: pip install 'cozviewer[movies]'), .webp or .gif",
    )
    _add_way_options(parser)
    _add_movie_options(parser)
    add_overwrite_option(parser)
    add_saving_options(parser)


def _add_way_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the zoom")
    group.add_argument(
        "--from",
        dest="start",
        type=values.viewpoint,
        metavar="X,Y,M",
        help="start: a place in pixels of the photo, and a zoom (default: the whole photo)",
    )
    group.add_argument("--to", type=values.viewpoint, metavar="X,Y,M", help="end, in the same form")
    group.add_argument(
        "--center",
        "--centre",
        type=values.point,
        metavar="X,Y",
        help="the place alone, instead of --to (default: the middle of the photo)",
    )
    group.add_argument(
        "--zoom",
        type=values.zoom,
        metavar="M",
        help="the zoom alone, instead of --to: 16 (the default), 64, 1e6, 2^40",
    )
    group.add_argument("--back", action="store_true", help="zoom back out at the end")


def _add_movie_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the movie")
    group.add_argument(
        "--seconds",
        type=values.seconds,
        metavar="S",
        help="zoom duration in seconds (default: automatic)",
    )
    group.add_argument(
        "--hold",
        type=values.seconds,
        default="1",
        metavar="S",
        help="how long the last view is held, in seconds (default: 1)",
    )
    group.add_argument(
        "--fps", type=values.rate, default="30", metavar="N", help="frames per second (default: 30)"
    )
    group.add_argument(
        "--size",
        type=values.size,
        default="1280x720",
        metavar="WxH",
        help="size of the movie in pixels (default: 1280x720)",
    )
    group.add_argument(
        "--caption",
        action="store_true",
        help="show magnification and engine in each frame",
    )
    add_scale_bar_options(group)
    add_background_option(parser, keeps=False)
    group.add_argument(
        "--codec",
        choices=("h264", "av1"),
        default="h264",
        help="for .mp4: h264 (the default) plays everywhere, av1 is smaller",
    )
    group.add_argument(
        "--quality",
        type=int,
        default=80,
        metavar="N",
        help="1 to 100 (default: 80); 100 is lossless for .webp",
    )


def run(args: argparse.Namespace) -> int:
    """Make the movie as the options say and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.commands.common.views import opened_chain
    from cozviewer.export.movies.camera_path import calm_seconds, frame_specs
    from cozviewer.export.movies.movie import check_movie
    from cozviewer.export.movies.movie_formats import Clip, movie_form
    from cozviewer.export.run import missing_tiles_of, run_task
    from cozviewer.export.targets import refuse_source
    from cozviewer.export.tasks import MovieTask

    if args.to and (args.center or args.zoom):
        raise BadInput("--to already gives place and zoom: remove --center and --zoom.")
    if args.seconds == 0:
        raise BadInput("--seconds must be greater than 0.")
    output: Path = args.output
    form = movie_form(output, args.codec)
    check_outputs([output], args)
    width, height = args.size
    check_movie(output, Clip(form, width, height, args.fps, 1, args.quality))
    confirm_replacing(output, overwrite=args.overwrite)
    started = time.perf_counter()
    with (
        ProgressLine(sys.stderr) as line,
        stoppable() as cancelled,
        opened_chain(open_options(args, args.image), line, cancelled) as (image, chain),
    ):
        refuse_source(output, chain.pyramid.source)
        start, end = _ends(chain.pyramid.source, args)
        seconds = args.seconds or calm_seconds(start, end)
        shown = frame_specs(start, end, args.fps, seconds, args.hold, args.back)
        frames = sum(frame.ticks for frame in shown)
        clip = Clip(form, width, height, args.fps, frames, args.quality)
        check_movie(output, clip)
        scale = scale_bars(args).scale_of(image)
        task = MovieTask(output, clip, tuple(shown), args.caption, scale, args.background)
        missing = missing_tiles_of(task, chain)
        if missing:
            line.notice(f"{counted(missing, 'missing tiles')} will be generated first.")
        made = run_task(task, chain, cancelled, line.show_work)
    spent, length = time.perf_counter() - started, float(frames / args.fps)
    if args.json:
        report = {
            "output": str(output),
            "format": form,
            "width": clip.width,
            "height": clip.height,
            "fps": float(clip.fps),
            "frames": frames,
            "movie_seconds": round(length, 3),
            "level": made.origin.level,
            "magnification": end.camera.magnification,
            "texture_borrowed": made.origin.borrowed,
            "scale_bar": made.origin.scale_bar,
            "tone": made.origin.tone,
            "tiles_computed": made.generated,
            "bytes": output.stat().st_size,
            "seconds": round(spent, 3),
            "engine": chain.upscaler.name,
            "device": chain.upscaler.device,
            "recipe": chain.recipe.digest,
        }
        print(json.dumps(report))
    else:
        print(
            f"Saved {output}: {counted(frames, 'frames')} in {length:.1f} s up to "
            f"×{made.origin.magnification}, {counted(made.generated, 'tiles')} generated, in "
            f"{duration_text(spent)}."
        )
    return 0


def _ends(source: "Source", args: argparse.Namespace) -> "tuple[View, View]":
    """Return the views at which the movie begins and ends.

    Raises:
        BadInput: One lies outside the image.
    """
    from cozviewer.commands.common.views import view_of
    from cozviewer.pyramid.camera import View, fit

    if args.to:
        x, y, zoom = args.to
        end = view_of(source, (x, y), zoom, args.size)
    else:
        end = view_of(source, args.center, args.zoom or values.zoom("16"), args.size)
    if args.start is None:
        return View(fit(source.width, source.height, *args.size), *args.size), end
    x, y, zoom = args.start
    return view_of(source, (x, y), zoom, args.size), end
