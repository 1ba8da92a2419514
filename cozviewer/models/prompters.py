"""Prompters that need no model: none at all, and the user's own words."""

from collections.abc import Mapping

from cozviewer.chain.protocols import Cancelled
from cozviewer.pyramid.pixels import Rgb8


class NoPrompter:
    """A `Prompter` that says nothing, for engines that do not listen."""

    name = "none"

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self.name}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: Cancelled) -> str:
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

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: Cancelled) -> str:
        return self._words
