"""Runs `cozviewer align --evaluate A B`: two adapters on the held-out samples."""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cozviewer.align.judging import Judged, as_json, as_markdown, compare, judged
from cozviewer.align.questions import question_about
from cozviewer.align.rewards import Answered, Reward, all_rewards
from cozviewer.align.samples import Sample
from cozviewer.commands.align.job import AlignJob, critic_of, questions_of, samples_of
from cozviewer.commands.common.output import confirm_replacing
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.reports import check_report_name, report_bytes
from cozviewer.config.questions import Questions
from cozviewer.export.replacing import replacing
from cozviewer.models.align.grpo import training_device
from cozviewer.models.device import Device
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.qwen.adapter import check_adapter
from cozviewer.models.qwen.answer import answer
from cozviewer.models.qwen.folder import qwen_folder
from cozviewer.models.qwen.loading import check_quantised, open_vlm
from cozviewer.models.upscaler import load_error
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.units import seconds_left

BASE = "base"
"""Stands for the model without an adapter."""


def run_comparison(
    job: AlignJob,
    sides: Sequence[str],
    args: argparse.Namespace,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> str:
    """Compare two adapters, and return what is printed at the end.

    Raises:
        CozviewerError: With the sentence to print.
    """
    if job.output is not None:
        _check_report(job.output)
        confirm_replacing(job.output, overwrite=args.overwrite)
    first, second = (_adapter(side) for side in sides)
    check_quantised(job.settings.quantised)
    base = qwen_folder(job.choice.prompter.qwen)
    questions = questions_of(job)
    device = training_device(job.choice.device, job.settings)
    critic = critic_of(job, questions, device, line, cancelled)
    rewards = all_rewards(replace(job.rewards, phrases=questions.phrases), critic)
    samples = [each for each in samples_of(job, None, line, cancelled) if each.held_out]
    if not samples:
        raise BadInput("No photo is held out: use a folder of several photos, and --held-out.")
    names = _names(sides)
    answers = []
    for name, adapter in zip(names, (first, second), strict=True):
        line.show(f"{name}: loading")
        answers.append(
            _answers(job, base, adapter, samples, questions.prompter, device, name, line, cancelled)
        )
        release_cached_memory()
    found = [
        _scored(samples, texts, rewards, name, line, cancelled)
        for name, texts in zip(names, answers, strict=True)
    ]
    compared = compare(found[0], found[1], job.settings.seed)
    table = as_markdown(*names, compared)
    report = json.dumps(
        as_json(names, compared, found[0], found[1]), indent=2, ensure_ascii=False, allow_nan=False
    )
    if job.output is not None:
        content = report_bytes(job.output, table, report + "\n")
        with replacing(job.output, cancelled) as file:
            file.write(content)
        line.notice(f"Saved {job.output}.")
    return report + "\n" if args.json else table


def _check_report(path: Path) -> None:
    check_report_name(path)
    if not path.resolve().parent.is_dir():
        raise BadInput(f"The folder {path.resolve().parent} does not exist: check the path.")


def _adapter(side: str) -> Path | None:
    """Return the folder of an adapter; None for the model without one."""
    if side == BASE:
        return None
    check_adapter(Path(side))
    return Path(side)


def _names(sides: Sequence[str]) -> tuple[str, str]:
    """Return short names of the sides, which differ."""
    first, second = (side if side == BASE else Path(side).resolve().name for side in sides)
    if first == second:
        return f"{first} (1)", f"{second} (2)"
    return first, second


def _answers(
    job: AlignJob,
    base: Path,
    adapter: Path | None,
    samples: Sequence[Sample],
    questions: Questions,
    device: Device,
    name: str,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> list[str]:
    """Return the answers of a side, as in use but not cleaned up."""
    try:
        vlm = open_vlm(base, adapter, device, job.settings.quantised)
    except (ImportError, OSError, MemoryError, RuntimeError) as error:
        raise load_error(name, error) from error

    def check() -> None:
        check_cancelled(cancelled)

    texts: list[str] = []
    started = time.perf_counter()
    for sample in samples:
        left = seconds_left(time.perf_counter() - started, len(texts), len(samples))
        line.show(f"{name}: answers", seconds_left=left, note=f"{len(texts)} of {len(samples)}")
        question, images = question_about(questions, sample.images())
        texts.append(answer(vlm, question, images, job.settings.max_tokens, check))
    return texts


def _scored(
    samples: Sequence[Sample],
    texts: Sequence[str],
    rewards: Sequence[Reward],
    name: str,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> list[Judged]:
    """Return answers with their scores."""
    columns: list[list[float | None]] = [[] for _ in rewards]
    for number, (sample, text) in enumerate(zip(samples, texts, strict=True)):
        if cancelled():
            raise Cancelled
        line.show(f"{name}: scores", note=f"{number} of {len(samples)}")
        for column, reward in zip(columns, rewards, strict=True):
            column.extend(reward.score([Answered(sample, text)]))
    return judged(samples, texts, rewards, columns)
