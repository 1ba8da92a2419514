"""The rewards are exact functions of text."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from cozviewer.align.rewards import (
    Answered,
    RewardSettings,
    all_rewards,
    critic_score,
    exclusion_reward,
    repetition_reward,
    total,
    with_group_means,
    words_of,
)
from cozviewer.align.samples import Sample

SAMPLE = Sample(Path("crop.png"), None, "cat.jpg", 0, held_out=False)


@pytest.mark.parametrize(
    ("text", "reward"),
    [
        ("fur, whiskers, eye", 1.0),
        ("", 1.0),
        ("The second image shows fur", 0.0),
        ("THE  SECOND\nIMAGE shows fur", 0.0),
        ("zoom of the first image.", 0.0),
        ("first imagery of a satellite", 1.0),  # another word
        ("a thirst image", 1.0),
        ("image 1 and image 2", 0.0),
        ("image 12", 1.0),
        ("ｆｉｒｓｔ ｉｍａｇｅ", 0.0),  # noqa: RUF001 (full width)
        ("第二张图片里有猫", 0.0),
        ("猫, 毛发", 1.0),
    ],
)
def test_phrases_about_the_images_are_excluded(text: str, reward: float) -> None:
    assert exclusion_reward(text) == reward


def test_the_phrases_can_be_chosen() -> None:
    assert exclusion_reward("the second image", ("close-up",)) == 1.0
    assert exclusion_reward("a close-up of fur", ("close-up",)) == 0.0
    assert exclusion_reward("anything", ("",)) == 1.0


@pytest.mark.parametrize(
    ("text", "ngram", "reward"),
    [
        ("", 3, 0.0),
        ("fur fur", 3, 0.0),  # shorter than a group
        ("fur, whiskers, eye, grass", 3, 0.0),
        ("a b a b a b", 2, -3 / 5),  # ab ba ab ba ab: 2 of 5 are unique
        ("fur, Fur, FUR! fur; fur", 3, -2 / 3),
        ("fur " * 32, 3, -29 / 30),
        ("fur fur", 1, -0.5),
        ("毛发毛发毛发", 2, -3 / 5),
        ("猫的毛发", 2, 0.0),
        ("毛fur毛fur", 1, -0.5),
    ],
)
def test_repeated_groups_of_words_cost(text: str, ngram: int, reward: float) -> None:
    assert repetition_reward(text, ngram) == pytest.approx(reward)


def test_words_have_no_case_and_no_punctuation() -> None:
    assert words_of("Close-up: the cat's fur, 毛发!") == [
        *("close-up", "the", "cat's", "fur", "毛", "发"),
    ]


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("85", 0.85),
        (" 0\n", 0.0),
        ("100", 1.0),
        ("72.5", 0.725),
        ("85/100", 0.85),
        ("I rate it 8 out of 10.", 0.8),
        ("Score: 40", 0.4),
        ("The 2 images agree. Score: 85", 0.85),
        ("Score: 20. On reflection, score: 30.", 0.3),
        ("These words deserve a 64.", 0.64),
        ("85%", 0.85),
        ("评分：70", 0.7),  # noqa: RUF001 (full width)
        ("70分", 0.7),
        ("85分, 满分100", 0.85),
        ("", None),
        ("Very good.", None),
        ("The second of 2 images, 3 of 4 words", None),
        ("-5", None),
        ("150", None),
        ("120/100", None),
        ("Score: 1000", None),
        ("2,500", None),
    ],
)
def test_scores_of_critics_are_read(answer: str, score: float | None) -> None:
    assert critic_score(answer) == (None if score is None else pytest.approx(score))


class FixedCritic:
    """A critic that returns the same score."""

    name = "fixed"

    def __init__(self, score: float | None) -> None:
        self._score = score

    def scores(self, answers: Sequence[Answered]) -> Sequence[float | None]:
        return [self._score for _ in answers]


def test_the_weights_are_those_of_the_authors() -> None:
    rewards = all_rewards(RewardSettings(), FixedCritic(0.6))

    assert [(reward.name, reward.weight) for reward in rewards] == [
        ("critic", 1.0),
        ("exclusion", 0.5),
        ("repetition", 0.5),
    ]
    answers = [Answered(SAMPLE, "fur, eye"), Answered(SAMPLE, "second image " * 4)]
    found = [reward.score(answers) for reward in rewards]
    assert [total(rewards, scores) for scores in zip(*found, strict=True)] == [
        pytest.approx(0.6 + 0.5),
        pytest.approx(0.6 + 0.5 * (2 / 6 - 1)),
    ]


def test_a_weight_of_zero_leaves_a_reward_out() -> None:
    settings = RewardSettings(exclusion=0)

    assert [reward.name for reward in all_rewards(settings, None)] == ["repetition"]


def test_an_answer_without_a_score_has_no_total() -> None:
    rewards = all_rewards(RewardSettings(), FixedCritic(None))

    assert total(rewards, [None, 1.0, 0.0]) is None


def test_a_missing_score_is_neutral_within_its_group() -> None:
    scores = [0.2, None, 0.4, None, None, None, 0.5, 0.7, 0.9]

    assert with_group_means(scores, 3) == [0.2, pytest.approx(0.3), 0.4, *[None] * 3, 0.5, 0.7, 0.9]
