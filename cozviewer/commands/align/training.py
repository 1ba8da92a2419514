"""Runs `cozviewer align`: samples, memory plan, training, adapter and its card."""

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cozviewer.align.adapter_files import CONFIG, WEIGHTS, export_adapter
from cozviewer.align.card import Card, card_text
from cozviewer.align.journal import (
    Journal,
    begin,
    discard,
    is_training,
    read_lines,
    watched_samples,
)
from cozviewer.align.progress import StepReport
from cozviewer.align.questions import AlignQuestions
from cozviewer.align.rewards import Critic, all_rewards
from cozviewer.align.samples import Sample, samples_digest
from cozviewer.commands.align.job import AlignJob, critic_of, questions_of, samples_of
from cozviewer.commands.common.output import confirm_replacing, make_folder
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.export.replacing import replacing
from cozviewer.models.align.critic import LocalCritic
from cozviewer.models.align.grpo import (
    Training,
    check_libraries,
    last_step,
    newest_checkpoint,
    open_base,
    train,
    training_device,
)
from cozviewer.models.align.memory import check_fits, plan_sentence, training_needs
from cozviewer.models.device import Device
from cozviewer.models.download.digests import files_digest
from cozviewer.models.hardware import THIS_COMPUTER
from cozviewer.models.memory.manager import release_cached_memory
from cozviewer.models.qwen.folder import QWEN, qwen_files, qwen_folder, qwen_name
from cozviewer.models.qwen.loading import check_quantised
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from cozviewer.util.folders import models_folder
from cozviewer.util.units import duration_text, seconds_left

TRAINING = "training"
"""Folder of the training within that of the adapter."""

CARD = "README.md"

WATCHED = 8
"""Number of samples on the sheet."""

MEAN_OVER = 20
"""Number of steps over which the first and last rewards are averaged."""


def run_training(
    job: AlignJob, args: argparse.Namespace, line: ProgressLine, cancelled: IsCancelled
) -> str:
    """Train the adapter, and return what is printed at the end.

    Raises:
        CozviewerError: With the sentence to print.
    """
    assert job.output is not None
    check_libraries()
    check_quantised(job.settings.quantised)
    base = qwen_folder(job.choice.prompter.qwen)
    questions = questions_of(job)
    device = training_device(job.choice.device, job.settings)
    # A step is finished before the training stops, so that it can be saved.
    critic = critic_of(job, questions, device, line, never)
    rewards = all_rewards(replace(job.rewards, phrases=questions.phrases), critic)
    if not rewards:
        raise BadInput("All rewards have the weight 0: leave one of the weights out.")
    main = os.environ.get("RANK", "0") == "0"
    folder = job.output / TRAINING
    if main:
        _prepare_output(job.output, overwrite=args.overwrite)
    samples = samples_of(job, folder / "samples", line, cancelled)
    release_cached_memory()
    trained_on = [sample for sample in samples if not sample.held_out]
    if not any(sample.held_out for sample in samples):
        line.notice("No photo is held out, so adapters cannot be compared on these photos.")
    critic_folder = critic.folder if isinstance(critic, LocalCritic) else None
    _plan_memory(base, job, device, critic_folder, line)
    digest = files_digest(base, qwen_files(base), _digests(job))
    done = last_step(folder)
    if main:
        begin(folder, _deciding(job, questions, digest, samples_digest(samples), critic), done)
    if done < job.settings.steps:
        line.show(f"Loading {qwen_name(job.choice.prompter.qwen)}")
        vlm = open_base(base, device, job.settings.quantised)
        if isinstance(critic, LocalCritic):
            line.show(f"Loading {critic.name}")
            critic.load()
        training = Training(
            trained_on,
            watched_samples(samples, WATCHED),
            questions.prompter,
            rewards,
            job.settings,
            folder,
        )
        check_cancelled(cancelled)
        line.show("Training")
        try:
            done = train(vlm, training, Journal(folder, _Shown(line)), cancelled)
        except (Cancelled, Failure):
            if main:
                _finish(job, questions, critic, digest, samples, last_step(folder))
            raise
    if not main:
        return ""
    _finish(job, questions, critic, digest, samples, done)
    return _report(job, folder, done, as_json=args.json)


class _Shown:
    """Shows the reports on the progress line."""

    def __init__(self, line: ProgressLine) -> None:
        self._line = line
        self._started = time.perf_counter()
        self._first: int | None = None

    def __call__(self, report: StepReport) -> None:
        if self._first is None:
            self._first, self._started = report.step, time.perf_counter()
        left = seconds_left(
            time.perf_counter() - self._started,
            report.step - self._first,
            report.steps - self._first,
        )
        parts = [f"{name} {_figure(value)}" for name, value in report.rewards.items()]
        note = f"step {report.step:,} of {report.steps:,}, reward {_figure(report.reward)} "
        note += f"({', '.join(parts)}), {report.length:.0f} tokens"
        if report.unscored:
            note += f", {report.unscored:.0%} without a score"
        self._line.show("Training", seconds_left=left, note=note)


