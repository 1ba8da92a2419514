"""What passes between the window and the process that runs models: JSON and arrays of pixels.

A frame is a prefix (a mark, the bytes of the header, the bytes of the pixels), the header as JSON,
and the pixels as they lie in memory. Nothing in it is run, and sizes are checked before memory is
reserved.
"""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

LONGEST_HEADER = 1 << 22
"""Bytes; tracebacks are the longest texts."""

LARGEST = 1 << 34
"""Bytes of all pixels of a frame."""

_MARK = b"czw1"
_PREFIX = struct.Struct("<4sIQ")
_TYPES: Mapping[str, np.dtype[Any]] = {"u1": np.dtype(np.uint8), "f4": np.dtype(np.float32)}


class Garbled(Exception):
    """What was read is not a frame."""


class Truncated(Garbled):
    """The stream ended within a frame."""


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One message.

    Attributes:
        header: What JSON can hold.
        arrays: Arrays of uint8 or float32.
    """

    header: Mapping[str, Any]
    arrays: Sequence[NDArray[Any]] = ()


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write a frame to a buffered stream. Pixels are not copied if they are contiguous.

    Raises:
        OSError: The other side is gone.
    """
    arrays = [np.ascontiguousarray(array) for array in frame.arrays]
    described = [[array.dtype.str[1:], array.shape] for array in arrays]
    header = json.dumps({**frame.header, "arrays": described}).encode()
    stream.write(_PREFIX.pack(_MARK, len(header), sum(array.nbytes for array in arrays)))
    stream.write(header)
    for array in arrays:
        if array.size:
            stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read a frame; None at the end of the stream.

    Raises:
        Truncated: The stream ends within the frame.
        Garbled: It is not a frame.
        MemoryError: There is no memory for its pixels.
    """
    prefix = stream.read(_PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < _PREFIX.size:
        raise Truncated("a prefix that ends early")
    mark, length, size = _PREFIX.unpack(prefix)
    if mark != _MARK or length > LONGEST_HEADER or size > LARGEST:
        raise Garbled("no prefix of a frame")
    content = stream.read(length)
    if len(content) < length:
        raise Truncated("a header that ends early")
    try:
        header = json.loads(content)
        described = header.pop("arrays")
        arrays = [_empty(kind, shape) for kind, shape in described]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Garbled("no header of a frame") from error
    if sum(array.nbytes for array in arrays) != size:
        raise Garbled("pixels of another size than the header says")
    for array in arrays:
        _fill(stream, array)
    return Frame(header, arrays)


def _empty(kind: str, shape: Sequence[int]) -> NDArray[Any]:
    dtype = _TYPES[kind]
    sides = [int(side) for side in shape]
    if min(sides, default=0) < 0 or math.prod(sides) * dtype.itemsize > LARGEST:
        raise ValueError(shape)
    array: NDArray[Any] = np.empty(sides, dtype)
    return array


def _fill(stream: BinaryIO, array: NDArray[Any]) -> None:
    view = array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")
    at = 0
    while at < len(view):
        count = stream.readinto(view[at:])  # type: ignore[attr-defined]
        if not count:
            raise Truncated("pixels that end early")
        at += count
