"""What a training reports while it runs: its figures at each step, and prompts before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cozviewer.align.samples import Sample


@dataclass(frozen=True, slots=True)
class StepReport:
    """The figures of one step.

    Attributes:
        step, steps: The finished step, from 1, and the number of all.
        seconds: Time that the step took.
        reward: Mean of the weighted sums; None if no answer has all its rewards.
        rewards: Mean of each reward by name; None where no answer has one.
        unscored: Share of the answers for which the critic gave no number.
        length: Mean number of tokens of the answers.
        kl: Mean KL divergence from the base model, in nats per token.
        loss: The loss.
    """

    step: int
    steps: int
    seconds: float
    reward: float | None
    rewards: Mapping[str, float | None]
    unscored: float
    length: float
    kl: float
    loss: float


@dataclass(frozen=True, slots=True)
class WatchedPrompt:
    """The most likely answer about a sample after a number of steps; 0 is the base model."""

    step: int
    sample: Sample
    text: str


class Watch(Protocol):
    """Receives reports, from the thread that trains; in the main process only."""

    def on_step(self, report: StepReport) -> None:
        """A step is finished."""

    def on_prompts(self, prompts: Sequence[WatchedPrompt]) -> None:
        """The samples that are watched were answered."""
