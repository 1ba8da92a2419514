"""Prompters that need no model: none at all, and the user's own words."""

from collections.abc import Mapping

from cozviewer.chain.protocols import Prompter
from cozviewer.image.pixels import Rgb8
from cozviewer.util.cancel import IsCancelled


class NoPrompter:
    """A `Prompter` that says nothing, for engines that do not listen."""

    name = "none"

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self.name}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return ""


class TextPrompter:
    """A `Prompter` that says the same words about every crop."""

    name = "text"

    def __init__(self, words: str) -> None:
        """Take the user's words."""
        self._words = words

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self.name, "words": self._words}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return self._words


class WithWords:
    """A `Prompter` that adds the user's words to what another says, as Chain-of-Zoom's authors
    do: "fur, whiskers, ginger cat,"."""

    def __init__(self, prompter: Prompter, words: str) -> None:
        """Take the one who describes, and the words to add, which are not empty."""
        self._prompter = prompter
        self._words = words

    @property
    def name(self) -> str:
        return self._prompter.name

    @property
    def identity(self) -> Mapping[str, str]:
        return {**self._prompter.identity, "words": self._words}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        said = self._prompter.prompt(previous, crop, cancelled)
        return f"{said}, {self._words}," if said else self._words


def with_words(prompter: Prompter, words: str) -> Prompter:
    """Return a prompter that adds the user's words, if there are any, to what `prompter` says."""
    words = words.strip()
    return WithWords(prompter, words) if words else prompter
