"""Memory that is free in the heaps of the C library, and still counts as the program's."""

import ctypes
import sys

HEAPS = 2
"""Heaps of the C library that all threads share."""

_M_ARENA_MAX = -8  # of glibc's malloc.h


def share_heaps() -> None:
    """Let later threads share `HEAPS` heaps of the C library, instead of up to eight for each core.

    Of photos and tiles that come and go each heap keeps pages that are half full, and with many
    heaps this grows for an hour. Threads seldom wait for each other here: what is large has no
    heap. Where the C library is not glibc it does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_M_ARENA_MAX, HEAPS)


def return_free_memory() -> None:
    """Return it to the system. Takes some tens of milliseconds; any thread, without the
    interpreter's lock.

    glibc has a heap for each of several threads, and keeps in them what was freed between what is
    in use: photos and the features of networks, of some megabytes each. Over a day of other photos
    this adds up to a gigabyte. Elsewhere it does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
