"""Upscales an image in parts without visible seams, and in smaller ones when memory runs out.

Each part is computed with `halo` pixels around it, which are cut away afterwards. Independent of
the network: `run` is any function that upscales pixels by 4.
"""

import math
from collections.abc import Callable

import numpy as np

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.image.rect import Rect, split
from cozviewer.pyramid.geometry import STEP_LEVELS, STEP_SCALE, finer
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

SMALLEST = 32
"""Minimum side of a part in parent pixels."""


def upscale_in_parts(
    rgb: Rgb8 | RgbFloat,
    run: Callable[[RgbFloat, Progressed], RgbFloat],
    *,
    most: int,
    halo: int,
    cancelled: IsCancelled,
    shrunk: Callable[[int], None],
    progressed: Progressed = ignore,
) -> RgbFloat:
    """Return `rgb` upscaled by 4 with `run`, part by part.

    Args:
        rgb: (H, W, 3), uint8 or float32 0..1.
        run: Gets a writable, contiguous (h, w, 3) float32 and a function that receives its
            progress, returns (4h, 4w, 3) float32; raises MemoryError when the part is too large,
            which is then halved.
        most: Maximum parent pixels of a part without its halo. An image with no more is one part.
        halo: Parent pixels around a part, as far as the image has them.
        cancelled: Checked before each part.
        shrunk: Receives the new `most` when memory runs out.
        progressed: Receives the finished part of the whole image.

    Raises:
        Cancelled: `cancelled` returned True.
        Failure: Memory ran out even with the smallest parts.
    """
    height, width = rgb.shape[:2]
    whole = Rect(0, 0, width, height)
    try:
        result = np.empty((height * STEP_SCALE, width * STEP_SCALE, 3), np.float32)
    except MemoryError as error:
        raise _too_little(whole) from error
    waiting, done = _parts(whole, most), 0
    while waiting:
        check_cancelled(cancelled)
        part = waiting[0]

        def moved(share: float, part: Rect = part, done: int = done) -> None:
            progressed((done + share * part.area) / whole.area)

        try:
            _place(result, rgb, part, part.grown(halo).intersected(whole), run, moved)
        except MemoryError as error:
            side = -(-max(part.width, part.height) // 2)
            if side < SMALLEST:
                raise _too_little(part) from error
            waiting = [small for rect in waiting for small in split(rect, side)]
            shrunk(side * side)
        else:
            done += waiting.pop(0).area
    return result


def _place(
    result: RgbFloat,
    rgb: Rgb8 | RgbFloat,
    part: Rect,
    haloed: Rect,
    run: Callable[[RgbFloat, Progressed], RgbFloat],
    progressed: Progressed,
) -> None:
    """Compute a part with its halo and write it, without the halo, into `result`."""
    pixels = np.array(
        to_float(rgb[haloed.y : haloed.bottom, haloed.x : haloed.right]), np.float32, order="C"
    )
    fine = run(pixels, progressed)
    cut = finer(part.moved(-haloed.x, -haloed.y), STEP_LEVELS)
    target = finer(part, STEP_LEVELS)
    result[target.y : target.bottom, target.x : target.right] = fine[
        cut.y : cut.bottom, cut.x : cut.right
    ]


def _parts(whole: Rect, most: int) -> list[Rect]:
    """Return parts of about the same size that cover an image; one if it is small enough."""
    return [whole] if whole.area <= most else split(whole, max(SMALLEST, math.isqrt(most)))


def _too_little(part: Rect) -> Failure:
    return Failure(
        translate(
            "Error",
            "Not enough memory to enlarge even {width} × {height} pixels: close other "
            "programs, or choose another device or engine.",
        ).format(width=part.width, height=part.height)
    )
