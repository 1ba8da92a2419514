"""The engines and prompters there are, and the factories that make one from its name."""

import os
from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.protocols import Notice, Prompter, Upscaler
from cozviewer.config.choice import CozChoice, PisaChoice, PrompterChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.prompters import NoPrompter, TextPrompter, with_words
from cozviewer.models.without_torch import no_torch
from cozviewer.pyramid.makers import maker_label
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import expanded
from cozviewer.util.translation import QT_TRANSLATE_NOOP, listed, translate, translate_marked


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine, as menus and listings show it.

    Attributes:
        name: Name on the command line: "realesrgan".
        maker: Name of its upscaler.
        about: Marked for translation; see `description`.
        licence: Licence of its weights; "" if it has none.
        own_files: Whether the user must get its files: they are large, or the user must accept
            their licence.
    """

    name: str
    maker: str
    about: str
    licence: str = ""
    own_files: bool = False

    @property
    def title(self) -> str:
        """Display name."""
        return maker_label(self.maker)

    @property
    def description(self) -> str:
        """One sentence."""
        return translate_marked("Engine", self.about)


ENGINES = (
    Engine(
        "realesrgan",
        "Real-ESRGAN",
        QT_TRANSLATE_NOOP("Engine", "General-purpose AI upscaler, built in."),
        "BSD-3-Clause",
    ),
    Engine(
        "bicubic", "Bicubic", QT_TRANSLATE_NOOP("Engine", "Smooth enlargement without new detail.")
    ),
    Engine(
        "nearest",
        "Nearest",
        QT_TRANSLATE_NOOP("Engine", "Shows the photo's pixels as squares (nearest neighbour)."),
    ),
    Engine(
        "coz",
        "Chain-of-Zoom",
        QT_TRANSLATE_NOOP(
            "Engine", "Creative AI zoom guided by text (needs 23 GB of models; use a GPU)."
        ),
        "Stability AI Community (must be accepted once), MIT for the authors' files",
        own_files=True,
    ),
    Engine(
        "pisa",
        "PiSA-SR",
        QT_TRANSLATE_NOOP(
            "Engine",
            "AI upscaler with adjustable detail (needs 5.3 GB of models; use a GPU with 6 GB).",
        ),
        "CreativeML Open RAIL++-M (forbids harmful uses), Apache-2.0 for the authors' file",
        own_files=True,
    ),
)

PROMPTERS = ("none", "text", "qwen", "tags", "server")


def make_upscaler(
    engine: str,
    context: ModelContext | None = None,
    coz: CozChoice = CozChoice(),  # noqa: B008 (it is frozen)
    pisa: PisaChoice = PisaChoice(),  # noqa: B008 (the same)
) -> Upscaler:
    """Return an engine; cheap, imports no heavy library.

    Args:
        engine: A name in ENGINES, or the path of a 4x model file.
        context: Where and how it runs; None uses the defaults.
        coz: The files and settings of the engine "coz".
        pisa: Those of the engine "pisa".

    Raises:
        BadInput: The engine, file or setting does not exist.
    """
    context = context or ModelContext()
    if engine in ("nearest", "bicubic"):
        from cozviewer.models.interpolate import Interpolation

        return Interpolation("nearest" if engine == "nearest" else "bicubic")
    if engine == "realesrgan":
        from cozviewer.models.realesrgan.engine import realesrgan

        return realesrgan(context)
    if not context.hardware.has_torch and (engine == "coz" or is_path(engine)):
        raise no_torch("Chain-of-Zoom" if engine == "coz" else expanded(engine).name)
    if engine == "coz":
        return _coz(coz, context)
    if engine == "pisa":
        return _pisa(pisa, context)
    if is_path(engine):
        from cozviewer.models.model_file import model_file

        return model_file(expanded(engine), context)
    names = listed(entry.name for entry in ENGINES)
    raise BadInput(
        translate(
            "Error", "Unknown engine {engine!r}: choose {names} or the path of a 4x model file."
        ).format(engine=engine, names=names)
    )


def _coz(choice: CozChoice, context: ModelContext) -> Upscaler:
    from cozviewer.models.coz.base import SD3
    from cozviewer.models.coz.checkpoint import ENCODER_FILE, LORA_FILE, ORIGIN
    from cozviewer.models.coz.engine import CozSd3

    if choice.setting not in ("paper", "best"):
        raise BadInput(
            translate("Error", "Unknown setting {setting!r}: choose paper or best.").format(
                setting=choice.setting
            )
        )
    lora = choice.lora or own_file(LORA_FILE, context.cache_dir)
    vae = choice.vae or own_file(ENCODER_FILE, context.cache_dir)
    if lora is None or vae is None:
        raise BadInput(
            translate(
                "Error",
                "Chain-of-Zoom needs two files that are not on this computer: get {lora_file} and "
                "{encoder_file} from the folder ckpt of {origin}, and choose them.",
            ).format(lora_file=LORA_FILE, encoder_file=ENCODER_FILE, origin=ORIGIN)
        )
    return CozSd3(
        choice.base or SD3,
        expanded(lora),
        expanded(vae),
        context,
        setting="paper" if choice.setting == "paper" else "best",
        t5=choice.t5,
    )


def _pisa(choice: PisaChoice, context: ModelContext) -> Upscaler:
    from cozviewer.models.pisa.base import SD2
    from cozviewer.models.pisa.checkpoint import FILE_NAME, FOLDER_NAME, ORIGIN
    from cozviewer.models.pisa.engine import PisaSr

    weights = choice.weights or own_file(FILE_NAME, context.cache_dir, FOLDER_NAME)
    if weights is None:
        raise BadInput(
            translate(
                "Error",
                "PiSA-SR needs a file that is not on this computer: get {name} from {origin}, and "
                "choose it.",
            ).format(name=FILE_NAME, origin=ORIGIN)
        )
    return PisaSr(
        choice.base or SD2,
        expanded(weights),
        context,
        pixel=choice.pixel,
        semantic=choice.semantic,
    )


def own_file(name: str, cache_dir: Path | None, folder: str = "coz") -> Path | None:
    """Return the path of one of the authors' files in a folder of the cache folder, or None."""
    path = None if cache_dir is None else cache_dir / folder / name
    return path if path is not None and path.is_file() else None


