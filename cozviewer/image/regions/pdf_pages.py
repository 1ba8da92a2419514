"""A page of a PDF at any zoom, drawn by PDFium, which is built without JavaScript here.

A page has no pixels: each level is drawn at its own size, so letters and lines are sharp down to
level 0.
"""

from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from cozviewer.image.readers.opened import Refused, checked_page
from cozviewer.image.rect import Rect
from cozviewer.image.regions.opened import DrawnBlocks, OpenedRegions, Request, halving_sizes

LONG_SIDE = 1 << 14
"""Pixels of the longer side of level 0: 1,400 per inch of A4, at which a letter of 10 points fills
a window's height; a square page has fewer than `limits.HUGE` pixels."""

_LAST_SIDE = 512
_POINTS_PER_CM = 72 / 2.54


def open_regions(request: Request) -> OpenedRegions:
    """Read a document, and the size of one page."""
    try:
        document: Any = pypdfium2.PdfDocument(request.path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("locked") from error
        raise
    pages = len(document)
    page = checked_page(request.page, pages)
    sheet = document[page - 1]
    across, down = sheet.get_size()
    if not (0 < across < 1e6 and 0 < down < 1e6):
        raise ValueError("a page without size")
    scale = LONG_SIDE / max(across, down)
    width, height = (max(1, int(np.ceil(side * scale))) for side in (across, down))
    sizes = halving_sizes(width, height, _LAST_SIDE)

    def draw(level: int, region: Rect) -> NDArray[np.uint8]:
        bitmap = pypdfium2.PdfBitmap.new_native(region.width, region.height, pdfium.FPDFBitmap_BGRx)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, region.width, region.height)
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
        place = -region.x, -region.y, *sizes[level]
        pdfium.FPDF_RenderPageBitmap(bitmap.raw, sheet.raw, *place, 0, flags)
        values = np.array(bitmap.to_numpy()[..., :3])
        bitmap.close()
        return values

    per_cm = (scale * _POINTS_PER_CM,) * 2
    return OpenedRegions(
        sizes,
        DrawnBlocks(sizes, draw).read,
        block=512,
        needed=1 << 30,
        page=page,
        pages=pages,
        per_cm=per_cm,
        notes=(("vector", {}),),
    )
