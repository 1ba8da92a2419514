"""The supported picture formats, recognised by their first bytes, and their Pillow plugins."""

import io
from collections.abc import Callable
from importlib.util import find_spec

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from cozviewer.image.heif_boxes import kind_of_brands
from cozviewer.image.tiff.pages import raw_error
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

READABLE = QT_TRANSLATE_NOOP("Error", "JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or HEIC")


def _heic(file: io.BufferedReader) -> ImageFile:
    from pillow_heif import HeifImageFile

    image: ImageFile = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


# Called directly and not through Image.open, which applies a pixel limit that the whole process
# shares, warns half way and stops at 179 megapixels for good: cozviewer has its own limit and a
# yes that lifts it (limits.py). Image.open also tries formats that start other programs.
PLUGINS: dict[str, Callable[[io.BufferedReader], ImageFile]] = {
    "JPEG": JpegImagePlugin.jpeg_factory,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
    "HEIC": _heic,
}

PACKAGES = {"HEIC": ("pillow_heif", "pillow-heif", "heic")}
"""Of formats that need a package which may be missing: its module, its name, and the extra of
cozviewer that brings it."""

_RAW = "camera raw"

_MAGICS = (
    (4, b"ftypcrx ", _RAW),
    (8, b"CR\2\0", _RAW),
    (0, b"IIRO", _RAW),
    (0, b"IIRS", _RAW),
    (0, b"MMOR", _RAW),
    (0, b"IIU\0", _RAW),
    (0, b"FUJIFILMCCD-RAW", _RAW),
    (0, b"FOVb", _RAW),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"II\x2a\x00", "TIFF"),
    (0, b"MM\x00\x2a", "TIFF"),
    (0, b"II\x2b\x00", "TIFF"),
    (0, b"MM\x00\x2b", "TIFF"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    # Not supported, but recognised, so that the message can name them.
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
)


def format_of(head: bytes, name: str) -> str:
    """Return the format, one of PLUGINS, of a file.

    Args:
        head: Its first 16 bytes; for the brands of AVIF and HEIC its first few hundred.
        name: Its display name.

    Raises:
        BadInput: It is not a supported format, or needs a package that is not installed.
    """
    kinds = (kind for at, magic, kind in _MAGICS if head[at : at + len(magic)] == magic)
    kind = next(kinds, "") or kind_of_brands(head)
    if kind in PACKAGES:
        module, package, extra = PACKAGES[kind]
        if find_spec(module) is None:
            raise BadInput(
                translate(
                    "Error",
                    "{name} is a {kind} file, which needs the package {package} (pip install "
                    "cozviewer[{extra}]).",
                ).format(name=name, kind=kind, package=package, extra=extra)
            )
    if kind in PLUGINS:
        return kind
    if kind == _RAW:
        raise raw_error(name)
    if kind:
        raise BadInput(
            translate(
                "Error",
                "{name} is a {kind} file, which cannot be opened: convert it to {readable}.",
            ).format(name=name, kind=kind, readable=translate_marked("Error", READABLE))
        )
    raise BadInput(
        translate(
            "Error", "{name} is not a picture that can be opened: choose a {readable} file."
        ).format(name=name, readable=translate_marked("Error", READABLE))
    )
