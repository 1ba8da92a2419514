"""A vision-language model on the disk: finds its folder, checks that it is whole, lists its files.

The layout is that of the hub: one folder with configurations and safetensors files. It lies where
the user says, or where a download put it; nothing is downloaded here.
"""

import json
from pathlib import Path

from cozviewer.models.coz.base import HUB_NAME
from cozviewer.models.network import first_line
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import absolute, check_path, expanded

QWEN = "Qwen/Qwen2.5-VL-3B-Instruct"
"""The model that Chain-of-Zoom's authors ask."""

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
"""The weights in one file, or which of several files holds which of them."""

NEEDED = (
    ("config.json",),
    ("tokenizer.json", "vocab.json", "tokenizer.model"),
    ("preprocessor_config.json", "processor_config.json"),
)
"""One file of each line must be there: what the network, its words and its pictures are like."""

TEXTS = (".json", ".jinja", ".txt", ".model")
"""Ends of the names of all that may be read besides weights."""


def qwen_folder(model: str) -> Path:
    """Return the folder of a model: a folder itself, or a hub name that was downloaded before.

    Args:
        model: The one or the other; "" is the name QWEN.

    Raises:
        BadInput: There is none, or it is not whole.
    """
    folder = expanded(model)
    check_path(folder)
    if model and folder.is_dir():
        _check(folder, "choose another folder")
        return folder
    name = model or QWEN
    if not HUB_NAME.fullmatch(name):
        raise BadInput(
            f"There is no folder {model} with a vision-language model: give one with --qwen, or "
            f"the name {QWEN}."
        )
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    if not isinstance(config, str):
        raise BadInput(
            f"{name} is not on this machine: run `{_download(name)}`, or give a folder with --qwen."
        )
    folder = Path(config).parent
    _check(folder, f"run `{_download(name)}` again")
    return folder


def qwen_name(model: str) -> str:
    """Return what people call a model: the last part of its folder or hub name."""
    folder = expanded(model or QWEN)
    return folder.name or absolute(folder).name


def qwen_files(folder: Path) -> list[Path]:
    """Return the files that a whole model is read from."""
    texts = [path for path in folder.iterdir() if path.suffix in TEXTS and path.is_file()]
    return sorted([*texts, *weight_paths(folder)])


def weight_paths(folder: Path) -> list[Path]:
    """Return the files of weights that a whole model is read from."""
    return [folder / name for name in _weights(folder)]


def broken_model(folder: Path, error: Exception) -> BadInput:
    """Return the error for a model that is whole, but cannot be used."""
    return BadInput(
        f"The model in {folder} cannot be used ({first_line(error)}): download it again, or "
        "choose another image-text-to-text model."
    )


def _download(name: str) -> str:
    return f"cozviewer models download {'qwen' if name == QWEN else name}"


def _check(folder: Path, remedy: str) -> None:
    """Raise BadInput if something is missing in a folder."""
    for names in NEEDED:
        if not any((folder / name).is_file() for name in names):
            raise _not_whole(folder, names[0], remedy)
    weights = _weights(folder)
    if not weights and any(folder.glob("*.bin")):
        raise BadInput(
            f"The weights in {folder} are pickled (*.bin), which can run code: only safetensors "
            "files are read; choose another model."
        )
    for name in weights or [WHOLE]:
        if not (folder / name).is_file():
            raise _not_whole(folder, name, remedy)


def _weights(folder: Path) -> list[str]:
    """Return the names of the files with weights, whether they are there or not; none if nothing
    tells them."""
    # In this order transformers looks, too.
    if (folder / WHOLE).is_file():
        return [WHOLE]
    if not (folder / INDEX).is_file():
        return []
    try:
        names = set(json.loads((folder / INDEX).read_bytes())["weight_map"].values())
        if any(Path(name).name != name for name in names):
            raise ValueError("it names files elsewhere")
    except Exception as error:  # JSON of any content is read: its depth and its types, too
        raise BadInput(
            f"The file {folder / INDEX} is broken: download the model again, or choose another."
        ) from error
    return sorted(names)


def _not_whole(folder: Path, name: str, remedy: str) -> BadInput:
    return BadInput(f"The model in {folder} is not whole, {name} is missing: {remedy}.")
