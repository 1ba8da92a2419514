"""Consistency of generated detail with its parent level.

A generated level, downscaled, should equal its parent. Where it does not, the model has changed
existing content instead of only adding detail; such places are the least reliable.
"""

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import shrunk
from cozviewer.image.pixels import Rgb8, to_float
from cozviewer.pyramid.geometry import STEP_SCALE

BLOCK = 4
"""Side of a block in parent pixels."""


def departure(child: Rgb8, parent: Rgb8) -> NDArray[np.float32]:
    """Return the deviation of a level from its parent, block by block.

    Args:
        child: (4H, 4W, 3) uint8.
        parent: (H, W, 3) uint8, the same region of the parent level.

    Returns:
        (ceil(H / BLOCK), ceil(W / BLOCK)) float32, in grey levels: the root mean square difference
        over the block, in the channel where it is largest.
    """
    height, width = parent.shape[:2]
    assert child.shape[:2] == (height * STEP_SCALE, width * STEP_SCALE)
    difference = (shrunk(to_float(child)) - to_float(parent)) * np.float32(255)
    edge = ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0))
    squares = np.pad(difference**2, edge, mode="edge")
    rows, columns = squares.shape[0] // BLOCK, squares.shape[1] // BLOCK
    blocks = squares.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))
    figures: NDArray[np.float32] = np.sqrt(blocks.max(axis=2))
    return figures
