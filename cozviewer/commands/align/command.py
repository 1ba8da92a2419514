"""The options of `cozviewer align`, and its two ways: training an adapter, comparing two."""

import argparse
import sys
from dataclasses import replace

from cozviewer.commands.align.options import (
    add_data_options,
    add_reward_options,
    add_training_options,
    settings_of,
)
from cozviewer.commands.common import values
from cozviewer.commands.common.engine_options import add_engine_options, engine_choice
from cozviewer.commands.common.options import add_cache_options, add_huge_option, cache_of
from cozviewer.commands.common.output import add_overwrite_option
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.errors import BadInput

EPILOG = """what is done:
  1. The chain of --engine zooms into random places of the photos. What the prompter sees there, the
     crop and the wider view, is kept in the cache. Some photos are held out for comparisons.
  2. The vision-language model (--qwen) answers each question several times. A critic scores the
     answers from 0 to 100; phrases such as "second image" and repetitions cost. GRPO makes answers
     that score above the mean of their group more likely, by a LoRA.
  3. ADAPTER then works with any engine that uses prompts: --prompter qwen --qwen-adapter ADAPTER

ADAPTER/training has the checkpoints, log.jsonl, words.jsonl, sheet.png (words before and after)
and, where TensorBoard is installed, its curves. Ctrl-C saves; the same command resumes.

questions (--questions): plain text is the question to the prompter; a .toml file may set one, two
(with a wider view), critic_one, critic_two (with {words} in them), and phrases = ["...", ...].

examples:
  cozviewer align photos/ -o my-adapter
  cozviewer align photos/ -o my-adapter --critic-server localhost:11434 --critic qwen2.5vl:7b
  cozviewer align slides/ -o tissue --field microscopy --steps 2000
  cozviewer align photos/ --evaluate base my-adapter -o report.json
  accelerate launch -m cozviewer align photos/ -o my-adapter       several GPUs
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "align",
        help="train an adapter for the prompter",
        description="Train an adapter for the vision-language model that writes prompts, by "
        "preference alignment (GRPO) as in the Chain-of-Zoom paper.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("input", type=values.path, metavar="FOLDER", help="a folder of photos")
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        metavar="ADAPTER",
        help="the folder of the adapter; with --evaluate, the report (.md or .json)",
    )
    parser.add_argument(
        "--evaluate",
        nargs=2,
        metavar=("A", "B"),
        help="compare two adapters on the held-out photos instead of training one; base stands for "
        "the model without an adapter",
    )
    add_overwrite_option(parser)
    add_data_options(parser)
    add_reward_options(parser)
    add_training_options(parser)
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print a report as one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Train or compare, and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    import os

    from cozviewer.align.rewards import PHRASES, RewardSettings
    from cozviewer.commands.align.job import AlignJob
    from cozviewer.config.choice import QUANTISED

    if args.output is None and args.evaluate is None:
        raise BadInput("Name the folder of the adapter with -o.")
    choice = engine_choice(args)
    phrases = PHRASES
    if args.phrases is not None:
        phrases = tuple(each.strip() for each in args.phrases.split(",") if each.strip())
    job = AlignJob(
        input=args.input,
        output=args.output,
        choice=replace(choice, memory="auto" if choice.memory in QUANTISED else choice.memory),
        field=args.field,
        cache=cache_of(args),
        allow_huge=args.allow_huge,
        photos=args.photos,
        samples=args.samples,
        levels=args.levels,
        held_out=args.held_out,
        critic=args.critic,
        critic_server=args.critic_server,
        questions=args.questions,
        phrases_chosen=args.phrases is not None,
        rewards=RewardSettings(
            args.critic_weight,
            args.exclusion_weight,
            args.repetition_weight,
            phrases,
            args.ngram,
        ),
        settings=settings_of(args, choice.memory if choice.memory in QUANTISED else ""),
    )
    # Of several processes, the main one alone shows progress.
    main = os.environ.get("RANK", "0") == "0"
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        ProgressLine(sys.stderr if main else nowhere) as line,
        stoppable() as cancelled,
    ):
        if args.evaluate is not None:
            from cozviewer.commands.align.comparing import run_comparison

            text = run_comparison(job, args.evaluate, args, line, cancelled)
        else:
            from cozviewer.commands.align.training import run_training

            text = run_training(job, args, line, cancelled)
    if main:
        print(text, end="")
    return 0
