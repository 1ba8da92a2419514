"""Makes text from files and servers safe to show: no invisible or reordering characters remain.

The window's labels and the commands' output use it.
"""

import unicodedata

_ESCAPED = frozenset("\u2028\u2029\ufeff\u00ad\u200b")
"""Line separators and characters without width, besides those of the category Cf below."""

_JOINERS = frozenset("\u200c\u200d")
"""Part of Persian and Indic words and of emoji: they stay."""


def visible(text: str) -> str:
    """Return a text with visible signs for control, bidirectional and invisible characters.

    Control characters become the signs of Unicode's block Control Pictures, others their code
    point, as in "<U+202E>". Line feeds and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def visible_line(text: str) -> str:
    """Return the same on one line, with signs for line feeds and tabs, too."""
    return visible(text).replace("\n", "␊").replace("\t", "␉")


def counted(number: int, things: str) -> str:
    """Return "1 tile", "12 tiles" or "1,200 tiles" in English, for the commands.

    Args:
        number: At least 0.
        things: The plural, which ends in "s".
    """
    return f"{number:,} {things.removesuffix('s') if number == 1 else things}"


def _visible_character(character: str) -> str:
    if character in "\n\t":
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    category = unicodedata.category(character)
    if category == "Cs":  # a byte of a file name that is not UTF-8
        return "\N{REPLACEMENT CHARACTER}"
    hidden = category in ("Cc", "Cf") and character not in _JOINERS
    return f"<U+{code:04X}>" if hidden or character in _ESCAPED else character
