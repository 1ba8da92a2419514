"""Enlarges the centre of an image directly, as a baseline for chains.

As in the authors' code (`inference_coz.py`, rec_type nearest, bicubic and onestep): the middle
512/scale pixels of the first state, cut out first and then interpolated to 512x512.
"""

import math
from typing import Literal

import numpy as np
from PIL import Image

from cozviewer.image.pixels import Rgb8

_FILTERS = {"nearest": Image.Resampling.NEAREST, "bicubic": Image.Resampling.BICUBIC}


def enlarged_middle(
    image: Rgb8, seen: float, side: int, method: Literal["nearest", "bicubic"]
) -> Rgb8:
    """Return the enlarged centre of a square image.

    Args:
        image: (S, S, 3) uint8, S even.
        seen: Side of the central area, in pixels of `image`; may be less than one.
        side: Side of the result in pixels.

    Returns:
        (side, side, 3) uint8. It depends only on the smallest central square with an even number
        of pixels that contains `seen`.
    """
    cut = 2 * math.ceil(seen / 2)
    edge = (image.shape[0] - cut) // 2
    middle = Image.fromarray(image[edge : edge + cut, edge : edge + cut])
    near, far = (cut - seen) / 2, (cut + seen) / 2
    return np.asarray(middle.resize((side, side), _FILTERS[method], box=(near, near, far, far)))
