"""Memory that is free in the heaps of the C library, and still counts as the program's."""

import ctypes
import sys


def return_free_memory() -> None:
    """Return it to the system. Takes some tens of milliseconds; any thread, without the
    interpreter's lock.

    glibc has a heap for each of several threads, and keeps in them what was freed between what is
    in use: photos and the features of networks, of some megabytes each. Over a day of other photos
    this adds up to a gigabyte. Elsewhere it does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
