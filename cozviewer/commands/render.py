"""`cozviewer render`: saves a view of a photo, exactly as the viewer shows it, or a region."""

import argparse
import json
import math
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.commands.common.options import (
    add_background_option,
    add_quality_option,
    add_saving_options,
    add_scale_bar_options,
    open_options,
    scale_asked,
)
from cozviewer.commands.common.output import add_overwrite_option, check_outputs, confirm_replacing
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.errors import BadInput
from cozviewer.util.text import counted
from cozviewer.util.units import duration_text

if TYPE_CHECKING:
    from cozviewer.export.signing import Signature
    from cozviewer.export.tasks import PictureTask, RegionTask
    from cozviewer.image.rect import Rect
    from cozviewer.pyramid.pyramid import Pyramid
    from cozviewer.session.source import OpenedImage

EXAMPLES = """examples:
  cozviewer render photo.jpg -o detail.png
      the middle of the photo at x4
  cozviewer render photo.jpg -o eye.png --center 812,340 --zoom 64 --size 1920x1080
      the view at x64 around that pixel
  cozviewer render photo.jpg -o deep.png --center 812.4375,340.0625 --zoom 2^20
      at x1,000,000; deep zooms need long decimals, and all digits count
  cozviewer render photo.jpg -o part.tif --region 800,320,64,48 --level x16
      that region at x16, pixel for pixel
  cozviewer render photo.jpg -o whole.dzi --whole --level x4
      the whole photo at x4 as Deep Zoom; after an interruption the same command resumes
  cozviewer render trip.cozview -o eye.png --bookmark eye
      a bookmark of a session, without generating it again
  cozviewer render cells.tif -o cells.png --zoom 16 --scale-bar
      with a scale bar; where the file does not say its size: --pixel-size 0.25um
  cozviewer render photo.jpg -o plain.png --zoom 16 --engine bicubic --json
      interpolated instead of generated, with a report for scripts
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "render",
        help="save a view of a photo, with all detail, to a file",
        description="Save a view of a photo to a file, with all detail generated, exactly as the "
        "viewer shows it. Detail that is in the cache is reused.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=values.path, metavar="IMAGE", help="the photo, or a session")
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        required=True,
        metavar="OUT",
        help="the file to write: .png, .jpg, .webp, .avif, .tif or .dzi (Deep Zoom)",
    )
    parser.add_argument(
        "--format", metavar="F", help="the format, if OUT has no ending: png, tiff, dzi, ..."
    )
    parser.add_argument(
        "--center",
        "--centre",
        type=values.point,
        metavar="X,Y",
        help="centre of the view, in pixels of the photo (default: the middle of the photo)",
    )
    parser.add_argument(
        "--zoom",
        type=values.zoom,
        metavar="M",
        help="output pixels per pixel of the photo: 4 (the default), 0.5, 1e6, 2^40",
    )
    parser.add_argument(
        "--bookmark",
        metavar="NAME",
        help="a bookmark of the session, instead of --center, --zoom",
    )
    parser.add_argument(
        "--size",
        type=values.size,
        default="1280x800",
        metavar="WxH",
        help="size of the output in pixels (default: 1280x800)",
    )
    add_quality_option(parser)
    add_background_option(parser)
    parser.add_argument(
        "--no-gps", action="store_true", help="do not copy the photo's location or map coordinates"
    )
    parser.add_argument(
        "--label",
        action="store_true",
        help="add a label in a corner: generated detail, or interpolated",
    )
    add_scale_bar_options(parser)
    _add_region_options(parser)
    _add_signing_options(parser)
    add_overwrite_option(parser)
    add_saving_options(parser)


def _add_region_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "a region of one level, pixel for pixel, instead of a view (of any size)"
    )
    part = group.add_mutually_exclusive_group()
    part.add_argument(
        "--region",
        type=values.region,
        metavar="X,Y,W,H",
        help="this region, in photo pixels",
    )
    part.add_argument("--whole", action="store_true", help="the whole photo")
    group.add_argument(
        "--level",
        type=values.level,
        default="4",
        metavar="L",
        help="its magnification: 1, 4 (the default), 16, 64, ...",
    )


def _add_signing_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("Content Credentials (C2PA; pip install 'cozviewer[c2pa]')")
    group.add_argument(
        "--sign",
        type=values.path,
        metavar="CERT",
        help="certificate chain, a PEM file",
    )
    group.add_argument(
        "--sign-key",
        type=values.path,
        metavar="KEY",
        help="private key, an unencrypted PEM file",
    )


def _signature_of(args: argparse.Namespace, output: Path) -> "Signature | None":
    """Return what the file is to be signed with; None for no signature.

    Raises:
        BadInput: As `check_signing`, or only one of certificate and key is given.
    """
    from cozviewer.export.signing import Signature, check_signing

    if not args.sign and not args.sign_key:
        return None
    if not args.sign or not args.sign_key:
        raise BadInput("Signing needs both --sign (certificate) and --sign-key (private key).")
    signature = Signature(args.sign, args.sign_key)
    check_signing(output, signature)
    return signature


def run(args: argparse.Namespace) -> int:
    """Render as the options say and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.commands.common.views import opened_chain
    from cozviewer.export.background import flattened_sentence
    from cozviewer.export.formats import with_format
    from cozviewer.export.georeferenced import existing_side_files
    from cozviewer.export.picture import check_target
    from cozviewer.export.run import run_task
    from cozviewer.export.targets import refuse_source
    from cozviewer.pyramid.wording import BORROWED

    if args.bookmark is not None and (args.center or args.zoom or args.whole or args.region):
        raise BadInput("--bookmark already gives the view: remove --center, --zoom and regions.")
    output = with_format(args.output, args.format)
    check_outputs([output], args)
    signature = _signature_of(args, output)
    check_target(output, 1, 1)  # the folder; the size is checked when it is known
    confirm_replacing(output, overwrite=args.overwrite)
    started = time.perf_counter()
    with (
        ProgressLine(sys.stderr) as line,
        stoppable() as cancelled,
        opened_chain(open_options(args, args.image), line, cancelled) as (image, chain),
    ):
        refuse_source(output, chain.pyramid.source)
        task = _task_of(args, image, chain.pyramid, output, signature)
        check_target(output, *task.size)
        if sentence := flattened_sentence(chain.pyramid.source, output, args.background):
            line.notice(sentence)
        reference = None if args.no_gps else chain.pyramid.source.georeference
        beside = existing_side_files(output, reference, task.size)
        if beside:
            confirm_replacing(*beside, overwrite=args.overwrite)
        made = run_task(task, chain, cancelled, line.show_work)
    seconds, origin = time.perf_counter() - started, made.origin
    if args.json:
        width, height = task.size
        report = {
            "output": str(output),
            "width": width,
            "height": height,
            "level": origin.level,
            "magnification": task.magnification,
            "centre": origin.centre,
            "texture_borrowed": origin.borrowed,
            "scale_bar": origin.scale_bar,
            **({"alpha": origin.alpha} if origin.alpha else {}),
            "tone": origin.tone,
            "tiles_computed": made.generated,
            "tiles_reused": made.reused,
            "seconds": round(seconds, 3),
            "engine": chain.upscaler.name,
            "device": chain.upscaler.device,
            "recipe": chain.recipe.digest,
        }
        print(json.dumps(report))
    else:
        maker = f"by {origin.engine}" if origin.engine else "from the photo's own pixels"
        texture = f" with {BORROWED}" if origin.borrowed else ""
        if origin.alpha == "interpolated":
            texture += ", with interpolated transparency"
        print(
            f"Saved {output}: ×{origin.magnification} {maker}{texture}, "
            f"{counted(made.generated, 'tiles')} generated and {made.reused:,} reused in "
            f"{duration_text(seconds)}."
        )
    return 0


