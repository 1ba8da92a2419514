"""`cozviewer evaluate`: measures quality as in the paper, by method and scale."""

import argparse
import re
import sys
from collections.abc import Iterable
from dataclasses import replace

from cozviewer.commands.common import values
from cozviewer.commands.common.cluster import add_cluster_options, cluster_options
from cozviewer.commands.common.engine_options import add_engine_options, engine_choice, with_engine
from cozviewer.commands.common.options import (
    add_cache_options,
    add_huge_option,
    add_tone_option,
    cache_of,
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
  ENGINE+qwen1        Qwen is shown the crop alone, without the wider view
  ENGINE+aligned      Qwen with the adapter of --qwen-adapter

--paper makes the table of the paper: all of its methods, from 4x to 256x, and its four metrics. The
input may be a folder laid out as DIV2K or DIV8K. Methods whose files are not on this computer are
left out and named. The paper's own figures are copied by you into a CSV file with the columns
method, scale, metric, value (coz+qwen,256,niqe,...); --published compares each cell with them.

metrics for each scale, as means over the photos with their 95 % intervals:
  NIQE        distance from the statistics of natural photos; lower is better
  LR-PSNR     similarity of the result, downscaled by 4, to the previous state
  drift       color shift in gray levels, on average and in the worst block
  LPIPS, MUSIQ, MANIQA, CLIPIQA    with pip install 'cozviewer[metrics]' and their weights

REPORT-sheet.png, beside the report, shows the results for the first 3 photos. Finished results
are stored in the cache, so the same command continues after an interruption.

examples:
  cozviewer evaluate photos/ -o report.md
  cozviewer evaluate photo.jpg --levels 3 --methods bicubic,realesrgan --json
  cozviewer evaluate photos/ --methods nearest,onestep,coz+none,coz+qwen --engine coz -o report.json
  cozviewer evaluate DIV2K/ --paper --devices cuda:0,cuda:1 --published figures.csv -o table.md
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
        "input", type=values.path, metavar="IMAGE|FOLDER", help="a photo, or a folder of photos"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        metavar="REPORT",
        help="the report to write, .md or .json; a sheet of images is written beside it",
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
    parser.add_argument(
        "--paper",
        action="store_true",
        help="make the table of the paper: --engine coz --setting paper, all of its methods",
    )
    parser.add_argument(
        "--published",
        type=values.path,
        metavar="CSV",
        help="with --paper: the published figures, to compare each cell with",
    )
    parser.add_argument(
        "--devices",
        type=_devices,
        default=(),
        metavar="D,D",
        help="divide the photos among several devices, for example cuda:0,cuda:1",
    )
    add_cluster_options(parser)
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    add_tone_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print the report as one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Evaluate and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.commands.evaluate.files import check_report, json_text, save_report, sheet_path
    from cozviewer.commands.evaluate.paper import ROWS, read_published
    from cozviewer.commands.evaluate.report import as_markdown
    from cozviewer.commands.evaluate.run import EvaluateOptions, evaluate
    from cozviewer.commands.evaluate.shares import evaluate_shares

    if args.output is not None:
        check_report(args.output)
        sheet = sheet_path(args.output)
        check_outputs([args.output, sheet], args)
        confirm_replacing(args.output, sheet, overwrite=args.overwrite)
    if args.published is not None and not args.paper:
        raise BadInput("The option --published compares the table of --paper: add --paper.")
    published = {} if args.published is None else read_published(args.published)
    choice = engine_choice(args)
    if args.paper:
        if args.methods is not None or args.engine not in (None, "coz"):
            raise BadInput("--paper chooses the engine and the methods: leave out yours.")
        choice = replace(
            with_engine(choice, "coz", args.prompter), coz=replace(choice.coz, setting="paper")
        )
    usual = _distinct(("nearest", "bicubic", "onestep", choice.engine))
    options = EvaluateOptions(
        input=args.input,
        levels=args.levels,
        methods=args.methods or (tuple(ROWS) if args.paper else usual),
        choice=choice,
        prompter=args.prompter,
        cache=cache_of(args),
        allow_huge=args.allow_huge,
        paper=args.paper,
        tone=args.tone,
        cluster=cluster_options(args),
    )
    with ProgressLine(sys.stderr) as line, stoppable() as cancelled:
        if len(args.devices) > 1:
            evaluate_shares(options, args.devices, line, cancelled)
        evaluation = replace(evaluate(options, line, cancelled), published=published)
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


def _devices(text: str) -> tuple[str, ...]:
    """Return the names of devices between commas."""
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise BadInput(f"The list of devices {text!r} has an empty name, unlike cuda:0,cuda:1.")
    return names


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
