"""Packages that are installed or not, as Python sees it, whatever this machine has."""

import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest


class Packages:
    """What a test says is installed, until it ends; see the fixture `packages`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def hide(self, *names: str) -> None:
        """Have packages neither found nor imported."""
        for name in names:
            self._patch.setitem(sys.modules, name, None)

    def add(self, *names: str) -> None:
        """Have packages found; there is nothing in them."""
        for name in names:
            module = ModuleType(name)
            module.__spec__ = ModuleSpec(name, None)
            self.replace(module)

    def replace(self, module: ModuleType) -> None:
        """Have this module imported by its name."""
        self._patch.setitem(sys.modules, module.__name__, module)

    def add_folder(self, name: str, folder: Path) -> None:
        """Have a package, and the files in it, found in a folder."""
        loader = SourceFileLoader(name, str(folder / "__init__.py"))
        spec = ModuleSpec(name, loader, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        module = ModuleType(name)
        module.__spec__ = spec
        self.replace(module)

    def put(self, there: bool, *names: str) -> None:
        """Have packages found, or not."""
        (self.add if there else self.hide)(*names)
