"""`cozviewer render`: a view of a picture as a file, the very pixels that the viewer shows."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.commands.common import values
from cozviewer.commands.common.options import add_saving_options, open_options
from cozviewer.commands.common.output import add_overwrite_option, check_outputs, confirm_replacing
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.common.stopping import stoppable
from cozviewer.util.cancel import check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.text import counted
from cozviewer.util.units import duration_text, seconds_left

if TYPE_CHECKING:
    from cozviewer.export.origin import Origin
    from cozviewer.export.signing import Signature

EXAMPLES = """examples:
  cozviewer render photo.jpg -o detail.png
      the middle of the photo, 4 times as large
  cozviewer render photo.jpg -o eye.png --center 812,340 --zoom 64 --size 1920x1080
      what the viewer shows at x64 over that pixel
  cozviewer render photo.jpg -o deep.png --center 812.4375,340.0625 --zoom 2^20
      a million times as large; deep zooms need long decimals, none is lost
  cozviewer render photo.jpg -o part.tif --region 800,320,64,48 --level x16
      that part at x16, pixel for pixel
  cozviewer render photo.jpg -o whole.dzi --whole --level x4
      all of the photo at x4 as Deep Zoom; the same command goes on where it was stopped
  cozviewer render trip.cozview -o eye.png --bookmark eye
      what a session has under that name, without computing it again
  cozviewer render photo.jpg -o plain.png --zoom 16 --engine bicubic --json
      the same view interpolated, with a report for scripts
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's parser."""
    parser = subparsers.add_parser(
        "render",
        help="save a view of a picture, refined, to a file",
        description="Save what the viewer shows, fully refined, to a file. Tiles that exist from "
        "earlier sessions or the viewer are reused.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "image", type=values.path, metavar="IMAGE", help="the picture, or a session"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=values.path,
        required=True,
        metavar="OUT",
        help="the file to write: .png, .jpg, .webp, .avif, .tif or .dzi (Deep Zoom)",
    )
    parser.add_argument(
        "--format", metavar="F", help="the format by name where OUT has no ending: png, tiff, dzi"
    )
    parser.add_argument(
        "--center",
        "--centre",
        type=values.point,
        metavar="X,Y",
        help="what is in the middle, in source pixels (default: the middle of the picture)",
    )
    parser.add_argument(
        "--zoom",
        type=values.zoom,
        metavar="M",
        help="output pixels per source pixel: 4 (the default), 0.5, 1e6, 2^40",
    )
    parser.add_argument(
        "--bookmark", metavar="NAME", help="the view of that name in a session, instead of those"
    )
    parser.add_argument(
        "--size",
        type=values.size,
        default="1280x800",
        metavar="WxH",
        help="pixels of the output (default: 1280x800)",
    )
    parser.add_argument("--no-gps", action="store_true", help="leave out where the photo was taken")
    parser.add_argument(
        "--label",
        action="store_true",
        help="write into a corner that the detail is generated, or interpolated",
    )
    _add_region_options(parser)
    _add_signing_options(parser)
    add_overwrite_option(parser)
    add_saving_options(parser)


def _add_region_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "a part of one level, pixel for pixel, instead of a view (of any size, never all in memory)"
    )
    part = group.add_mutually_exclusive_group()
    part.add_argument(
        "--region", type=values.region, metavar="X,Y,W,H", help="this part, in source pixels"
    )
    part.add_argument("--whole", action="store_true", help="the whole picture")
    group.add_argument(
        "--level",
        type=values.level,
        default="4",
        metavar="L",
        help="its magnification: 1, 4 (the default), 16, 64, ...",
    )


def _add_signing_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "a signature that others can check (C2PA; pip install 'cozviewer[c2pa]')"
    )
    group.add_argument(
        "--sign",
        type=values.path,
        metavar="CERT",
        help="your certificate with its chain, a PEM file",
    )
    group.add_argument(
        "--sign-key",
        type=values.path,
        metavar="KEY",
        help="its private key, a PEM file without password",
    )


