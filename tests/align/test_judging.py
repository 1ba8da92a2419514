"""Comparisons of two sides on the same samples."""

from pathlib import Path

import pytest

from cozviewer.align.judging import TOTAL, Compared, Judged, as_markdown, compare, interval, judged
from cozviewer.align.rewards import Answered, RewardSettings, all_rewards
from cozviewer.align.samples import Sample

SAMPLES = [
    Sample(Path(f"{photo}-{level}.png"), None, photo, level, held_out=True)
    for photo in ("a.jpg", "b.jpg", "c.jpg")
    for level in (0, 1)
]


def scored(text: str, odd: str | None = None) -> list[Judged]:
    texts = [odd if odd is not None and number % 2 else text for number in range(6)]
    rewards = all_rewards(RewardSettings(ngram=1), None)
    answers = [Answered(sample, each) for sample, each in zip(SAMPLES, texts, strict=True)]
    return judged(SAMPLES, texts, rewards, [reward.score(answers) for reward in rewards])


def test_a_better_side_has_a_positive_difference() -> None:
    found = compare(scored("the second image"), scored("fur, fur"))

    assert found == [
        Compared(TOTAL, 0.0, 0.25, 0.25, 0.25, 6),
        Compared("exclusion", 0.0, 1.0, 1.0, 1.0, 6),
        Compared("repetition", 0.0, -0.5, -0.5, -0.5, 6),
    ]


def test_answers_without_a_score_are_left_out_of_both_means() -> None:
    rewards = all_rewards(RewardSettings(exclusion=1, repetition=0), None)
    first = judged(SAMPLES, ["x"] * 6, rewards, [[1.0, None, 0.0, 0.0, 0.0, 0.0]])
    second = judged(SAMPLES, ["x"] * 6, rewards, [[0.0, 1.0, None, 0.0, 0.0, 0.0]])

    total, exclusion = compare(first, second)

    assert (exclusion.first, exclusion.second, exclusion.count) == (0.25, 0.0, 4)
    assert total.count == 4


def test_photos_are_drawn_as_a_whole() -> None:
    by_photo = [(photo, value) for photo, value in (("a", 0.0), ("b", 1.0)) for _ in range(50)]
    by_sample = [("a", value) for _, value in by_photo]

    assert interval(by_photo) == (0.0, 1.0)  # two photos tell little
    low, high = interval(by_sample)
    assert low is not None
    assert high is not None
    assert 0.35 < low < 0.5 < high < 0.65
    assert interval(by_sample) == (low, high)  # the same every time
    assert interval([("a", 1.0)]) == (None, None)


def test_the_interval_contains_the_mean() -> None:
    values = [(str(number), number / 10) for number in range(11)]

    low, high = interval(values)

    assert low is not None
    assert high is not None
    assert low < 0.5 < high
    assert high - low == pytest.approx(2 * 1.96 * 0.316 / 11**0.5, rel=0.15)


def test_the_table_has_a_row_for_each_reward() -> None:
    table = as_markdown("base", "adapter", [Compared("critic", 0.5, 0.75, 0.1, 0.4, 9)])

    assert table.splitlines()[2] == (
        "| critic | 0.500 | 0.750   | +0.250     | +0.100 to +0.400 | 9       |"
    )
    assert "–" in as_markdown("a", "b", [Compared("critic", None, None, None, None, 0)])
