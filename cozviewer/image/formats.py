"""Recognises the formats of `readers.table`, and reports missing packages."""

from importlib.util import find_spec

from cozviewer.image.heif_boxes import kind_of_brands
from cozviewer.image.readers.table import FORMATS, PHOTOSHOP, RAW, RAW_ENDINGS, SLIDE, Format
from cozviewer.util.errors import BadInput
from cozviewer.util.own_process import is_bundle
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

READABLE = QT_TRANSLATE_NOOP("Error", "JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or HEIC")


_BY_NAME = {format.name: format for format in FORMATS}

_MAGICS = (
    (4, b"ftypcrx ", RAW),
    (8, b"CR\2\0", RAW),
    (6, b"HEAPCCDR", RAW),
    (0, b"IIRO", RAW),
    (0, b"IIRS", RAW),
    (0, b"MMOR", RAW),
    (0, b"IIU\0", RAW),
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"FOVb", RAW),
    (0, b"\0MRM", RAW),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"II\xbc\x01", "JPEG XR"),
    (0, b"II\x2a\x00", "TIFF"),
    (0, b"MM\x00\x2a", "TIFF"),
    (0, b"II\x2b\x00", "TIFF"),
    (0, b"MM\x00\x2b", "TIFF"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"8BPS", PHOTOSHOP),
    (0, b"#?RADIANCE", "Radiance"),
    (0, b"#?RGBE", "Radiance"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"SIMPLE  =", "FITS"),
    (128, b"DICM", "DICOM"),
    (0, b"%PDF", "PDF"),
)


def format_named(name: str) -> Format:
    """Return the format that has a name."""
    return _BY_NAME[name]


def is_raw_name(name: str) -> bool:
    """Return whether a TIFF of this name is one of a camera; DNG may hold finished images."""
    return name.lower().endswith(RAW_ENDINGS[1:])


def format_of(head: bytes, name: str) -> str:
    """Return the format, a name in FORMATS, of a file.

    Args:
        head: Its first 132 bytes; for the brands of AVIF and HEIC, and SVG, its first few hundred.
        name: Its display name.

    Raises:
        BadInput: It is not a supported format, or needs a package that is not installed.
    """
    kinds = (kind for at, magic, kind in _MAGICS if head[at : at + len(magic)] == magic)
    is_mirax = name.lower().endswith(".mrxs")  # a JPEG, beside a folder with the slide
    kind = SLIDE if is_mirax else next(kinds, "")
    kind = kind or kind_of_brands(head) or _kind_of_text(head, name)
    if kind in _BY_NAME:
        if kind != PHOTOSHOP:  # of which some need none
            check_package(kind, name)
        return kind
    raise BadInput(
        translate(
            "Error", "{name} is not an image that can be opened: choose a {readable} file."
        ).format(name=name, readable=translate_marked("Error", READABLE))
    )


def check_package(kind: str, name: str) -> None:
    """Raise an error if the package that reads a format is missing.

    Args:
        kind: The name of the format.
        name: What people call the file.

    Raises:
        BadInput: It is missing; the message says how to install it.
    """
    format = _BY_NAME[kind]
    if format.module and find_spec(format.module) is None:
        if is_bundle():
            text = translate(
                "Error",
                "{name} is a {kind} file, which this bundle does not read: use the full bundle, or "
                "install cozviewer by pip.",
            )
        else:
            text = translate(
                "Error",
                "{name} is a {kind} file, which needs the package {package} (pip install "
                "cozviewer[{extra}]).",
            )
        raise BadInput(
            text.format(name=name, kind=kind, package=format.package, extra=format.extra)
        )


def _kind_of_text(head: bytes, name: str) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<?xml", b"<!", b"<svg")):
        return "SVG" if b"<svg" in head or name.lower().endswith(".svg") else ""
    packed = head[:2] == b"\x1f\x8b" and name.lower().endswith(".svgz")
    return "SVG" if packed else ""
