"""The files of a vision-language model: finds and checks its folder, and computes its memory need.

The layout is that of the hub: one folder with configurations and safetensors files. It is a folder
chosen by the user or the hub's download cache; nothing is downloaded here.
"""

import json
from pathlib import Path

from cozviewer.models.coz.base import HUB_NAME
from cozviewer.models.memory.plan import Model, Part
from cozviewer.models.memory.weights_size import shapes, size
from cozviewer.models.network import first_line
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import absolute, check_path, expanded
from cozviewer.util.translation import translate

QWEN = "Qwen/Qwen2.5-VL-3B-Instruct"
"""The model that the Chain-of-Zoom authors use."""

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
"""The weights in one file, or the index of weights in several files."""

NEEDED = (
    ("config.json",),
    ("tokenizer.json", "vocab.json", "tokenizer.model"),
    ("preprocessor_config.json", "processor_config.json"),
)
"""One file of each line is required: configuration of network, tokenizer and image processor."""

TEXTS = (".json", ".jinja", ".txt", ".model")
"""Suffixes of the files that may be read besides weights."""

PROMPTER = "prompter"
"""Name of the model in a memory plan."""

WORKING_BYTES = 450_000_000
"""Twice the working memory of Qwen2.5-VL-3B for two images of 512 x 512, measured on a CPU."""


def qwen_folder(model: str) -> Path:
    """Return the folder of a model.

    Args:
        model: A folder, or the hub name of a downloaded model; "" means QWEN.

    Raises:
        BadInput: The folder does not exist or is incomplete.
    """
    folder = expanded(model)
    check_path(folder)
    if model and folder.is_dir():
        _check(folder, translate("Error", "choose another folder"))
        return folder
    name = model or QWEN
    if not HUB_NAME.fullmatch(name):
        raise BadInput(
            translate(
                "Error",
                "The folder {model} of a vision-language model does not exist: choose another "
                "folder, or the name {qwen}.",
            ).format(model=model, qwen=QWEN)
        )
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    if not isinstance(config, str):
        raise BadInput(
            translate(
                "Error", "{name} is not on this computer: {remedy}, or choose a folder that has it."
            ).format(name=name, remedy=_download(name))
        )
    folder = Path(config).parent
    _check(folder, _download(name, again=True))
    return folder


def qwen_name(model: str) -> str:
    """Return the display name of a model: the last part of its folder or hub name."""
    folder = expanded(model or QWEN)
    return folder.name or absolute(folder).name


def qwen_files(folder: Path) -> list[Path]:
    """Return all files that a model is loaded from."""
    texts = [path for path in folder.iterdir() if path.suffix in TEXTS and path.is_file()]
    return sorted([*texts, *weight_paths(folder)])


def weight_paths(folder: Path) -> list[Path]:
    """Return the weight files of a model."""
    return [folder / name for name in _weights(folder)]


def qwen_model(folder: Path, title: str, quantised: str) -> Model:
    """Return the memory need of a model, for `MemoryManager`.

    Args:
        folder: As `qwen_folder` returns it.
        title: Display name.
        quantised: "", "8bit" or "nf4".

    Raises:
        BadInput: The header of a file is broken.
    """
    try:
        tensors = shapes(weight_paths(folder))
    except (OSError, ValueError) as error:
        raise broken_model(folder, error) from error
    weights = size(tensors, "bfloat16", quantised, lambda name: "vis" in name)
    parts = (Part("model", weights, WORKING_BYTES),)
    return Model(PROMPTER, title, parts, instead=translate("Error", "choose another prompter"))


def broken_model(folder: Path, error: Exception) -> BadInput:
    """Return the error for a model that is complete but cannot be loaded."""
    return BadInput(
        translate(
            "Error",
            "The model in {folder} cannot be loaded ({reason}): download it again, or "
            "choose another image-text-to-text model.",
        ).format(folder=folder, reason=first_line(error))
    )


def _download(name: str, *, again: bool = False) -> str:
    remedy = (
        translate("Error", "download the model {model} again")
        if again
        else translate("Error", "download the model {model}")
    )
    return remedy.format(model="qwen" if name == QWEN else name)


def _check(folder: Path, remedy: str) -> None:
    """Raise BadInput if a file is missing in a folder."""
    for names in NEEDED:
        if not any((folder / name).is_file() for name in names):
            raise _incomplete(folder, names[0], remedy)
    weights = _weights(folder)
    if not weights and any(folder.glob("*.bin")):
        raise BadInput(
            translate(
                "Error",
                "The weights in {folder} are pickle files (*.bin), which can run code: choose a "
                "model with safetensors files.",
            ).format(folder=folder)
        )
    for name in weights or [WHOLE]:
        if not (folder / name).is_file():
            raise _incomplete(folder, name, remedy)


def _weights(folder: Path) -> list[str]:
    """Return the names of the weight files, which may be missing; none if there is no index."""
    # The same order as in transformers.
    if (folder / WHOLE).is_file():
        return [WHOLE]
    if not (folder / INDEX).is_file():
        return []
    try:
        names = set(json.loads((folder / INDEX).read_bytes())["weight_map"].values())
        if any(Path(name).name != name for name in names):
            raise ValueError("it names files in other folders")
    except Exception as error:  # any JSON may be in there: its depth and types
        raise BadInput(
            translate(
                "Error", "The file {path} is damaged: download the model again, or choose another."
            ).format(path=folder / INDEX)
        ) from error
    return sorted(names)


def _incomplete(folder: Path, name: str, remedy: str) -> BadInput:
    return BadInput(
        translate(
            "Error", "The model in {folder} is incomplete, {name} is missing: {remedy}."
        ).format(folder=folder, name=name, remedy=remedy)
    )
