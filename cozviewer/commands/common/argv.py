"""Preprocessing of the command line, and an argument parser that raises its errors."""

import argparse
import re
from collections.abc import Collection, Sequence
from typing import NoReturn

from cozviewer.util.errors import BadInput


class Parser(argparse.ArgumentParser):
    """An argument parser that raises errors instead of printing a usage page."""

    def error(self, message: str) -> NoReturn:
        """Raise BadInput with the message and a hint."""
        message = message.removeprefix("argument ").rstrip(".")
        raise BadInput(f"{message[:1].upper()}{message[1:]}. See `{self.prog} --help`.")


def command_at(
    arguments: Sequence[str], commands: Collection[str], parser: argparse.ArgumentParser
) -> int | None:
    """Return the index of the command's name: the first positional argument, if it is a command.

    Args:
        arguments: The command line without the program's name.
        commands: The names of all commands.
        parser: Defines the options that may precede it, and which of them take a value.
    """
    takes_value = {
        option
        for action in parser._actions
        if action.nargs is None
        for option in action.option_strings
    }
    skip = False
    for index, argument in enumerate(arguments):
        if skip:
            skip = False
        elif argument == "--":
            return None
        elif argument.startswith("-") and argument != "-":
            skip = argument in takes_value
        else:
            return index if argument in commands else None
    return None


def joined(arguments: list[str]) -> list[str]:
    """Return the command line with "--center -5,10" as "--center=-5,10", as argparse takes values
    that begin with a minus for options."""
    joined: list[str] = []
    for argument in arguments:
        before = joined[-1] if joined else ""
        negative = re.match(r"-(\d|\.\d|inf|nan)", argument)
        if negative and before.startswith("--") and "=" not in before:
            joined[-1] = f"{before}={argument}"
        else:
            joined.append(argument)
    return joined
