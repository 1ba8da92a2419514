"""What the boxes of an AVIF or HEIC file say: what codes the image, and its colours.

ISO/IEC 14496-12 (boxes) and 23008-12 (HEIF). Everything is read from the first bytes of a file, in
which the boxes about images lie; truncated or invalid boxes are ignored.
"""

import struct
from collections.abc import Iterator

from cozviewer.image.colours.coded_colour import PEAK_NITS, CodedColour, from_numbers

HEAD_BYTES = 1 << 20
"""Bytes of a file that are examined."""

AVIF_BRANDS = {b"avif", b"avis", b"avio", b"MA1A", b"MA1B"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_STRUCTURE_BRANDS = {b"mif1", b"mif2", b"msf1", b"miaf", b"MiHE"}
"""Brands of images that leave open how these are coded."""


def kind_of_brands(head: bytes) -> str:
    """Return "AVIF" or "HEIC"; "" for another kind of file.

    The major brand counts first, then the compatible ones in their order (23008-12, 10.2).

    Args:
        head: The first bytes of a file, with its ftyp box as far as they reach.
    """
    brands = _brands(head)
    for brand in brands:
        if brand in AVIF_BRANDS:
            return "AVIF"
        if brand in HEIC_BRANDS:
            return "HEIC"
    return "HEIC" if any(brand in _STRUCTURE_BRANDS for brand in brands) else ""


def is_sequence(head: bytes) -> bool:
    """Return whether a file holds frames that follow each other (23008-12, 10.3)."""
    return b"avis" in _brands(head) or b"msf1" in _brands(head)


def _brands(head: bytes) -> list[bytes]:
    """Return the major brand and the compatible ones; none of another kind of file."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head), 4096)
    return [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]


def nclx_colour(head: bytes) -> CodedColour | None:
    """Return the colour of the primary image that its code points name.

    None where they mean sRGB, where they are missing, and where there is a profile, which counts
    before them (ISO/IEC 23000-22, 7.3.6.4).

    Args:
        head: The first HEAD_BYTES of the file.
    """
    try:
        return _nclx_colour(memoryview(head))
    except (struct.error, IndexError, ValueError):
        return None


def channel_bits(head: bytes) -> tuple[int, ...]:
    """Return the bits of each channel of the primary image, alpha left out (23008-12, 6.5.6);
    nothing where the file does not say.

    Args:
        head: The first HEAD_BYTES of the file.
    """
    try:
        for name, content in _primary_properties(memoryview(head)):
            if name == b"pixi":
                return tuple(content[5 : 5 + content[4]])
    except (struct.error, IndexError, ValueError):
        pass
    return ()


def jp2_profile(head: bytes) -> bytes | None:
    """Return the colour profile of a JPEG 2000 file (ISO/IEC 15444-1, I.5.3.3), if it has one."""
    header = _box(memoryview(head), b"jp2h")
    colour = None if header is None else _box(header, b"colr")
    if colour is None or len(colour) < 3 or colour[0] not in (2, 3):
        return None
    return bytes(colour[3:])


def _nclx_colour(head: memoryview) -> CodedColour | None:
    codes: tuple[int, int] | None = None
    peak = PEAK_NITS
    for name, content in _primary_properties(head):
        if name == b"colr" and bytes(content[:4]) in (b"prof", b"rICC"):
            return None
        if name == b"colr" and bytes(content[:4]) == b"nclx":
            first, second = struct.unpack(">HH", content[4:8])
            codes = first, second
        elif name == b"clli":
            peak = float(int.from_bytes(content[:2], "big")) or PEAK_NITS
    return None if codes is None else from_numbers(codes[0], codes[1], peak)


def _primary_properties(head: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield (type, content) of the properties of the primary image (23008-12, 9.3)."""
    meta = _box(head, b"meta")
    if meta is None:
        return
    meta = meta[4:]  # version and flags
    primary, tables = _box(meta, b"pitm"), _box(meta, b"iprp")
    if primary is None or tables is None:
        return
    item = int.from_bytes(primary[4:6] if primary[0] == 0 else primary[4:8], "big")
    container = _box(tables, b"ipco")
    if container is None:
        return
    properties = list(_boxes(container))
    for association in (content for name, content in _boxes(tables) if name == b"ipma"):
        for index in _associated(association, item):
            if 1 <= index <= len(properties):
                yield properties[index - 1]


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield (type, content) of the boxes in `data`; the last one may be cut off."""
    at = 0
    while at + 8 <= len(data):
        size, name, start = (
            int.from_bytes(data[at : at + 4], "big"),
            bytes(data[at + 4 : at + 8]),
            8,
        )
        if size == 1:
            size, start = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if size < start:
            return
        yield name, data[at + start : at + size]
        at += size


def _box(data: memoryview, wanted: bytes) -> memoryview | None:
    return next((content for name, content in _boxes(data) if name == wanted), None)


def _associated(content: memoryview, item: int) -> Iterator[int]:
    """Yield the indices, from 1, of the properties of an item (23008-12, 9.3, ipma)."""
    version, wide = content[0], content[3] & 1
    count, at = int.from_bytes(content[4:8], "big"), 8
    for _ in range(count):
        id_size = 4 if version else 2
        found = int.from_bytes(content[at : at + id_size], "big")
        number = content[at + id_size]
        at += id_size + 1
        for _ in range(number):
            size = 2 if wide else 1
            index = int.from_bytes(content[at : at + size], "big") & (0x7FFF if wide else 0x7F)
            at += size
            if found == item:
                yield index
