"""Lowers the priority of threads that compute for long."""

import os
import sys
import threading

NICENESS = 10
"""Of threads that compute for long, where the system knows it for single threads."""


def lower_priority() -> None:
    """Lower the calling thread's priority, on Linux alone. The threads that torch starts from here
    inherit it."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
