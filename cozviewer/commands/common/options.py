"""The options that the viewer and the commands have in common, and what is made of them."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from cozviewer.commands.common import values
from cozviewer.config.choice import (
    AUTO,
    CRISP,
    DEPTHS,
    FROM_PHOTO,
    NUMBERS,
    QUANTISED,
    TEXTURES,
    CozChoice,
    EngineChoice,
    PrompterChoice,
)
from cozviewer.config.questions import FIELDS, Questions
from cozviewer.util.errors import BadInput

MEMORY = ("auto", "together", "in-turn", *QUANTISED)


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides the pixels, and where and how the models compute."""
    group = parser.add_argument_group("engine")
    group.add_argument(
        "--engine",
        metavar="E",
        help="realesrgan (the default), bicubic, nearest, coz, or the path of a 4x model file "
        "(.safetensors, .pth)",
    )
    group.add_argument(
        "--device", default="auto", metavar="D", help="auto (the default), cpu, cuda, cuda:1, mps"
    )
    group.add_argument(
        "--numbers",
        choices=NUMBERS,
        default=AUTO,
        help="the number format of realesrgan and model files: auto (the default) takes the one "
        "that is fastest on the device (on a CPU, all are timed once), fp32 is the most exact, "
        "bf16 is coarser by about half a grey level, int8 (realesrgan alone) by about one",
    )
    group.add_argument(
        "--seed",
        type=values.seed,
        default=0,
        metavar="N",
        help="start of all randomness; the same number gives the same pixels (default: 0)",
    )
    group.add_argument(
        "--fidelity",
        type=values.part,
        default=1.0,
        metavar="F",
        help="how closely each step's colours follow the level before, from 1, faithful (the "
        "default), to 0, as the model draws them",
    )
    group.add_argument(
        "--depth",
        choices=DEPTHS,
        default=CRISP,
        help="how levels beyond the first are drawn: crisp (the default) draws soft parts from "
        "further away first, soft each level from the one before alone, up to a fifth faster; "
        "engines that take words are always soft",
    )
    group.add_argument(
        "--texture",
        choices=TEXTURES,
        default=FROM_PHOTO,
        help="where levels beyond the first lack texture: photo (the default) borrows it from "
        "elsewhere in the photo, where that shows even texture of the same kind, off adds nothing; "
        "engines that follow prompts are left alone",
    )
    group.add_argument(
        "--memory",
        choices=MEMORY,
        default="auto",
        help="how the models of coz and qwen share it: auto (the default) picks what fits, "
        "together keeps all of them, in-turn one at a time, 8bit and nf4 (CUDA, with bitsandbytes) "
        "make them smaller",
    )
    _add_prompter_options(parser)
    _add_coz_options(parser)


def _add_prompter_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("prompter, who says what is seen, for engines that listen")
    group.add_argument(
        "--prompter",
        metavar="P",
        help="none (the default of realesrgan), qwen (that of coz), server, or text (your words "
        "alone)",
    )
    group.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="your own words: all that is said with text (and without --prompter), added to what "
        "qwen and server say",
    )
    group.add_argument(
        "--qwen",
        default="",
        metavar="FOLDER|NAME",
        help="an image-text-to-text model, or its name on the hub, downloaded before (default: "
        "Qwen/Qwen2.5-VL-3B-Instruct)",
    )
    group.add_argument(
        "--qwen-adapter", type=values.path, metavar="FOLDER", help="an adapter for it, by peft"
    )
    group.add_argument(
        "--server", default="", metavar="URL", help="an OpenAI-compatible server that sees images"
    )
    group.add_argument(
        "--server-model", default="", metavar="NAME", help="the name of the model there"
    )
    group.add_argument(
        "--field",
        choices=[field.name for field in FIELDS],
        default=FIELDS[0].name,
        help="what kind of picture qwen and server are told that it is (default: photo)",
    )
    group.add_argument(
        "--question", default="", metavar="TEXT", help="your own question instead of the field's"
    )
    group.add_argument(
        "--max-tokens",
        type=values.tokens,
        default=32,
        metavar="N",
        help="how long their answer may be (default: 32, about 20 words)",
    )


def _add_coz_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("engine coz, Chain-of-Zoom with Stable Diffusion 3")
    group.add_argument(
        "--coz-base",
        default="",
        metavar="FOLDER|NAME",
        help="Stable Diffusion 3 in the layout of diffusers, or its name on the hub, downloaded "
        "before (default: stabilityai/stable-diffusion-3-medium-diffusers)",
    )
    group.add_argument(
        "--coz-lora", type=values.path, metavar="FILE", help="the authors' model_20001.pkl"
    )
    group.add_argument(
        "--coz-vae", type=values.path, metavar="FILE", help="the authors' vae_encoder_20001.pt"
    )
    group.add_argument(
        "--setting",
        choices=("paper", "best"),
        default="best",
        help="best (the default) joins, keeps colours and takes any crop; paper repeats what the "
        "authors' code gives",
    )
    group.add_argument(
        "--no-t5",
        action="store_true",
        help="leave out the largest of the three text encoders (10 GB): long prompts are followed "
        "less closely",
    )


