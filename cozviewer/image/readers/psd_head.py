"""Which Photoshop files hold a finished image that Pillow reads as it should."""

import io
import struct

_CHANNELS = {1: 1, 3: 3, 4: 4}
"""Of grey, RGB and CMYK by their numbers."""

_VERSION_INFO = 1057
_MOST_RESOURCES = 1 << 24


def is_flat(file: io.BufferedReader) -> bool:
    """Return whether Pillow reads the finished image of a file as it should: PSD of 8 bits
    without opacity, in which one was saved. The file is at its start afterwards."""
    try:
        version, channels, depth, mode = struct.unpack(">4xH6xH8xHH", file.read(26))
    except struct.error:
        return False
    finally:
        file.seek(0)
    plain = version == 1 and depth == 8 and _CHANNELS.get(mode) == channels
    return plain and has_merged(file)


def has_merged(file: io.BufferedReader) -> bool:
    """Return whether a finished image was saved in a file, of which old programs say nothing.
    The file is at its start afterwards."""
    try:
        file.seek(26)
        (colours,) = struct.unpack(">I", file.read(4))
        file.seek(colours, 1)
        (size,) = struct.unpack(">I", file.read(4))
        resources = file.read(min(size, _MOST_RESOURCES))
    except struct.error:
        return False
    finally:
        file.seek(0)
    at = resources.find(b"8BIM" + struct.pack(">H", _VERSION_INFO))
    return at < 0 or resources[at + 16 : at + 17] != b"\0"
