"""Converts an `EngineChoice` to text and back, for stored settings and sessions.

A choice contains no keys or passwords.
"""

import json
import os
import re
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from cozviewer.config.choice import (
    AUTO,
    DEPTHS,
    LARGEST_STRENGTH,
    NO_TEXTURE,
    NUMBERS,
    QUANTISED,
    SOFT,
    TEXTURES,
    CozChoice,
    EngineChoice,
    PisaChoice,
    PrompterChoice,
    memory_mode,
)
from cozviewer.config.fields import AUTO as BY_KIND
from cozviewer.config.fields import FIELD_NAMES
from cozviewer.config.questions import Questions
from cozviewer.util.paths import absolute, expanded

MOST_PATH, MOST_NAME = 4095, 255
"""Maximum number of bytes of a path and of a name on Linux."""

TAGGER = ("ram", "dape", "ram_tags")
"""The files of the prompter "tags" in a `PrompterChoice`."""

LARGEST_SEED = 1 << 63
MOST_TOKENS = 1024
"""Maximum number of tokens of an answer."""


def choice_text(choice: EngineChoice) -> str:
    """Return a choice as JSON."""
    return json.dumps(asdict(choice), default=str)


def choice_from(text: str, texture: str = NO_TEXTURE) -> EngineChoice | None:
    """Parse the result of `choice_text`; None if it is invalid, or from another version.

    Args:
        texture: `EngineChoice.texture` of a text that was written before this setting existed: off
            for what was generated then, and the default for settings, whose field of work is then
            that of the file's kind.
    """
    try:
        kept = json.loads(text)
        coz, prompter = kept.pop("coz"), kept.pop("prompter")
        pisa = kept.pop("pisa", {})  # written before there was this engine
        kept.setdefault("depth", SOFT)  # written before this setting existed
        kept.setdefault("texture", texture)  # the same
        kept["memory"] = memory_mode(kept.get("memory", AUTO))
        # The same: what was generated before, with its texture off or not, was taken for a photo.
        kept.setdefault("field", BY_KIND if texture == EngineChoice.texture else "photo")
        if kept.get("numbers") not in NUMBERS:
            kept["numbers"] = AUTO
        choice = EngineChoice(
            **kept,
            coz=CozChoice(**{**coz, "lora": _path(coz["lora"]), "vae": _path(coz["vae"])}),
            pisa=PisaChoice(**{**pisa, "weights": _path(pisa.get("weights"))}),
            prompter=PrompterChoice(
                **{
                    **prompter,
                    "adapter": _path(prompter["adapter"]),
                    **{name: _path(prompter.get(name)) for name in TAGGER},
                    "questions": Questions(**prompter["questions"]),
                }
            ),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    whole = _whole(asdict(choice), asdict(EngineChoice())) and _in_range(choice)
    return choice if whole else None


def with_whole_paths(choice: EngineChoice) -> EngineChoice:
    """Return a choice with absolute paths."""
    coz, prompter, pisa = choice.coz, choice.prompter, choice.pisa
    return replace(
        choice,
        engine=_whole_name(choice.engine) if Path(choice.engine).suffix else choice.engine,
        coz=replace(
            coz, base=_whole_name(coz.base), lora=_absolute(coz.lora), vae=_absolute(coz.vae)
        ),
        pisa=replace(pisa, base=_whole_name(pisa.base), weights=_absolute(pisa.weights)),
        prompter=replace(
            prompter,
            qwen=_whole_name(prompter.qwen),
            adapter=_absolute(prompter.adapter),
            ram=_absolute(prompter.ram),
            dape=_absolute(prompter.dape),
            ram_tags=_absolute(prompter.ram_tags),
        ),
    )


def same_engine(one: EngineChoice, other: EngineChoice) -> bool:
    """Return whether two choices give the same pixels; the device does not matter."""
    return _plain(one) == _plain(other)


def chosen_since(own: EngineChoice, shown: EngineChoice, chosen: EngineChoice) -> EngineChoice:
    """Return the user's choice with the settings that they changed.

    Args:
        own: The previous choice.
        shown: The choice before the change: the same, or that of a session.
        chosen: The choice after the change.
    """
    return replace(
        own,
        **{
            field.name: getattr(chosen, field.name)
            for field in fields(EngineChoice)
            if getattr(chosen, field.name) != getattr(shown, field.name)
        },
    )


def elsewhere(choice: EngineChoice, like: EngineChoice) -> EngineChoice:
    """Return a choice for the same pixels as `choice`, on the device of `like`."""
    memory = choice.memory if choice.memory in QUANTISED else like.memory
    return replace(choice, device=like.device, memory=memory, numbers=like.numbers)


def _plain(choice: EngineChoice) -> EngineChoice:
    """Return a choice without the settings that do not affect its pixels."""
    plain = elsewhere(with_whole_paths(choice), EngineChoice())
    if plain.prompter.name != "server":
        plain = replace(plain, prompter=replace(plain.prompter, server="", server_model=""))
    if plain.engine != "pisa":
        plain = replace(plain, pisa=PisaChoice())
    if plain.engine == "coz":
        plain = replace(plain, depth=EngineChoice.depth, texture=EngineChoice.texture)
    return plain


def _whole_name(name: str) -> str:
    """Return the absolute path if a name is that of a file or folder, else the name."""
    path = expanded(name)
    return str(absolute(path)) if name and os.path.exists(path) else name


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else absolute(expanded(path))


def _whole(kept: dict[str, Any], usual: dict[str, Any]) -> bool:
    """Return whether all values have the expected types."""
    for name, value in kept.items():
        like = usual[name]
        if isinstance(like, dict):
            if not isinstance(value, dict) or not _whole(value, like):
                return False
        elif not _is_like(value, like):
            return False
    return True


def _is_like(value: object, like: object) -> bool:
    """Return whether a value has the type of another; True does not count as a number."""
    return isinstance(value, Path | None) if like is None else type(value) is type(like)


def _in_range(choice: EngineChoice) -> bool:
    """Return whether all values are in range; names are checked where they are used."""
    coz, prompter, pisa = choice.coz, choice.prompter, choice.pisa
    names = [choice.engine, coz.base, coz.lora, coz.vae, prompter.qwen, prompter.adapter]
    names += [getattr(prompter, name) for name in TAGGER]
    names += [pisa.base, pisa.weights]
    return (
        0 <= choice.fidelity <= 1
        and 0 <= pisa.pixel <= LARGEST_STRENGTH
        and 0 <= pisa.semantic <= LARGEST_STRENGTH
        and abs(choice.seed) < LARGEST_SEED
        and 1 <= choice.prompter.max_tokens <= MOST_TOKENS
        and choice.depth in DEPTHS
        and choice.texture in TEXTURES
        and choice.field in FIELD_NAMES
        and all(name is None or _may_be_file(str(name)) for name in names)
    )


def _may_be_file(name: str) -> bool:
    """Return whether a name is a valid path; the system raises errors for others."""
    try:
        size = len(os.fsencode(name))
        parts = [len(os.fsencode(part)) for part in re.split(r"[\\/]", name)]
    except UnicodeEncodeError:
        return False
    nobody = name.startswith("~") and os.path.expanduser(name) == name
    return "\0" not in name and size <= MOST_PATH and max(parts) <= MOST_NAME and not nobody


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
