"""Stable Diffusion 3 on the disk: finds its folder, checks that it is whole, opens its parts.

The layout is that of diffusers: a folder for each part, with a `config.json` and safetensors
files. It lies where the user says, or where `cozviewer models download` put it; nothing is
downloaded here.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cozviewer.models.download.digests import files_digest
from cozviewer.models.memory.weights_size import Shape, shapes
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.quiet import quietly
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import check_path, expanded

SD3 = "stabilityai/stable-diffusion-3-medium-diffusers"
"""The base that the authors trained their adapters on; its licence must be accepted once."""

NETWORKS = ("transformer", "vae", "text_encoder", "text_encoder_2", "text_encoder_3")
TOKENIZERS = ("tokenizer", "tokenizer_2", "tokenizer_3")
PARTS = NETWORKS + TOKENIZERS

T5 = ("text_encoder_3", "tokenizer_3")
"""The largest text encoder, which can be left out."""

DRAWING = ("transformer", "vae")
TEXT = tuple(part for part in PARTS if part not in DRAWING)

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def base_folder(base: str | Path, t5: bool = True) -> Path:
    """Return the folder of a base: a folder itself, or a hub name that was downloaded before.

    Args:
        base: The folder or the name.
        t5: Whether its T5 must be there.

    Raises:
        BadInput: There is none, or a part is missing.
    """
    folder = expanded(base)
    check_path(folder)
    if not folder.is_dir():
        folder = _downloaded(base)
    for part in parts_of(t5):
        whole = (
            (folder / part / "tokenizer_config.json").is_file()
            if part in TOKENIZERS
            else (folder / part / "config.json").is_file() and weight_files(folder / part)
        )
        if not whole:
            raise _not_whole(folder, part)
    return folder


def parts_of(t5: bool) -> tuple[str, ...]:
    """Return the parts that are used, with or without T5."""
    return tuple(part for part in PARTS if t5 or part not in T5)


def base_files(folder: Path) -> list[Path]:
    """Return the files of weights that a base is read from."""
    return [path for part in NETWORKS for path in weight_files(folder / part)]


def base_digest(folder: Path, cache_dir: Path | None, parts: Iterable[str] = PARTS) -> str:
    """Return the hex SHA-256 of all that is read from parts of a base; see `files_digest`."""
    files: list[Path] = []
    for part in parts:
        if part in TOKENIZERS:
            files += [path for path in (folder / part).iterdir() if path.is_file()]
        else:
            files += [folder / part / "config.json", *weight_files(folder / part)]
    return files_digest(folder, sorted(files), cache_dir)


def part_shapes(folder: Path, part: str) -> dict[str, Shape]:
    """Return the shapes of a part's weights, by name, from its files' headers alone.

    Raises:
        BadInput: Its files are broken.
    """
    try:
        return shapes(weight_files(folder / part))
    except (OSError, ValueError) as error:
        raise broken_part(folder, part, first_line(error)) from error


def open_part(kind: Any, folder: Path, part: str, dtype: Any, **options: Any) -> Any:
    """Return a network of the base in `dtype` on the CPU, ready to run but not to train.

    Args:
        kind: Its class, of diffusers or transformers.
        folder: As `base_folder` returns it.
        part: Name of the part, "vae".
        options: More for the library, such as how it makes the network smaller.

    Raises:
        BadInput: Its files are broken, hold another network or not all of it.
    """
    try:
        with quiet():
            network, report = kind.from_pretrained(
                folder / part,
                dtype=dtype,
                variant=_variant(folder / part),
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                **options,
            )
    except Exception as error:
        # Both libraries fail in many ways on what they do not expect in a file.
        if is_out_of_memory(error):
            raise
        raise broken_part(folder, part, first_line(error)) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise broken_part(folder, part, f"{len(missing)} weights are missing, {missing[0]} first")
    return network.eval().requires_grad_(False)


def broken_part(folder: Path, part: str, why: str) -> BadInput:
    """Return the error for a part that cannot be used."""
    return BadInput(
        f"The part {part} of the base in {folder} cannot be used ({why}): download it again, or "
        "choose another folder."
    )


@contextmanager
def quiet() -> Iterator[None]:
    """As `quietly` for diffusers and transformers. Keep torch's settings, too: when diffusers fails
    on a file, it leaves fp16 behind as what torch computes in by default."""
    import torch
    from diffusers.utils import logging as of_diffusers
    from transformers.utils import logging as of_transformers

    dtype = torch.get_default_dtype()
    try:
        with quietly(of_diffusers, of_transformers):
            yield
    finally:
        torch.set_default_dtype(dtype)


def _short(base: str) -> str:
    """Return what is typed for a base."""
    return "coz" if base == SD3 else base


def _downloaded(base: str | Path) -> Path:
    """Return where a hub name was downloaded to."""
    if not isinstance(base, str) or not HUB_NAME.fullmatch(base):
        raise BadInput(
            f"There is no folder {base} with Stable Diffusion 3: give one with --coz-base, or the "
            f"name {SD3}."
        )
    from huggingface_hub import try_to_load_from_cache

    index = try_to_load_from_cache(base, "model_index.json")
    if not isinstance(index, str):
        raise BadInput(
            f"{base} is not on this machine: accept its licence on https://huggingface.co/{base}, "
            f"then run `hf auth login` and `cozviewer models download {_short(base)}`, or give a "
            "folder with --coz-base."
        )
    return Path(index).parent


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files in a folder that a network is read from."""
    if not folder.is_dir():
        return []
    variant = _variant(folder)
    return [
        path
        for path in sorted(folder.glob("*.safetensors"))
        if (".fp16" in path.name) == (variant is not None)
    ]


def _variant(folder: Path) -> str | None:
    """Return "fp16" where only the files of that variant were downloaded."""
    names = [path.name for path in folder.glob("*.safetensors")]
    return "fp16" if names and all(".fp16" in name for name in names) else None


def _not_whole(folder: Path, part: str) -> BadInput:
    return BadInput(
        f"The folder {folder} is no whole Stable Diffusion 3, its part {part} is missing: choose a "
        f"folder of the layout of {SD3}, or download it again."
    )
