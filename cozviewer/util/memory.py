"""Memory that is free in the heaps of the C library, and still counts as the program's."""

import ctypes
import sys

HEAPS = 2
"""Heaps of the C library that all threads share."""

LARGE = 1 << 20
"""Bytes from which an allocation is kept apart: sheets of tiles, frames, the features of networks.
Below that, blocks and tiles of photos."""

_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1  # of glibc's malloc.h
_MOST_LARGE = 32 << 20  # its DEFAULT_MMAP_THRESHOLD_MAX


def share_heaps() -> None:
    """Let later threads share `HEAPS` heaps of the C library, instead of up to eight for each core.

    Of photos and tiles that come and go each heap keeps pages that are half full, and with many
    heaps this grows for an hour. Threads seldom wait for each other here: what is large has no
    heap. Where the C library is not glibc it does nothing.
    """
    _set(_M_ARENA_MAX, HEAPS)


def keep_large_apart(apart: bool) -> None:
    """Give each later allocation of LARGE bytes memory of its own, which returns to the system when
    it is freed; or keep what was freed for the next one.

    By itself glibc raises the bound, up to 32 MiB, whenever something large was freed. That is
    quicker: a millisecond for a frame of 1280 x 800 pixels, a tenth of the time of a draft. But
    frames and features leave gaps in the heaps, of 50 MB in the window and 100 MB beside a network.
    Any thread; where the C library is not glibc it does nothing.
    """
    bound = LARGE if apart else _MOST_LARGE
    _set(_M_MMAP_THRESHOLD, bound)
    _set(_M_TRIM_THRESHOLD, 2 * bound)  # as glibc itself


def _set(option: int, value: int) -> None:
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(option, value)


def return_free_memory() -> None:
    """Return it to the system. Takes some tens of milliseconds; any thread, without the
    interpreter's lock.

    glibc has a heap for each of several threads, and keeps in them what was freed between what is
    in use: photos and the features of networks, of some megabytes each. Over a day of other photos
    this adds up to a gigabyte. Elsewhere it does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
