"""The options of `cozviewer align`, and its two ways: training an adapter, comparing two."""

import argparse
import re
import sys
from dataclasses import replace

from cozviewer.align.settings import PRECISIONS, AlignSettings
from cozviewer.commands.common import values
from cozviewer.commands.common.options import (
    add_cache_options,
    add_engine_options,
    add_huge_option,
    cache_of,
    engine_choice,
)
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
    _add_data_options(parser)
    _add_reward_options(parser)
    _add_training_options(parser)
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print a report as one JSON object on stdout"
    )


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("samples")
    group.add_argument(
        "--pictures", type=_count, metavar="N", help="use at most N photos (default: all)"
    )
    group.add_argument(
        "--samples",
        type=_count,
        default=2000,
        metavar="N",
        help="how many crops, on all photos together (default: 2000)",
    )
    group.add_argument(
        "--levels",
        type=values.levels,
        default=4,
        metavar="N",
        help="depth: crops of the photo and of N-1 steps of 4x (default: 4, up to x64)",
    )
    group.add_argument(
        "--held-out",
        type=values.part,
        default=0.1,
        metavar="SHARE",
        help="share of the photos that is kept for comparisons (default: 0.1)",
    )


def _add_reward_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("rewards")
    group.add_argument(
        "--critic",
        default="",
        metavar="FOLDER|NAME",
        help="the model that scores answers: its folder or the name of a downloaded one (default: "
        "OpenGVLab/InternVL2_5-8B-MPO-hf), the name on --critic-server, or none",
    )
    group.add_argument(
        "--critic-server", default="", metavar="URL", help="an OpenAI-compatible server for it"
    )
    group.add_argument("--critic-weight", type=_weight, default=1.0, metavar="W", help="default: 1")
    group.add_argument(
        "--exclusion-weight",
        type=_weight,
        default=0.5,
        metavar="W",
        help='for answers without phrases such as "second image" (default: 0.5)',
    )
    group.add_argument(
        "--repetition-weight",
        type=_weight,
        default=0.5,
        metavar="W",
        help="of the penalty for repeated groups of words (default: 0.5)",
    )
    group.add_argument(
        "--phrases",
        metavar="P,P",
        help="the phrases that cost, instead of the usual ones in English and Chinese",
    )
    group.add_argument(
        "--ngram",
        type=_count,
        default=3,
        metavar="N",
        help="words, or Chinese characters, of a repeated group (default: 3)",
    )
    group.add_argument(
        "--questions",
        type=values.path,
        metavar="FILE",
        help="questions to prompter and critic, instead of those of --field (see below)",
    )


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    usual = AlignSettings()
    group = parser.add_argument_group("training")
    group.add_argument(
        "--steps",
        type=_count,
        default=usual.steps,
        metavar="N",
        help="steps (default: 10000, as published); more of them continue a finished training",
    )
    group.add_argument(
        "--group",
        type=_group,
        default=usual.group,
        metavar="N",
        help="answers to each question (default: 8)",
    )
    group.add_argument(
        "--prompts",
        type=_count,
        default=usual.prompts,
        metavar="N",
        help="questions of a step, on each GPU (default: 1)",
    )
    group.add_argument(
        "--micro-batch",
        type=_count,
        default=usual.micro_batch,
        metavar="N",
        help="most answers in memory at the same time (default: 4); changes speed, not the result",
    )
    group.add_argument(
        "--rank", type=_count, default=usual.rank, metavar="R", help="of the LoRA (default: 8)"
    )
    group.add_argument(
        "--alpha", type=_count, default=usual.alpha, metavar="A", help="of the LoRA (default: 32)"
    )
    group.add_argument(
        "--beta",
        type=_weight,
        default=usual.beta,
        metavar="B",
        help="weight of the KL divergence from the model without adapter (default: 0.04)",
    )
    group.add_argument(
        "--learning-rate",
        type=_rate,
        default=usual.learning_rate,
        metavar="L",
        help="default: 1e-5",
    )
    group.add_argument(
        "--temperature",
        type=_rate,
        default=usual.temperature,
        metavar="T",
        help="of the answers (default: 1)",
    )
    group.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=usual.precision,
        help="auto (the default) is bf16 on GPUs that have it, else fp32",
    )
    group.add_argument(
        "--no-checkpointing",
        action="store_true",
        help="keep activations in memory: about a fifth faster, and far more memory",
    )
    group.add_argument(
        "--save-every",
        type=_count,
        default=usual.save_every,
        metavar="N",
        help="steps between checkpoints (default: 100)",
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
        pictures=args.pictures,
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
        settings=AlignSettings(
            steps=args.steps,
            group=args.group,
            prompts=args.prompts,
            micro_batch=args.micro_batch,
            rank=args.rank,
            alpha=args.alpha,
            beta=args.beta,
            learning_rate=args.learning_rate,
            temperature=args.temperature,
            max_tokens=args.max_tokens,
            seed=args.seed,
            precision=args.precision,
            quantised=choice.memory if choice.memory in QUANTISED else "",
            checkpointing=not args.no_checkpointing,
            save_every=args.save_every,
        ),
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


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text) or not int(text):
        raise BadInput(f"{text!r} must be a whole number from 1.")
    return int(text)


def _group(text: str) -> int:
    if _count(text) < 2:
        raise BadInput("A group needs at least 2 answers, which are compared with each other.")
    return int(text)


def _weight(text: str) -> float:
    value = _number(text)
    if value is None or not 0 <= value <= 1000:
        raise BadInput(f"The weight {text!r} must be a number from 0 to 1000.")
    return value


def _rate(text: str) -> float:
    value = _number(text)
    if value is None or not 0 < value <= 100:
        raise BadInput(f"{text!r} must be a number greater than 0, such as 1e-5.")
    return value


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text) else None
