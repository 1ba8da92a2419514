"""Keeps Pillow (13) from refusing a PNG for its metadata.

A text of more than a megabyte, a profile packed in an unknown way or a wrong checksum in a chunk
about the camera makes Pillow refuse the whole image. `reading.py` checks here before it passes a
file to Pillow; chunks that it would trip over are left out (PNG, third edition, 5 and 11).
"""

import io
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PIL.PngImagePlugin import MAX_TEXT_CHUNK

_FIRST_CHUNK, _SIZE, _COLOUR_TYPE = 8, 16, 25
"""Where they are in a file."""

MOST_TEXT = 32_000_000
"""Bytes of all texts together, unpacked; Pillow's own limit is twice that."""

_ANIMATION = (b"acTL", b"fcTL", b"fdAT")

_LEAST = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9, b"acTL": 8, b"fcTL": 26, b"fdAT": 4}
"""Minimum size in bytes of a chunk that means anything."""

_LEAST_TRANSPARENCY = {0: 2, 2: 6}
"""The same of tRNS, by the image's colour type: grey and RGB."""


def without_broken_metadata(file: io.BufferedReader) -> io.BufferedReader:
    """Return `file`, or a view of it without the ancillary chunks that Pillow cannot use.

    Args:
        file: A PNG; afterwards it is at its start.
    """
    left_out, texts = [], 0
    animation: list[tuple[bytes, bytes]] = []
    parts_of_animation = []
    file.seek(_SIZE)
    header = file.read(_COLOUR_TYPE + 1 - _SIZE)
    colour_type = header[-1] if header else 0
    for start, length, name in ancillary_chunks(file):
        size = None
        if name in _ANIMATION:
            parts_of_animation.append((start, start + 12 + length))
        if name == b"fdAT":
            animation.append((name, file.read(min(4, length))))
            size = 0
        elif length <= MAX_TEXT_CHUNK:
            content, checksum = file.read(length), file.read(4)
            if zlib.crc32(content, zlib.crc32(name)) == int.from_bytes(checksum, "big"):
                size = _unpacked_size(name, content, colour_type)
            if name in _ANIMATION:
                animation.append((name, content if size else b""))
                size = 0
        if size is None or texts + size > MOST_TEXT:
            left_out.append((start, start + 12 + length))
        else:
            texts += size
    if not _is_whole(animation, header[:8]):
        left_out = sorted({*left_out, *parts_of_animation})
    file.seek(0)
    return _Without(file, left_out) if left_out else file


def ancillary_chunks(file: io.BufferedReader) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, length of content, name) of each, the file at its content."""
    at = _FIRST_CHUNK
    while True:
        file.seek(at)
        head = file.read(8)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or name == b"IEND":
            return
        if name[0] & 32:  # 5.4: a small first letter
            yield at, length, name
        at += 12 + length


def _is_whole(animation: Sequence[tuple[bytes, bytes]], size: bytes) -> bool:
    """Return whether Pillow follows an animation (11.3.6).

    Args:
        animation: Name and content of its chunks, of fdAT the first 4 bytes.
        size: Of the image, as its header states.
    """
    if not animation:
        return True
    counts = [content[:4] for name, content in animation if name == b"acTL"]
    frames = [content for name, content in animation if name == b"fcTL"]
    numbers = [content[:4] for name, content in animation if name != b"acTL"]
    if [int.from_bytes(count, "big") for count in counts] != [len(frames)] or not frames:
        return False
    if numbers != [index.to_bytes(4, "big") for index in range(len(numbers))]:
        return False
    width, height = _integers(size, 2)
    for frame in frames:
        across, down, x, y = _integers(frame[4:20], 4)
        if not (across and down and x + across <= width and y + down <= height):
            return False
    return True


def _integers(content: bytes, count: int) -> list[int]:
    return [int.from_bytes(content[4 * index : 4 * index + 4], "big") for index in range(count)]


def _unpacked_size(name: bytes, content: bytes, colour_type: int) -> int | None:
    """Return the bytes that Pillow keeps of a chunk, of texts at least; None if it fails on it."""
    if name == b"tRNS":
        return 0 if len(content) >= _LEAST_TRANSPARENCY.get(colour_type, 0) else None
    if name == b"cHRM" and len(content) % 4:
        return None
    if name in (b"zTXt", b"iCCP"):
        _, _, rest = content.partition(b"\0")
        return _inflated_size(rest[1:]) if rest[:1] == b"\0" else None
    if name == b"iTXt":
        _, _, rest = content.partition(b"\0")
        if rest[:1] != b"\1":
            return len(content)
        *_, packed = rest[2:].split(b"\0", 2)
        return _inflated_size(packed) if rest[1:2] == b"\0" else None
    return len(content) if len(content) >= _LEAST.get(name, 0) else None


def _inflated_size(packed: bytes) -> int | None:
    """Return the size of what was packed; None if it is none, or more than Pillow takes."""
    unpacker = zlib.decompressobj()
    try:
        size = len(unpacker.decompress(packed, MAX_TEXT_CHUNK))
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else size


class _Without(io.BufferedReader):
    """A file without some of its parts, as far as it is read and sought."""

    def __init__(self, file: io.BufferedReader, left_out: Sequence[tuple[int, int]]) -> None:
        """Args:
        file: The file to read; it is not closed here.
        left_out: (first byte, byte after the last) of the parts, in order.
        """
        super().__init__(io.BytesIO())
        self._file, self._at = file, 0
        self._here, self._there = [0], [0]  # where each part begins, and where in `file`
        for first, after in left_out:
            self._here.append(self._here[-1] + first - self._there[-1])
            self._there.append(after)

    def read(self, size: int | None = -1, /) -> bytes:
        read = []
        while size:
            part = bisect_right(self._here, self._at) - 1
            self._file.seek(self._there[part] + self._at - self._here[part])
            wanted = -1 if size is None or size < 0 else size
            if part + 1 < len(self._here):
                left = self._here[part + 1] - self._at
                wanted = left if wanted < 0 else min(wanted, left)
            read.append(self._file.read(wanted))
            self._at += len(read[-1])
            if wanted < 0 or len(read[-1]) < wanted:
                break
            size = size if size is None or size < 0 else size - wanted
        return b"".join(read)

    def seek(self, target: int, whence: int = 0, /) -> int:
        if whence == 2:
            raise io.UnsupportedOperation("its end is not known")
        self._at = target + (self._at if whence == 1 else 0)
        return self._at

    def tell(self) -> int:
        return self._at
