"""The options that the viewer and the commands have in common, and what is made of them."""

import argparse
from pathlib import Path

from cozviewer.chain.choice import EngineChoice
from cozviewer.commands import values
from cozviewer.errors import BadInput


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides the pixels: engine, device, prompter, seed, and the files of coz."""
    group = parser.add_argument_group("engine")
    group.add_argument(
        "--engine",
        default="realesrgan",
        metavar="E",
        help="realesrgan (the default), bicubic, nearest, coz, or the path of a 4x model file "
        "(.safetensors, .pth)",
    )
    group.add_argument(
        "--device", default="auto", metavar="D", help="auto (the default), cpu, cuda, cuda:1, mps"
    )
    group.add_argument(
        "--prompter",
        metavar="P",
        help="who says what is in the picture, for engines that listen: none (the default) or text",
    )
    group.add_argument(
        "--prompt", default="", metavar="TEXT", help="your own words for the prompter text"
    )
    group.add_argument(
        "--seed",
        type=values.seed,
        default=0,
        metavar="N",
        help="start of all randomness; the same number gives the same pixels (default: 0)",
    )
    _add_coz_options(parser)


def _add_coz_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("engine coz, Chain-of-Zoom with Stable Diffusion 3")
    group.add_argument(
        "--coz-base",
        default="",
        metavar="FOLDER|NAME",
        help="Stable Diffusion 3 in the layout of diffusers, or its name on the hub, downloaded "
        "before (default: stabilityai/stable-diffusion-3-medium-diffusers)",
    )
    group.add_argument("--coz-lora", type=Path, metavar="FILE", help="the authors' model_20001.pkl")
    group.add_argument(
        "--coz-vae", type=Path, metavar="FILE", help="the authors' vae_encoder_20001.pt"
    )
    group.add_argument(
        "--setting",
        choices=("paper", "best"),
        default="best",
        help="best (the default) joins, keeps colours and takes any crop; paper repeats what the "
        "authors' code gives",
    )


def engine_choice(args: argparse.Namespace) -> EngineChoice:
    """Return what `add_engine_options` has read; words alone choose the prompter "text"."""
    return EngineChoice(
        engine=args.engine,
        device=args.device,
        prompter=args.prompter or ("text" if args.prompt else "none"),
        prompt=args.prompt,
        seed=args.seed,
        coz_base=args.coz_base,
        coz_lora=args.coz_lora,
        coz_vae=args.coz_vae,
        setting=args.setting,
    )


def add_cache_options(parser: argparse.ArgumentParser) -> None:
    """Add where finished tiles and converted models are kept."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--cache",
        type=Path,
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
        from cozviewer.folders import cache_folder

        return cache_folder()
    folder: Path = args.cache
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"The cache {folder} is a file: --cache wants a folder.")
    return folder


def add_huge_option(parser: argparse.ArgumentParser) -> None:
    """Add the yes to a picture that needs much memory."""
    parser.add_argument(
        "--allow-huge", action="store_true", help="open pictures of more than 300 megapixels too"
    )
