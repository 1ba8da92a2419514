"""What is fuzzed: a target reads bytes that may be anything, and a case is one such content.

Whatever the bytes are, a target returns or raises a `CozviewerError` with one printable sentence.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import category

from cozviewer.util.errors import CozviewerError
from tests.mutations import edited, mutated

Change = Callable[[bytes, random.Random], bytes]

READ, REFUSED = "read", "refused"
"""What becomes of a good case."""


def changed(whole: bytes, chance: random.Random) -> bytes:
    """Return a file with pieces moved, numbers put in or, mostly, a few bytes of its head changed:
    what follows a head that makes no sense is not even looked at."""
    match chance.randrange(4):
        case 0:
            return mutated(whole, chance)
        case 1:
            return edited(whole, chance)
        case 2:
            return whole[: chance.randrange(len(whole) + 1)] or b"\0"
    content = bytearray(whole)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(min(len(content), chance.choice((64, 400, len(content)))))
        content[at] = chance.choice((0, 255, content[at] ^ 1 << chance.randrange(8)))
    return bytes(content)


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote.

    Attributes:
        name: For people and files.
        samples: Whole contents by kind, made when they are first needed.
        run: Reads (kind, content) with a folder for files, which is empty; returns what it likes
            or raises CozviewerError.
        change: Spoils a whole content.
        slow: Kinds that take long, which the test suite leaves out.
    """

    name: str
    samples: Mapping[str, Callable[[], bytes]]
    run: Callable[[str, bytes, Path], object]
    change: Change = changed
    slow: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Case:
    """A content for a target.

    Attributes:
        number: Which one, from 0.
        kind: Of which sample.
        content: What is read.
    """

    number: int
    kind: str
    content: bytes


class Cases:
    """The cases of a target by number; the same seed makes the same ones."""

    def __init__(self, target: Target, seed: int, kinds: frozenset[str] = frozenset()) -> None:
        """Prepare.

        Args:
            kinds: The kinds to take; none takes all.
        """
        self._target, self._seed = target, seed
        self._kinds = [kind for kind in target.samples if not kinds or kind in kinds]
        self._whole = dict[str, bytes]()

    def case(self, number: int) -> Case:
        """Return a case; each kind has its turn."""
        kind = self._kinds[number % len(self._kinds)]
        if kind not in self._whole:
            self._whole[kind] = self._target.samples[kind]()
        chance = random.Random(f"{self._target.name}/{kind}/{self._seed}/{number}")
        return Case(number, kind, self._target.change(self._whole[kind], chance))


def unread(sentence: str) -> None:
    """Receive notices."""


def is_sentence(text: str) -> bool:
    """Return whether a text can be shown in one line. Characters without width and those that
    reorder text may be in it: they are made visible where it is shown, see `util.text`."""
    return bool(text.strip()) and not any(category(each) == "Cc" for each in text)


def outcome(target: Target, kind: str, content: bytes, folder: Path) -> str:
    """Read a content and return READ or REFUSED.

    Raises:
        Exception: Whatever but a CozviewerError came out of the program, or that had no sentence.
    """
    try:
        target.run(kind, content, folder)
    except CozviewerError as error:
        sentence = str(error)
        if not is_sentence(sentence):
            raise AssertionError(f"this is not a sentence: {sentence!r}") from error
        return REFUSED
    return READ
