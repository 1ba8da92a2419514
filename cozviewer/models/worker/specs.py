"""Which model a call is for, as JSON: what a person chose, and where and how it runs."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cozviewer.chain.protocols import Prompter, Upscaler
from cozviewer.config.choice import CozChoice, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.config.questions import Questions
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import make_prompter, make_upscaler
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.models.memory.plan import CPU
from cozviewer.models.without_torch import suffices

Spec = Mapping[str, Any]

STEPS, DRAFTS, DETECTION = "steps", "drafts", "detection"
"""Lanes: what runs in one of them waits for what runs there already."""


def upscaler_spec(choice: EngineChoice, context: ModelContext) -> Spec:
    """Return what describes an engine."""
    return {
        "kind": "upscaler",
        "engine": choice.engine,
        "coz": _plain(asdict(choice.coz)),
        "pisa": _plain(asdict(choice.pisa)),
        **_place(context),
    }


def prompter_spec(choice: PrompterChoice, context: ModelContext) -> Spec:
    """Return what describes a prompter."""
    return {"kind": "prompter", "prompter": _plain(asdict(choice)), **_place(context)}


def draft_spec(cache_dir: Path | None) -> Spec:
    """Return what describes the network for drafts."""
    return {"kind": "draft", **_place(ModelContext("cpu", cache_dir=cache_dir))}


def context_of(spec: Spec, notice: Any, on_plan: Any) -> ModelContext:
    """Return where and how a model runs."""
    cache_dir = _path(spec["cache_dir"])
    return ModelContext(spec["device"], spec["memory"], spec["numbers"], cache_dir, notice, on_plan)


def coz_of(spec: Spec) -> CozChoice:
    """Return the settings of Chain-of-Zoom of an engine's spec."""
    coz = dict(spec["coz"])
    coz.update(lora=_path(coz["lora"]), vae=_path(coz["vae"]))
    return CozChoice(**coz)


def pisa_of(spec: Spec) -> PisaChoice:
    """Return the settings of PiSA-SR of an engine's spec."""
    pisa = dict(spec["pisa"])
    pisa["weights"] = _path(pisa["weights"])
    return PisaChoice(**pisa)


def prompter_choice_of(spec: Spec) -> PrompterChoice:
    """Return the choice that a prompter's spec holds."""
    chosen = dict(spec["prompter"])
    for name in ("adapter", "ram", "dape", "ram_tags"):
        chosen[name] = _path(chosen[name])
    chosen["questions"] = Questions(**chosen["questions"])
    return PrompterChoice(**chosen)


def make_model(spec: Spec, context: ModelContext) -> Upscaler | Prompter:
    """Return the model that a spec describes; nothing heavy is imported or read yet.

    Raises:
        BadInput: Its files are missing meanwhile.
        ValueError: It describes none.
    """
    match spec["kind"]:
        case "upscaler":
            return make_upscaler(spec["engine"], context, coz_of(spec), pisa_of(spec))
        case "prompter":
            return make_prompter(prompter_choice_of(spec), context)
        case "draft":
            from cozviewer.models.realesrgan.compact import compact

            return compact(cache_dir=context.cache_dir, notice=context.notice)
    raise ValueError(f"{spec['kind']} is not a kind of model")


def needs_torch(spec: Spec, hardware: Hardware = THIS_COMPUTER) -> bool:
    """Return whether the model of a spec runs with torch on a computer."""
    match spec["kind"]:
        case "upscaler":
            return spec["engine"] != "realesrgan" or not suffices(spec["device"], hardware)
        case "prompter":
            return spec["prompter"]["name"] in ("qwen", "tags")
    return not suffices(CPU, hardware)


def _place(context: ModelContext) -> Spec:
    return _plain(
        {
            "device": context.device,
            "memory": context.memory,
            "numbers": context.numbers,
            "cache_dir": context.cache_dir,
        }
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Path) else value for key, value in values.items()}


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
