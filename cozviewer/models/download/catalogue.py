"""The models that can be downloaded, their licences, and what is installed on this computer."""

from collections.abc import Callable
from pathlib import Path

from cozviewer.config.choice import EngineChoice
from cozviewer.models.coz.base import SD3, base_folder
from cozviewer.models.coz.checkpoint import ENCODER_FILE, LORA_FILE, ORIGIN
from cozviewer.models.pisa.base import SD2, sd2_folder
from cozviewer.models.pisa.checkpoint import FILE_NAME as PISA_FILE
from cozviewer.models.pisa.checkpoint import FOLDER_NAME as PISA_FOLDER
from cozviewer.models.pisa.checkpoint import ORIGIN as PISA_ORIGIN
from cozviewer.models.qwen.folder import QWEN, qwen_folder
from cozviewer.models.ram.files import (
    COZ_PAGE,
    DAPE_FILE,
    RAM_FILE,
    RAM_PAGE,
    TAGS_FILE,
    THRESHOLDS_FILE,
    missing_parts,
    tags_folder,
)
from cozviewer.util.downloads import Offer
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import expanded
from cozviewer.util.translation import listed, translate

REPOSITORIES = {"coz": SD3, "qwen": QWEN, "pisa": SD2}
"""Hub names of the models with a short name."""

PISA_SIZE = 33_000_000
"""Approximate bytes of the file of PiSA-SR's authors."""

GITHUB = f"https://{ORIGIN}"


def offers(models_folder: Path) -> list[Offer]:
    """Return the models that can be downloaded and whether they are installed. Reads no weights and
    uses no network.

    Args:
        models_folder: Folder with the subfolders of the authors' files.
    """
    return [
        _base(),
        _own_files(models_folder),
        _qwen(),
        _tagger(models_folder),
        _pisa_base(),
        _pisa_file(models_folder),
    ]


def own_folder(models_folder: Path) -> Path:
    """Return the folder in which the authors' two files are found automatically."""
    return models_folder / "coz"


def repository(name: str) -> str:
    """Return the hub name of a model.

    Args:
        name: "coz", "qwen", "pisa" or a hub name, "owner/name".

    Raises:
        BadInput: It is not a valid name.
    """
    from cozviewer.models.coz.base import HUB_NAME

    if name in REPOSITORIES:
        return REPOSITORIES[name]
    if HUB_NAME.fullmatch(name):
        return name
    known = listed(REPOSITORIES)
    raise BadInput(
        translate(
            "Error", "Unknown model {name!r}: choose {known} or a hub name, owner/name."
        ).format(name=name, known=known)
    )


def missing_files(choice: EngineChoice, models_folder: Path) -> tuple[str, ...]:
    """Return which files of an engine are missing: of Chain-of-Zoom some of "base", "lora", "vae",
    "qwen", "adapter", "ram", "dape" and "ram_tags", of PiSA-SR some of "sd2" and "pisa".

    Fast: only checks whether files exist.

    Args:
        choice: The paths of the files; files without one are expected in their default places.
        models_folder: Folder with the subfolder of the authors' two files.
    """
    if choice.engine == "pisa":
        return _missing_of_pisa(choice, models_folder)
    coz, prompter = choice.coz, choice.prompter
    missing = [] if _found(lambda: base_folder(coz.base or SD3, coz.t5))[0] else ["base"]
    for name, named, own in (("lora", coz.lora, LORA_FILE), ("vae", coz.vae, ENCODER_FILE)):
        path = own_folder(models_folder) / own if named is None else expanded(named)
        if not path.is_file():
            missing.append(name)
    if prompter.name == "qwen":
        if not _found(lambda: qwen_folder(prompter.qwen))[0]:
            missing.append("qwen")
        if prompter.adapter is not None and not expanded(prompter.adapter).is_dir():
            missing.append("adapter")
    if prompter.name == "tags":
        missing += missing_parts(prompter, models_folder)
    return tuple(missing)


def _missing_of_pisa(choice: EngineChoice, models_folder: Path) -> tuple[str, ...]:
    named = choice.pisa.weights
    path = models_folder / PISA_FOLDER / PISA_FILE if named is None else expanded(named)
    missing = [] if _found(lambda: sd2_folder(choice.pisa.base or SD2))[0] else ["sd2"]
    return tuple(missing if path.is_file() else [*missing, "pisa"])


def _base() -> Offer:
    where, problem = _found(lambda: base_folder(SD3))
    return Offer(
        "coz",
        "Stable Diffusion 3 medium",
        translate("Models", "Generates the detail of Chain-of-Zoom."),
        translate(
            "Models",
            "Stability AI Community: free for organizations under US$1M yearly revenue; accept the "
            "licence first",
        ),
        f"https://huggingface.co/{SD3}",
        15_600_000_000,
        where=where,
        problem=problem,
    )


