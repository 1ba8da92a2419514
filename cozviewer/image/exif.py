"""The EXIF block of an image: which way is up, and the block as an export may carry it on.

Nothing is parsed and rewritten: the few values that stop being true once the image stands
upright are changed in place, so that all others, maker notes too, stay as the camera wrote them.
EXIF 2.32: an "Exif\\0\\0" prefix, then a TIFF header and chains of 12-byte entries.
"""

import struct
from dataclasses import dataclass

PREFIX = b"Exif\0\0"

_ORIENTATION = 0x0112
_THUMBNAIL_START = 0x0201
_THUMBNAIL_LENGTH = 0x0202
_GPS, _CAMERA = 0x8825, 0x8769
_COLOUR_SPACE, _INTEROPERABILITY, _INTEROPERABILITY_INDEX = 0xA001, 0xA005, 0x0001
_SHORT, _LONG = 3, 4

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of one value of each of TIFF's types."""


@dataclass(frozen=True)
class _Directory:
    """One directory: where its integers lie, {tag: (offset, struct format)}, and its end."""

    values: dict[int, tuple[int, str]]
    next_at: int


def orientation(exif: bytes | None) -> int:
    """Return the EXIF orientation, 1 (upright) to 8; 1 if it is missing or invalid."""
    try:
        block, start, order = _header(exif or b"")
        value = _read(block, _directory(block, start, order).values, _ORIENTATION)
    except (struct.error, ValueError):
        return 1
    return value if value in range(1, 9) else 1


def says_adobe_rgb(exif: bytes | None) -> bool:
    """Return whether the colours are those of Adobe RGB, as cameras say without a profile.

    DCF 2.0 (CIPA DC-009), 4.3: the colour space is not sRGB but "uncalibrated", and the
    interoperability index is R03. Some cameras write 2 as the colour space instead.
    """
    try:
        block, start, order = _header(exif or b"")
        camera = _read(block, _directory(block, start, order).values, _CAMERA)
        values = _directory(block, camera, order).values if camera else {}
        space = _read(block, values, _COLOUR_SPACE)
        at = _read(block, values, _INTEROPERABILITY)
        if space == 0xFFFF and at:
            return _text(block, at, order, _INTEROPERABILITY_INDEX) == b"R03"
    except (struct.error, ValueError):
        return False
    return space == 2


def upright(exif: bytes | None) -> bytes | None:
    """Return `exif` for the image turned upright: orientation 1, no thumbnail.

    The thumbnail is removed because it shows the original, not the export.

    Returns:
        The block with its "Exif\\0\\0" prefix, or None where it is missing or damaged.
    """
    try:
        block, start, order = _header(exif or b"")
        main = _directory(block, start, order)
        if _ORIENTATION in main.values:
            at, form = main.values[_ORIENTATION]
            struct.pack_into(form, block, at, 1)
        (next_start,) = struct.unpack_from(order + "I", block, main.next_at)
        if next_start:
            _blank_thumbnail(block, _directory(block, next_start, order))
            struct.pack_into(order + "I", block, main.next_at, 0)
    except (struct.error, ValueError):
        return None
    return PREFIX + bytes(block)


def without_place(exif: bytes | None) -> bytes | None:
    """Return `exif` without where the image was taken: the GPS directory is there, but empty.

    Returns:
        The block with its "Exif\\0\\0" prefix, or None where it is missing or damaged.
    """
    try:
        block, start, order = _header(exif or b"")
        gps = _read(block, _directory(block, start, order).values, _GPS)
        if gps:
            _blank_directory(block, gps, order)
    except (struct.error, ValueError, IndexError):
        return None
    return PREFIX + bytes(block)


def _header(exif: bytes) -> tuple[bytearray, int, str]:
    """Return (TIFF part, offset of the first directory, struct byte order)."""
    block = bytearray(exif.removeprefix(PREFIX))
    order = {b"II": "<", b"MM": ">"}.get(bytes(block[:2]))
    if order is None:
        raise ValueError("no EXIF block")
    magic, start = struct.unpack_from(order + "HI", block, 2)
    if magic != 42:
        raise ValueError("no EXIF block")
    return block, start, order


def _directory(block: bytearray, start: int, order: str) -> _Directory:
    (count,) = struct.unpack_from(order + "H", block, start)
    values = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", block, at)
        if number == 1 and kind in (_SHORT, _LONG):
            values[tag] = (at + 8, order + ("H" if kind == _SHORT else "I"))
    return _Directory(values, start + 2 + 12 * count)


def _read(block: bytearray, values: dict[int, tuple[int, str]], tag: int) -> int:
    if tag not in values:
        return 0
    at, form = values[tag]
    return int(struct.unpack_from(form, block, at)[0])


def _text(block: bytearray, start: int, order: str, wanted: int) -> bytes:
    """Return a text of at most 4 bytes of a directory; nothing if there is none."""
    (count,) = struct.unpack_from(order + "H", block, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, _, number = struct.unpack_from(order + "HHI", block, at)
        if tag == wanted and number <= 4:
            return bytes(block[at + 8 : at + 8 + number]).rstrip(b"\0")
    return b""


def _blank_thumbnail(block: bytearray, directory: _Directory) -> None:
    start = _read(block, directory.values, _THUMBNAIL_START)
    length = _read(block, directory.values, _THUMBNAIL_LENGTH)
    if 0 < start <= start + length <= len(block):
        block[start : start + length] = bytes(length)


def _blank_directory(block: bytearray, start: int, order: str) -> None:
    """Overwrite all values of a directory with zeros and leave it without entries."""
    (count,) = struct.unpack_from(order + "H", block, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        kind, number, place = struct.unpack_from(order + "HII", block, at + 2)
        size = _SIZES.get(kind, 1) * number
        if size > 4 and place + size <= len(block):
            block[place : place + size] = bytes(size)
    end = start + 2 + 12 * count + 4
    if end > len(block):
        raise ValueError("a directory that reaches beyond the block")
    block[start:end] = bytes(end - start)
