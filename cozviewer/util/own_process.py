"""The command line that runs a part of this program in a separate process."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

RUN = "--run-module"
"""First argument of a bundle that runs a module instead of the viewer."""

_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from cozviewer.util.own_process import run_module; run_module(sys.argv[2])"
)


def is_bundle() -> bool:
    """Return whether this is a program without Python and pip, as `make bundle` makes it."""
    return bool(getattr(sys, "frozen", False))


def command_of(module: str) -> Sequence[str]:
    """Return what starts a process that calls `main()` of a module of this package.

    An installed cozviewer starts the same Python; a bundle, which has none, starts itself (see
    packaging/bundle/start.py).
    """
    if is_bundle():
        return [sys.executable, RUN, module]
    return [sys.executable, "-P", "-c", _CODE, str(Path(__file__).parents[2]), module]


def run_module(module: str) -> None:
    """Call `main()` of a module of this package, and of no other.

    Raises:
        ValueError: It is not a module of this package.
    """
    if not module.startswith("cozviewer."):
        raise ValueError(f"{module} is not a part of cozviewer")
    import_module(module).main()


def program() -> str:
    """Return the file that starts this program again: for an AppImage the image, as its contents
    are unmounted when the program ends."""
    return os.environ.get("APPIMAGE") or sys.executable
