"""`cozviewer demo`: renders a sample zoom as two images, without a display."""

import argparse
import json
import sys
import time
from contextlib import ExitStack

from cozviewer.commands.common import values
from cozviewer.commands.common.engine_options import add_engine_options
from cozviewer.commands.common.options import (
    add_cache_options,
    add_huge_option,
    add_scale_bar_options,
    open_options,
    scale_bars,
)
from cozviewer.commands.common.output import inputs_of
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.text import counted
from cozviewer.util.units import duration_text

EPILOG = """what is written:
  DIR/zoom-strip.png    the photo at x1, x4, x16, x64 and x256, each framed in the one before
  DIR/comparison.png    the same views beside bicubic enlargements
Files of an earlier run are overwritten, the photo itself never.

examples:
  cozviewer demo -o demo                                the sample photo
  cozviewer demo -o demo photo.jpg --center 812,340     into that pixel of your photo
"""

SAMPLE_CENTER = "427.1,296.7"
"""In the head of the dandelion, with detail on every level."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "demo",
        help="render a sample zoom strip (no display needed)",
        description="Zoom into a photo four times by 4x, and save the views as a zoom strip and as "
        "a comparison with bicubic enlargement.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "image",
        nargs="?",
        type=values.path,
        metavar="IMAGE",
        help="the photo (default: a sample)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        required=True,
        metavar="DIR",
        help="the folder to write to",
    )
    parser.add_argument(
        "--center",
        "--centre",
        type=values.point,
        metavar="X,Y",
        help="where to zoom in, in source pixels (default: the center of the photo)",
    )
    add_scale_bar_options(parser)
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print a report as one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Make the demo and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from importlib.resources import as_file, files

    from cozviewer.commands.demo_images import make_demo

    started = time.perf_counter()
    with ExitStack() as stack:
        path, centre, inputs = args.image, args.center, list(inputs_of(args))
        if path is None:
            sample = files("cozviewer.resources") / "dandelion.jpg"
            path = stack.enter_context(as_file(sample))
            centre = centre or values.point(SAMPLE_CENTER)
        options, bars = open_options(args, path), scale_bars(args)
        line = stack.enter_context(ProgressLine(sys.stderr))
        cancelled = stack.enter_context(stoppable())
        made = make_demo(options, inputs, args.output, centre, bars, line, cancelled)
    seconds = time.perf_counter() - started
    if args.json:
        report = {
            "zoom_strip": str(made.strip),
            "comparison": str(made.comparison),
            "tiles_computed": made.computed,
            "seconds": round(seconds, 3),
            "engine": made.engine,
            "device": made.device,
        }
        print(json.dumps(report))
    else:
        print(
            f"Saved {made.strip} and {made.comparison}: "
            f"{counted(made.computed, 'tiles')} computed by {made.engine} "
            f"in {duration_text(seconds)}."
        )
    return 0
