"""Tidies what a vision-language model says about a crop, before the upscaler listens to it.

Deep in a picture such models repeat themselves ("fur, fur, brown fur, fur"), and what is said
twice pulls twice at the drawing and leaves less room for the rest.
"""

import re

LONGEST_RUN = 32
"""Most words of a group that is noticed when it follows upon itself."""

MARKS = ".,;:!?…\"'`*“”()[]{}-–•"
"""What may stand around a word without making it another."""

# At the start of a line of a list: "- ", "2. ".
_LIST_MARK = re.compile(r"^[^\S\n]*(?:[-*•–]|\d{1,2}[.)])[^\S\n]+", re.MULTILINE)
# A line that ends without punctuation ends a phrase.
_LINE_END = re.compile(r"(?<=[^\s.,;:!?])\s*\n\s*")
# Not those within numbers: "1,000".
_BETWEEN_PHRASES = re.compile(r"(?<!\d)[,;]|[,;](?!\d)")


def collapsed(answer: str) -> str:
    """Return an answer in one line, each of its phrases once, in the order in which they came.

    Phrases are what commas, semicolons and lines part; they are the same whatever their case.
    Within a phrase, a word or group of words that follows upon itself is kept once. Anything else
    stays as it is, also a last phrase that the limit of tokens has cut off: Chain-of-Zoom's
    authors keep it, too.
    """
    lines = _LINE_END.sub(", ", _LIST_MARK.sub("", answer.strip()))
    phrases: dict[tuple[str, ...], str] = {}
    for phrase in _BETWEEN_PHRASES.split(lines):
        words, key = _without_runs(phrase.split())
        if any(key):
            phrases.setdefault(key, " ".join(words))
    return ", ".join(phrases.values())


def _without_runs(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return words, of each group that follows upon itself only the first, and what they are
    compared by."""
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
