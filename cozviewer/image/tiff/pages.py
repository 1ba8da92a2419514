"""The pages of a TIFF: which of its directories are images, and what the file is.

A directory may hold a reduced copy of another one, a mask, or the sensor's values of a camera raw
file; a viewer that takes the first one shows a thumbnail. (TIFF 6.0; TIFF Technical Note 1 on
SubIFDs; DNG 1.7, chapter 4.)
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cozviewer.image.resolution import Resolution, resolution
from cozviewer.image.tiff.tiff_subject import TAGS as SUBJECT_TAGS

MOST_PAGES = 10_000
"""Directories that are examined."""

_MOST_VALUES = 4096
"""Values of a tag that are read."""

_SUBFILE, _OLD_SUBFILE, _PHOTOMETRIC = 254, 255, 262
_WIDTH, _HEIGHT = 256, 257
_X_RESOLUTION, _Y_RESOLUTION, _UNIT, _SUB_DIRECTORIES = 282, 283, 296, 330
_READ = {
    *(_SUBFILE, _OLD_SUBFILE, _PHOTOMETRIC, _WIDTH, _HEIGHT),
    *(_X_RESOLUTION, _Y_RESOLUTION, _UNIT, _SUB_DIRECTORIES),
    *SUBJECT_TAGS,
}
_DESCRIPTION = 270

_IMAGEJ_UNITS = {
    **dict.fromkeys((b"micron", b"um", b"\xb5m", b"\xc2\xb5m", b"\\u00B5m"), 1e4),
    **{b"nm": 1e7, b"mm": 10.0, b"cm": 1.0, b"m": 0.01, b"inch": 1 / 2.54},
}
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2
_SENSOR, _LINEAR_SENSOR = 32803, 34892
"""Photometric interpretations of camera raw files: DNG, NEF, ARW, PEF, ..."""

_FORMATS = {1: "B", 3: "H", 4: "I", 5: "II", 12: "d", 13: "I", 16: "Q", 18: "Q"}
"""struct's formats of the TIFF types that are read."""


@dataclass(frozen=True)
class Directory:
    """One directory of a TIFF.

    Attributes:
        offset: Where it begins in the file.
        values: The numbers of the tags that are of interest here.
        description: The start of the text about the image.
    """

    offset: int
    values: dict[int, tuple[float, ...]]
    description: bytes = b""

    def first(self, tag: int, otherwise: int) -> int:
        """Return the first number of a tag."""
        return int((self.values.get(tag) or (otherwise,))[0])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as the file has them; 0 where it does not say."""
        return self.first(_WIDTH, 0), self.first(_HEIGHT, 0)

    @property
    def reduced(self) -> bool:
        """Whether it is a smaller copy of another one, or a mask."""
        kind = self.first(_SUBFILE, 0)
        return bool(kind & (_REDUCED | _MASK)) or self.first(_OLD_SUBFILE, 0) == _OLD_REDUCED

    @property
    def raw(self) -> bool:
        """Whether it holds what a camera's sensor measured."""
        return self.first(_PHOTOMETRIC, 0) in (_SENSOR, _LINEAR_SENSOR)

    @property
    def resolution(self) -> Resolution | None:
        unit = self.first(_UNIT, 2)
        numbers = [self.values.get(tag, (0.0,))[0] for tag in (_X_RESOLUTION, _Y_RESOLUTION)]
        if unit not in (2, 3) and self.description.startswith(b"ImageJ="):
            per_cm = _imagej_units_per_cm(self.description)
            return resolution(numbers[0] * per_cm, numbers[1] * per_cm, "cm")
        if unit not in (2, 3):
            return None
        return resolution(numbers[0], numbers[1], "inch" if unit == 2 else "cm")


def pages_of(file: io.BufferedReader) -> list[Directory]:
    """Return the directories of a TIFF that are images of full size; afterwards the file is at
    its start.

    Args:
        file: A TIFF or BigTIFF.

    Returns:
        Of a camera raw file those with what the sensor measured.
    """
    file.seek(0)
    reader = _Reader(file)
    try:
        chain = list(reader.chain())
        pages = []
        for directory in chain:
            if not directory.reduced:
                pages.append(directory)
                continue
            parts = map(reader.directory, map(int, directory.values.get(_SUB_DIRECTORIES, ())))
            pages += [part for part in parts if part is not None and not part.reduced]
    finally:
        file.seek(0)
    return [page for page in pages if not page.raw] or pages or chain


def smaller_versions(file: io.BufferedReader, page: Directory) -> list[Directory]:
    """Return the directories that may be smaller versions of a page, finest first; afterwards the
    file is at its start.

    They are listed by the page (SubIFDs), or follow it. Programs that mark none as reduced are
    common, so those count that keep its proportions and are at most 5/8 as large as the one before.

    Args:
        file: A TIFF or BigTIFF.
        page: One of `pages_of`.
    """
    file.seek(0)
    reader = _Reader(file)
    try:
        listed = map(reader.directory, map(int, page.values.get(_SUB_DIRECTORIES, ())))
        chain = list(reader.chain())
    finally:
        file.seek(0)
    place = next((n for n, one in enumerate(chain) if one.offset == page.offset), len(chain))
    found: list[Directory] = []
    for candidates in ((one for one in listed if one is not None), chain[place + 1 :]):
        before = page
        for one in candidates:
            if _is_smaller(one, before, page):
                found.append(one)
                before = one
            elif not one.reduced:
                break
        if found:
            break
    return found


