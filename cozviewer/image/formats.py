"""The picture formats that can be opened: how they are recognised, and what reads them.

`FORMATS` is the one table of them: the reader, the lists of files and the list for people all
follow it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from cozviewer.image.heif_boxes import kind_of_brands
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

READABLE = QT_TRANSLATE_NOOP("Error", "JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or HEIC")


def _heic(file: io.BufferedReader) -> ImageFile:
    from pillow_heif import HeifImageFile

    image: ImageFile = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


@dataclass(frozen=True)
class Format:
    """A format that can be opened.

    Attributes:
        name: As people call it.
        endings: Of file names, in lower case.
        kept: What of a file is shown, in English, for documentation.
        plugin: Reads it in this process; not called through Image.open, which applies a pixel
            limit that the whole process shares, warns half way and stops at 179 megapixels for
            good: cozviewer has its own limit and a yes that lifts it (limits.py). Image.open also
            tries formats that start other programs.
        reader: The module of `readers` that reads it in a process of its own.
        module, package, extra: The module that must be there, the package that brings it, and the
            extra of cozviewer that brings that; "" where nothing is needed.
    """

    name: str
    endings: tuple[str, ...]
    kept: str
    plugin: Callable[[io.BufferedReader], ImageFile] | None = None
    reader: str = ""
    module: str = ""
    package: str = ""
    extra: str = ""


RAW = "camera raw"
PHOTOSHOP = "Photoshop"

_RAW_ENDINGS = (
    *(".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".sr2", ".srf", ".orf", ".rw2"),
    *(".raf", ".pef", ".srw", ".3fr", ".fff", ".iiq", ".erf", ".mef", ".mos", ".mrw", ".dcr"),
    *(".kdc", ".rwl", ".x3f", ".raw"),
)

FORMATS = (
    Format(
        "JPEG",
        (".jpg", ".jpeg", ".jpe", ".jfif"),
        "color profile, EXIF; a file cut short as far as it goes",
        JpegImagePlugin.jpeg_factory,
    ),
    Format(
        "PNG",
        (".png",),
        "color profile, gAMA, cHRM, cICP (HDR tone-mapped), EXIF, frames of APNG",
        PngImagePlugin.PngImageFile,
    ),
    Format("WebP", (".webp",), "color profile, EXIF, frames", WebPImagePlugin.WebPImageFile),
    Format(
        "TIFF",
        (".tif", ".tiff"),
        "pages, 1 to 64 bits, floats, Lab, CMYK, color profile, resolution; some compressions "
        "need the extra scans",
        TiffImagePlugin.TiffImageFile,
    ),
    Format("BMP", (".bmp",), "colors", BmpImagePlugin.BmpImageFile),
    Format("GIF", (".gif",), "frames", GifImagePlugin.GifImageFile),
    Format(
        "AVIF",
        (".avif",),
        "color profile, nclx (HDR tone-mapped), EXIF, frames",
        AvifImagePlugin.AvifImageFile,
    ),
    Format(
        "HEIC",
        (".heic", ".heif"),
        "color profile, nclx (HDR tone-mapped), EXIF, all pictures",
        _heic,
        "",
        *("pillow_heif", "pillow-heif", "heic"),
    ),
    Format(
        RAW,
        _RAW_ENDINGS,
        "developed with camera white balance, to sRGB of 8 bits, full size",
        None,
        "raw",
        *("rawpy", "rawpy", "raw"),
    ),
    Format(
        "JPEG XL",
        (".jxl",),
        "color profile, EXIF; the first frame",
        None,
        "jxl",
        *("pillow_jxl", "pillow-jxl-plugin", "jxl"),
    ),
    Format(
        "JPEG 2000",
        (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".jph"),
        "color profile, up to 16 bits",
        Jpeg2KImagePlugin.Jpeg2KImageFile,
    ),
    Format(
        "JPEG XR",
        (".jxr", ".wdp", ".hdp"),
        "up to 16 bits; floats tone-mapped",
        None,
        "jpegxr",
        *("imagecodecs", "imagecodecs", "scans"),
    ),
    Format(
        PHOTOSHOP,
        (".psd", ".psb"),
        "the finished picture, or else the layers combined; color profile (PSD of 8 bits with a "
        "finished picture needs no extra)",
        PsdImagePlugin.PsdImageFile,
        "psd",
        *("psd_tools", "psd-tools", "psd"),
    ),
    Format(
        "Radiance",
        (".hdr", ".pic"),
        "tone-mapped (BT.2390)",
        None,
        "radiance",
        *("imagecodecs", "imagecodecs", "hdr"),
    ),
    Format(
        "OpenEXR",
        (".exr",),
        "tone-mapped (BT.2390), primaries, parts as pages",
        None,
        "exr",
        *("OpenEXR", "OpenEXR", "hdr"),
    ),
    Format(
        "FITS",
        (".fits", ".fit", ".fts"),
        "images and planes as frames; percentiles 0.5 to 99.5 with an asinh curve",
        None,
        "fits",
        *("astropy", "astropy", "science"),
    ),
    Format(
        "DICOM",
        (".dcm", ".dicom"),
        "window, rescale, palette, frames, spacing of pixels; nothing about the patient; not for "
        "diagnosis",
        None,
        "dicom",
        *("pydicom", "pydicom", "medical"),
    ),
    Format(
        "SVG",
        (".svg", ".svgz"),
        "drawn 4096 pixels wide or high, without scripts and links",
        None,
        "svg",
        *("resvg_py", "resvg-py", "documents"),
    ),
    Format(
        "PDF",
        (".pdf",),
        "pages, drawn 4000 pixels wide or high, without scripts",
        None,
        "pdf",
        *("pypdfium2", "pypdfium2", "documents"),
    ),
)

_BY_NAME = {format.name: format for format in FORMATS}

SUFFIXES = tuple(ending for format in FORMATS for ending in format.endings)
"""Endings of the names of files that can be opened, in lower case."""

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


def format_rows() -> list[tuple[str, str, str, str]]:
    """Return (format, endings, what is kept, extra that it needs) of each format, in English."""
    return [
        (
            format.name,
            ", ".join(format.endings),
            format.kept,
            f"{format.extra} ({format.package})" if format.extra else "",
        )
        for format in FORMATS
    ]


def is_raw_name(name: str) -> bool:
    """Return whether a TIFF of this name is one of a camera; DNG may hold finished pictures."""
    return name.lower().endswith(_RAW_ENDINGS[1:])


def format_of(head: bytes, name: str) -> str:
    """Return the format, a name in FORMATS, of a file.

    Args:
        head: Its first 132 bytes; for the brands of AVIF and HEIC, and SVG, its first few hundred.
        name: Its display name.

    Raises:
        BadInput: It is not a supported format, or needs a package that is not installed.
    """
    kinds = (kind for at, magic, kind in _MAGICS if head[at : at + len(magic)] == magic)
    kind = next(kinds, "") or kind_of_brands(head) or _kind_of_text(head, name)
    if kind in _BY_NAME:
        if kind != PHOTOSHOP:  # of which some need none
            check_package(kind, name)
        return kind
    raise BadInput(
        translate(
            "Error", "{name} is not a picture that can be opened: choose a {readable} file."
        ).format(name=name, readable=translate_marked("Error", READABLE))
    )


def check_package(kind: str, name: str) -> None:
    """Raise an error if the package that reads a format is missing.

    Args:
        kind: The name of the format.
        name: What people call the file.

    Raises:
        BadInput: It is missing; the sentence says how to get it.
    """
    format = _BY_NAME[kind]
    if format.module and find_spec(format.module) is None:
        raise BadInput(
            translate(
                "Error",
                "{name} is a {kind} file, which needs the package {package} (pip install "
                "cozviewer[{extra}]).",
            ).format(name=name, kind=kind, package=format.package, extra=format.extra)
        )


def _kind_of_text(head: bytes, name: str) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<?xml", b"<!", b"<svg")):
        return "SVG" if b"<svg" in head or name.lower().endswith(".svg") else ""
    packed = head[:2] == b"\x1f\x8b" and name.lower().endswith(".svgz")
    return "SVG" if packed else ""
