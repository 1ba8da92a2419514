"""Which files are read by the modules of this package, by what their first bytes and tags say."""

import hashlib
from importlib.util import find_spec

from cozviewer.image.formats import check_package, format_named
from cozviewer.image.readers.table import DICOM, MAP, SLIDE
from cozviewer.image.regions.reader import ProcessReader, RegionProcess
from cozviewer.image.subject import UNKNOWN, Subject
from cozviewer.image.tiff.marks import Maker, marks_of
from cozviewer.image.tiff.pages import pages_of
from cozviewer.image.tiff.tiff_subject import tiff_subject
from cozviewer.image.tiled.protocol import OpenRegions, RegionReader, RegionRequest
from cozviewer.image.watched_file import open_file
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

_SLIDE_CLASS = b"UI\x1e\x001.2.840.10008.5.1.4.1.1.77.1.6"
"""SOP class "VL Whole Slide Microscopy Image" (DICOM PS3.6, annex A) with its type and length."""

SLIDES = RegionProcess("slides", private=True)
"""What reads whole slides; their errors may quote the names of patients."""

SLIDE_HEAD_BYTES = 1024
"""Bytes that `is_read_by_regions` examines."""

_HASHED_BYTES = 1 << 22


def open_slide(request: RegionRequest) -> RegionReader | None:
    """Open a whole slide: one that is named so, a TIFF as scanners write it, or DICOM.

    A TIFF that OpenSlide cannot read is left to the readers of plain ones. See
    `tiled.protocol.OpenRegions`.
    """
    if request.kind == "TIFF":
        if _maker(request) != "slide":
            return None
        check_package(SLIDE, request.name)
        return _opened_or_none(SLIDE, request, SLIDES)
    if request.kind == DICOM and not _is_dicom_slide(request):
        return None
    check_package(SLIDE, request.name)
    return ProcessReader(request.kind, request, SLIDES)


def open_map(request: RegionRequest) -> RegionReader | None:
    """Open a TIFF with map coordinates; None without rasterio, as its pixels need none.

    A file that GDAL cannot read is left to the readers of plain TIFF, too.
    """
    if _maker(request) != "map" or find_spec("rasterio") is None:
        return None
    return _opened_or_none(MAP, request, RegionProcess("maps"), _ground(request))


def unread_notices(request: RegionRequest) -> tuple[str, ...]:
    """Return the notice about a TIFF with map coordinates if rasterio is not installed."""
    if request.kind != "TIFF" or find_spec("rasterio") is not None or _maker(request) != "map":
        return ()
    package, extra = format_named(MAP).package, format_named(MAP).extra
    return (
        translate(
            "Error",
            "Its map coordinates are not read, which needs the package {package} (pip install "
            "cozviewer[{extra}]).",
        ).format(package=package, extra=extra),
    )


def open_page(request: RegionRequest) -> RegionReader | None:
    """Open a page of a PDF."""
    check_package("PDF", request.name)
    process = RegionProcess("pdf_pages")
    return ProcessReader("PDF", request, process, identity=_identity(request))


def open_drawing(request: RegionRequest) -> RegionReader | None:
    """Open an SVG."""
    check_package("SVG", request.name)
    process = RegionProcess("drawings")
    return ProcessReader("SVG", request, process, identity=_identity(request))


def is_read_by_regions(kind: str, head: bytes) -> bool:
    """Return whether files are read by this package alone, not as a whole.

    Args:
        kind: The format, a name in `readers.table.FORMATS`.
        head: The first kilobyte.
    """
    return kind in _OPENERS and (kind != DICOM or _SLIDE_CLASS in head)


def open_anything(request: RegionRequest) -> RegionReader:
    """Open a file for which `is_read_by_regions` holds.

    Raises:
        BadInput, Cancelled: As `tiled.protocol.OpenRegions`.
    """
    reader = _OPENERS[request.kind](request)
    assert reader is not None
    return reader


def _opened_or_none(
    kind: str, request: RegionRequest, process: RegionProcess, subject: Subject | None = None
) -> RegionReader | None:
    try:
        return ProcessReader(kind, request, process, subject=subject)
    except BadInput:
        return None


def _ground(request: RegionRequest) -> Subject:
    """Return the size of a pixel on the ground, from the first directory of a TIFF."""
    with open_file(request.path, request.cancelled) as file:
        pages = pages_of(file)
    return tiff_subject(pages[0].values, b"", pages[0].resolution) if pages else UNKNOWN


def _identity(request: RegionRequest) -> bytes:
    """Return what stands for the pixels of a page: its number and the hash of its file."""
    digest = hashlib.sha256(f"{request.page or 1};".encode())
    with open_file(request.path, request.cancelled) as file:
        while content := file.read(_HASHED_BYTES):
            digest.update(content)
    return digest.digest()


def _maker(request: RegionRequest) -> Maker:
    with open_file(request.path, request.cancelled) as file:
        return marks_of(file)


def _is_dicom_slide(request: RegionRequest) -> bool:
    with open_file(request.path, request.cancelled) as file:
        head = file.read(SLIDE_HEAD_BYTES)
    return _SLIDE_CLASS in head


_OPENERS: dict[str, OpenRegions] = {
    **{SLIDE: open_slide, DICOM: open_slide},
    **{"PDF": open_page, "SVG": open_drawing},
}
