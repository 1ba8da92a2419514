"""How units, and what they drew, travel between processes.

Ray pickles with a pickler written in Python, and counts every array: for a small unit that takes as
long as joining it. So small things go as bytes of Python's own pickler, which Ray passes on as they
are. Large ones are left to Ray, which moves their arrays without copying them. Both only between
the processes of one private cluster (see packaging/CLUSTER.md).
"""

import pickle
from typing import Any

SMALL = 96_000
"""Bytes of arrays up to which something is small; Ray keeps larger objects in memory that the
processes of a node share."""


def packed(value: Any, size: int = 0) -> Any:
    """Return what is sent for something.

    Args:
        value: It must be possible to pickle it; handles are not, unless it is large.
        size: Bytes of its arrays.
    """
    return value if size > SMALL else pickle.dumps(value, protocol=5)


def unpacked(sent: Any) -> Any:
    """Return the value of what `packed` returned."""
    return pickle.loads(sent) if isinstance(sent, bytes) else sent
