"""Checks whether an engine is ready to use without loading it, for `cozviewer models`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cozviewer.models.coz.base import SD3, base_files, base_folder
from cozviewer.models.engines import Engine
from cozviewer.models.pisa.base import SD2, sd2_files, sd2_folder
from cozviewer.models.pisa.checkpoint import FILE_NAME as PISA_FILE
from cozviewer.models.pisa.checkpoint import FOLDER_NAME, ORIGIN
from cozviewer.models.realesrgan.converted import FILE_NAME
from cozviewer.models.realesrgan.weights import BIN_SHA256, PARAM_SHA256, read_checked, wheel_files
from cozviewer.util.errors import BadInput


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an engine is ready to use.

    Attributes:
        problem: Why it cannot be used and what to do, as a sentence; "" if it can.
        files: The files that it uses, if they exist.
    """

    problem: str = ""
    files: Sequence[Path] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.files)


def readiness(engine: Engine, models_folder: Path) -> Readiness:
    """Return whether an engine is ready. Reads its weights, which takes a tenth of a second; for
    coz and pisa, only checks that the files are there: of coz those of the base.

    Args:
        engine: The engine.
        models_folder: Folder of converted weights.
    """
    if engine.name == "coz":
        return _coz(models_folder)
    if engine.name == "pisa":
        return _pisa(models_folder)
    if engine.name != "realesrgan":
        return Readiness()
    converted = [path for path in (models_folder / FILE_NAME,) if path.is_file()]
    try:
        files = wheel_files()
        for path, sha256 in ((files.param, PARAM_SHA256), (files.bin, BIN_SHA256)):
            read_checked(path, sha256)
    except BadInput as error:
        return Readiness(str(error), converted)
    return Readiness(files=[files.param, files.bin, *converted])


def _pisa(models_folder: Path) -> Readiness:
    own = models_folder / FOLDER_NAME / PISA_FILE
    files = [own] if own.is_file() else []
    try:
        files = [*sd2_files(sd2_folder(SD2)), *files]
    except BadInput as error:
        return Readiness(str(error), files)
    if own in files:
        return Readiness(files=files)
    problem = f"The file {PISA_FILE} is missing in {own.parent}: get it from {ORIGIN}."
    return Readiness(problem, files)


def _coz(models_folder: Path) -> Readiness:
    fused = sorted(models_folder.glob("coz-*.safetensors"))
    try:
        return Readiness(files=[*base_files(base_folder(SD3)), *fused])
    except BadInput as error:
        return Readiness(str(error), fused)
