"""What the chunks of a PNG say about its colours (PNG, third edition, 4.3 and 11.3.2).

Pillow (13) supports neither cICP nor profiles of more than a megabyte.
"""

import io
import struct
import zlib
from dataclasses import dataclass

from PIL.PngImagePlugin import MAX_TEXT_CHUNK

from cozviewer.image.colours.coded_colour import (
    PEAK_NITS,
    CodedColour,
    Primaries,
    from_gamma,
    from_numbers,
)
from cozviewer.image.png.png_chunks import ancillary_chunks

_LARGEST_PROFILE = 64_000_000
"""Bytes of a profile, packed or not; the largest known ones have some 20 MB."""

_FULL_PARSE = {b"cICP": 4, b"cLLI": 8, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1}
"""The sizes of chunks that are read here."""


@dataclass(frozen=True)
class PngColour:
    """The colours of a PNG.

    Attributes:
        coded: The colour named by numbers, if that counts: cICP counts before all others, gAMA and
            cHRM only without a profile and sRGB.
        is_coded: Whether a cICP or sRGB chunk decides, so that no profile is applied.
        large_profile: A profile that is too large for Pillow.
    """

    coded: CodedColour | None = None
    is_coded: bool = False
    large_profile: bytes | None = None


def colour_of(file: io.BufferedReader) -> PngColour:
    """Read the colour chunks of a PNG; afterwards the file is at its start.

    Chunks with a wrong checksum or size are passed over.
    """
    chunks: dict[bytes, bytes] = {}
    profile, large = False, None
    for _, length, name in ancillary_chunks(file):
        if name in chunks or (name == b"iCCP" and profile):
            continue
        if name == b"iCCP" and length <= _LARGEST_PROFILE:
            content = file.read(length)
            if _is_intact(name, content, file.read(4)) and (icc := _profile(content)):
                profile = True
                large = icc if max(len(icc), length) > MAX_TEXT_CHUNK else None
        elif length == _FULL_PARSE.get(name):
            content = file.read(length)
            if _is_intact(name, content, file.read(4)):
                chunks[name] = content
    file.seek(0)
    if b"cICP" in chunks:
        primaries, transfer, _, _ = chunks[b"cICP"]
        peak = PEAK_NITS
        if b"cLLI" in chunks:  # in units of 0.0001 cd/m2; 0 is unknown
            peak = int.from_bytes(chunks[b"cLLI"][:4], "big") / 10_000 or PEAK_NITS
        return PngColour(from_numbers(primaries, transfer, peak), is_coded=True)
    if profile:
        return PngColour(large_profile=large)
    if b"sRGB" in chunks:
        return PngColour(is_coded=True)
    return PngColour(from_gamma(_gamma(chunks.get(b"gAMA")), _primaries(chunks.get(b"cHRM"))))


def _is_intact(name: bytes, content: bytes, checksum: bytes) -> bool:
    return zlib.crc32(content, zlib.crc32(name)) == int.from_bytes(checksum, "big")


def _profile(content: bytes) -> bytes | None:
    """Return the unpacked profile of an iCCP chunk; None if it is damaged or too large."""
    _, _, rest = content.partition(b"\0")
    if rest[:1] != b"\0":
        return None
    unpacker = zlib.decompressobj()
    try:
        icc = unpacker.decompress(rest[1:], _LARGEST_PROFILE)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else icc


def _gamma(content: bytes | None) -> float | None:
    return None if content is None else int.from_bytes(content, "big") / 100_000


def _primaries(content: bytes | None) -> Primaries | None:
    if content is None:
        return None
    wx, wy, rx, ry, gx, gy, bx, by = (value / 100_000 for value in struct.unpack(">8I", content))
    return wx, wy, rx, ry, gx, gy, bx, by
