"""The one table of what reads files region by region."""

from cozviewer.image.readers.table import DICOM, SLIDE
from cozviewer.image.regions import opening
from cozviewer.image.tiled.protocol import OpenRegions, RegionReader, RegionRequest

READERS: tuple[tuple[tuple[str, ...], OpenRegions], ...] = (
    (("TIFF", SLIDE, DICOM), opening.open_slide),
    (("TIFF",), opening.open_map),
    (("PDF",), opening.open_page),
    (("SVG",), opening.open_drawing),
)
"""(formats, names in `readers.table.FORMATS`; what opens them), the first that does counts. Heavy
packages are imported in the functions, not by their modules."""


def open_regions(request: RegionRequest) -> RegionReader | None:
    """Open a file for reading regions; None where it is to be read into memory as a whole.

    Raises:
        BadInput: The file is damaged, or needs a package that is not installed.
        Cancelled: `request.cancelled` returned True.
        Failure: Memory or disk space ran out.
    """
    for kinds, open_one in READERS:
        if request.kind in kinds:
            reader = open_one(request)
            if reader is not None:
                return reader
    return None
