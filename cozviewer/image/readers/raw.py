"""Camera raw files, developed by LibRaw."""

from typing import Any

import rawpy

from cozviewer.image.readers.opened import Opened, Pixels, checked_page

_BYTES_PER_PIXEL = 24
"""At LibRaw's peak: 2 of the sensor, 8 while colours are worked out, 8 of AHD's neighbourhoods in
all threads, 3 of the result and of its copy."""

_SRGB_CURVE = (2.4, 12.92)
_CLIPPED = 0.001
"""Share of the pixels that the automatic brightness makes white."""

_EXIF_TURNS = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's turns of an image, and those of EXIF."""


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a raw file."""
    checked_page(page, 1)
    raw: Any = rawpy.imread(path)
    sizes = raw.sizes
    # What LibRaw gives, with pixels that are not square made so.
    width, height = sizes.iwidth, sizes.iheight
    aspect = sizes.pixel_aspect
    if aspect and abs(aspect - 1) > 0.005:
        if aspect < 1:
            height = int(height / aspect + 0.5)
        else:
            width = int(width * aspect + 0.5)
    if sizes.flip in (5, 6):
        width, height = height, width
    most = max(width * height, sizes.raw_width * sizes.raw_height)

    def decode() -> Pixels:
        rgb = raw.postprocess(
            use_camera_wb=True,
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=8,
            gamma=_SRGB_CURVE,
            auto_bright_thr=_CLIPPED,
        )
        return Pixels(rgb, (("developed", {}),))

    def thumbnail() -> tuple[bytes, int] | None:
        try:
            thumb = raw.extract_thumb()
        except rawpy.LibRawError:
            return None
        if thumb.format != rawpy.ThumbFormat.JPEG:
            return None
        return bytes(thumb.data), _EXIF_TURNS.get(sizes.flip, 1)

    return Opened(width, height, _BYTES_PER_PIXEL * most, decode, thumbnail=thumbnail)
