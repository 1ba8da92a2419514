"""User-visible text in the language of the user.

Every text that a person reads in the window passes through `translate` with a literal context and
a literal English text, so that `pyside6-lupdate` finds it (`make translations`). The English text
is the key and, without a translation, the result. Neither Qt nor a file is touched here: the window
installs the lookup of its language once, before it makes the first widget. What programs read
(JSON, XMP, logs, names in files) is never translated.
"""

import re
from collections.abc import Callable, Iterable
from functools import reduce

Lookup = Callable[[str, str, str, int], str]
"""Returns the translation of (context, text, disambiguation, n), with "%n" still in it, or ""
where there is none. Called on any thread."""

_ENDING = re.compile(r"\((e?s)\)")
"""The plural ending in an English text that depends on a number: "%n tile(s)", "%n batch(es)"."""


def _untranslated(context: str, text: str, disambiguation: str, n: int) -> str:
    return ""


_lookup: Lookup = _untranslated


def translate(context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
    """Return a text in the language of the user. Any thread.

    The arguments have the order of `QCoreApplication.translate`, because pyside6-lupdate reads them
    from the source: context, text and disambiguation must be literals, and all are positional.
    Values are filled in afterwards: `translate("Export", "Exported {name}.").format(name=name)`.

    Args:
        context: The part of the program, as translators see it: "Menu", "Export".
        text: English. With a number it holds "%n" and marks plural endings: "%n tile(s) left".
        disambiguation: Tells texts apart that are equal in English alone.
        n: The number for "%n", written with thousands separators; -1 if there is none.
    """
    found = _lookup(context, text, disambiguation or "", n)
    if n < 0:
        return found or text
    return (found or _ENDING.sub("" if n == 1 else r"\1", text)).replace("%n", f"{n:,}")


def looked_up(context: str, text: str, disambiguation: str, n: int) -> str:
    """Return what the installed `Lookup` returns. Any thread.

    A process that runs models translates its sentences with it: see `models.worker`.
    """
    return _lookup(context, text, disambiguation, n)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text in a table for translation and return it unchanged.

    `translate_marked` translates it when it is used. Both arguments must be literals.
    """
    return text


def translate_marked(context: str, text: str, n: int = -1) -> str:
    """Return the translation of a text that `QT_TRANSLATE_NOOP` marked. Any thread.

    Args:
        context: The one that it was marked with.
        text: The marked text; any other text is returned unchanged.
        n: As in `translate`.
    """
    return translate(context, text, None, n)


def listed(parts: Iterable[str]) -> str:
    """Return "one, two, three", with the separator of the language. Any thread."""
    return translate("Units", ", ").join(parts)


def with_note(text: str, note: str) -> str:
    """Return "text (note)", with the brackets of the language. Any thread."""
    return translate("Units", "{text} ({note})").format(text=text, note=note)


def sentences(parts: Iterable[str]) -> str:
    """Return sentences after one another, with the space of the language. Any thread."""
    both = translate("Units", "{sentence} {next_sentence}")
    return reduce(lambda text, part: both.format(sentence=text, next_sentence=part), parts)


def install(lookup: Lookup | None) -> None:
    """Translate with a lookup from now on; None shows English. GUI thread, before any widget."""
    global _lookup
    _lookup = lookup or _untranslated
