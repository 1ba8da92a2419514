"""Where results go: folders are made, no input is overwritten, and a person is asked before another
file is replaced."""

import argparse
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from cozviewer.export.targets import Inputs

_INPUTS = {
    "image": "the photo itself",
    "input": "the photo itself",
    "source": "the photo itself",
    "sign": "the certificate",
    "sign_key": "the private key",
    "engine": "the model",
    "qwen_adapter": "the adapter",
    "coz_lora": "a file of the model",
    "coz_vae": "a file of the model",
}
"""The options that name files to read, and what these are."""


_REPORTS = frozenset((".md", ".json", ".txt"))


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises:
        BadInput: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "there is a file of that name" if folder.exists() else error.strerror
        raise BadInput(
            f"The folder {folder} cannot be made ({reason}): choose another output."
        ) from error


def inputs_of(args: argparse.Namespace) -> "Inputs":
    """Yield the files that the options name to be read; of a folder of photos, all that it holds
    but reports."""
    from cozviewer.session.session import SUFFIX

    for name, what in _INPUTS.items():
        if not (value := getattr(args, name, None)):
            continue
        path = Path(value)
        if os.path.isfile(path):
            yield path, "the session itself" if path.suffix.lower() == SUFFIX else what
        elif name == "input":
            with suppress(OSError):  # what is wrong with a folder is reported where it is read
                for each in path.iterdir():
                    if each.is_file() and each.suffix.lower() not in _REPORTS:
                        yield each, "one of the photos"


def check_outputs(
    outputs: Iterable[Path], args: argparse.Namespace, except_for: Path | None = None
) -> None:
    """Make sure that no file to be written replaces one to be read.

    Args:
        outputs: The files to be written.
        args: Name the files to be read.
        except_for: An input that may be replaced all the same.

    Raises:
        BadInput: One would.
    """
    from cozviewer.export.targets import refuse_inputs

    refuse_inputs(outputs, (pair for pair in inputs_of(args) if pair[0] != except_for))


def confirm_replacing(output: Path, *more: Path, overwrite: bool) -> None:
    """Ask at a terminal whether what exists may be replaced. A script is not asked: the file that
    it names with -o is replaced.

    Args:
        output: The file that is to be.
        more: Others that go with it.
        overwrite: The answer, if it was given with --overwrite.

    Raises:
        BadInput: The answer is no.
    """
    from cozviewer.export.targets import replaced_by
    from cozviewer.image.reading import shown_name

    existing = [part for path in (output, *more) for part in replaced_by(path)]
    if not existing or overwrite or not _at_terminal():
        return
    names = " and ".join(map(shown_name, existing))
    exist, them = ("exist", "them") if len(existing) > 1 else ("exists", "it")
    sys.stderr.write(f"{names} {exist}; replace {them}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput(
            f"{names} {exist} and stay{'s' * (len(existing) == 1)} as before: choose another name, "
            "or say --overwrite."
        )


def add_overwrite_option(parser: argparse.ArgumentParser) -> None:
    """Add the yes to replacing the file that -o names."""
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace the output without asking if it exists; there is a question at a terminal "
        "only, scripts replace it anyway (the photo and other input files are never replaced)",
    )


def _at_terminal() -> bool:
    """Tell whether there is a person to ask."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
