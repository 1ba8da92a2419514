"""Which files are read by the modules of this package, by what their first bytes and tags say."""

from importlib.util import find_spec

from cozviewer.image.formats import check_package
from cozviewer.image.readers.table import DICOM, MAP, SLIDE
from cozviewer.image.regions.reader import ProcessReader
from cozviewer.image.tiff.marks import Maker, marks_of
from cozviewer.image.tiled.protocol import RegionReader, RegionRequest
from cozviewer.image.watched_file import open_file

_SLIDE_CLASS = b"UI\x1e\x001.2.840.10008.5.1.4.1.1.77.1.6"
"""SOP class "VL Whole Slide Microscopy Image" (DICOM PS3.6, annex A) with its type and length."""

_HEAD_BYTES = 1024


def open_slide(request: RegionRequest) -> RegionReader | None:
    """Open a whole slide: one that is named so, a TIFF as scanners write it, or DICOM.

    See `tiled.protocol.OpenRegions`.
    """
    if request.kind == DICOM:
        if not _is_dicom_slide(request):
            return None
    elif request.kind == "TIFF" and _maker(request) != "slide":
        return None
    check_package(SLIDE, request.name)
    kind = DICOM if request.kind == DICOM else SLIDE
    return ProcessReader(kind, "slides", request, private=True)


def open_map(request: RegionRequest) -> RegionReader | None:
    """Open a TIFF with map coordinates; None without rasterio, as its pixels need none."""
    if _maker(request) != "map" or find_spec("rasterio") is None:
        return None
    return ProcessReader(MAP, "maps", request)


def open_page(request: RegionRequest) -> RegionReader | None:
    """Open a page of a PDF."""
    check_package("PDF", request.name)
    return ProcessReader("PDF", "pdf_pages", request)


def open_drawing(request: RegionRequest) -> RegionReader | None:
    """Open an SVG."""
    check_package("SVG", request.name)
    return ProcessReader("SVG", "drawings", request)


def _maker(request: RegionRequest) -> Maker:
    with open_file(request.path, request.cancelled) as file:
        return marks_of(file)


def _is_dicom_slide(request: RegionRequest) -> bool:
    with open_file(request.path, request.cancelled) as file:
        head = file.read(_HEAD_BYTES)
    return _SLIDE_CLASS in head