def make_prompter(choice: PrompterChoice, context: ModelContext | None = None) -> Prompter:
    """Return a prompter; cheap, imports no heavy library.

    Args:
        choice: The prompter, with its model, questions and the user's own prompt.
        context: Where and how it runs; None uses the defaults.

    Raises:
        BadInput: The prompter, model or adapter does not exist, or a setting is missing.
    """
    context = context or ModelContext()
    prompt = choice.words.strip()
    if choice.name == "none":
        return NoPrompter()
    if choice.name == "text":
        if not prompt:
            raise BadInput(
                translate("Error", "The prompter text needs a prompt: enter one, or choose none.")
            )
        return TextPrompter(prompt)
    if choice.name == "qwen" and not context.hardware.has_torch:
        raise no_torch("Qwen")
    if choice.name == "qwen":
        describing = _qwen(choice, context)
    elif choice.name == "tags":
        describing = _tags(choice, context)
    elif choice.name == "server":
        describing = _server(choice, context.notice)
    else:
        *names, last = PROMPTERS
        raise BadInput(
            translate("Error", "Unknown prompter {name!r}: choose {names} or {last}.").format(
                name=choice.name, names=listed(names), last=last
            )
        )
    return with_words(describing, prompt)


def _qwen(choice: PrompterChoice, context: ModelContext) -> Prompter:
    from cozviewer.models.qwen.prompter import QwenPrompter

    return QwenPrompter(
        choice.qwen,
        choice.adapter,
        context,
        questions=choice.questions,
        max_tokens=choice.max_tokens,
    )


def _tags(choice: PrompterChoice, context: ModelContext) -> Prompter:
    from cozviewer.models.ram.prompter import TagsPrompter

    return TagsPrompter(choice, context)


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
    """Return whether an engine is the path of a file rather than a name."""
    from cozviewer.models.model_reading import SUFFIXES

    separators = [separator for separator in (os.sep, os.altsep) if separator]
    return engine.lower().endswith(SUFFIXES) or any(mark in engine for mark in separators)
