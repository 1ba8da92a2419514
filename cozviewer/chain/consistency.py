"""How far generated detail departs from what it was made from.

A generated level, shrunk back, should be its parent again. Where it is not, the model has changed
what was there instead of only adding to it; these are the places to doubt first.
"""

import numpy as np
from numpy.typing import NDArray

from cozviewer.chain.fidelity import shrunk
from cozviewer.image.pixels import Rgb8, to_float
from cozviewer.pyramid.geometry import STEP_SCALE

BLOCK = 4
"""Side in parent pixels of what one figure is given for."""


def departure(child: Rgb8, parent: Rgb8) -> NDArray[np.float32]:
    """Return how far a level departs from its parent, block by block.

    Args:
        child: (4H, 4W, 3) uint8.
        parent: (H, W, 3) uint8, the same region one step up.

    Returns:
        (ceil(H / BLOCK), ceil(W / BLOCK)) float32, in grey levels: over the block, the root mean
        square of the difference in the channel where it is largest.
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
