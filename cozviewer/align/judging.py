"""Compares two adapters, or an adapter and the base model, on the held-out samples.

Each side answers every sample once, as in use (the most likely answer); both are scored by the same
rewards. The difference has a 95 % interval by the bootstrap (Efron 1979) over photos, as samples of
one photo resemble each other.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cozviewer.align.rewards import Reward, total
from cozviewer.align.samples import Sample
from cozviewer.util.markdown import markdown_table

RESAMPLES = 2000
"""Number of bootstrap samples: its 2.5 % and 97.5 % quantiles are then known to within a few
percent of the interval."""

TOTAL = "total"
"""Name of the weighted sum."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with its scores.

    Attributes:
        sample: What it is about.
        text: The answer.
        scores: By the name of the reward, and TOTAL; None where there is none.
    """

    sample: Sample
    text: str
    scores: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """A reward of two sides.

    Attributes:
        name: Of the reward, or TOTAL.
        first, second: The means over the samples that both have a score for.
        low, high: 95 % interval of second - first; None without two photos or samples.
        count: Number of those samples.
    """

    name: str
    first: float | None
    second: float | None
    low: float | None
    high: float | None
    count: int


def judged(
    samples: Sequence[Sample],
    texts: Sequence[str],
    rewards: Sequence[Reward],
    scores: Sequence[Sequence[float | None]],
) -> list[Judged]:
    """Return answers with their scores.

    Args:
        samples, texts: The answers.
        rewards: The rewards.
        scores: For each reward, the scores of the answers.
    """
    found = []
    for number, (sample, text) in enumerate(zip(samples, texts, strict=True)):
        own = [column[number] for column in scores]
        named: dict[str, float | None] = {
            reward.name: score for reward, score in zip(rewards, own, strict=True)
        }
        found.append(Judged(sample, text, {TOTAL: total(rewards, own), **named}))
    return found


def compare(first: Sequence[Judged], second: Sequence[Judged], seed: int = 0) -> list[Compared]:
    """Compare the answers of two sides about the same samples, in the same order."""
    compared = []
    for name in first[0].scores if first else ():
        pairs = [
            (a.sample.photo, x, y)
            for a, b in zip(first, second, strict=True)
            if (x := a.scores[name]) is not None and (y := b.scores[name]) is not None
        ]
        count = len(pairs)
        low, high = interval([(photo, y - x) for photo, x, y in pairs], seed)
        compared.append(
            Compared(
                name,
                sum(x for _, x, _ in pairs) / count if count else None,
                sum(y for _, _, y in pairs) / count if count else None,
                low,
                high,
                count,
            )
        )
    return compared


def interval(
    values: Sequence[tuple[str, float]], seed: int = 0
) -> tuple[float | None, float | None]:
    """Return the 95 % interval of the mean of values by the percentile bootstrap.

    Args:
        values: Each with its photo. Photos are drawn with all their values; values themselves where
            there is only one photo.
        seed: The random seed.

    Returns:
        (None, None) for fewer than two values.
    """
    if len(values) < 2:
        return None, None
    groups: dict[str, list[float]] = {}
    for photo, value in values:
        groups.setdefault(photo, []).append(value)
    drawn = list(groups.values()) if len(groups) > 1 else [[value] for _, value in values]
    chance = random.Random(seed)
    means = []
    for _ in range(RESAMPLES):
        chosen = chance.choices(drawn, k=len(drawn))
        means.append(sum(map(sum, chosen)) / sum(map(len, chosen)))
    means.sort()
    return means[round(0.025 * (RESAMPLES - 1))], means[round(0.975 * (RESAMPLES - 1))]


def as_markdown(first: str, second: str, compared: Sequence[Compared]) -> str:
    """Return a comparison as a table."""
    rows = [("reward", first, second, "difference", "95 % interval", "samples")]
    for each in compared:
        difference = None if each.first is None or each.second is None else each.second - each.first
        known = each.low is not None and each.high is not None
        rows.append(
            (
                each.name,
                _figure(each.first),
                _figure(each.second),
                _figure(difference, "+"),
                f"{each.low:+.3f} to {each.high:+.3f}" if known else "–",
                str(each.count),
            )
        )
    return markdown_table(rows) + "\n"


def as_json(
    names: tuple[str, str],
    compared: Sequence[Compared],
    first: Sequence[Judged],
    second: Sequence[Judged],
) -> dict[str, Any]:
    """Return a comparison as JSON, with all answers."""
    return {
        "first": names[0],
        "second": names[1],
        "rewards": [
            {
                "name": each.name,
                "first": each.first,
                "second": each.second,
                "interval": [each.low, each.high],
                "samples": each.count,
            }
            for each in compared
        ],
        "answers": [
            {
                "photo": a.sample.photo,
                "level": a.sample.level,
                "sample": a.sample.crop.name,
                "first": {"text": a.text, "scores": dict(a.scores)},
                "second": {"text": b.text, "scores": dict(b.scores)},
            }
            for a, b in zip(first, second, strict=True)
        ],
    }


def _figure(value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.3f}"
