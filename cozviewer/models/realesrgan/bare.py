"""An engine's network by itself: one run over all of a picture, without parts and context.

Nothing that is drawn with the engine can be faster, so `cozviewer bench` measures against it.
"""

import numpy as np

from cozviewer.chain.protocols import Upscaler
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.models.network import run_network
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import Failure


def bare_run(upscaler: Upscaler, rgb: Rgb8, cancelled: IsCancelled) -> RgbFloat:
    """Return a picture made 4x finer in a single run, what is beyond its edges unknown. An engine
    that is more than a network (`coz`), or less (`bicubic`), upscales it as it always does.

    Args:
        upscaler: Loaded, or loaded now.
        rgb: (H, W, 3) uint8.
        cancelled: Asked within the run.

    Returns:
        (4H, 4W, 3) float32 in 0..1.

    Raises:
        Cancelled: `cancelled` said so.
        Failure: The device failed, or the picture is too large for it.
    """
    if not isinstance(upscaler, NetworkUpscaler):
        return upscaler.upscale(rgb, "", 0, cancelled)
    network = upscaler._loaded(cancelled)
    pixels = np.array(to_float(rgb), np.float32, order="C")
    try:
        return run_network(network, pixels, cancelled)
    except MemoryError as error:
        height, width = rgb.shape[:2]
        raise Failure(
            f"There is too little memory for a single run over {width} × {height} pixels: "
            "close other programs, or measure with --quick."
        ) from error
