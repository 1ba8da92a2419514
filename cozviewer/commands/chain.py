"""`cozviewer chain`: the paper's protocol on one image or a folder of them."""

import argparse
import json
import sys
import time

from cozviewer.commands.common import values
from cozviewer.commands.common.cluster import add_cluster_options, cluster_options
from cozviewer.commands.common.engine_options import add_engine_options, engine_choice
from cozviewer.commands.common.options import (
    add_cache_options,
    add_huge_option,
    add_page_option,
    add_scale_bar_options,
    add_tone_option,
    cache_of,
    scale_bars,
)
from cozviewer.commands.common.output import inputs_of
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.units import duration_text

EPILOG = """what is written:
  DIR/per-sample/NAME/0.png ... n.png       the states: 0 is the photo's middle, n is 4^n x closer
  DIR/per-sample/NAME/txt/0.txt ...         prompts; i.txt made state i+1, as the authors count
  DIR/per-scale/scale0/NAME.png ...         the same states by level, to measure over a folder
  DIR/recursive/NAME.png                    all states of a photo beside each other; here alone
                                            with the bars of --scale-bar, as states are measured
NAME is the file's name without its suffix, with it (photo-jpg) where two photos share a name.
Files of an earlier run are overwritten, the photos themselves never.

examples:
  cozviewer chain photo.jpg -o out
  cozviewer chain photos/ -o out --levels 3 --engine bicubic --json
  cozviewer chain photos/ -o out --engine coz --cluster ray://head:10001
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "chain",
        help="the paper's protocol: the middle of a photo, 4x closer each time",
        description="The protocol of the Chain-of-Zoom paper: the photo's short side becomes "
        "512 pixels, its middle square is the first state, and the middle 128 pixels of a state, "
        "made 4x finer, are the next.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input", type=values.path, metavar="IMAGE|FOLDER", help="a photo, or a folder of photos"
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
        "--levels",
        type=values.levels,
        default="4",
        metavar="N",
        help="how many steps of 4x (default: 4, which is 256x)",
    )
    add_cluster_options(parser)
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    add_page_option(parser)
    add_tone_option(parser)
    add_scale_bar_options(parser)
    parser.add_argument(
        "--json", action="store_true", help="print a report as one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Make the chains and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.commands.chain_folder import ChainOptions, make_chains

    options = ChainOptions(
        input=args.input,
        output=args.output,
        levels=args.levels,
        choice=engine_choice(args),
        inputs=tuple(inputs_of(args)),
        cache=cache_of(args),
        allow_huge=args.allow_huge,
        page=args.page,
        tone=args.tone,
        cluster=cluster_options(args),
        bars=scale_bars(args),
    )
    started = time.perf_counter()
    with ProgressLine(sys.stderr) as line, stoppable() as cancelled:
        made = make_chains(options, line, cancelled)
    seconds, upscaler = time.perf_counter() - started, made.models.upscaler
    if args.json:
        report = {
            "output": str(args.output),
            "levels": args.levels,
            "pictures": {str(path): name for path, name in made.names.items()},
            "skipped": [str(path) for path in made.skipped],
            "seconds": round(seconds, 3),
            "engine": upscaler.name,
            "device": made.device,
            "recipe": made.models.recipe.digest,
        }
        print(json.dumps(report))
    else:
        strips = args.output / "recursive"
        print(
            f"Made {len(made.names)} chain{'s' * (len(made.names) != 1)} of {args.levels} levels "
            f"by {upscaler.name} in {duration_text(seconds)}; the strips are in {strips}."
        )
    return 0