def _own_files(models_folder: Path) -> Offer:
    folder = own_folder(models_folder)
    missing = [name for name in (LORA_FILE, ENCODER_FILE) if not (folder / name).is_file()]
    problem = ""
    if missing:
        names = translate("Models", " and ").join(missing)
        problem = translate("Models", "Missing in {folder}: {names}.").format(
            folder=folder, names=names
        )
    return Offer(
        "coz-files",
        translate("Models", "Chain-of-Zoom’s own weights"),
        translate("Models", "Adapt Stable Diffusion 3 to generate detail in one step."),
        "MIT",
        GITHUB,
        100_000_000,
        steps=(
            translate(
                "Models",
                "Download {lora_file} and {encoder_file} from the folder ckpt of {github}.",
            ).format(lora_file=LORA_FILE, encoder_file=ENCODER_FILE, github=GITHUB),
            translate("Models", "Put both files into {folder}.").format(folder=folder),
        ),
        where="" if missing else str(folder),
        problem=problem,
    )


def _qwen() -> Offer:
    where, problem = _found(lambda: qwen_folder(""))
    return Offer(
        "qwen",
        "Qwen2.5-VL-3B-Instruct",
        translate(
            "Models",
            "Describes the image for Chain-of-Zoom. Qwen/Qwen3-VL-4B-Instruct and "
            "Qwen/Qwen2.5-VL-7B-Instruct (Apache-2.0) can be used instead.",
        ),
        translate("Models", "Qwen Research: noncommercial use only"),
        f"https://huggingface.co/{QWEN}",
        7_500_000_000,
        where=where,
        problem=problem,
    )


def _tagger(models_folder: Path) -> Offer:
    folder = tags_folder(models_folder)
    names = (RAM_FILE, DAPE_FILE, TAGS_FILE, THRESHOLDS_FILE)
    missing = [name for name in names if not (folder / name).is_file()]
    problem = ""
    if missing:
        problem = translate("Models", "Missing in {folder}: {names}.").format(
            folder=folder, names=listed(missing)
        )
    return Offer(
        "tags",
        "RAM + DAPE",
        translate("Models", "Names what is in the image, for the prompter tags."),
        "Apache-2.0",
        RAM_PAGE,
        5_650_000_000,
        steps=(
            translate("Models", "Download {file} from {page}.").format(
                file=RAM_FILE, page=RAM_PAGE
            ),
            translate("Models", "Download {files} from the folders {folders} of {page}.").format(
                files=listed((DAPE_FILE, TAGS_FILE, THRESHOLDS_FILE)),
                folders=listed(("ckpt/DAPE", "ram/data")),
                page=COZ_PAGE,
            ),
            translate("Models", "Put all files into {folder}.").format(folder=folder),
        ),
        where="" if missing else str(folder),
        problem=problem,
        checked=_unpublished(),
    )


def _pisa_base() -> Offer:
    where, problem = _found(lambda: sd2_folder(SD2))
    return Offer(
        "pisa",
        "Stable Diffusion 2.1 base",
        translate("Models", "Generates the detail of PiSA-SR."),
        translate("Models", "CreativeML Open RAIL++-M: free, forbids harmful uses"),
        f"https://huggingface.co/{SD2}",
        5_200_000_000,
        where=where,
        problem=problem,
        engine="pisa",
        checked=_unpublished(),
    )


def _pisa_file(models_folder: Path) -> Offer:
    folder = models_folder / PISA_FOLDER
    here = (folder / PISA_FILE).is_file()
    return Offer(
        "pisa-file",
        translate("Models", "PiSA-SR’s own weights"),
        translate("Models", "Adapt Stable Diffusion 2.1 to upscale in one step."),
        translate("Models", "Apache-2.0, according to the authors’ README"),
        f"https://{PISA_ORIGIN}",
        PISA_SIZE,
        steps=(
            translate(
                "Models", "Download {file} from the folder that the README of {page} links to."
            ).format(file=PISA_FILE, page=f"https://{PISA_ORIGIN}"),
            translate("Models", "Put it into {folder}.").format(folder=folder),
        ),
        where=str(folder) if here else "",
        problem=""
        if here
        else translate("Models", "Missing in {folder}: {names}.").format(
            folder=folder, names=PISA_FILE
        ),
        engine="pisa",
        checked=_unpublished(),
    )


def _unpublished() -> str:
    """Return what has not been tried with a model."""
    return translate(
        "Models",
        "Tested against its authors’ code with small random weights in their file formats, not yet "
        "with the published weights.",
    )


def _found(folder: Callable[[], Path]) -> tuple[str, str]:
    """Return (path of a model, "") or ("", reason why it is not installed)."""
    try:
        return str(folder()), ""
    except BadInput as error:
        return "", str(error)
