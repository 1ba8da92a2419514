"""The catalogue: which engines and prompters there are, and how one is made from its name."""

import os
from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.protocols import Notice, Prompter, Upscaler
from cozviewer.errors import BadInput
from cozviewer.models.device import AUTO


@dataclass(frozen=True, slots=True)
class Engine:
    """What a person should know before choosing an engine.

    Attributes:
        name: What is typed: "realesrgan".
        title: What people call it.
        description: One sentence.
        licence: Of its weights; "" where there are none.
        own_files: Whether its files are the user's to get: they are large, or their licence must
            be accepted by a person.
    """

    name: str
    title: str
    description: str
    licence: str = ""
    own_files: bool = False


ENGINES = (
    Engine(
        "realesrgan",
        "Real-ESRGAN",
        "Draws plausible detail; fast, and needs nothing but what is installed.",
        "BSD-3-Clause",
    ),
    Engine("bicubic", "Bicubic", "Interpolates smoothly and invents nothing."),
    Engine("nearest", "Nearest", "Shows the pixels as squares."),
    Engine(
        "coz",
        "Chain-of-Zoom",
        "Draws what words say, with Stable Diffusion 3 and its authors' files (--coz-lora, "
        "--coz-vae).",
        "Stability AI Community (must be accepted once), MIT for the authors' files",
        own_files=True,
    ),
)

PROMPTERS = ("none", "text")

LATER = {
    "qwen": "the Qwen prompter",
    "server": "the prompter on a server",
}
"""Names that people know from the paper, and that this version does not have."""


def make_upscaler(
    engine: str,
    *,
    device: str = AUTO,
    cache_dir: Path | None = None,
    notice: Notice = lambda sentence: None,
    coz_base: str = "",
    coz_lora: Path | None = None,
    coz_vae: Path | None = None,
    setting: str = "best",
) -> Upscaler:
    """Return an engine; cheap, nothing heavy is imported.

    Args:
        engine: A name in ENGINES, or the path of a 4x model file.
        device: "auto", "cpu", "cuda", "cuda:1", "mps"; checked when the engine is loaded.
        cache_dir: Where converted weights are kept; None keeps none.
        notice: Receives sentences for the user.
        coz_base, coz_lora, coz_vae, setting: Of the engine "coz", as `EngineChoice` has them.

    Raises:
        BadInput: There is no such engine, file or setting.
    """
    if engine in ("nearest", "bicubic"):
        from cozviewer.models.interpolate import Interpolation

        return Interpolation("nearest" if engine == "nearest" else "bicubic")
    if engine == "realesrgan":
        from cozviewer.models.realesrgan import realesrgan

        return realesrgan(device, cache_dir=cache_dir, notice=notice)
    if engine == "coz":
        return _coz(coz_base, coz_lora, coz_vae, setting, device, cache_dir, notice)
    if is_path(engine):
        from cozviewer.models.model_file import model_file

        return model_file(Path(engine).expanduser(), device, notice=notice)
    names = ", ".join(entry.name for entry in ENGINES)
    raise BadInput(_unknown("engine", engine, f"{names} or the path of a 4x model file"))


def _coz(
    base: str,
    lora: Path | None,
    vae: Path | None,
    setting: str,
    device: str,
    cache_dir: Path | None,
    notice: Notice,
) -> Upscaler:
    from cozviewer.models.coz_base import SD3
    from cozviewer.models.coz_checkpoint import ENCODER_FILE, LORA_FILE, ORIGIN
    from cozviewer.models.coz_sd3 import CozSd3

    if setting not in ("paper", "best"):
        raise BadInput(f"There is no setting {setting!r}: choose paper or best.")
    if lora is None or vae is None:
        raise BadInput(
            f"Chain-of-Zoom wants the files of its authors: give {LORA_FILE} with --coz-lora and "
            f"{ENCODER_FILE} with --coz-vae; both are in {ORIGIN}, folder ckpt."
        )
    return CozSd3(
        base or SD3,
        lora.expanduser(),
        vae.expanduser(),
        device=device,
        setting="paper" if setting == "paper" else "best",
        cache_dir=cache_dir,
        notice=notice,
    )


def make_prompter(name: str, text: str = "") -> Prompter:
    """Return a prompter.

    Args:
        name: "none" or "text".
        text: The words of "text".

    Raises:
        BadInput: There is no such prompter, or "text" has no words.
    """
    from cozviewer.models.prompters import NoPrompter, TextPrompter

    if name == "none":
        return NoPrompter()
    if name == "text":
        if not text.strip():
            raise BadInput("The prompter text wants words: give them with --prompt.")
        return TextPrompter(text.strip())
    raise BadInput(_unknown("prompter", name, " or ".join(PROMPTERS)))


def is_path(engine: str) -> bool:
    """Tell whether an engine is meant as the path of a file, not as a name."""
    from cozviewer.models.model_reading import SUFFIXES

    separators = [separator for separator in (os.sep, os.altsep) if separator]
    return engine.lower().endswith(SUFFIXES) or any(mark in engine for mark in separators)


def _unknown(kind: str, name: str, choices: str) -> str:
    if name in LATER:
        return f"{name} ({LATER[name]}) is not part of this version: choose {choices}."
    return f"There is no {kind} {name!r}: choose {choices}."
