"""What a bundle contains: packages in the versions that pyproject.toml asks for, and which files it
opens."""

import re
import subprocess
import tomllib
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "pyproject.toml"


CPU = "https://download.pytorch.org/whl/cpu"
"""Where PyTorch is without CUDA; on PyPI it is so for Windows and macOS alone."""


def pip_options(flavour: str, platform: str) -> Sequence[str]:
    """Return the options of pip for a flavour on a system, as of `sys.platform`."""
    return ["--extra-index-url", CPU] if (flavour, platform) == ("full", "linux") else []


def light_requirements() -> Sequence[str]:
    """Return the requirements of the packages that light.txt names, as pyproject.toml has them.

    Raises:
        ValueError: The program does not use a package that is named.
    """
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    every = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    found = []
    for package in _lines("light"):
        wanted = [each for each in dict.fromkeys(every) if package_of(each) == package]
        if not wanted:
            raise ValueError(f"{package}, which light.txt names, is not in pyproject.toml.")
        found += wanted
    return found


def full_extras() -> str:
    """Return the extras of the full bundle in brackets, as pip takes them."""
    (line,) = _lines("full")
    return line.removeprefix("cozviewer")


def readable_endings() -> Sequence[str]:
    """Return the endings of the files that can be opened with the packages that are installed in
    this Python, which has cozviewer, as ".jpg"."""
    from cozviewer.image.readers.table import FORMATS, MAP, PHOTOSHOP

    bare = PHOTOSHOP, MAP  # of which most need no package
    there = [
        each
        for each in FORMATS
        if not each.module or each.name in bare or find_spec(each.module) is not None
    ]
    return [ending for each in there for ending in each.endings]


def write_endings(python: Path, path: Path) -> Path:
    """Write the lines of the installer for Windows that offer cozviewer for the files that the
    environment of `python` can open; return the path."""
    code = "from contents import readable_endings; print(*readable_endings())"
    command = [str(python), "-c", code]
    endings = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE).stdout
    path.write_text("".join(map(supported_type, endings.split())), "utf-8")
    return path


def supported_type(ending: str) -> str:
    """Return the line of the installer for one ending."""
    key = r"Software\Classes\Applications\cozviewer.exe\SupportedTypes"
    return f'Root: HKA; Subkey: "{key}"; ValueType: string; ValueName: "{ending}"; ValueData: ""\n'


def package_of(requirement: str) -> str:
    """Return the name of the package that a requirement asks for."""
    return re.split(r"[><=!;\[ ]", requirement)[0]


def _lines(flavour: str) -> Sequence[str]:
    text = (HERE / f"{flavour}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
