"""The middle of a picture, enlarged in one go: what a chain is compared with.

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
    picture: Rgb8, seen: float, side: int, method: Literal["nearest", "bicubic"]
) -> Rgb8:
    """Return the middle of a square picture, enlarged.

    Args:
        picture: (S, S, 3) uint8, S even.
        seen: Side of the middle that is shown, in pixels of `picture`; may be a fraction of one.
        side: Of the result in pixels.

    Returns:
        (side, side, 3) uint8. Nothing outside the least even number of pixels that hold `seen` has
        an influence on it.
    """
    cut = 2 * math.ceil(seen / 2)
    edge = (picture.shape[0] - cut) // 2
    middle = Image.fromarray(picture[edge : edge + cut, edge : edge + cut])
    near, far = (cut - seen) / 2, (cut + seen) / 2
    return np.asarray(middle.resize((side, side), _FILTERS[method], box=(near, near, far, far)))
