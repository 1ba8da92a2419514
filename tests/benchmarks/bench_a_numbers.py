"""The bare network on the crop of a 1280 x 800 view at x4, in each number format that there is."""

import time

import numpy as np

from cozviewer.image.pixels import RgbFloat, to_float
from cozviewer.image.source import open_source
from cozviewer.models.context import ModelContext
from cozviewer.models.device import supported_numbers
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show

ROUNDS = 2


def test_numbers() -> None:
    print("\n9. The bare network on 320 x 200 pixels, CPU time of all threads")
    crop = to_float(np.ascontiguousarray(open_source(SAMPLE).levels[0][300:500, 400:720]))
    exact: tuple[float, RgbFloat] | None = None
    for numbers in supported_numbers("cpu"):
        engine = realesrgan(ModelContext("cpu", numbers=numbers, notice=print))
        seconds, fine = _run(engine, crop)
        exact = exact or (seconds, fine)
        show(numbers, f"{seconds:.2f} core-seconds")
        if fine is not exact[1]:
            decibels = -10 * np.log10(np.mean((fine - exact[1]) ** 2))
            show("   times as fast as fp32", f"{exact[0] / seconds:.1f}")
            show("   PSNR to it, before fidelity", f"{decibels:.1f} dB")


def _run(engine: NetworkUpscaler, crop: RgbFloat) -> tuple[float, RgbFloat]:
    """Return the core-seconds of the fastest of some runs, and the result before fidelity."""
    engine.load()
    network = engine.network()
    best, fine = float("inf"), crop
    for _ in range(ROUNDS):
        started = time.process_time()
        fine = network.run(crop, never)
        best = min(best, time.process_time() - started)
    return best, fine
