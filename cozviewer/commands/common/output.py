"""Output files: folders are created, inputs are never overwritten, and the user is asked before
another file is replaced."""

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
    "pisa_weights": "a file of the model",
    "ram": "a file of the model",
    "dape": "a file of the model",
    "ram_tags": "the list of tags",
}
"""The options that name input files, and what those files are."""


_REPORTS = frozenset((".md", ".json", ".txt"))


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, unless it exists.

    Raises:
        BadInput: It cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "there is a file of that name" if folder.exists() else error.strerror
        raise BadInput(
            f"The folder {folder} cannot be created ({reason}). Choose another output."
        ) from error


def inputs_of(args: argparse.Namespace) -> "Inputs":
    """Yield the input files that the options name, with a description; of a folder of photos, all
    its files except reports."""
    from cozviewer.session.session import SUFFIX

    for name, what in _INPUTS.items():
        if not (value := getattr(args, name, None)):
            continue
        path = Path(value)
        if os.path.isfile(path):
            yield path, "the session itself" if path.suffix.lower() == SUFFIX else what
        elif name == "input":
            with suppress(OSError):  # errors are reported where the folder is read
                for each in path.iterdir():
                    if each.is_file() and each.suffix.lower() not in _REPORTS:
                        yield each, "one of the photos"


def check_outputs(
    outputs: Iterable[Path], args: argparse.Namespace, except_for: Path | None = None
) -> None:
    """Check that no output file replaces an input file.

    Args:
        outputs: The output files.
        args: The options, which name the input files.
        except_for: An input that may be replaced.

    Raises:
        BadInput: An output would replace an input.
    """
    from cozviewer.export.targets import refuse_inputs

    refuse_inputs(outputs, (pair for pair in inputs_of(args) if pair[0] != except_for))


def confirm_replacing(output: Path, *more: Path, overwrite: bool) -> None:
    """Ask at a terminal whether existing files may be replaced; else they are replaced.

    Args:
        output: The output file.
        more: Further output files.
        overwrite: Whether --overwrite was given, which answers the question.

    Raises:
        BadInput: The answer is no.
    """
    from cozviewer.export.targets import replaced_by
    from cozviewer.image.reading import shown_name

    existing = [part for path in (output, *more) for part in replaced_by(path)]
    if not existing or overwrite or not _at_terminal():
        return
    names = " and ".join(map(shown_name, existing))
    several = len(existing) > 1
    exist, them, was = ("exist", "them", "were") if several else ("exists", "it", "was")
    sys.stderr.write(f"{names} {exist}; replace {them}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput(
            f"{names} already {exist} and {was} not replaced. Choose another name, or use "
            "--overwrite."
        )


def add_overwrite_option(parser: argparse.ArgumentParser) -> None:
    """Add the option to replace the output without a question."""
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an existing output without asking; scripts, without a terminal, are never "
        "asked (input files are never replaced)",
    )


def _at_terminal() -> bool:
    """Return whether stdin and stderr are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
