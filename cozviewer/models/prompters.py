"""Prompters without a model: none, and the user's own prompt."""

from collections.abc import Mapping

from cozviewer.chain.protocols import Prompter
from cozviewer.image.pixels import Rgb8
from cozviewer.util.cancel import IsCancelled


class NoPrompter:
    """A `Prompter` that always returns "", for engines that do not use prompts."""

    name = "none"

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self.name}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return ""


class TextPrompter:
    """A `Prompter` that returns the user's prompt for every crop."""

    name = "text"

    def __init__(self, prompt: str) -> None:
        """Use the same prompt for every crop."""
        self._prompt = prompt

    @property
    def identity(self) -> Mapping[str, str]:
        return {"name": self.name, "words": self._prompt}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return self._prompt


class WithWords:
    """A `Prompter` that appends the user's prompt to the prompts of another, as in the code of the
    Chain-of-Zoom authors: "fur, whiskers, ginger cat,"."""

    def __init__(self, prompter: Prompter, words: str) -> None:
        """Append non-empty `words` to the prompts of `prompter`."""
        self._prompter = prompter
        self._added = words

    @property
    def name(self) -> str:
        return self._prompter.name

    @property
    def identity(self) -> Mapping[str, str]:
        return {**self._prompter.identity, "words": self._added}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        described = self._prompter.prompt(previous, crop, cancelled)
        return f"{described}, {self._added}," if described else self._added


def with_words(prompter: Prompter, words: str) -> Prompter:
    """Return a prompter that appends the user's words, if any, to the prompts of `prompter`."""
    words = words.strip()
    return WithWords(prompter, words) if words else prompter


class OneImage:
    """A `Prompter` that shows another the crop alone, without the wider view around it: the
    one-image prompts that the Chain-of-Zoom paper compares with."""

    def __init__(self, prompter: Prompter) -> None:
        """Leave the wider view out for `prompter`."""
        self._prompter = prompter

    @property
    def name(self) -> str:
        return self._prompter.name

    @property
    def identity(self) -> Mapping[str, str]:
        return {**self._prompter.identity, "images": "one"}

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return self._prompter.prompt(None, crop, cancelled)