def _signature_of(args: argparse.Namespace, output: Path) -> "Signature | None":
    """Return what the picture is to be signed with.

    Raises:
        BadInput: As `check_signing`, or one of the two is not named.
    """
    from cozviewer.export.signing import Signature, check_signing

    if not args.sign and not args.sign_key:
        return None
    if not args.sign or not args.sign_key:
        raise BadInput("Signing wants both: --sign with the certificate, --sign-key with its key.")
    signature = Signature(args.sign, args.sign_key)
    check_signing(output, signature)
    return signature


def run(args: argparse.Namespace) -> int:
    """Render as the options say and return the exit code.

    Raises:
        CozviewerError: With the sentence to print.
    """
    from cozviewer.commands.common.views import bookmarked, opened_chain, refined_for
    from cozviewer.commands.render_targets import region_shot, view_shot
    from cozviewer.export.formats import with_format
    from cozviewer.export.picture import check_target
    from cozviewer.export.signing import sign_picture
    from cozviewer.export.targets import refuse_source
    from cozviewer.image.exif import without_place
    from cozviewer.pyramid.wording import BORROWED

    if args.bookmark is not None and (args.center or args.zoom or args.whole or args.region):
        raise BadInput("--bookmark says what is seen, so leave --center, --zoom and regions out.")
    output = with_format(args.output, args.format)
    check_outputs([output], args)
    signature = _signature_of(args, output)
    check_target(output, 1, 1)  # the place; the size is checked as soon as it is known
    confirm_replacing(output, overwrite=args.overwrite)
    started = time.perf_counter()
    with (
        ProgressLine(sys.stderr) as line,
        stoppable() as cancelled,
        opened_chain(open_options(args, args.image), line, cancelled) as (image, chain),
    ):
        refuse_source(output, chain.pyramid.source)
        exif = chain.pyramid.source.exif
        if args.no_gps:
            exif = without_place(exif)
        if args.whole or args.region:
            shot = region_shot(chain, args.region, args.level, output, exif, args.label)
        else:
            centre, zoom = args.center, args.zoom or values.zoom("4")
            if args.bookmark is not None:
                centre, zoom = bookmarked(image, args.bookmark)
            shot = view_shot(chain, centre, zoom, args.size, output, exif, args.label)

        def save() -> "Origin":
            line.show("Saving")
            origin = shot.origin(cancelled)
            check_cancelled(cancelled)
            begun = time.perf_counter()

            def told(done: int, total: int) -> None:
                left = seconds_left(time.perf_counter() - begun, done, total)
                line.show("Saving", seconds_left=left)

            shot.save(origin, cancelled, told)
            return origin

        tiles, origin = refined_for(chain, shot.z, shot.level_region, line, cancelled, save)
        if signature is not None:
            line.show("Signing")
            photo = chain.pyramid.source.path
            sign_picture(output, origin, photo, signature, cancelled=cancelled)
    seconds = time.perf_counter() - started
    if args.json:
        report = {
            "output": str(output),
            "width": shot.width,
            "height": shot.height,
            "level": origin.level,
            "magnification": shot.magnification,
            "centre": origin.centre,
            "texture_borrowed": origin.borrowed,
            "tiles_computed": tiles.computed,
            "tiles_reused": tiles.reused,
            "seconds": round(seconds, 3),
            "engine": chain.upscaler.name,
            "device": chain.upscaler.device,
            "recipe": chain.recipe.digest,
        }
        print(json.dumps(report))
    else:
        maker = f"by {origin.engine}" if origin.engine else "from the photo's own pixels"
        texture = f" with {BORROWED}" if origin.borrowed else ""
        print(
            f"Saved {output}: ×{origin.magnification} {maker}{texture}, "
            f"{counted(tiles.computed, 'tiles')} computed and {tiles.reused:,} reused in "
            f"{duration_text(seconds)}."
        )
    return 0
