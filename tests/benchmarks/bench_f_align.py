"""What GRPO makes of a tiny model: mean rewards of the first and last steps, by seed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.align.questions import questions_for
from cozviewer.align.rewards import Answered, Reward, RewardSettings, all_rewards
from cozviewer.config.questions import PHOTO
from cozviewer.models.align.critic import LocalCritic
from cozviewer.models.device import Device
from tests.benchmarks.desk import show
from tests.models.align.conftest import PHRASES, SCORES, save_quick_qwen
from tests.models.align.learning import QUICK, learn, share_of_colour, share_of_fur
from tests.models.tiny_qwen import WORDS

SEEDS = (0, 1, 2)

Rewards = Sequence[Reward] | Callable[[Sequence[Answered]], list[float | None]]


@pytest.mark.filterwarnings("ignore")
def test_rewards(tmp_path: Path) -> None:
    print("\n16. Alignment of a tiny model by GRPO: mean of the first and last tenth of the steps")
    plain = save_quick_qwen(tmp_path / "plain")
    talkative = save_quick_qwen(tmp_path / "talkative", (*PHRASES, *WORDS[4:]))
    critic = LocalCritic(
        str(save_quick_qwen(tmp_path / "scoring", SCORES)),
        questions_for("photo", PHOTO),
        Device("cpu", "CPU", "bfloat16"),
        "",
    )
    words = all_rewards(RewardSettings(ngram=1), None)
    scored = all_rewards(RewardSettings(ngram=1), critic)
    _measure(tmp_path, plain, "one word", share_of_fur, 60)
    _measure(tmp_path, plain, "the word for the colour", share_of_colour, 150, rate=3e-3)
    _measure(tmp_path, talkative, "no phrases, no repetitions", words, 50, temperature=0.5)
    _measure(tmp_path, talkative, "all three, with a tiny critic", scored, 50, temperature=0.5)


def _measure(
    folder: Path,
    base: Path,
    title: str,
    rewards: Rewards,
    steps: int,
    rate: float = 5e-3,
    temperature: float = 1.0,
) -> None:
    for seed in SEEDS:
        began = time.process_time()
        settings = replace(
            QUICK, steps=steps, learning_rate=rate, temperature=temperature, seed=seed
        )
        seen = learn(base, folder / f"{title}-{seed}", rewards, settings)
        part = steps // 10
        names = seen.reports[0].rewards if len(seen.reports[0].rewards) > 1 else ("",)
        means = [(seen.mean(0, part, name), seen.mean(-part, steps, name)) for name in names]
        figures = [
            f"{name or 'reward'} {first:.2f} to {last:.2f}"
            for name, (first, last) in zip(names, means, strict=True)
        ]
        seconds = time.process_time() - began
        show(f"{title}, seed {seed}, {steps} steps", f"{', '.join(figures)} ({seconds:.0f} core-s)")
