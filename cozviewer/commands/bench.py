"""`cozviewer bench`: what this machine does, in seconds, to be pasted into reports."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.commands.common.engine_options import add_engine_options, engine_choice
from cozviewer.commands.common.options import add_huge_option
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable

if TYPE_CHECKING:
    from cozviewer.commands.bench_report import Figures

EPILOG = """what is measured, in seconds on the clock and in core-seconds (of all threads together):
  bare crop     the engine's network alone, run once over the photo's pixels under a view at x4,
                in every number format that the device supports
  draft         the small network on all that a view lacks: its first piece, and all of it
  refined       the view as `cozviewer render` makes it: from nothing, again when all tiles are
                there, and one level deeper
The ratio of a refined view and its bare crop, in core-seconds, says what all else costs. Nothing
is read from your cache or kept in it. Close other programs first: they make all of it longer.

examples:
  cozviewer bench                            the sample photo; a minute or two
  cozviewer bench --quick --json             a quarter of the pixels, each once
  cozviewer bench photo.jpg --numbers fp32   another photo, and another number format
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "bench",
        help="how fast this machine draws",
        description="Measure how fast this machine drafts and refines a view of 1280 x 800.",
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
        "--quick",
        action="store_true",
        help="a view of 640 x 400, and everything only once; the "
        "ratio is higher then, as a small view needs as much context around it",
    )
    add_engine_options(parser)
    add_huge_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print the figures as one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from importlib.resources import as_file, files

    from cozviewer.commands.bench_report import as_json, as_text

    with ProgressLine(sys.stderr) as line, stoppable() as cancelled:

        def figures_of(path: Path) -> "Figures":
            from cozviewer.commands.bench_run import measure
            from cozviewer.image.source import open_source

            line.show(f"Opening {path.name}")
            source = open_source(path, allow_huge=args.allow_huge, cancelled=cancelled)
            return measure(source, engine_choice(args), args.quick, line, cancelled)

        if args.image is None:
            with as_file(files("cozviewer.resources") / "dandelion.jpg") as sample:
                figures = figures_of(sample)
        else:
            figures = figures_of(args.image)
    print(json.dumps(as_json(figures)) if args.json else as_text(figures))
    return 0
