"""What is installed is complete, and its parts fit each other."""

import re
import tomllib
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

import cozviewer
from cozviewer.cli import COMMANDS

ROOT = Path(__file__).parent.parent


def load_module(name: str, path: Path) -> ModuleType:
    """Return a script of packaging/ as a module."""
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_package_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = [
        ".".join(init.parent.relative_to(ROOT).parts)
        for init in (ROOT / "cozviewer").rglob("__init__.py")
    ]
    assert sorted(listed) == sorted([*there, "cozviewer.resources"])


@pytest.mark.parametrize(
    "name",
    [
        "dandelion.jpg",
        "icons/cozviewer.svg",
        "niqe_pris_params.npz",
        "realesrgan_int8.npy",
        "README.md",
    ],
)
def test_resources_lie_inside_the_package(name: str) -> None:
    installed = files("cozviewer.resources") / name
    assert installed.read_bytes() == (ROOT / "resources" / name).read_bytes()


@pytest.mark.parametrize("size", [16, 256])
def test_qt_can_draw_the_icon(qapp: object, size: int) -> None:
    icon = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    icon.fill(0)
    painter = QPainter(icon)
    QSvgRenderer(str(ROOT / "resources/icons/cozviewer.svg")).render(painter)
    painter.end()
    assert icon.pixelColor(0, 0).alpha() == 0, "the corners are round"
    light = icon.pixelColor(size * 21 // 32, size * 21 // 32)
    assert light.lightness() > 200, "a light lies where the frames lead"


def test_the_changelog_tells_of_this_version() -> None:
    assert f"\n## [{cozviewer.__version__}]" in (ROOT / "packaging/CHANGELOG.md").read_text()


def test_torch_and_torchvision_were_built_for_each_other() -> None:
    import torch
    import torchvision

    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
    kept = torchvision.ops.nms(boxes, torch.tensor([1.0, 0.5]), 0.5)
    assert kept.tolist() == [0], "torchvision's own compiled part runs on torch's tensors"


def test_the_manual_describes_every_command() -> None:
    page = load_module("manual", ROOT / "packaging/manual.py").manual()
    assert page.startswith('.TH COZVIEWER "1"')
    for command in COMMANDS:
        assert f"cozviewer {command}".replace("-", "\\-") in page


@pytest.mark.parametrize("flavour", ["light", "full"])
def test_bundles_contain_what_the_program_depends_on(flavour: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / f"packaging/bundle/{flavour}.txt").read_text().splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    if flavour == "full":
        extras = re.findall(r"[\w]+", named[0].partition("[")[2])
        assert set(extras) <= set(project["optional-dependencies"])
        return
    known = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    assert set(named) <= {re.split(r"[><=!;\[ ]", line)[0] for line in known}
