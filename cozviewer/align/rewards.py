"""The rewards of an answer, as in Chain-of-Zoom (arXiv 2505.18600, section 3.3): the score of a
critic, the absence of phrases about the images themselves, and a penalty for repetition.

Pure functions of text, and the values that the training and `judging` pass around.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cozviewer.align.samples import Sample

PHRASES = (
    *("first image", "second image", "first picture", "second picture"),
    *("image 1", "image 2", "picture 1", "picture 2"),
    *("第一张图", "第二张图", "第一幅图", "第二幅图", "第一张照片", "第二张照片"),
)
"""Phrases about the images instead of what they show. The first two are the authors'."""

NGRAM = 3
"""Words, or Chinese characters, of a repeated group."""

CRITIC, EXCLUSION, REPETITION = "critic", "exclusion", "repetition"
"""Names of the rewards."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Kana, Han and Hangul, which are written without spaces or in syllables."""

_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’-][^\W_{_CJK}]+)*")

_NUMBER = r"(?<![\d.,−-])(\d{1,3}(?:\.\d+)?)(?!\d|[.,]\d)"
_OUT_OF = re.compile(_NUMBER + r"\s*(?:/|out of|分?\s*,?\s*满分)\s*(100|10)(?!\d)", re.I)
_NAMED = re.compile(
    r"(?:score|rating|rate|grade|评分|得分|分数|打分)[^\d.−-]{0,20}?" + _NUMBER, re.I
)
_ANY = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class RewardSettings:
    """How answers are rewarded; the defaults are the authors' weights.

    Attributes:
        critic, exclusion, repetition: Weights.
        phrases: The phrases that must not appear.
        ngram: Words, or Chinese characters, of a repeated group.
    """

    critic: float = 1.0
    exclusion: float = 0.5
    repetition: float = 0.5
    phrases: tuple[str, ...] = PHRASES
    ngram: int = NGRAM


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer about a sample, unprocessed."""

    sample: Sample
    text: str


@dataclass(frozen=True)
class Reward:
    """A kind of reward.

    Attributes:
        name: "critic", ...
        weight: Its share of the sum.
        score: Returns a reward for each answer; None where there is none.
    """

    name: str
    weight: float
    score: Callable[[Sequence[Answered]], Sequence[float | None]]


class Critic(Protocol):
    """Scores answers with a model; called from one thread at a time."""

    @property
    def name(self) -> str:
        """Display name."""

    def scores(self, answers: Sequence[Answered]) -> Sequence[float | None]:
        """Return a score from 0 to 1 for each answer; None where the critic gave no number.

        Raises:
            CozviewerError: The model or server failed.
        """


def exclusion_reward(text: str, phrases: Sequence[str] = PHRASES) -> float:
    """Return 1.0 if none of the phrases is in a text, else 0.0.

    Case, the kind of spaces and full-width letters do not matter; "first image" is not found in
    "first imagery".
    """
    plain = _normalised(text)
    return 0.0 if any(_contains(plain, _normalised(phrase)) for phrase in phrases) else 1.0


def repetition_reward(text: str, ngram: int = NGRAM) -> float:
    """Return the share of repeated n-grams as a penalty: 0.0 without any, towards -1.0.

    The n-grams are of words without case and punctuation, and of characters in Chinese, Japanese
    and Korean: 1 - unique / all, negative. A text with fewer words than an n-gram has none.
    """
    tokens = words_of(text)
    count = len(tokens) - ngram + 1
    if count < 1:
        return 0.0
    unique = len({tuple(tokens[at : at + ngram]) for at in range(count)})
    return unique / count - 1.0


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and punctuation; CJK characters one by one."""
    return _TOKEN.findall(_normalised(text))


def critic_score(answer: str) -> float | None:
    """Return the score in a critic's answer, 0 to 100 rescaled to 0 to 1; None if there is none.

    Understood are "85", "85/100", "8.5 out of 10", "Score: 85", "评分:85" and a sentence with
    exactly one number; the last score counts. Anything else is not a score: no number, several
    without a name, a number above 100 or below 0.
    """
    plain = unicodedata.normalize("NFKC", answer)
    shares = _OUT_OF.findall(plain)
    if shares:
        value, whole = shares[-1]
        score = float(value) / float(whole)
        return score if score <= 1 else None
    named = _NAMED.findall(plain)
    numbers = named or _ANY.findall(plain)
    if not named and len(numbers) != 1:
        return None
    score = float(numbers[-1]) / 100
    return score if score <= 1 else None


def all_rewards(settings: RewardSettings, critic: Critic | None) -> list[Reward]:
    """Return the rewards with a weight other than 0; the critic's only if there is one."""
    rewards = [
        Reward(
            EXCLUSION,
            settings.exclusion,
            lambda answers: [exclusion_reward(each.text, settings.phrases) for each in answers],
        ),
        Reward(
            REPETITION,
            settings.repetition,
            lambda answers: [repetition_reward(each.text, settings.ngram) for each in answers],
        ),
    ]
    if critic is not None:
        rewards.insert(0, Reward(CRITIC, settings.critic, critic.scores))
    return [reward for reward in rewards if reward.weight]


def with_group_means(scores: Sequence[float | None], group: int) -> list[float | None]:
    """Return scores in which the mean of a group takes the place of a missing one.

    GRPO compares the answers of a group with each other, so an answer that the critic did not
    score then neither gains nor loses by it, and the mean of the group stays. A group without any
    score stays without.

    Args:
        scores: Of the groups, one after the other.
        group: Number of answers of a group.
    """
    filled: list[float | None] = []
    for start in range(0, len(scores), group):
        members = scores[start : start + group]
        known = [score for score in members if score is not None]
        mean = sum(known) / len(known) if known else None
        filled += [mean if score is None else score for score in members]
    return filled


def total(rewards: Sequence[Reward], scores: Sequence[float | None]) -> float | None:
    """Return the weighted sum of an answer's scores; None if one is missing."""
    pairs = [(reward.weight, score) for reward, score in zip(rewards, scores, strict=True)]
    known = [weight * score for weight, score in pairs if score is not None]
    return sum(known) if len(known) == len(pairs) else None


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _contains(text: str, phrase: str) -> bool:
    """Return whether a phrase is in a text, as whole words where it has letters of words."""
    if not phrase:
        return False
    before, after = (
        r"(?<![^\W_])" if phrase[0].isascii() and phrase[0].isalnum() else "",
        r"(?![^\W_])" if phrase[-1].isascii() and phrase[-1].isalnum() else "",
    )
    return re.search(before + re.escape(phrase) + after, text) is not None
