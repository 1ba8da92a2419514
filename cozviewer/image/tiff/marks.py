"""Recognises the program that wrote a TIFF, from its first directory: whether the file is a
whole slide or a map, for which other libraries read it."""

import io
import struct
from typing import Literal

Maker = Literal["slide", "map", ""]

_DESCRIPTION, _SOFTWARE, _XMP, _NDPI = 270, 305, 700, 65420
_PIXEL_SCALE, _TIEPOINTS, _MATRIX, _GEO_KEYS = 33550, 33922, 34264, 34735

_MOST_ENTRIES = 4096
_MOST_BYTES = 1 << 14
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8, 17: 8}
"""Bytes of one value of each of TIFF's types."""


def marks_of(file: io.BufferedReader) -> Maker:
    """Return what a TIFF or BigTIFF is by its first directory; afterwards the file is at its start.

    Slides are recognised as by OpenSlide: by the description of Aperio and Leica, the software
    of Philips and Trestle, the XMP of Ventana, a private tag of Hamamatsu. A map has GeoKeys, or
    a scale with a tie point, or a matrix (OGC GeoTIFF 1.1, 7.2).
    """
    try:
        tags = _first_directory(file)
    except (struct.error, OSError, OverflowError):
        return ""
    finally:
        file.seek(0)
    description, software = tags.get(_DESCRIPTION, b""), tags.get(_SOFTWARE, b"")
    if (
        _NDPI in tags
        or description.startswith(b"Aperio")
        or b"leica-microsystems.com/scn" in description
        or software.startswith((b"Philips", b"MedScan"))
        or b"iScan" in tags.get(_XMP, b"")
    ):
        return "slide"
    if _GEO_KEYS in tags or _MATRIX in tags or (_PIXEL_SCALE in tags and _TIEPOINTS in tags):
        return "map"
    return ""


def _first_directory(file: io.BufferedReader) -> dict[int, bytes]:
    """Return the tags, and the start of the values of those that are texts here."""
    file.seek(0)
    head = file.read(16)
    order = ">" if head[:2] == b"MM" else "<"
    big = head[2:4] in (b"+\0", b"\0+")
    offset, inline, size = ("Q", 8, 20) if big else ("I", 4, 12)
    (start,) = struct.unpack_from(order + offset, head, inline)
    file.seek(start)
    (count,) = struct.unpack(order + ("Q" if big else "H"), file.read(8 if big else 2))
    entries = file.read(size * min(count, _MOST_ENTRIES))
    tags = {}
    for at in range(0, len(entries) - size + 1, size):
        tag, kind, number = struct.unpack_from(order + "HH" + offset, entries, at)
        tags[tag] = b""
        if tag not in (_DESCRIPTION, _SOFTWARE, _XMP):
            continue
        length = _SIZES.get(kind, 1) * number
        value = entries[at + size - inline : at + size]
        if length > inline:
            (place,) = struct.unpack(order + offset, value)
            file.seek(place)
            value = file.read(min(length, _MOST_BYTES))
        tags[tag] = value
    return tags
