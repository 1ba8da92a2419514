"""Size limits checked before decoding: images to be confirmed, and images that cannot fit."""

import os
from importlib.util import find_spec

import psutil
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cozviewer.image.overviews import level_sizes
from cozviewer.image.readers.process import ProcessImage
from cozviewer.image.tiff.samples import SampleTiff
from cozviewer.util.errors import BadInput, HugeImage
from cozviewer.util.translation import translate
from cozviewer.util.units import gigabytes

HUGE = 300_000_000
"""Number of pixels above which opening must be confirmed: a small file can claim any size."""

MOST_ROWS = 1 << 26
"""Maximum number of rows. Pillow allocates each row separately, in one call that holds the GIL: a
second for a hundred million rows."""

_PILLOW_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
"""Per pixel of Pillow's own image by mode; 4 in all other modes, RGB too."""

_ROW_BYTES = 8
"""Per row of Pillow's own image: a pointer, which counts where rows are short."""

_LEVEL_BYTES = 3
"""Per pixel of level 0, which is made beside Pillow's image, and of the overviews."""

_DECODER_BYTES = {"WebP": 12, "AVIF": 10, "HEIC": 10, "progressive": 6, "JPEG 2000": 20}
"""Per pixel that decoders need at their peak beside Pillow's image. Measured with libwebp 1.6
and libavif 1.4 (which decode at once into canvases and planes of their own); libjpeg keeps
3 x 16-bit coefficients of a progressive image, OpenJPEG 4 x 32-bit ones and a copy."""

_UNPACKED_ROWS = 2
"""Rows that are in memory besides the image where rows are unpacked as they are in the file."""

_ROWS_PER_STRIP, _ORIENTATION = 278, 274


def memory_needed(kind: str, image: ImageFile) -> int:
    """Return the peak memory for opening `image`, not yet decoded, in bytes.

    That is the larger of two: Pillow's image with its decoder or with level 0; and later, without
    it, level 0 with its overviews. Those add a third, but as much as level 0 itself where the
    image is so thin that each has half the pixels of the one before, not a quarter.
    """
    width, height = image.size
    pillow = _pillow_bytes(image, width, height)
    level_bytes = _LEVEL_BYTES + image.has_transparency_data  # and a byte for alpha
    beside = max(level_bytes * width * height, _decoder_bytes(kind, image))
    levels = sum(w * h for w, h in level_sizes(width, height))
    return max(pillow + beside, level_bytes * levels)


def _pillow_bytes(image: ImageFile, width: int, height: int) -> int:
    return width * height * _PILLOW_BYTES.get(image.mode, 4) + _ROW_BYTES * height


def _decoder_bytes(kind: str, image: ImageFile) -> int:
    """Return the memory of the decoder besides Pillow's image, in bytes."""
    if isinstance(image, TiffImageFile):
        return _tiff_bytes(image)
    if isinstance(image, ProcessImage):
        return image.memory_needed
    if isinstance(image, SampleTiff):
        return image.memory_needed + _file_size(image)
    width, height = image.size
    row = width * _sample_bytes(image)
    if kind == "BMP":
        return _UNPACKED_ROWS * row
    if kind == "PNG":
        return 2 * row  # the present and the one before, by which it is filtered
    per_pixel = _DECODER_BYTES.get("progressive" if "progressive" in image.info else kind, 0)
    whole_file = _file_size(image) if kind in ("WebP", "AVIF", "HEIC", "JPEG 2000") else 0
    return row + per_pixel * width * height + whole_file


def _tiff_bytes(image: TiffImageFile) -> int:
    """Return the same for a TIFF, of which tags may hold anything."""
    width, height = image.size
    turn, turning = image.tag_v2.get(_ORIENTATION, 1), 0
    if turn != 1:
        turning = _pillow_bytes(image, height, width)  # by copying
        if turn in (5, 6, 7, 8):  # the size is that of the turned image
            width, height = height, width
    row = width * _sample_bytes(image)
    if not any(tile.codec_name == "libtiff" for tile in image.tile):
        return turning + _UNPACKED_ROWS * row
    # A strip is read as a whole and unpacked as a whole, and kept while the image is turned.
    rows = image.tag_v2.get(_ROWS_PER_STRIP, height)
    part = min(rows, height) / height if isinstance(rows, int) and rows > 0 and height else 1
    return round(part * row * height + max(part * _file_size(image), turning))


def _sample_bytes(image: ImageFile) -> int:
    """Return the bytes that a pixel has in the file, unpacked, at most."""
    of_pillow = _PILLOW_BYTES.get(image.mode, 4)
    deep = any(";16" in str(tile.args) for tile in image.tile)
    return 2 * of_pillow if deep and not image.mode.startswith("I;16") else of_pillow


def _file_size(image: ImageFile) -> int:
    return 0 if image.fp is None else os.fstat(image.fp.fileno()).st_size


def check_size(name: str, kind: str, image: ImageFile, allow_huge: bool) -> None:
    """Refuse images that are too large, before decoding.

    Raises:
        HugeImage: It has more than HUGE pixels and was not confirmed.
        BadInput: It does not fit into free memory, or has more than MOST_ROWS rows.
    """
    width, height = image.size
    if height > MOST_ROWS:
        raise BadInput(
            translate(
                "Error",
                "{name} is {height} pixels high, which is too much to be read: open a lower "
                "version of it.",
            ).format(name=name, height=height)
        )
    needed = memory_needed(kind, image)
    size = translate("Error", "{width} x {height} pixels ({megapixels:.0f} megapixels)").format(
        width=width, height=height, megapixels=width * height / 1e6
    )
    if width * height > HUGE and not allow_huge:
        raise HugeImage(
            translate(
                "Error",
                "{name} claims {size} and will take about {needed} of memory to open: "
                "confirm that you want it (--allow-huge on the command line).",
            ).format(name=name, size=size, needed=gigabytes(needed))
            + _other_way(kind, image),
            width,
            height,
        )
    free = psutil.virtual_memory().available
    if needed > free:
        raise BadInput(
            translate(
                "Error",
                "{name} has {size} and needs about {needed} of memory to open, of which "
                "{free} are free: close other programs, or open a smaller version of it.",
            ).format(name=name, size=size, needed=gigabytes(needed), free=gigabytes(free))
            + _other_way(kind, image)
        )


def _other_way(kind: str, image: ImageFile) -> str:
    """Return a sentence about how an image could be opened in little memory; "" if in no way."""
    whole_only = image.info.get("progressive") or image.info.get("interlace")
    if kind not in ("JPEG", "PNG") or whole_only or find_spec("pyvips") is not None:
        return ""
    return " " + translate(
        "Error",
        "With libvips it would need little memory: run `pip install 'cozviewer[huge]'`.",
    )
