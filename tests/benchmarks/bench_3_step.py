"""What a refined view costs beside the bare network on the crop that is seen, and beside ncnn."""

import importlib.util
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from cozviewer.chain.chain import Chain, texture_of
from cozviewer.chain.fidelity import blurred, corrected
from cozviewer.chain.joining.join import join
from cozviewer.chain.recipe import recipe_of
from cozviewer.chain.rescale import redrawn, softness
from cozviewer.image.pixels import Rgb8, to_float
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.models.context import ModelContext
from cozviewer.models.device import pick_device, ways
from cozviewer.models.prompters import NoPrompter
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.upscaler import bare_run
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import STEP_LEVELS, coarser, finer, tiles_of
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show
from tests.pyramid.pyramids import pyramid_of

ROUNDS = 3
PLACE = (610.3, 405.7)
"""Source pixels: in the dandelion's head."""


@pytest.mark.parametrize("way", ways(pick_device("cpu")), ids=lambda way: str(way.numbers))
def test_step(way) -> None:  # type: ignore[no-untyped-def]
    print(f"\n3. A view of 1280 x 800, each level from the one before ({way.numbers})")
    upscaler = realesrgan(ModelContext("cpu", numbers=way.numbers, notice=print))
    upscaler.load()
    recipe = recipe_of(upscaler, NoPrompter(), adaptive_scale=True, photo_texture=True)
    image = open_source(SAMPLE).levels[0]
    chain = Chain(pyramid_of(image), upscaler, NoPrompter(), recipe)
    for depth in (4, 16, 64):
        z, region = _seen(chain, depth)
        crop = coarser(region, STEP_LEVELS)
        for _ in chain.refine(z - STEP_LEVELS, coarser(region, STEP_LEVELS).grown(100), never):
            pass  # so that nothing is missing but the level itself
        parent = chain.pyramid.exact_region(z - STEP_LEVELS, crop)

        def refine(z: int = z, region=region) -> None:  # type: ignore[no-untyped-def]
            for _ in chain.refine(z, region, never):
                pass
            chain.pyramid.store.flush()

        before = time.process_time(), time.perf_counter()
        refine()
        spent = time.process_time() - before[0], time.perf_counter() - before[1]
        bare = partial(bare_run, upscaler, np.ascontiguousarray(parent), never)
        bare_cpu, bare_wall = _best(bare, rounds=2)
        show(
            f"x{depth}: bare forward of {crop.width} x {crop.height}",
            f"{bare_cpu:.1f} core-s, {bare_wall:.1f} s",
        )
        show(
            f"x{depth}: refined, {_tiles(z, region)} tiles",
            f"{spent[0]:.1f} core-s, {spent[1]:.1f} s",
        )
        show("   over the bare forward, in core-seconds", f"{spent[0] / bare_cpu:.2f}", "<= 1.6")
    _parts(chain)
    if importlib.util.find_spec("ncnn") is not None:
        ncnn_cpu, ncnn_wall = _best(_ncnn(parent), rounds=1)
        show("ncnn on that crop", f"{ncnn_cpu:.1f} core-s, {ncnn_wall:.1f} s")
        show("   over our refined view, in core-seconds", f"{ncnn_cpu / spent[0]:.1f}", "> 1")
    chain.pyramid.store.close()


def _parts(chain: Chain) -> None:
    """Time what a step does besides running the network."""
    recipe, upscaler = chain.recipe, chain.upscaler
    parent = to_float(np.ascontiguousarray(chain.pyramid.source.levels[0][200:464, 300:684]))
    fine = upscaler.upscale(parent, "", 0, never)
    region = _seen(chain, 4)[1]
    keys = list(tiles_of(2, region))
    assert chain.texture is not None
    texture, blank = chain.texture, np.full_like(fine, 0.5)
    deep = finer(_seen(chain, 16)[1], 2)
    deep = Rect(deep.x, deep.y, fine.shape[1], fine.shape[0])
    soft = blurred(parent, 4)
    works: dict[str, Callable[[], None]] = {
        "fidelity at the first step": lambda: _done(corrected(fine, parent, recipe.fidelity)),
        "fidelity at later steps": lambda: _done(
            corrected(fine, parent, recipe.fidelity, recipe.correction(4))
        ),
        "joining at all four sides": lambda: join(
            fine[: region.height + 128, : region.width + 128],
            region.grown(64),
            fine[: region.height + 128, : region.width + 128] + np.float32(0.01),
            keys,
            set(tiles_of(2, region.grown(64))).difference(keys),
        ),
        "texture from the photo, at a new place": lambda: texture_of(chain.pyramid).add(
            blank.copy(), deep, 6
        ),
        "the same at a place seen before": lambda: texture.add(blank.copy(), deep, 6),
        "looking for soft parts": lambda: _done(softness(soft)),
        "drawing them from further away": lambda: _done(
            redrawn(soft, (64, 64), (16, 16), lambda far: upscaler.upscale(far, "", 0, never), 1.0)
        ),
    }
    for name, work in works.items():
        cpu, _ = _best(work, rounds=1)
        show(name, f"{cpu:.2f} core-s")


def _done(result: object) -> None:
    """Drop a result."""


def _seen(chain: Chain, depth: int):  # type: ignore[no-untyped-def]
    """Return the level that a view shows at a magnification, and what it shows of it."""
    view = View(camera_at(*PLACE, float(depth)), 1280, 800)
    z = depth.bit_length() - 1
    source = chain.pyramid.source
    return z, view.visible(z, source.width, source.height)


def _tiles(z: int, region) -> int:  # type: ignore[no-untyped-def]
    return sum(1 for _ in tiles_of(z, region))


def _ncnn(pixels: Rgb8) -> Callable[[], None]:
    import ncnn

    from cozviewer.models.realesrgan.weights import wheel_files

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


def _best(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median core-seconds and seconds of a work, which is done once before."""
    work()
    found = []
    for _ in range(rounds):
        before = time.process_time(), time.perf_counter()
        work()
        found.append((time.process_time() - before[0], time.perf_counter() - before[1]))
    return tuple(map(statistics.median, zip(*found, strict=True)))
