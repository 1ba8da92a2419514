"""A tiny model learns what it is rewarded for, and its adapter changes what the prompter says."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cozviewer.align.adapter_files import export_adapter
from cozviewer.align.rewards import Answered, Reward, RewardSettings, all_rewards
from cozviewer.align.samples import Sample
from cozviewer.align.settings import AlignSettings
from cozviewer.config.choice import PrompterChoice
from cozviewer.config.questions import PHOTO
from cozviewer.models.align.grpo import (
    last_step,
    newest_checkpoint,
    training_device,
)
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import make_prompter
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.align.learning import (
    COLOURS,
    QUICK,
    Seen,
    coloured_samples,
    learn,
    share_of_fur,
    words_in,
)
from tests.models.tiny_qwen import noise

SHORT = replace(QUICK, max_tokens=2, group=4)
"""Settings with which a step takes little time, where nothing is to be learnt."""


def test_the_reward_rises_and_the_adapter_changes_the_words(
    quick_qwen: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen = learn(quick_qwen, tmp_path, share_of_fur)

    assert [report.step for report in seen.reports] == list(range(1, QUICK.steps + 1))
    assert seen.mean(-5, QUICK.steps) > seen.mean(0, 3) + 0.4
    assert all(report.length == QUICK.max_tokens for report in seen.reports[-3:])
    before, after = seen.words[:2], seen.words[-2:]
    assert {words.step for words in before} == {0}
    assert {words.step for words in after} == {QUICK.steps}
    assert sum("fur" in words_in(words.text) for words in after) == 2
    assert capfd.readouterr() == ("", "")  # libraries are silent

    checkpoint = newest_checkpoint(tmp_path / "training")
    assert checkpoint is not None
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    export_adapter(checkpoint, adapter, "Qwen/Tiny")
    context = ModelContext("cpu")
    with_adapter = PrompterChoice("qwen", qwen=str(quick_qwen), adapter=adapter, max_tokens=8)
    without = PrompterChoice("qwen", qwen=str(quick_qwen), max_tokens=8)
    said, said_before = (
        make_prompter(choice, context).prompt(None, noise(1), never)
        for choice in (with_adapter, without)
    )
    assert said != said_before
    assert "fur" in said
    assert str(tmp_path) not in (adapter / "adapter_config.json").read_text()


def test_phrases_and_repetitions_become_rare(talkative_qwen: Path, tmp_path: Path) -> None:
    rewards = all_rewards(RewardSettings(ngram=1), None)

    seen = learn(talkative_qwen, tmp_path, rewards, steps=14, temperature=0.5)

    for name in ("exclusion", "repetition"):
        assert seen.mean(-5, 14, name) > seen.mean(0, 3, name) + 0.1, name


def test_a_sample_is_read_once_for_all_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cozviewer.models.align.trainer import _dataset

    samples, read = coloured_samples(tmp_path), list[str]()
    images = Sample.images

    def noted_images(sample: Sample) -> Any:
        read.append(sample.crop.stem)
        return images(sample)

    monkeypatch.setattr(Sample, "images", noted_images)
    rows = _dataset(samples, PHOTO)[[0, 0, 3, 3]]

    assert sorted(read) == ["fur-0", "grass-1"]
    assert rows["number"] == [0, 0, 3, 3]
    assert [len(shown) for shown in rows["images"]] == [1, 1, 2, 2]
    colours = [shown[0].getpixel((0, 0)) for shown in rows["images"]]
    assert colours == [COLOURS["fur"]] * 2 + [COLOURS["grass"]] * 2
    prompts = rows["prompt"]
    assert prompts[0] == prompts[1] != prompts[2] == prompts[3]
    assert prompts[0] is not prompts[1]  # which TRL completes


def test_answers_without_a_score_are_counted(quick_qwen: Path, tmp_path: Path) -> None:
    def some(answers: Sequence[Answered]) -> list[float | None]:
        return [None if number % 4 else 0.5 for number, _ in enumerate(answers)]

    def none(answers: Sequence[Answered]) -> list[float | None]:
        return [None for _ in answers]

    rewards = all_rewards(RewardSettings(), None)
    seen = learn(
        quick_qwen, tmp_path / "a", [Reward("critic", 1.0, some), *rewards], SHORT, steps=2
    )
    silent = learn(
        quick_qwen, tmp_path / "b", [Reward("critic", 1.0, none), *rewards], SHORT, steps=1
    )

    assert [report.unscored for report in seen.reports] == [0.75, 0.75]
    assert [report.rewards["critic"] for report in seen.reports] == [0.5, 0.5]
    assert silent.reports[0].unscored == 1.0
    assert silent.reports[0].rewards["critic"] is None
    assert silent.reports[0].rewards["exclusion"] is not None


def test_a_stopped_training_continues(quick_qwen: Path, tmp_path: Path) -> None:
    seen = Seen()

    def stop() -> bool:
        seen.reports.append(seen.reports[-1] if seen.reports else None)  # type: ignore[arg-type]
        return len(seen.reports) >= 2

    with pytest.raises(Cancelled, match="Stopped after step 2 of 4"):
        learn(quick_qwen, tmp_path, share_of_fur, SHORT, cancelled=stop, steps=4)
    assert last_step(tmp_path / "training") == 2

    resumed = learn(quick_qwen, tmp_path, share_of_fur, SHORT, steps=4)

    assert [report.step for report in resumed.reports] == [3, 4]
    assert {words.step for words in resumed.words} == {4}
    assert learn(quick_qwen, tmp_path, share_of_fur, SHORT, steps=4).reports == []


def test_steps_before_an_error_of_a_critic_are_saved(quick_qwen: Path, tmp_path: Path) -> None:
    asked: list[int] = []

    def fails_at_last(answers: Sequence[Answered]) -> list[float | None]:
        asked.append(len(answers))
        if len(asked) == 3:
            raise Failure("The server is gone.")
        return [0.5] * len(answers)

    with pytest.raises(Failure, match="The server is gone"):
        learn(quick_qwen, tmp_path, fails_at_last, SHORT, steps=4)
    assert last_step(tmp_path / "training") == 2

    resumed = learn(quick_qwen, tmp_path, share_of_fur, SHORT, steps=3)
    assert [report.step for report in resumed.reports] == [3]


def test_an_incomplete_checkpoint_does_not_count(tmp_path: Path) -> None:
    for name in ("checkpoint-5", "checkpoint-x"):
        (tmp_path / name).mkdir()
    (tmp_path / "checkpoint-5" / "adapter_config.json").write_text("{}")

    assert newest_checkpoint(tmp_path) is None
    assert last_step(tmp_path) == 0


def test_a_quantised_base_needs_a_gpu() -> None:
    with pytest.raises(BadInput, match="NVIDIA GPU"):
        training_device("cpu", AlignSettings(quantised="nf4"))


@pytest.mark.parametrize(
    ("group", "prompts", "micro_batch", "together"),
    [(8, 1, 4, 4), (8, 1, 3, 2), (6, 2, 5, 4), (2, 1, 100, 2), (7, 1, 4, 1)],
)
def test_answers_in_memory_divide_those_of_a_step(
    group: int, prompts: int, micro_batch: int, together: int
) -> None:
    settings = AlignSettings(group=group, prompts=prompts, micro_batch=micro_batch)

    assert settings.together == together