def default_prompter(engine: str, prompt: str) -> str:
    """Return the prompter that is used where none is named: "text" where there is a prompt."""
    if prompt:
        return "text"
    return "qwen" if engine == "coz" else "none"


def engine_choice(args: argparse.Namespace) -> EngineChoice:
    """Return the choice that the options of `add_engine_options` make."""
    engine = args.engine or EngineChoice.engine
    field = next(field for field in FIELDS if field.name == args.field)
    asked = args.question.strip()
    return EngineChoice(
        engine=engine,
        device=args.device,
        seed=args.seed,
        fidelity=args.fidelity,
        depth=args.depth,
        texture=args.texture,
        numbers=args.numbers,
        memory=args.memory,
        coz=CozChoice(
            base=args.coz_base,
            lora=args.coz_lora,
            vae=args.coz_vae,
            setting=args.setting,
            t5=not args.no_t5,
        ),
        prompter=PrompterChoice(
            name=args.prompter or default_prompter(engine, args.prompt),
            words=args.prompt,
            qwen=args.qwen,
            adapter=args.qwen_adapter,
            server=args.server,
            server_model=args.server_model,
            questions=Questions(asked, asked) if asked else field.questions,
            max_tokens=args.max_tokens,
        ),
    )


def with_engine(choice: EngineChoice, engine: str, prompter: str | None) -> EngineChoice:
    """Return the choice for another engine.

    Args:
        choice: All other settings.
        engine: The engine.
        prompter: The prompter; None takes the engine's default.
    """
    name = prompter or default_prompter(engine, choice.prompter.words)
    return replace(choice, engine=engine, prompter=replace(choice.prompter, name=name))


def engine_named(args: argparse.Namespace) -> bool:
    """Return whether an option of `add_engine_options` that decides the pixels was given.

    A server alone does not count: it replaces the server that a session was made with.
    """
    choice = engine_choice(args)
    here = replace(
        choice,
        device=EngineChoice.device,
        memory=EngineChoice.memory,
        numbers=EngineChoice.numbers,
        prompter=replace(choice.prompter, server="", server_model=""),
    )
    return args.engine is not None or here != EngineChoice()


def add_cache_options(parser: argparse.ArgumentParser) -> None:
    """Add where finished tiles and converted models are kept."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--cache",
        type=values.path,
        metavar="DIR",
        help="where finished tiles and converted models are kept (default: your cache folder)",
    )
    group.add_argument(
        "--no-cache", action="store_true", help="keep nothing, and compute everything anew"
    )


def cache_of(args: argparse.Namespace) -> Path | None:
    """Return the cache folder that was chosen; None for none.

    Raises:
        BadInput: It is a file.
    """
    if args.no_cache:
        return None
    if args.cache is None:
        from cozviewer.util.folders import cache_folder

        return cache_folder()
    folder: Path = args.cache
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"The cache {folder} is a file: --cache wants a folder.")
    return folder


@dataclass(frozen=True)
class OpenOptions:
    """What to open, and with which engine.

    Attributes:
        path: A picture or a session.
        choice: The engine and its settings.
        engine_named: Whether they take the place of those that a session was made with.
        cache: The cache folder; None keeps nothing.
        picture: Where the picture of a session is; None searches for it.
        allow_huge: Whether to open a picture over the size limit.
    """

    path: Path
    choice: EngineChoice
    engine_named: bool
    cache: Path | None
    picture: Path | None = None
    allow_huge: bool = False


def open_options(args: argparse.Namespace, path: Path) -> OpenOptions:
    """Return how a command's options say that a picture or a session is opened.

    Raises:
        BadInput: As `cache_of`.
    """
    return OpenOptions(
        path=path,
        choice=engine_choice(args),
        engine_named=engine_named(args),
        cache=cache_of(args),
        picture=getattr(args, "source", None),
        allow_huge=args.allow_huge,
    )


def add_source_option(parser: argparse.ArgumentParser) -> None:
    """Add where a session's picture is."""
    parser.add_argument(
        "--source",
        type=values.path,
        metavar="FILE",
        help="where the picture of a session (.cozview) is, if it is not found by itself",
    )


def add_saving_options(parser: argparse.ArgumentParser) -> None:
    """Add what the commands that save from a picture or a session have in common."""
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    add_source_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print a report as one JSON object on stdout"
    )


def add_huge_option(parser: argparse.ArgumentParser) -> None:
    """Add the yes to a picture that needs much memory."""
    parser.add_argument(
        "--allow-huge", action="store_true", help="open pictures of more than 300 megapixels too"
    )
