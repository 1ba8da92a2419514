"""The words of a command line before argparse sees them, and argparse without usage pages."""

import argparse
import re
from collections.abc import Collection, Sequence
from typing import NoReturn

from cozviewer.util.errors import BadInput


class Parser(argparse.ArgumentParser):
    """An argument parser that raises its complaints instead of printing a usage page."""

    def error(self, message: str) -> NoReturn:
        """Raise `message` as a sentence with a hint."""
        message = message.removeprefix("argument ").rstrip(".")
        raise BadInput(f"{message[:1].upper()}{message[1:]}: see `{self.prog} --help`.")


def command_at(
    words: Sequence[str], commands: Collection[str], parser: argparse.ArgumentParser
) -> int | None:
    """Return where the command's name stands: the first word that is no option, if it is one.

    Args:
        commands: The names of all commands.
        parser: Knows the options that may stand before it, and which of them take a value.
    """
    takes_value = {
        option
        for action in parser._actions
        if action.nargs is None
        for option in action.option_strings
    }
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word == "--":
            return None
        elif word.startswith("-") and word != "-":
            skip = word in takes_value
        else:
            return index if word in commands else None
    return None


def joined(words: list[str]) -> list[str]:
    """Return the words with "--center -5,10" as "--center=-5,10": argparse would take a value
    that begins with a minus for an option."""
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if before.startswith("--") and "=" not in before and re.match(r"-(\d|\.\d|inf|nan)", word):
            joined[-1] = f"{before}={word}"
        else:
            joined.append(word)
    return joined
