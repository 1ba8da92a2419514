"""One tile through the whole step, beside the bare network and the ncnn runtime."""

import importlib.util
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.fidelity import blurred, corrected
from cozviewer.chain.protocols import never
from cozviewer.chain.recipe import recipe_of
from cozviewer.chain.rescale import REACH, redrawn, softness
from cozviewer.chain.step import make_tile
from cozviewer.models.engines import make_upscaler
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.geometry import Rect, TileKey
from cozviewer.pyramid.pixels import Rgb8, to_float
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.source import open_source
from cozviewer.pyramid.store import Shelf, StepRecord, TileStore
from tests.benchmarks.desk import SAMPLE, show

ROUNDS = 4


def test_step(tmp_path: Path) -> None:
    print("\n3. One tile of 512 x 512 (128 x 128 parent pixels)")
    import torch

    source = open_source(SAMPLE)
    upscaler = make_upscaler("realesrgan", notice=print)
    upscaler.load()
    recipe = recipe_of(upscaler, NoPrompter())
    shelf = Shelf(
        source.digest, source.name, source.width, source.height, recipe.digest, recipe.text
    )
    store = TileStore.open(tmp_path / "bench.sqlite", shelf, print)
    chain = Chain(Pyramid(source, store), upscaler, NoPrompter(), recipe)
    step = store.begin_step(StepRecord(0, Rect(0, 0, 512, 512), "", 0, 0.0, ""))
    keys = iter([TileKey(2, 3 + i % 5, 1 + i // 5) for i in range(2 * ROUNDS)])

    def whole() -> None:
        key = next(keys)
        store.put(key, make_tile(key, chain.pyramid, upscaler, recipe, "", never), step)
        store.flush()

    assert isinstance(upscaler, NetworkUpscaler)
    network = upscaler._loaded()
    side = 128 + 2 * upscaler.halo
    crop = np.ascontiguousarray(source.levels[0][200 : 200 + side, 300 : 300 + side])
    core = np.ascontiguousarray(crop[:128, :128])

    def bare(pixels: Rgb8) -> Callable[[], None]:
        batch = network.batch(pixels)

        def forward() -> None:
            with torch.inference_mode():
                network.forward(batch, never)

        return forward

    parent = to_float(crop)
    fine = upscaler.upscale(parent, "", 0, never)

    def fidelity() -> None:
        corrected(fine, parent, recipe.fidelity)

    around = 128 + 2 * REACH
    wide = to_float(np.ascontiguousarray(source.levels[0][100 : 100 + around, 200 : 200 + around]))
    soft = blurred(wide, 4)

    def looking() -> None:
        softness(soft)

    def redrawing() -> None:
        redrawn(soft, upscaler.halo, lambda far: upscaler.upscale(far, "", 0, never), 1.0)

    works = whole, bare(crop), bare(core), fidelity, looking, redrawing
    step_s, bare_s, core_s, fidelity_s, looking_s, redrawing_s = _times(*works)
    show(f"computing on {upscaler.device}", "")
    show(f"bare forward, {side} x {side} with halo", f"{bare_s * 1000:.0f} ms")
    show("the whole step (read, net, fidelity, encode, commit)", f"{step_s * 1000:.0f} ms")
    show("   over the bare forward of the same input", f"{step_s / bare_s:.2f}", "<= 1.15")
    show("   over the bare forward of 128 x 128 without halo", f"{step_s / core_s:.2f}")
    show("fidelity costs, of that", _percent(fidelity_s / core_s), "<= 10 % with seams")
    show(f"seams (a halo of {upscaler.halo}) cost, of that", _percent(bare_s / core_s - 1))
    show("below the first step: looking for soft parts, of that", _percent(looking_s / core_s))
    show("   and drawing them from further away", _percent(redrawing_s / core_s))
    show("   over the whole step", f"{redrawing_s / step_s:.2f}")
    store.close()
    if importlib.util.find_spec("ncnn") is None:
        pytest.skip("ncnn is not installed")
    (ncnn_s,) = _times(_ncnn(core), rounds=3)
    show("ncnn runtime, 128 x 128 without halo", f"{ncnn_s * 1000:.0f} ms")
    show("   over our bare forward of the same", f"{ncnn_s / core_s:.1f}", ">= 5 with AMX")


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def _ncnn(pixels: Rgb8) -> Callable[[], None]:
    import ncnn

    from cozviewer.models.weights import wheel_files

    param, data = wheel_files()
    net = ncnn.Net()
    net.opt.num_threads = 2
    net.load_param(str(param))
    net.load_model(str(data))
    values = np.ascontiguousarray(pixels.transpose(2, 0, 1).astype(np.float32) / 255)

    def run() -> None:
        extractor = net.create_extractor()
        extractor.input("data", ncnn.Mat(values))
        extractor.extract("output")

    return run


def _times(*works: Callable[[], None], rounds: int = ROUNDS) -> list[float]:
    """Return the median seconds of each work; they take turns, so that noise hits all alike."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in times]
