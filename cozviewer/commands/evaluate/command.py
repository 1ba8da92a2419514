"""`cozviewer evaluate`: measures quality as in the paper, by method and scale."""

import argparse
import re
import sys
from collections.abc import Iterable

from cozviewer.commands.common import values
from cozviewer.commands.common.cluster import add_cluster_options, cluster_options
from cozviewer.commands.common.options import (
    add_cache_options,
    add_engine_options,
    add_huge_option,
    cache_of,
    engine_choice,
)
from cozviewer.commands.common.output import add_overwrite_option, check_outputs, confirm_replacing
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.errors import BadInput

MOST_LEVELS = 12
"""4^12 is 17 million: a state of 512 pixels then shows a 32000th of a pixel of the first."""

EPILOG = """methods:
  nearest, bicubic    the center of the first state, enlarged directly
  onestep             the bicubic enlargement, processed once by --engine
  any engine          the chain: realesrgan, coz, or the path of a 4x model file
  ENGINE+PROMPTER     the chain with a different prompter than --prompter: coz+none, coz+qwen

metrics for each scale, as means over the pictures with their 95 % intervals:
  NIQE        distance from the statistics of natural photos; lower is better
  LR-PSNR     similarity of the result, downscaled by 4, to the previous state
  drift       color shift in gray levels, on average and in the worst block
  LPIPS, MUSIQ, MANIQA, CLIPIQA    with pip install 'cozviewer[metrics]' and their weights

REPORT-sheet.png, beside the report, shows the results for the first 3 pictures. Finished results
are stored in the cache, so the same command continues after an interruption.

examples:
  cozviewer evaluate photos/ -o report.md
  cozviewer evaluate photo.jpg --levels 3 --methods bicubic,realesrgan --json
  cozviewer evaluate photos/ --methods nearest,onestep,coz+none,coz+qwen --engine coz -o report.json
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure quality as in the paper",
        description="Compare methods by the protocol of the Chain-of-Zoom paper (see `cozviewer "
        "chain --help`) and print a table.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input", type=values.path, metavar="IMAGE|FOLDER", help="a picture, or a folder of pictures"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        metavar="REPORT",
        help="the report to write, .md or .json; a picture sheet is written beside it",
    )
    add_overwrite_option(parser)
    parser.add_argument(
        "--levels",
        type=_levels,
        default="4",
        metavar="N",
        help="how many steps of 4x (default: 4, which is 256x)",
    )
    parser.add_argument(
        "--methods",
        type=_methods,
        metavar="M,M",
        help="the methods to compare (default: nearest,bicubic,onestep and the engine's chain)",
    )
    add_cluster_options(parser)
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print the report as one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Evaluate and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.commands.evaluate.files import check_report, json_text, save_report, sheet_path
    from cozviewer.commands.evaluate.report import as_markdown
    from cozviewer.commands.evaluate.run import EvaluateOptions, evaluate

    if args.output is not None:
        check_report(args.output)
        sheet = sheet_path(args.output)
        check_outputs([args.output, sheet], args)
        confirm_replacing(args.output, sheet, overwrite=args.overwrite)
    choice = engine_choice(args)
    options = EvaluateOptions(
        input=args.input,
        levels=args.levels,
        methods=args.methods or _distinct(("nearest", "bicubic", "onestep", choice.engine)),
        choice=choice,
        prompter=args.prompter,
        cache=cache_of(args),
        allow_huge=args.allow_huge,
        cluster=cluster_options(args),
    )
    with ProgressLine(sys.stderr) as line, stoppable() as cancelled:
        evaluation = evaluate(options, line, cancelled)
        if args.output is not None:
            save_report(args.output, evaluation)
            line.notice(f"Saved {args.output} and {sheet_path(args.output)}.")
    print(json_text(evaluation) if args.json else as_markdown(evaluation), end="")
    return 0


def _levels(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text) or not 1 <= int(text) <= MOST_LEVELS:
        raise BadInput(
            f"The number of levels {text!r} must be a whole number from 1 to {MOST_LEVELS}."
        )
    return int(text)


def _methods(text: str) -> tuple[str, ...]:
    """Return the names between commas, each once."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise BadInput(
            f"The list of methods {text!r} has an empty name: use names separated by commas, for "
            "example nearest,bicubic,realesrgan."
        )
    return _distinct(names)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
