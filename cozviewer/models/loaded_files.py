"""Which files the models of a choice are loaded from, so that they can be sent elsewhere.

Of folders only what the loaders read: configurations, texts and safetensors weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.models.coz.base import SD3, TOKENIZERS, base_folder, parts_of, weight_files
from cozviewer.models.coz.checkpoint import ENCODER_FILE, LORA_FILE
from cozviewer.models.engines import is_path, own_file
from cozviewer.models.pisa.base import PARTS as SD2_PARTS
from cozviewer.models.pisa.base import SD2, TOKENIZER, sd2_folder
from cozviewer.models.pisa.checkpoint import FILE_NAME as PISA_FILE
from cozviewer.models.pisa.checkpoint import FOLDER_NAME as PISA_FOLDER
from cozviewer.models.qwen.adapter import adapter_files
from cozviewer.models.qwen.folder import qwen_files, qwen_folder
from cozviewer.models.ram.files import ram_files
from cozviewer.util.paths import expanded

PICKLES = frozenset((".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"))
"""Suffixes of files that can run code; in folders they are never read."""

Files = tuple[Path, Sequence[Path]]
"""A file or folder, and the files that are read in it, or beside it."""


def loaded_files(choice: EngineChoice, models_folder: Path | None) -> dict[str, Files]:
    """Return the files of a choice by the name of the setting; see `with_files`.

    Args:
        choice: The engine and prompter.
        models_folder: Where files without a path are expected; None is nowhere.

    Raises:
        BadInput: A folder or file is missing.
    """
    found: dict[str, Files] = {}
    if is_path(choice.engine):
        found["engine"] = expanded(choice.engine), ()
    if choice.engine == "coz":
        coz = choice.coz
        folder = base_folder(coz.base or SD3, coz.t5)
        found["base"] = folder, _folder_files(folder, parts_of(coz.t5), TOKENIZERS)
        for name, path, usual in (("lora", coz.lora, LORA_FILE), ("vae", coz.vae, ENCODER_FILE)):
            own = own_file(usual, models_folder) if path is None else expanded(path)
            if own is not None:
                found[name] = own, ()
    if choice.engine == "pisa":
        folder = sd2_folder(choice.pisa.base or SD2)
        found["sd2"] = folder, _folder_files(folder, SD2_PARTS, (TOKENIZER,))
        weights = choice.pisa.weights or own_file(PISA_FILE, models_folder, PISA_FOLDER)
        if weights is not None:
            found["pisa"] = expanded(weights), ()
    found |= _of_prompter(choice.prompter, models_folder)
    return {
        name: (path.absolute(), [p.absolute() for p in each])
        for name, (path, each) in found.items()
    }


def with_files(choice: EngineChoice, paths: Mapping[str, Path]) -> EngineChoice:
    """Return a choice whose files are elsewhere.

    Args:
        choice: The choice.
        paths: Where they are, by the names that `loaded_files` gave them.
    """
    get, coz, pisa, prompter = paths.get, choice.coz, choice.pisa, choice.prompter
    return replace(
        choice,
        engine=str(get("engine", choice.engine)),
        coz=replace(
            coz,
            base=str(get("base", coz.base)),
            lora=get("lora", coz.lora),
            vae=get("vae", coz.vae),
        ),
        pisa=replace(pisa, base=str(get("sd2", pisa.base)), weights=get("pisa", pisa.weights)),
        prompter=replace(
            prompter,
            qwen=str(get("qwen", prompter.qwen)),
            adapter=get("adapter", prompter.adapter),
            ram=get("ram", prompter.ram),
            dape=get("dape", prompter.dape),
            ram_tags=get("ram_tags", prompter.ram_tags),
        ),
    )


def _of_prompter(choice: PrompterChoice, models_folder: Path | None) -> dict[str, Files]:
    found: dict[str, Files] = {}
    if choice.name == "qwen":
        folder = qwen_folder(choice.qwen)
        found["qwen"] = folder, qwen_files(folder)
        if choice.adapter is not None:
            adapter = expanded(choice.adapter)
            found["adapter"] = adapter, adapter_files(adapter)
    if choice.name == "tags":
        files = ram_files(choice, models_folder)
        found["ram"] = files.ram, ()
        if files.dape is not None:
            found["dape"] = files.dape, ()
        found["ram_tags"] = files.tags, (files.thresholds,)
    return found


def _folder_files(folder: Path, parts: Sequence[str], texts: Sequence[str]) -> list[Path]:
    """Return the files of a base in the layout of diffusers; `texts` are parts without weights."""
    found: list[Path] = []
    for part in parts:
        inside = [path for path in sorted((folder / part).iterdir()) if path.is_file()]
        if part in texts:
            found += [path for path in inside if path.suffix not in PICKLES]
        else:
            found += [path for path in inside if path.suffix == ".json"]
            found += weight_files(folder / part)
    return found
