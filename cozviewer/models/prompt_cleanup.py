"""Removes repetitions from the answers of vision-language models before they are used as prompts.

At high magnification such models repeat themselves ("fur, fur, brown fur, fur"), which gives the
repeated words too much weight and leaves fewer tokens for the others.
"""

import re

LONGEST_RUN = 32
"""Maximum number of words in a repeated group that is detected."""

MARKS = ".,;:!?…\"'`*“”()[]{}-–•"
"""Characters around a word that are ignored in comparisons."""

# At the start of a line of a list: "- ", "2. ".
_LIST_MARK = re.compile(r"^[^\S\n]*(?:[-*•–]|\d{1,2}[.)])[^\S\n]+", re.MULTILINE)
# A line that ends without punctuation ends a phrase.
_LINE_END = re.compile(r"(?<=[^\s.,;:!?])\s*\n\s*")
# Except within numbers: "1,000".
_BETWEEN_PHRASES = re.compile(r"(?<!\d)[,;]|[,;](?!\d)")


def without_repetitions(answer: str) -> str:
    """Return an answer in one line with each phrase once, in the original order.

    Phrases are separated by commas, semicolons and line breaks, and compared without case. Within a
    phrase, an immediately repeated word or group of words is kept once. The rest stays unchanged,
    including a last phrase that was cut off at the token limit, as in the authors' code.
    """
    lines = _LINE_END.sub(", ", _LIST_MARK.sub("", answer.strip()))
    phrases: dict[tuple[str, ...], str] = {}
    for phrase in _BETWEEN_PHRASES.split(lines):
        words, key = _without_runs(phrase.split())
        if any(key):
            phrases.setdefault(key, " ".join(words))
    return ", ".join(phrases.values())


def _without_runs(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return words without immediately repeated groups, and the normalised words to compare."""
    kept: list[str] = []
    keys: list[str] = []
    for word in words:
        kept.append(word)
        keys.append(word.strip(MARKS).casefold())
        for size in range(1, min(LONGEST_RUN, len(keys) // 2) + 1):
            if keys[-size:] == keys[-2 * size : -size]:
                del kept[-size:], keys[-size:]
                break
    return kept, tuple(keys)
