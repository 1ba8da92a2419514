"""A page of a PDF, drawn by PDFium, which is built without JavaScript here."""

from typing import Any

import numpy as np
import pypdfium2

from cozviewer.image.readers.opened import Opened, Pixels, Refused, checked_page, rendered

LONG_SIDE = 4000
"""Pixels of the longer side of a page."""

_POINTS_PER_CM = 72 / 2.54
_BYTES_PER_PIXEL = 16


def open_picture(path: str, page: int | None) -> Opened:
    """Read a document, and the size of one page."""
    try:
        document: Any = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("locked") from error
        raise
    pages = len(document)
    page = checked_page(page, pages)
    sheet = document[page - 1]
    across, down = sheet.get_size()
    if not (0 < across < 1e6 and 0 < down < 1e6):
        raise ValueError("a page without size")
    scale = LONG_SIDE / max(across, down)
    width, height = (max(1, int(np.ceil(side * scale))) for side in (across, down))

    def decode() -> Pixels:
        bitmap = sheet.render(scale=scale, may_draw_forms=False, rev_byteorder=True)
        values = np.array(bitmap.to_numpy()[..., :3])
        return Pixels(values, (rendered(values),))

    per_cm = (scale * _POINTS_PER_CM,) * 2
    needed = _BYTES_PER_PIXEL * width * height + (1 << 29)
    return Opened(width, height, needed, decode, page=page, pages=pages, per_cm=per_cm)