def _task_of(
    args: argparse.Namespace,
    image: "OpenedImage",
    pyramid: "Pyramid",
    output: Path,
    signature: "Signature | None",
) -> "PictureTask | RegionTask":
    """Return what is to be saved.

    Raises:
        BadInput: It is outside the photo, or there is no such bookmark.
    """
    from cozviewer.commands.common.views import bookmarked, view_of
    from cozviewer.export.tasks import PictureOptions, PictureTask, RegionTask
    from cozviewer.image.exif import without_place

    source = pyramid.source
    exif = without_place(source.exif) if args.no_gps else source.exif
    options = PictureOptions(
        exif=exif,
        label=args.label,
        signature=signature,
        quality=args.quality,
        scale=scale_asked(args, source),
        background=args.background,
        place=not args.no_gps,
    )
    if args.whole:
        return RegionTask(output, args.level, pyramid.level_rect(args.level), options)
    if args.region:
        level_region = _level_region(pyramid, args.region, args.level)
        return RegionTask(output, args.level, level_region, options)
    centre, zoom = args.center, args.zoom or values.zoom("4")
    if args.bookmark is not None:
        centre, zoom = bookmarked(image, args.bookmark)
    return PictureTask(output, view_of(source, centre, zoom, args.size), options)


def _level_region(
    pyramid: "Pyramid", source_region: tuple[Fraction, Fraction, Fraction, Fraction], z: int
) -> "Rect":
    """Return the pixels of level z that a region shows, cut at the edges of the photo.

    Args:
        source_region: x, y, width and height in source pixels.

    Raises:
        BadInput: There are none.
    """
    from cozviewer.image.rect import rect_between

    x, y, width, height = source_region
    wanted = rect_between(
        math.floor(x * 2**z),
        math.floor(y * 2**z),
        math.ceil((x + width) * 2**z),
        math.ceil((y + height) * 2**z),
    )
    level_region = wanted.intersected(pyramid.level_rect(z))
    if level_region.empty:
        source = pyramid.source
        raise BadInput(
            f"The region is outside the photo: {source.name} reaches from 0,0 to "
            f"{source.width},{source.height}."
        )
    return level_region
