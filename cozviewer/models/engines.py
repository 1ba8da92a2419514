"""The catalogue: which engines and prompters there are, and how one is made from its name."""

import os
from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.protocols import Notice, Prompter, Upscaler
from cozviewer.config.choice import QUANTISED, CozChoice, PrompterChoice
from cozviewer.models.device import AUTO
from cozviewer.models.memory.manager import Room
from cozviewer.models.prompters import NoPrompter, TextPrompter, with_words
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import expanded


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

PROMPTERS = ("none", "text", "qwen", "server")


def make_upscaler(
    engine: str,
    *,
    device: str = AUTO,
    memory: str = AUTO,
    numbers: str = AUTO,
    cache_dir: Path | None = None,
    notice: Notice = lambda sentence: None,
    coz: CozChoice = CozChoice(),  # noqa: B008 (it is frozen)
    room: Room | None = None,
) -> Upscaler:
    """Return an engine; cheap, nothing heavy is imported.

    Args:
        engine: A name in ENGINES, or the path of a 4x model file.
        device: "auto", "cpu", "cuda", "cuda:1", "mps"; checked when the engine is loaded.
        memory, numbers: As `EngineChoice` has them; numbers are checked when the engine is loaded.
        cache_dir: Where converted weights are kept; None keeps none.
        notice: Receives sentences for the user.
        coz: What the engine "coz" is made of.
        room: The memory that it shares with the prompter; None is one of its own.

    Raises:
        BadInput: There is no such engine, file or setting.
    """
    if engine in ("nearest", "bicubic"):
        from cozviewer.models.interpolate import Interpolation

        return Interpolation("nearest" if engine == "nearest" else "bicubic")
    if engine == "realesrgan":
        from cozviewer.models.realesrgan.engine import realesrgan

        return realesrgan(device, numbers=numbers, cache_dir=cache_dir, notice=notice)
    if engine == "coz":
        room = room or Room(device, memory, notice)
        return _coz(coz, device, memory, cache_dir, notice, room)
    if is_path(engine):
        from cozviewer.models.model_file import model_file

        return model_file(
            expanded(engine), device, numbers=numbers, cache_dir=cache_dir, notice=notice
        )
    names = ", ".join(entry.name for entry in ENGINES)
    raise BadInput(f"There is no engine {engine!r}: choose {names} or the path of a 4x model file.")


def _coz(
    choice: CozChoice,
    device: str,
    memory: str,
    cache_dir: Path | None,
    notice: Notice,
    room: Room,
) -> Upscaler:
    from cozviewer.models.coz.base import SD3
    from cozviewer.models.coz.checkpoint import ENCODER_FILE, LORA_FILE, ORIGIN
    from cozviewer.models.coz.engine import CozSd3

    if choice.setting not in ("paper", "best"):
        raise BadInput(f"There is no setting {choice.setting!r}: choose paper or best.")
    lora = choice.lora or own_file(LORA_FILE, cache_dir)
    vae = choice.vae or own_file(ENCODER_FILE, cache_dir)
    if lora is None or vae is None:
        raise BadInput(
            f"Chain-of-Zoom wants the files of its authors: give {LORA_FILE} with --coz-lora and "
            f"{ENCODER_FILE} with --coz-vae; both are in {ORIGIN}, folder ckpt."
        )
    return CozSd3(
        choice.base or SD3,
        expanded(lora),
        expanded(vae),
        device=device,
        setting="paper" if choice.setting == "paper" else "best",
        t5=choice.t5,
        memory=memory,
        cache_dir=cache_dir,
        notice=notice,
        room=room,
    )


def own_file(name: str, cache_dir: Path | None) -> Path | None:
    """Return where a file of the authors was put to be found by itself, or None."""
    path = None if cache_dir is None else cache_dir / "coz" / name
    return path if path is not None and path.is_file() else None


def make_prompter(
    choice: PrompterChoice,
    *,
    device: str = AUTO,
    memory: str = AUTO,
    cache_dir: Path | None = None,
    notice: Notice = lambda sentence: None,
    room: Room | None = None,
) -> Prompter:
    """Return a prompter; cheap, nothing heavy is imported.

    Args:
        choice: Who, with what words and files.
        device, memory, cache_dir, notice, room: As for `make_upscaler`.

    Raises:
        BadInput: There is no such prompter, model or adapter, or something that it wants is not
            given.
    """
    words = choice.words.strip()
    if choice.name == "none":
        return NoPrompter()
    if choice.name == "text":
        if not words:
            raise BadInput("The prompter text wants words: give them with --prompt.")
        return TextPrompter(words)
    if choice.name == "qwen":
        describing = _qwen(
            choice, device, memory, cache_dir, notice, room or Room(device, memory, notice)
        )
    elif choice.name == "server":
        describing = _server(choice, notice)
    else:
        names = ", ".join(PROMPTERS[:-1])
        raise BadInput(f"There is no prompter {choice.name!r}: choose {names} or {PROMPTERS[-1]}.")
    return with_words(describing, words)


def _qwen(
    choice: PrompterChoice,
    device: str,
    memory: str,
    cache_dir: Path | None,
    notice: Notice,
    room: Room,
) -> Prompter:
    from cozviewer.models.qwen.prompter import QwenPrompter

    return QwenPrompter(
        choice.qwen,
        choice.adapter,
        questions=choice.questions,
        max_tokens=choice.max_tokens,
        device=device,
        quantised=memory if memory in QUANTISED else "",
        cache_dir=cache_dir,
        room=room,
        notice=notice,
    )


def _server(choice: PrompterChoice, notice: Notice) -> Prompter:
    from cozviewer.models.server.prompter import ServerPrompter

    return ServerPrompter(
        choice.server,
        choice.server_model,
        questions=choice.questions,
        max_tokens=choice.max_tokens,
        notice=notice,
    )


def is_path(engine: str) -> bool:
    """Tell whether an engine is meant as the path of a file, not as a name."""
    from cozviewer.models.model_reading import SUFFIXES

    separators = [separator for separator in (os.sep, os.altsep) if separator]
    return engine.lower().endswith(SUFFIXES) or any(mark in engine for mark in separators)
