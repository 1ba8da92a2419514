"""Radiance HDR, unpacked by imagecodecs."""

import re

import imagecodecs

from cozviewer.image.readers.light import BYTES_PER_PIXEL, colour_range, toned_colours
from cozviewer.image.readers.opened import Opened, Pixels, Refused, checked_page
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.image.toning.samples import Samples

_HEAD_BYTES = 1 << 16
_SIZE = re.compile(rb"\n([+-][XY]) (\d+) ([+-][XY]) (\d+)\r?\n")


def open_image(path: str, page: int | None) -> Opened:
    """Read the header of a file of Radiance."""
    checked_page(page, 1)
    with open(path, "rb") as file:
        content = file.read()
    found = _SIZE.search(content[:_HEAD_BYTES])
    if found is None:
        raise ValueError("no size")
    if found[1] != b"-Y" or found[3] != b"+X":
        raise Refused("packed", kind=(found[1] + b" " + found[3]).decode())
    if b"32-bit_rle_xyze" in content[: found.start()]:
        raise Refused("packed", kind="XYZE")
    width, height = int(found[4]), int(found[2])

    def toned(tone: Tone) -> Pixels:
        return toned_colours(imagecodecs.rgbe_decode(content), "Radiance", tone)

    def samples() -> Samples:
        values = imagecodecs.rgbe_decode(content)
        return Samples(values, colour_range(values))

    needed = (12 + BYTES_PER_PIXEL // 4) * width * height + (1 << 26)
    return Opened(width, height, needed, lambda: toned(AUTOMATIC), toned=toned, samples=samples)
