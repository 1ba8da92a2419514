"""The one table of the formats that can be opened: the reader, the lists of files and the list for
people all follow it."""

import io
from collections.abc import Callable
from dataclasses import dataclass

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
        reader: The module of `readers` that reads it in its own process; where there is a plugin,
            only what that reads less of.
        regions: The module of `regions` that reads regions of it in its own process.
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
    regions: str = ""


RAW = "camera raw"
PHOTOSHOP = "Photoshop"
SLIDE = "whole slide"
MAP = "GeoTIFF"
DICOM = "DICOM"

RAW_ENDINGS = (
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
        "color profile, nclx (HDR tone-mapped), EXIF, frames, up to 12 bits (with the extra scans)",
        AvifImagePlugin.AvifImageFile,
        "heif",
    ),
    Format(
        "HEIC",
        (".heic", ".heif"),
        "color profile, nclx (HDR tone-mapped), EXIF, all images, up to 12 bits",
        _heic,
        "heif",
        *("pillow_heif", "pillow-heif", "heic"),
    ),
    Format(
        RAW,
        RAW_ENDINGS,
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
        "color profile, up to 16 bits (of colors with the extra scans)",
        Jpeg2KImagePlugin.Jpeg2KImageFile,
        "jpeg2000",
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
        "the finished image, or else the layers combined; color profile (PSD of 8 bits with a "
        "finished image needs no extra)",
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
        MAP,
        (".gtif", ".gtiff"),
        "of any size, with its overviews; bands stretched from percentile 2 to 98, places without "
        "data, coordinates under the pointer and in exports (TIFF opens without the extra, too)",
        None,
        "",
        *("rasterio", "rasterio", "satellite"),
        regions="maps",
    ),
    Format(
        SLIDE,
        (".svs", ".ndpi", ".mrxs", ".scn", ".bif"),
        "of any size, by its levels; color profile, microns per pixel, objective; without label "
        "and overview photo; not for diagnosis",
        None,
        "",
        *("openslide", "openslide-python", "slides"),
        regions="slides",
    ),
    Format(
        DICOM,
        (".dcm", ".dicom"),
        "window, rescale, palette, frames, spacing of pixels; nothing about the patient; not for "
        "diagnosis; whole slides need the extra slides",
        None,
        "dicom",
        *("pydicom", "pydicom", "medical"),
    ),
    Format(
        "SVG",
        (".svg", ".svgz"),
        "drawn anew at every zoom, up to 16,384 pixels wide or high, without scripts and links",
        None,
        "",
        *("resvg_py", "resvg-py", "documents"),
        regions="drawings",
    ),
    Format(
        "PDF",
        (".pdf",),
        "pages, drawn anew at every zoom, up to 16,384 pixels wide or high, without scripts",
        None,
        "",
        *("pypdfium2", "pypdfium2", "documents"),
        regions="pdf_pages",
    ),
)

SUFFIXES = tuple(ending for format in FORMATS for ending in format.endings)
"""Endings of the names of files that can be opened, in lower case."""

PHOTO_SUFFIXES = tuple(
    ending for format in FORMATS if format.extra != "documents" for ending in format.endings
)
"""Those of photos and other images of pixels: not of drawings and documents."""


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
