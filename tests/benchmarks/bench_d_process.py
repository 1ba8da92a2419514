"""What it costs that models run in a process of their own: drafts in turns here and there."""

import time
from pathlib import Path

import numpy as np

from cozviewer.chain.protocols import Upscaler
from cozviewer.image.pixels import RgbFloat, to_float
from cozviewer.image.source import open_source
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.worker.remote import RemoteModels
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show

ROUNDS = 20


def test_process(tmp_path: Path) -> None:
    print("\n10. Drafts of 152 x 152 pixels on a thread, and in a process of their own")
    crop = to_float(np.ascontiguousarray(open_source(SAMPLE).levels[0][300:452, 400:552]))
    models, here = RemoteModels(), compact(cache_dir=tmp_path, notice=print)
    there = models.drafts(here, tmp_path, print)
    try:
        here.load()
        there.load()
        times = [(_seconds(here, crop), _seconds(there, crop)) for _ in range(ROUNDS)]
    finally:
        models.close()
    for name, values in zip(("thread", "process"), zip(*times, strict=True), strict=True):
        least, middle = min(values), sorted(values)[ROUNDS // 2]
        show(name, f"{1000 * least:.0f} ms at least, {1000 * middle:.0f} ms mostly")


def _seconds(upscaler: Upscaler, crop: RgbFloat) -> float:
    started = time.perf_counter()
    upscaler.upscale(crop, "", 0, never)
    return time.perf_counter() - started