def _is_smaller(one: Directory, before: Directory, page: Directory) -> bool:
    """Return whether a directory may be a version of `page` that is smaller than `before`."""
    (width, height), (full_width, full_height) = one.size, page.size
    if min(width, height, full_width, full_height) < 1 or one.first(_SUBFILE, 0) & _MASK:
        return False
    if one.first(_PHOTOMETRIC, -1) != page.first(_PHOTOMETRIC, -1):
        return False
    # Rounding may take a pixel of either side.
    across, down = full_width / width, full_height / height
    alike = abs(across - down) <= across / height + down / width
    return alike and width * 8 <= before.size[0] * 5 + 8


def starting_at(file: io.BufferedReader, directory: Directory) -> io.BufferedReader:
    """Return a view of a TIFF in which `directory` is the first one."""
    return io.BufferedReader(_StartingAt(file, directory.offset))


class _Reader:
    """Reads directories, whatever the byte order and the size of offsets."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        head = file.read(16)
        self._order = ">" if head[:2] == b"MM" else "<"
        self._big = head[2:4] in (b"+\0", b"\0+")
        self._offset = "Q" if self._big else "I"
        at = 8 if self._big else 4
        self._start = self._numbers(head[at:], self._offset)

    def chain(self) -> Iterator[Directory]:
        """Yield the directories one after the other, each once."""
        seen: set[int] = set()
        offset = self._start[0] if self._start else 0
        while offset and offset not in seen and len(seen) < MOST_PAGES:
            seen.add(offset)
            directory = self.directory(offset)
            if directory is None:
                return
            yield directory
            following = self._numbers(self._file.read(8 if self._big else 4), self._offset)
            offset = following[0] if following else 0

    def directory(self, offset: int) -> Directory | None:
        """Return the directory at `offset`, and leave the file behind its entries."""
        if not self._seek(offset):
            return None
        count = self._numbers(self._file.read(8 if self._big else 2), "Q" if self._big else "H")
        if not count or count[0] > _MOST_VALUES:
            return None
        size, inline = (20, 8) if self._big else (12, 4)
        entries = self._file.read(size * count[0])
        values: dict[int, tuple[float, ...]] = {}
        description = b""
        for at in range(0, len(entries) - size + 1, size):
            tag, kind, number = struct.unpack_from(self._order + "HH" + self._offset, entries, at)
            if tag == _DESCRIPTION and kind == 2 and inline < number:
                (place,) = struct.unpack_from(
                    self._order + self._offset, entries, at + size - inline
                )
                description = (
                    self._file.read(min(number, _MOST_VALUES)) if self._seek(place) else b""
                )
            if tag not in _READ or kind not in _FORMATS or not 0 < number <= _MOST_VALUES:
                continue
            form = self._order + _FORMATS[kind] * number
            content = entries[at + size - inline : at + size]
            if struct.calcsize(form) > inline:
                (place,) = struct.unpack(self._order + self._offset, content)
                if not self._seek(place):
                    continue
                content = self._file.read(struct.calcsize(form))
            if len(content) >= struct.calcsize(form):
                numbers = struct.unpack(form, content[: struct.calcsize(form)])
                values[tag] = _fractions(numbers) if kind == 5 else numbers
        self._seek(offset + (8 if self._big else 2) + size * count[0])
        return Directory(offset, values, description)

    def _numbers(self, content: bytes, form: str) -> tuple[int, ...]:
        """Return the number at the start of `content`; nothing if that is too short."""
        size = struct.calcsize(form)
        return struct.unpack(self._order + form, content[:size]) if len(content) >= size else ()

    def _seek(self, offset: int) -> bool:
        if offset >= 1 << 63:
            return False
        self._file.seek(offset)
        return True


def _imagej_units_per_cm(description: bytes) -> float:
    """Return how many of ImageJ's units of length are a centimetre; 0 for unknown ones.

    ImageJ keeps pixels per unit as the resolution of TIFF, and the unit in the description
    (ij.io.FileInfo, TiffEncoder).
    """
    lines = (line.partition(b"=") for line in description.splitlines())
    unit = next((value for name, _, value in lines if name == b"unit"), b"")
    return _IMAGEJ_UNITS.get(unit.strip(), 0.0)


def _fractions(numbers: tuple[int, ...]) -> tuple[float, ...]:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return tuple(above / below if below else 0.0 for above, below in pairs)


class _StartingAt(io.RawIOBase):
    """A TIFF whose header names another directory as the first one."""

    def __init__(self, file: io.BufferedReader, offset: int) -> None:
        super().__init__()
        self._file, self._at = file, 0
        file.seek(0)
        head = file.read(16)
        order = ">" if head[:2] == b"MM" else "<"
        big = head[2:4] in (b"+\0", b"\0+")
        place = struct.pack(order + ("Q" if big else "I"), offset)
        start = 8 if big else 4
        self._head = head[:start] + place + head[start + len(place) :]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def tell(self) -> int:
        return self._at

    def seek(self, target: int, whence: int = 0, /) -> int:
        if whence == 2:
            self._at = self._file.seek(target, 2)
        else:
            self._at = target + (self._at if whence == 1 else 0)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        self._file.seek(self._at)
        content = self._file.read(len(view))
        if self._at < len(self._head):
            start = self._head[self._at : self._at + len(content)]
            content = start + content[len(start) :]
        view[: len(content)] = content
        self._at += len(content)
        return len(content)
