"""The files of Stable Diffusion 3: finds the folder, checks that it is complete, loads its parts.

The layout is that of diffusers: a folder for each part, with a `config.json` and safetensors
files. It is a folder chosen by the user or the hub's download cache; nothing is downloaded here.
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
from cozviewer.util.translation import translate

TITLE = "Stable Diffusion 3"
"""Display name of the base."""

SD3 = "stabilityai/stable-diffusion-3-medium-diffusers"
"""The base that the authors trained their adapters for; its licence must be accepted once."""

NETWORKS = ("transformer", "vae", "text_encoder", "text_encoder_2", "text_encoder_3")
TOKENIZERS = ("tokenizer", "tokenizer_2", "tokenizer_3")
PARTS = NETWORKS + TOKENIZERS

T5 = ("text_encoder_3", "tokenizer_3")
"""The largest text encoder, which can be left out."""

DRAWING = ("transformer", "vae")
TEXT = tuple(part for part in PARTS if part not in DRAWING)

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def base_folder(base: str | Path, t5: bool = True) -> Path:
    """Return the folder of a base.

    Args:
        base: A folder, or the hub name of a downloaded model.
        t5: Whether T5 is required.

    Raises:
        BadInput: The folder does not exist, or a part is missing.
    """
    folder = expanded(base)
    check_path(folder)
    if not folder.is_dir():
        folder = _downloaded(base)
    for part in parts_of(t5):
        complete = (
            (folder / part / "tokenizer_config.json").is_file()
            if part in TOKENIZERS
            else (folder / part / "config.json").is_file() and weight_files(folder / part)
        )
        if not complete:
            raise _incomplete(folder, part)
    return folder


def parts_of(t5: bool) -> tuple[str, ...]:
    """Return the parts that are used, with or without T5."""
    return tuple(part for part in PARTS if t5 or part not in T5)


def base_files(folder: Path) -> list[Path]:
    """Return the weight files of a base."""
    return [path for part in NETWORKS for path in weight_files(folder / part)]


def base_digest(folder: Path, cache_dir: Path | None, parts: Iterable[str] = PARTS) -> str:
    """Return the hex SHA-256 of all files of some parts of a base; see `files_digest`."""
    files: list[Path] = []
    for part in parts:
        if part in TOKENIZERS:
            files += [path for path in (folder / part).iterdir() if path.is_file()]
        else:
            files += [folder / part / "config.json", *weight_files(folder / part)]
    return files_digest(folder, sorted(files), cache_dir)


def part_shapes(folder: Path, part: str, title: str = TITLE) -> dict[str, Shape]:
    """Return the shapes of a part's weights by name, from the headers of its files.

    Args:
        folder: As `base_folder` returns it.
        part: Name of the part, such as "vae".
        title: Display name of the base.

    Raises:
        BadInput: Its files are broken.
    """
    try:
        return shapes(weight_files(folder / part))
    except (OSError, ValueError) as error:
        raise broken_part(folder, part, first_line(error), title) from error


def open_part(
    kind: Any, folder: Path, part: str, dtype: Any, title: str = TITLE, **options: Any
) -> Any:
    """Return a network of the base in `dtype` on the CPU, for inference.

    Args:
        kind: Its class in diffusers or transformers.
        folder: As `base_folder` returns it.
        part: Name of the part, such as "vae".
        dtype: torch dtype.
        title: Display name of the base.
        options: Further arguments of `from_pretrained`, such as for quantisation.

    Raises:
        BadInput: Its files are broken or incomplete, or hold another network.
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
        # Both libraries fail in many ways on unexpected content.
        if is_out_of_memory(error):
            raise
        raise broken_part(folder, part, first_line(error), title) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise broken_part(
            folder,
            part,
            translate("Error", "{count} weights are missing, such as {name}").format(
                count=len(missing), name=missing[0]
            ),
            title,
        )
    return network.eval().requires_grad_(False)


def broken_part(folder: Path, part: str, why: str, title: str = TITLE) -> BadInput:
    """Return the error for a part that cannot be loaded."""
    return BadInput(
        translate(
            "Error",
            "The part {part} of {title} in {folder} cannot be loaded ({reason}): download it "
            "again, or choose another folder.",
        ).format(part=part, title=title, folder=folder, reason=why)
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Silence diffusers and transformers, and restore torch's default dtype: diffusers leaves it
    at fp16 when it fails on a file."""
    import torch
    from diffusers.utils import logging as of_diffusers
    from transformers.utils import logging as of_transformers

    dtype = torch.get_default_dtype()
    try:
        with quietly(of_diffusers, of_transformers):
            yield
    finally:
        torch.set_default_dtype(dtype)


def _downloaded(base: str | Path) -> Path:
    """Return the folder of a downloaded hub model."""
    if not isinstance(base, str) or not HUB_NAME.fullmatch(base):
        raise BadInput(
            translate(
                "Error",
                "The Stable Diffusion 3 folder {base} does not exist: choose another folder, or "
                "the name {sd3}.",
            ).format(base=base, sd3=SD3)
        )
    from huggingface_hub import try_to_load_from_cache

    index = try_to_load_from_cache(base, "model_index.json")
    if not isinstance(index, str):
        raise BadInput(
            translate(
                "Error",
                "{base} is not on this computer: accept its licence on "
                "https://huggingface.co/{base} and download the model {model}, or choose a folder "
                "that has it.",
            ).format(base=base, model="coz" if base == SD3 else base)
        )
    return Path(index).parent


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files of the network in a folder."""
    if not folder.is_dir():
        return []
    variant = _variant(folder)
    return [
        path
        for path in sorted(folder.glob("*.safetensors"))
        if (".fp16" in path.name) == (variant is not None)
    ]


def _variant(folder: Path) -> str | None:
    """Return "fp16" if only the files of that variant are there."""
    names = [path.name for path in folder.glob("*.safetensors")]
    return "fp16" if names and all(".fp16" in name for name in names) else None


def _incomplete(folder: Path, part: str) -> BadInput:
    return BadInput(
        translate(
            "Error",
            "The folder {folder} is not a complete Stable Diffusion 3, its part {part} is missing: "
            "choose a folder in the layout of {sd3}, or download it again.",
        ).format(folder=folder, part=part, sd3=SD3)
    )
