"""Memory that is free in the heaps of the C library, and still counts as the program's."""

import ctypes
import sys

HEAPS = 2
"""Heaps of the C library that all threads share."""

LARGE = 1 << 20
"""Bytes from which an allocation has memory of its own, which returns to the system when it is
freed: sheets of tiles, frames, the features of networks. Below that, blocks and tiles of photos."""

_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1  # of glibc's malloc.h


def keep_heaps_small() -> None:
    """Let later threads share `HEAPS` heaps of the C library, instead of up to eight for each core,
    and keep what is `LARGE` out of them.

    Of photos and tiles that come and go each heap keeps pages that are half full, and with many
    heaps this grows for an hour. Threads seldom wait for each other here: what is large has no
    heap. By itself glibc raises that bound up to 32 MiB as soon as something large was freed; then
    frames and features leave gaps in the heaps, of 50 MB in the window and 150 MB beside a network
    after a step. New pages cost a tenth of a millisecond for each MiB. Where the C library is not
    glibc it does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_M_ARENA_MAX, HEAPS)
        library.mallopt(_M_MMAP_THRESHOLD, LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, 2 * LARGE)  # the usual ratio


def return_free_memory() -> None:
    """Return it to the system. Takes some tens of milliseconds; any thread, without the
    interpreter's lock.

    glibc has a heap for each of several threads, and keeps in them what was freed between what is
    in use: photos and the features of networks, of some megabytes each. Over a day of other photos
    this adds up to a gigabyte. Elsewhere it does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
