"""Room for metadata in a large file, filled in when its last rows are written.

Where pixels come from is known for certain only when all of them exist, but files have metadata in
front of them, and are too large to be written again. XMP provides for this: a packet may be padded
with white space, and be changed in place (ISO 16684-1, 7.3.2; ISO 16684-3 for each kind of file).
"""

import base64
import hashlib
import struct
import sys
import zlib
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

from cozviewer.export.origin import LONGEST_PROMPT, PNG_KEYWORD, Origin, to_xmp

ROOM = 60_000
"""Bytes of a packet with its padding: as much as libvips writes into a JPEG."""

_PNG_ROOM = ROOM + ROOM // 2
"""Characters that are reserved in a PNG, which libvips compresses to three quarters."""

_END = b'<?xpacket end="w"?>'
_XMP_TAG = 700


def room(form: str) -> bytes:
    """Return what libvips writes as XMP into a file of a format until it is known: characters that
    cannot be compressed, which are always the same."""
    size = _PNG_ROOM if form == "PNG" else ROOM
    blocks = -(-size // 128)
    noise = b"".join(hashlib.blake2b(struct.pack(">I", n)).digest() for n in range(2 * blocks))
    return base64.b64encode(noise)[:size]


def packet_of(origin: Origin) -> bytes:
    """Return the packet of an origin, at most ROOM bytes; the longest prompts are cut for that."""
    longest = LONGEST_PROMPT
    while len(packet := to_xmp(origin, longest)) > ROOM:
        longest //= 2
    return packet


def fill_room(path: Path, form: str, origin: Origin) -> None:
    """Write an origin into the room that was reserved.

    Args:
        path: A PNG, JPEG or TIFF that was written with `room` as its XMP.
        form: Its format.
        origin: Its metadata.

    Raises:
        OSError: The file cannot be read or written.
    """
    packet = packet_of(origin)
    with path.open("r+b") as file:
        if form == "PNG":
            _fill_png(file, packet)
        else:
            places = _in_tiff(file) if form == "TIFF" else _in_jpeg(file)
            for place in places:
                file.seek(place)
                file.write(_padded(packet, ROOM))


def _padded(packet: bytes, size: int) -> bytes:
    """Return a packet with white space in front of its end."""
    inner = packet.removesuffix(_END)
    return inner + b" " * (size - len(packet)) + _END


def _fill_png(file: BufferedRandom, packet: bytes) -> None:
    """Replace the text chunk by one with a packet, which is not compressed, as XMP requires."""
    keyword, place = PNG_KEYWORD.encode(), 8
    while True:
        file.seek(place)
        (length,) = struct.unpack(">I", file.read(4))
        kind, start = file.read(4), file.read(len(keyword) + 1)
        if kind in (b"zTXt", b"tEXt", b"iTXt") and start == keyword + b"\0":
            break
        if kind in (b"IDAT", b"IEND"):
            raise AssertionError("libvips writes metadata before pixels")
        place += 12 + length
    head = keyword + b"\0\0\0\0\0"
    chunk = b"iTXt" + head + _padded(packet, length - len(head))
    file.seek(place + 4)
    file.write(chunk + struct.pack(">I", zlib.crc32(chunk)))


def _in_jpeg(file: BufferedRandom) -> Iterator[int]:
    """Yield where the room is in a JPEG."""
    start = file.read(1 << 20)  # segments are of 64 KB, and there are few before the pixels
    yield start.index(room("JPEG"))


def _in_tiff(file: BufferedRandom) -> Iterator[int]:
    """Yield where the rooms are in a BigTIFF that this machine wrote, one for each size."""
    order = "<" if sys.byteorder == "little" else ">"
    file.seek(8)
    (following,) = struct.unpack(f"{order}Q", file.read(8))
    while following:
        file.seek(following)
        (count,) = struct.unpack(f"{order}Q", file.read(8))
        entries = file.read(20 * count)
        (following,) = struct.unpack(f"{order}Q", file.read(8))
        for tag, _, size, place in struct.iter_unpack(f"{order}HHQQ", entries):
            if tag == _XMP_TAG and size == ROOM:
                yield place
