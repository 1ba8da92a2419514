"""Huge JPEG and PNG files through libvips, which reads them from top to bottom in little memory.

They are copied once into a temporary file (see `converted`). Progressive JPEG and interlaced PNG
have to be in memory as a whole to be read at all, and are left to the reader into memory.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image import exif
from cozviewer.image.colours import colour
from cozviewer.image.decode import converter, exif_block
from cozviewer.image.pixels import Rgb8
from cozviewer.image.reading import STOPPED, EncodedImage, opened_page
from cozviewer.image.tiled.converted import InLevelFile
from cozviewer.image.tiled.level_file import SIDE, LevelFile
from cozviewer.image.tiled.protocol import RegionFacts, RegionReader, RegionRequest
from cozviewer.image.tiled.upright import upright
from cozviewer.util.cancel import check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate


def open_sequential(request: RegionRequest) -> RegionReader | None:
    """Open a huge JPEG or PNG; see `protocol.OpenRegions`. None without libvips, too."""
    with opened_page(request.path, None, request.cancelled, count_pages=False) as encoded:
        image = encoded.image
        width, height = image.size
        if width * height <= request.huge or _is_whole_only(encoded) or not has_library():
            return None
        block = exif_block(image)
        convert, messages = converter(encoded, image, block, request.managed)
        channels = 4 if image.has_transparency_data else 3
        file = LevelFile(request.name, width, height, channels, reduced_only=False)
        try:
            strips = _Strips(request, colour.with_alpha(convert), channels)
            file.write_stripes(strips.upto(width, height))
        except BaseException:
            file.close()
            raise
        facts = RegionFacts(
            exif=exif.upright(block),
            resolution=encoded.resolution,
            subject=encoded.subject,
            notices=tuple(messages),
            alpha=strips.transparent,
        )
        return upright(InLevelFile(encoded.kind, facts, file), exif.orientation(block))


def has_library() -> bool:
    """Return whether libvips can be loaded."""
    try:
        import pyvips  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def _is_whole_only(encoded: EncodedImage) -> bool:
    info = encoded.image.info
    animated = bool(getattr(encoded.image, "is_animated", False))
    return animated or bool(info.get("progressive")) or bool(info.get("interlace"))


class _Strips:
    """Reads strips of a file and turns them into sRGB.

    Attributes:
        transparent: Whether any pixel was not opaque.
    """

    def __init__(
        self,
        request: RegionRequest,
        convert: Callable[[Image.Image, Image.Image | None], Rgb8],
        channels: int,
    ) -> None:
        self._request, self._convert, self._channels = request, convert, channels
        self.transparent = False

    def upto(self, width: int, height: int) -> Iterator[tuple[int, Rgb8]]:
        """Yield (first row, (rows, width, channels) uint8) from top to bottom.

        Raises:
            BadInput: The file is damaged or incomplete.
            Cancelled: The request was cancelled.
        """
        import pyvips

        request = self._request
        try:
            whole = pyvips.Image.new_from_file(
                str(request.path), access="sequential", unlimited=True, fail_on="truncated"
            )
            if (whole.width, whole.height) != (width, height):
                raise ValueError(f"{whole.width} x {whole.height} pixels")
            inks = whole.interpretation == "cmyk"
            region = pyvips.Region.new(whole)
            for y in range(0, height, SIDE):
                check_cancelled(request.cancelled, STOPPED)
                rows = min(SIDE, height - y)
                content = region.fetch(0, y, width, rows)
                dtype = np.uint16 if whole.format == "ushort" else np.uint8
                values = np.frombuffer(content, dtype).reshape(rows, width, whole.bands)
                yield y, self._srgb(values, inks)
                request.progress((y + rows) / height)
        except pyvips.Error as error:
            raise BadInput(
                translate(
                    "Error", "{name} is damaged or incomplete ({reason}): get a fresh copy of it."
                ).format(name=request.name, reason=_reason(error))
            ) from error

    def _srgb(self, values: NDArray[Any], inks: bool) -> Rgb8:
        if values.dtype == np.uint16:
            values = (values >> 8).astype(np.uint8)  # as Pillow does
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "CMYK" if inks else "RGBA"}[values.shape[2]]
        strip = Image.fromarray(values[..., 0] if mode == "L" else values, mode)
        colours, alpha = colour.split(strip, None)
        if self._channels == 3:
            return self._convert(colours, None)
        if alpha is None:
            alpha = Image.new("L", strip.size, 255)
        self.transparent |= alpha.getextrema()[0] != 255
        return self._convert(colours, alpha)


def _reason(error: Exception) -> str:
    """Return the last line of an error message of libvips."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__
