"""What training and comparing have in common: the samples, the questions, the critic."""

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from cozviewer.align.making import BUDGET_BYTES, make_samples
from cozviewer.align.questions import AlignQuestions, questions_for, questions_from
from cozviewer.align.rewards import Critic, RewardSettings
from cozviewer.align.samples import Sample, photos_of, walks_of
from cozviewer.align.settings import AlignSettings
from cozviewer.assembly import chain_in_memory, make_models
from cozviewer.commands.common.images import images_in
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.export.replacing import replacing
from cozviewer.image.source import Source, open_source
from cozviewer.models.align.critic import LocalCritic, ServerCritic
from cozviewer.models.device import Device
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.folders import alignment_folder, trim_folders

NONE = "none"
"""The critic that leaves the reward out."""

READY = "ready.json"
"""The file by which the main process lets the others begin."""

POLL = 0.5
"""Seconds between two checks for it."""


@dataclass(frozen=True)
class AlignJob:
    """What the options say.

    Attributes:
        input: The folder of photos.
        output: The folder of the adapter, or the report of a comparison.
        choice: The engine that makes the samples, and the prompter.
        field: Name of the field of work.
        cache: The cache folder; None keeps samples beside the training.
        allow_huge: Whether to open photos over the size limit.
        photos: Most photos; None is all.
        samples, levels, held_out: See `align.samples`.
        critic: Folder or name of the critic's model; "" is the default, NONE leaves it out.
        critic_server: Its server; "" for this computer.
        questions: A file with questions, or None.
        phrases_chosen: Whether `rewards.phrases` come before those of the file.
        rewards: Weights and phrases.
        settings: The settings of the training.
    """

    input: Path
    output: Path | None
    choice: EngineChoice
    field: str
    cache: Path | None
    allow_huge: bool
    photos: int | None
    samples: int
    levels: int
    held_out: float
    critic: str
    critic_server: str
    questions: Path | None
    phrases_chosen: bool
    rewards: RewardSettings
    settings: AlignSettings


def questions_of(job: AlignJob) -> AlignQuestions:
    """Return the questions to prompter and critic.

    Raises:
        BadInput: The file with questions is wrong.
    """
    questions = questions_for(job.field, job.choice.prompter.questions)
    if job.questions is not None:
        questions = questions_from(job.questions, questions)
    if job.phrases_chosen or job.questions is None:
        questions = replace(questions, phrases=job.rewards.phrases)
    return questions


def critic_of(
    job: AlignJob,
    questions: AlignQuestions,
    device: Device,
    line: ProgressLine,
    cancelled: IsCancelled,
) -> Critic | None:
    """Return the critic; None without one. Nothing is loaded or sent yet.

    Raises:
        BadInput: The model or an option is missing.
    """
    if job.critic == NONE or not job.rewards.critic:
        return None
    if job.critic_server:
        return ServerCritic(job.critic_server, job.critic, questions, line.notice, cancelled)
    bf16 = replace(device, dtype="bfloat16")
    return LocalCritic(job.critic, questions, bf16, job.settings.quantised)


def samples_of(
    job: AlignJob, keep: Path | None, line: ProgressLine, cancelled: IsCancelled
) -> list[Sample]:
    """Return the samples; those that are not in the cache are made.

    Under `accelerate launch` the main process makes them, and the others wait.

    Args:
        keep: The folder for them if caching is off.

    Raises:
        BadInput: No photo is found, or the engine is not ready.
        Cancelled: Finished samples are kept, where there is a cache.
        Failure: A model failed, or the disk is full.
    """
    paths, _ = images_in(job.input, line.notice)
    if not job.input.is_dir():
        raise BadInput(f"{job.input} is not a folder: name a folder of photos.")
    paths = paths[: job.photos]
    photos = photos_of(paths, job.held_out, job.settings.seed)
    walks = walks_of(photos, job.samples, job.levels, job.settings.seed)
    models = make_models(job.choice, job.cache, line.notice)
    root = alignment_folder(job.cache) if job.cache is not None else keep
    if root is None:
        raise BadInput("The samples need a place: leave --no-cache out.")
    # The recipe decides the pixels; the seed the places.
    folder = root / f"{models.recipe.digest[:24]}-{job.settings.seed}"
    wanted = _digest_of(job, paths)
    if os.environ.get("RANK", "0") != "0":
        _wait(folder / READY, wanted, cancelled)

    def open_photo(path: Path) -> Source:
        line.show(f"Samples: opening {path.name}")
        return open_source(
            path, allow_huge=job.allow_huge, cancelled=cancelled, managed=not job.choice.paper
        )

    def made(done: int, total: int, left: float | None) -> None:
        line.show("Samples", seconds_left=left, note=f"{done:,} of {total:,}")

    try:
        samples = make_samples(
            walks,
            folder,
            open_photo,
            lambda source: chain_in_memory(source, models, line.notice),
            made,
            line.notice,
            cancelled,
        )
    except Cancelled as error:
        raise Cancelled("Stopped; finished samples are kept, the same command resumes.") from error
    if os.environ.get("RANK", "0") == "0":
        with replacing(folder / READY, never) as file:
            file.write(wanted.encode())
        if job.cache is not None:
            trim_folders(root, BUDGET_BYTES, keep=folder)
    return samples


def _digest_of(job: AlignJob, paths: list[Path]) -> str:
    """Return which samples are wanted."""
    return json.dumps([job.samples, job.levels, job.held_out, [path.name for path in paths]])


def _wait(path: Path, wanted: str, cancelled: IsCancelled) -> None:
    """Wait until the main process has made the samples."""
    while True:
        check_cancelled(cancelled)
        try:
            if path.read_text("utf-8") == wanted:
                return
        except OSError:
            pass
        time.sleep(POLL)