def _prepare_output(output: Path, *, overwrite: bool) -> None:
    """Create the folder of the adapter, or ask before an adapter of another origin is replaced.

    Raises:
        BadInput: It cannot be created, or the answer is no.
    """
    folder = output / TRAINING
    if overwrite:
        discard(folder)
    if not is_training(folder):
        confirm_replacing(*(output / name for name in (WEIGHTS, CONFIG, CARD)), overwrite=overwrite)
    make_folder(folder)


def _plan_memory(
    base: Path, job: AlignJob, device: Device, critic: Path | None, line: ProgressLine
) -> None:
    """Show the memory plan.

    Raises:
        BadInput: It does not fit.
    """
    needs = training_needs(base, job.settings, device, critic)
    free = THIS_COMPUTER.free_memory(device.name)
    line.notice(plan_sentence(needs, device.hardware, free))
    check_fits(needs, device.hardware, free, job.settings)


def _digests(job: AlignJob) -> Path | None:
    return None if job.cache is None else models_folder(job.cache)


def _deciding(
    job: AlignJob,
    questions: AlignQuestions,
    base: str,
    samples: str,
    critic: Critic | None,
) -> dict[str, Any]:
    """Return everything that decides the result but the number of steps."""
    settings = asdict(job.settings)
    for free in ("steps", "save_every", "micro_batch", "checkpointing"):
        del settings[free]
    return {
        **settings,
        "base_model": base,
        "samples": samples,
        "critic": None if critic is None else critic.name,
        "rewards": asdict(job.rewards),
        "questions": asdict(questions),
    }


def _finish(
    job: AlignJob,
    questions: AlignQuestions,
    critic: Critic | None,
    digest: str,
    samples: Sequence[Sample],
    done: int,
) -> None:
    """Write the adapter of the newest checkpoint, and its card; nothing without a checkpoint."""
    assert job.output is not None
    folder = job.output / TRAINING
    checkpoint = newest_checkpoint(folder)
    if checkpoint is None:
        return
    name = job.choice.prompter.qwen or QWEN
    hub_name = name if not Path(name).is_dir() else qwen_name(name)
    export_adapter(checkpoint, job.output, hub_name)
    first, last = _means(folder)
    card = Card(
        base=hub_name,
        base_digest=digest,
        weights_digest=files_digest(job.output, [job.output / WEIGHTS], None),
        engine=job.choice.engine,
        field=job.field,
        photos=len({sample.photo for sample in samples}),
        held_out=len({sample.photo for sample in samples if sample.held_out}),
        samples=len(samples),
        samples_digest=samples_digest(samples),
        critic=None if critic is None else critic.name,
        rewards=job.rewards,
        questions=questions,
        settings=job.settings,
        steps=done,
        first=first,
        last=last,
    )
    with replacing(job.output / CARD, never) as file:
        file.write(card_text(card).encode("utf-8", "backslashreplace"))


def _means(folder: Path) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return the mean rewards of the first and the last steps."""
    lines = list(read_lines(folder / "log.jsonl"))
    return _mean(lines[:MEAN_OVER]), _mean(lines[-MEAN_OVER:])


def _mean(lines: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for each in lines:
        rewards = each.get("rewards")
        named = {"reward": each.get("reward"), **(rewards if isinstance(rewards, dict) else {})}
        for name, value in named.items():
            if isinstance(value, int | float):
                found.setdefault(name, []).append(float(value))
    return {name: sum(figures) / len(figures) for name, figures in found.items()}


def _report(job: AlignJob, folder: Path, done: int, *, as_json: bool) -> str:
    first, last = _means(folder)
    seconds = sum(float(each.get("seconds", 0)) for each in read_lines(folder / "log.jsonl"))
    if as_json:
        report = {
            "adapter": str(job.output),
            "steps": done,
            "seconds": round(seconds, 1),
            "first": first,
            "last": last,
        }
        return json.dumps(report) + "\n"
    change = ""
    if "reward" in first and "reward" in last:
        change = f", reward {first['reward']:.3f} at first and {last['reward']:.3f} at last"
    took = duration_text(seconds)
    return (
        f"Trained {job.output} in {done:,} steps ({took}){change}. Words before and after are in "
        f"{folder / 'sheet.png'}. To use it: --prompter qwen --qwen-adapter {job.output}\n"
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
