"""Which models can be had, under which licence, and what of them is on this machine."""

from collections.abc import Callable
from pathlib import Path

from cozviewer.config.choice import EngineChoice
from cozviewer.models.coz.base import SD3, base_folder
from cozviewer.models.coz.checkpoint import ENCODER_FILE, LORA_FILE, ORIGIN
from cozviewer.models.qwen.folder import QWEN, qwen_folder
from cozviewer.util.downloads import Offer
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import expanded

REPOSITORIES = {"coz": SD3, "qwen": QWEN}
"""The hub names of what has a short name here."""

GITHUB = f"https://{ORIGIN}"


def offers(models_folder: Path) -> list[Offer]:
    """Return what can be had, with what of it is here. Reads no weights and no network.

    Args:
        models_folder: Where the authors' two files are looked for.
    """
    return [_base(), _own_files(models_folder), _qwen()]


def own_folder(models_folder: Path) -> Path:
    """Return where the authors' two files are found by themselves."""
    return models_folder / "coz"


def repository(name: str) -> str:
    """Return the hub name of a model.

    Args:
        name: "coz", "qwen" or a hub name, "owner/name".

    Raises:
        BadInput: It is none of them.
    """
    from cozviewer.models.coz.base import HUB_NAME

    if name in REPOSITORIES:
        return REPOSITORIES[name]
    if HUB_NAME.fullmatch(name):
        return name
    known = ", ".join(REPOSITORIES)
    raise BadInput(f"There is no model {name!r}: choose {known} or a hub name, owner/name.")


def missing_files(choice: EngineChoice, models_folder: Path) -> tuple[str, ...]:
    """Return which files of Chain-of-Zoom, as a choice names them or leaves them to be found, are
    not on this computer: some of "base", "lora", "vae", "qwen" and "adapter".

    Quick: only names of files are looked at.
    """
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
    return tuple(missing)


def _base() -> Offer:
    where, problem = _found(lambda: base_folder(SD3))
    return Offer(
        "coz",
        "Stable Diffusion 3 medium",
        "Draws the detail of Chain-of-Zoom.",
        "Stability AI Community: free below a million dollars of revenue a year; must be accepted "
        "once",
        f"https://huggingface.co/{SD3}",
        15_600_000_000,
        where=where,
        problem=problem,
    )


def _own_files(models_folder: Path) -> Offer:
    folder = own_folder(models_folder)
    missing = [name for name in (LORA_FILE, ENCODER_FILE) if not (folder / name).is_file()]
    return Offer(
        "coz-files",
        "Chain-of-Zoom’s own weights",
        "What its authors trained: they make Stable Diffusion 3 draw in one step.",
        "MIT",
        GITHUB,
        100_000_000,
        steps=(
            f"Open {GITHUB} and fetch {LORA_FILE} and {ENCODER_FILE} from the folder ckpt.",
            f"Put both into {folder}, where they are found by themselves, or name them with "
            "--coz-lora and --coz-vae.",
        ),
        where="" if missing else str(folder),
        problem=f"{' and '.join(missing)} are not in {folder}." if missing else "",
    )


def _qwen() -> Offer:
    where, problem = _found(lambda: qwen_folder(""))
    return Offer(
        "qwen",
        "Qwen2.5-VL-3B-Instruct",
        "Says what is in a picture, for Chain-of-Zoom. Qwen/Qwen3-VL-4B-Instruct and "
        "Qwen/Qwen2.5-VL-7B-Instruct (Apache-2.0) can take its place.",
        "Qwen Research: not for commercial use",
        f"https://huggingface.co/{QWEN}",
        7_500_000_000,
        where=where,
        problem=problem,
    )


def _found(folder: Callable[[], Path]) -> tuple[str, str]:
    """Return (where a model lies, "") or ("", why it does not)."""
    try:
        return str(folder()), ""
    except BadInput as error:
        return "", str(error)
