"""The options that the viewer and the commands share besides those of the engine: cache, what is
opened and what is saved."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.commands.common.engine_options import (
    add_engine_options,
    engine_choice,
    engine_named,
)
from cozviewer.config.choice import (
    EngineChoice,
)
from cozviewer.image.tone import AUTOMATIC as AUTOMATIC_TONE
from cozviewer.image.tone import Tone
from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from cozviewer.image.subject import Scale
    from cozviewer.session.source import OpenedImage


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
        path: An image or a session.
        choice: The engine and its settings.
        engine_named: Whether they take the place of those that a session was made with.
        cache: The cache folder; None keeps nothing.
        photo: Where the image of a session is; None searches for it.
        allow_huge: Whether to open an image over the size limit.
        page: Which page or frame of an image, from 1; None is the first one.
        tone: How the numbers of an image become grey levels.
    """

    path: Path
    choice: EngineChoice
    engine_named: bool
    cache: Path | None
    photo: Path | None = None
    allow_huge: bool = False
    page: int | None = None
    tone: Tone = AUTOMATIC_TONE


def open_options(args: argparse.Namespace, path: Path) -> OpenOptions:
    """Return how a command's options say that an image or a session is opened.

    Raises:
        BadInput: As `cache_of`.
    """
    return OpenOptions(
        path=path,
        choice=engine_choice(args),
        engine_named=engine_named(args),
        cache=cache_of(args),
        photo=getattr(args, "source", None),
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
        "(default: what its file or its session says)",
    )


@dataclass(frozen=True)
class ScaleBars:
    """Whether what is saved gets scale bars, and of which scale.

    Attributes:
        wanted: Whether it gets any.
        pixel: Physical size of a pixel of the photo and its unit; None is what its file or its
            session states.
    """

    wanted: bool = False
    pixel: "tuple[float, str] | None" = None

    def scale_of(self, image: "OpenedImage") -> "Scale | None":
        """Return the scale of the bars in what is made of an image; None for no bars.

        Raises:
            BadInput: The physical size is not known.
        """
        if not self.wanted:
            return None
        if self.pixel is not None:
            from cozviewer.image.subject import scale_of

            size, unit = self.pixel
            return scale_of(size, size, unit)
        if image.scale is None:
            raise BadInput(
                f"{image.source.name} does not say the physical size of its pixels: give it, for "
                "example with --pixel-size 0.25um."
            )
        return image.scale


NO_BARS = ScaleBars()


def scale_bars(args: argparse.Namespace) -> ScaleBars:
    """Return the value of the options of `add_scale_bar_options`.

    Raises:
        BadInput: A size is given and no bar is wanted.
    """
    if args.pixel_size is not None and not args.scale_bar:
        raise BadInput("--pixel-size needs --scale-bar.")
    return ScaleBars(args.scale_bar, args.pixel_size)


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
