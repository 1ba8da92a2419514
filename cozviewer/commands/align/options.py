"""The options of `cozviewer align` about samples, rewards and training, and their values."""

import argparse
import re

from cozviewer.align.settings import PRECISIONS, AlignSettings
from cozviewer.commands.common import values
from cozviewer.util.errors import BadInput


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Add the options about the samples."""
    group = parser.add_argument_group("samples")
    group.add_argument(
        "--photos", type=_count, metavar="N", help="use at most N photos (default: all)"
    )
    group.add_argument(  # how it was called before
        "--pictures",
        dest="photos",
        type=_count,
        default=argparse.SUPPRESS,
        help=argparse.SUPPRESS,
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


def add_reward_options(parser: argparse.ArgumentParser) -> None:
    """Add the options about the rewards."""
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


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add the options about the training."""
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


def settings_of(args: argparse.Namespace, quantised: str) -> AlignSettings:
    """Return the settings of the training.

    Args:
        quantised: The format of the base model's weights, as in `AlignSettings`.
    """
    return AlignSettings(
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
        quantised=quantised,
        checkpointing=not args.no_checkpointing,
        save_every=args.save_every,
    )


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
