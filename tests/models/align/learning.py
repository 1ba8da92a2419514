"""Trainings of a tiny model with rewards that are easy to learn."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from cozviewer.align.progress import StepReport, WatchedPrompt
from cozviewer.align.rewards import Answered, Reward
from cozviewer.align.samples import Sample
from cozviewer.align.settings import AlignSettings
from cozviewer.config.questions import PHOTO
from cozviewer.models.align.grpo import Training, open_base, train, training_device
from cozviewer.util.cancel import IsCancelled, never

QUICK = AlignSettings(
    steps=14, learning_rate=1e-2, max_tokens=8, micro_batch=8, beta=0.0, save_every=1000
)
"""Settings with which a tiny model learns within seconds."""

COLOURS = {"fur": (200, 40, 40), "grass": (40, 200, 40), "sky": (40, 40, 200)}
"""What the tiny model is to say of a colour."""


@dataclass
class Seen:
    """A `Watch` that keeps what it is told.

    Attributes:
        reports: Those of all steps.
        words: Those of all watched samples.
    """

    reports: list[StepReport] = field(default_factory=list)
    words: list[WatchedPrompt] = field(default_factory=list)

    def on_step(self, report: StepReport) -> None:
        self.reports.append(report)

    def on_prompts(self, prompts: Sequence[WatchedPrompt]) -> None:
        self.words.extend(prompts)

    def mean(self, first: int, last: int, name: str = "") -> float:
        """Return the mean reward of a range of steps, of one kind or of all."""
        found = [each.rewards[name] if name else each.reward for each in self.reports[first:last]]
        return float(np.mean([value for value in found if value is not None]))


def coloured_samples(folder: Path) -> list[Sample]:
    """Return samples of plain colours, with and without a wider view, each named like its word."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for word, colour in COLOURS.items():
        for level in (0, 1):
            crop, wider = folder / f"{word}-{level}.png", folder / f"{word}-{level}-wider.png"
            pixels = np.full((16, 24, 3), colour, np.uint8)
            Image.fromarray(pixels).save(crop)
            if level:
                Image.fromarray(pixels).save(wider)
            samples.append(Sample(crop, wider if level else None, word, level, held_out=False))
    return samples


def words_in(text: str) -> list[str]:
    """Return the words of a tiny model's answer."""
    return [word.strip() for word in text.split(",") if word.strip()]


def share_of_fur(answers: Sequence[Answered]) -> list[float | None]:
    """Return which share of the words of answers are "fur"."""
    return [_share(each.text, "fur") for each in answers]


def share_of_colour(answers: Sequence[Answered]) -> list[float | None]:
    """Return which share of the words of answers are that for the colour of the sample."""
    return [_share(each.text, each.sample.photo) for each in answers]


def _share(text: str, word: str) -> float:
    words = words_in(text)
    return words.count(word) / len(words) if words else 0.0


def learn(
    base: Path,
    folder: Path,
    rewards: Sequence[Reward] | Callable[[Sequence[Answered]], list[float | None]],
    settings: AlignSettings = QUICK,
    cancelled: IsCancelled = never,
    **changed: int | float | str | bool,
) -> Seen:
    """Train a tiny model on the CPU, and return what was reported.

    Args:
        base: The folder of the model.
        folder: For samples and checkpoints.
        rewards: The rewards, or one as a function.
        settings: The settings, of which some are `changed`.
    """
    settings = replace(settings, **changed)  # type: ignore[arg-type]
    samples = coloured_samples(folder / "samples")
    if callable(rewards):
        rewards = [Reward("share", 1.0, rewards)]
    seen = Seen()
    vlm = open_base(base, training_device("cpu", settings), "")
    training = Training(samples, samples[:2], PHOTO, rewards, settings, folder / "training")
    train(vlm, training, seen, cancelled)
    _pass_over_libraries()
    return seen


@cache
def _pass_over_libraries() -> None:
    """Collect no garbage among what was imported: every training collects some, which would take a
    tenth of its time."""
    gc.collect()
    gc.freeze()
