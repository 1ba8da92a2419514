"""Memory and time of the command for images of gigapixels, with units that are drawn by nobody.

Every measurement has a process of its own. BENCH_PLANS and BENCH_WORKS are gigapixels of output at
x16, planned only, and driven by a worker that returns the same tiles at once, into a real store.
"""

import math
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import psutil

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import ignore
from cozviewer.cluster.crew import NodeWork
from cozviewer.cluster.generator import ClusterGenerator
from cozviewer.cluster.link import ClusterOptions, Share
from cozviewer.cluster.parcels import bundle_of
from cozviewer.cluster.schedule import Schedule
from cozviewer.cluster.units import plans
from cozviewer.cluster.worker import Report, UnitTask, UnitWorker
from cozviewer.image.source import Source
from cozviewer.pyramid.geometry import TILE
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.pyramid.store.tile_codec import encode_tile
from cozviewer.util.cancel import never
from tests.benchmarks.desk import show
from tests.cluster.in_process import Actor, InProcess
from tests.cluster.sleepers import make, sleeping

PLANS = tuple(map(float, os.environ.get("BENCH_PLANS", "2,20,250").split(",")))
WORKS = tuple(map(float, os.environ.get("BENCH_WORKS", "2").split(",")))
LEVEL = 4


class Painter(UnitWorker):
    """Returns grey tiles at once."""

    def draw(self, task: UnitTask, *inputs: Any) -> tuple[Any, Any, Any]:
        bundle = bundle_of([(key, GREY) for key in task.run.keys])
        return Report(0.0, 0.0, bundle.size), bundle, None


GREY = encode_tile(np.full((TILE, TILE, 3), 99, np.uint8))


class Painters(InProcess):
    """A link to workers that draw nothing."""

    def start_worker(self, setup: Any, share: Share) -> Any:
        return Actor(self.module, Painter(setup, lambda ref: ref.value))


def chain_over(gigapixels: float, path: Path | None) -> Chain:
    """Return a chain over a square photo without pixels, of as many gigapixels at x16."""
    made = sleeping(0, True)
    side = math.isqrt(round(gigapixels * 1e9 / 4**LEVEL))
    pixels = SimpleNamespace(levels=None)
    source = cast(
        Source,
        SimpleNamespace(
            width=side,
            height=side,
            alpha=None,
            coarsest=0,
            medical=False,
            name="grey",
            digest="0" * 64,
            page=1,
            path=None,
            pixels=lambda *_: pixels,
        ),
    )
    key = StoreKey(source.digest, "grey", side, side, made.recipe.digest, made.recipe.text)
    pyramid = Pyramid(source, TileStore.open(path, key, ignore))
    return Chain(pyramid, made.upscaler, made.prompter, made.recipe)


def planned(gigapixels: float) -> str:
    """Go through a plan; return what it took."""
    chain = chain_over(gigapixels, None)
    began = time.process_time()
    plan = next(plans(chain, LEVEL, chain.pyramid.level_rect(LEVEL)))
    first = time.process_time() - began
    schedule, most = Schedule(plan), 0
    while (unit := schedule.take()) is not None:
        schedule.drawn(unit)
        schedule.stored(unit)
        most = max(most, schedule.alive)
    chain.pyramid.store.close()
    spent = 1e6 * (time.process_time() - began) / plan.units
    return f"{plan.units:,} units, {most:,} alive; {first:.1f} s before; {spent:.0f} µs a unit"


def driven(gigapixels: float) -> str:
    """Drive a work; return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COZVIEWER_CACHE"] = folder
        chain = chain_over(gigapixels, Path(folder) / "grey.tiles")
        whole = {LEVEL: [chain.pyramid.level_rect(LEVEL)]}
        link = Painters(ClusterOptions("ray://nowhere:1", workers=4))
        began = time.process_time()
        with ClusterGenerator(link, NodeWork(make(0, True)), ignore) as generator:
            for _ in generator.generate(whole, chain, never, ignore):
                pass
            units = generator.totals.units
        chain.pyramid.store.close()
    return f"{units:,} units; {1000 * (time.process_time() - began) / units:.0f} ms a unit"


def in_own_process(what: str, gigapixels: float) -> None:
    """Measure in a process of its own, and show it."""
    words = [sys.executable, "-m", __spec__.name, what, str(gigapixels)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found, size = done.stdout.strip().split(" | ")
    show(f"{what}, {gigapixels:g} gigapixels: {found}", size)


def test_plans() -> None:
    print("\ng. The command over pictures of gigapixels: the most that it takes above its imports")
    for gigapixels in PLANS:
        in_own_process("planned", gigapixels)


def test_works() -> None:
    for gigapixels in WORKS:
        in_own_process("driven", gigapixels)


if __name__ == "__main__":
    work = {"planned": planned, "driven": driven}[sys.argv[1]]
    work(0.05)
    peak = partial(lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]))
    before = psutil.Process().memory_info().rss
    result = work(float(sys.argv[2]))
    print(f"{result} | {peak() / 1024 - before / 2**20:.0f} MB")
