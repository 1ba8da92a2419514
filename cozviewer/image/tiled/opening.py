"""The one table of what reads files region by region."""

from cozviewer.image.readers.table import DICOM, SLIDE
from cozviewer.image.regions import opening
from cozviewer.image.tiled.errors import explained
from cozviewer.image.tiled.protocol import OpenRegions, RegionReader, RegionRequest
from cozviewer.image.tiled.reduced import glimpse, has_small_level, with_reduced
from cozviewer.image.tiled.sequential import open_sequential
from cozviewer.image.tiled.tiff import open_tiff

READERS: tuple[tuple[tuple[str, ...], OpenRegions], ...] = (
    (("TIFF", SLIDE, DICOM), opening.open_slide),
    (("TIFF",), opening.open_map),
    (("PDF",), opening.open_page),
    (("SVG",), opening.open_drawing),
    (("TIFF",), open_tiff),
    (("JPEG", "PNG"), open_sequential),
)
"""(formats, names in `readers.table.FORMATS`; what opens them). The first that opens a file counts.
Heavy packages are imported in the functions, not by their modules."""


def open_regions(request: RegionRequest) -> RegionReader | None:
    """Open a file for reading regions; None where it is to be read into memory as a whole.

    Where the file has no small version of the image, that is made, which takes up to minutes; not
    for its numbers alone.

    Raises:
        BadInput: The file is damaged, or needs a package that is not installed.
        Cancelled: `request.cancelled` returned True.
        Failure: Memory or disk space ran out.
    """
    with explained(request.path):
        for kinds, open_one in READERS:
            reader = open_one(request) if request.kind in kinds else None
            if reader is not None and request.for_numbers:
                return reader
            if reader is not None:
                _show_glimpse(reader, request)
                return with_reduced(reader, request.name, request.progress, request.cancelled)
    return None


def _show_glimpse(reader: RegionReader, request: RegionRequest) -> None:
    """Give an impression of an image that takes long to open."""
    if has_small_level(reader):
        return
    try:
        request.glimpse(glimpse(reader, request.cancelled), *reader.sizes[0])
    except BaseException:
        reader.close()
        raise
