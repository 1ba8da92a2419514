"""Makes resources/realesrgan_int8.npy, what a level of a byte stands for in Real-ESRGAN in int8.

Run it in the project's folder: `.venv/bin/python packaging/calibrate_int8.py`.

Crops of free photos (the sample photo and some of scikit-image's) run through the network in fp32,
and so do crops of some results, as in the second step of a zoom. The least and the greatest value
of each channel before each convolution give its step, in the blocks less the mean of the image: see
openvino_graphs.py. Squares of strong colours, as charts and pixel art have them, reach four times
as far as photos; the steps follow them for a part of that way, so that they are drawn well and
photos hardly worse. All takes about half a minute of one core, with OMP_NUM_THREADS=1 also while
other programs compute.

With `--compare FOLDER`, nothing is calibrated: crops of other photos are drawn in fp32 and int8,
without the context around runs that a step does not show either; the figures of both are printed,
and sheets (fp32, int8, eight times the difference) are saved there, twice as large as drawn.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from torch import Tensor
from torch.overrides import TorchFunctionMode

from cozviewer.chain.fidelity import corrected
from cozviewer.evaluate.niqe import niqe
from cozviewer.image.pixels import RgbFloat, to_float
from cozviewer.models.context import ModelContext
from cozviewer.models.realesrgan.converted import convert
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.realesrgan.openvino_graphs import (
    BLOCKS,
    FILE_NAME,
    points,
    steps_between,
)
from cozviewer.models.realesrgan.rrdbnet import DENSE, TAIL, forward, layer_names
from cozviewer.models.upscaler import HALO
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import never

RESOURCES = Path(__file__).parents[1] / "resources"

SIDE, WIDE = 72, 176
"""Of the crops to calibrate with and to compare, in pixels."""

Crops = Sequence[tuple[str, int, int]]
"""Photo, top, left."""

CALIBRATION: Crops = (
    ("astronaut", 60, 180),
    ("astronaut", 300, 350),
    ("coffee", 150, 250),
    ("coffee", 40, 30),
    ("rocket", 200, 300),
    ("motorcycle", 150, 250),
    ("motorcycle", 300, 500),
    ("gravel", 100, 100),
    ("immunohistochemistry", 200, 200),
    ("dandelion", 330, 420),
    ("dandelion", 650, 900),
    ("text", 40, 100),
)

RESULTS = (0, 2, 4, 5, 9)
"""Those whose results are calibrated with, too."""

SQUARES = ((1, 8, False), (2, 12, False), (1, 12, True), (2, 6, True), (3, 4, True))
"""Seed, side of the squares in pixels, whether the colours are pure."""

REACHED = 0.65
"""The part of the range of squares that is covered. Mean and worst PSNR over photos, and that of
other squares of mixed and of pure colours, in dB after fidelity:

    0       45.2, 40.2    23.8    23.3
    0.35    45.4, 41.1    32.1    25.6
    0.5     44.9, 41.5    34.9    29.2
    0.65    43.9, 41.1    37.8    32.0
    0.8     43.2, 40.2    40.0    36.6
"""

COMPARISON: Crops = (
    ("chelsea", 80, 150),
    ("chelsea", 120, 270),
    ("hubble_deep_field", 300, 300),
    ("retina", 600, 700),
    ("grass", 200, 200),
    ("brick", 200, 200),
    ("camera", 60, 180),
    ("page", 14, 100),
)
"""Of photos that are not calibrated with."""

Extremes = tuple[NDArray[np.float32], NDArray[np.float32]]
"""The least and the greatest value by channel."""

BANDED = TAIL[1:]
"""The layers that run once for each band of rows, and whose edges are closed."""


class Watched(TorchFunctionMode):
    """Notes what the convolutions receive while it is entered.

    Attributes:
        extremes: Of all inputs so far, by layer (`layer_names` has their order); where edges are
            open, less the mean of each input.
    """

    def __init__(self) -> None:
        super().__init__()
        self.extremes: dict[str, Extremes] = {}
        self._layers: Iterator[str] = iter(())

    def begin(self) -> None:
        """Begin a run of the network."""
        self._layers = chain(layer_names(BLOCKS), cycle(BANDED))

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func is torch.nn.functional.conv2d:
            name, features = next(self._layers), args[0]
            if name not in BANDED:
                features = features - features.mean((2, 3), keepdim=True)
            low, high = features.amin((0, 2, 3)).numpy(), features.amax((0, 2, 3)).numpy()
            before = self.extremes.get(name, (low, high))
            self.extremes[name] = np.minimum(before[0], low), np.maximum(before[1], high)
        return func(*args, **(kwargs or {}))


def calibrate() -> None:
    """Run the crops through the network and write the file."""
    state = {name: torch.tensor(array).float() for name, array in convert().items()}
    photos, squares = Watched(), Watched()

    def run(crop: RgbFloat, watched: Watched) -> RgbFloat:
        image = torch.from_numpy(crop).permute(2, 0, 1)[None].contiguous()
        watched.begin()
        with torch.inference_mode(), watched:
            fine: Tensor = forward(state, BLOCKS, image, open_edges=True)
        result: RgbFloat = fine.clamp(0, 1)[0].permute(1, 2, 0).contiguous().numpy()
        return result

    results = [run(crop, photos) for _, crop in crops(CALIBRATION, SIDE)]
    for index in RESULTS:
        run(np.ascontiguousarray(results[index][100 : 100 + SIDE, 100 : 100 + SIDE]), photos)
    for seed, side, pure in SQUARES:
        run(mosaic(seed, side, pure), squares)
    steps = []
    for name, _ in points():
        # The last convolution of a dense block receives all of its features.
        layer = f"{name}.conv{DENSE}" if name.startswith("body.") else name
        near, wide = (steps_between(*each.extremes[layer]) for each in (photos, squares))
        steps.append(np.maximum(near, REACHED * wide))
    np.save(RESOURCES / FILE_NAME, np.concatenate(steps).astype(np.float32))


def compare(folder: Path) -> None:
    """Draw crops in fp32 and int8, after fidelity as in a step; print figures and save sheets."""
    folder.mkdir(exist_ok=True)
    engines = [
        realesrgan(ModelContext("cpu", numbers=numbers, notice=print))
        for numbers in ("fp32", "int8")
    ]
    print(f"{'':20} {'PSNR':>6} {'after fidelity':>14} {'shift':>7}   NIQE fp32, int8")
    edge = STEP_SCALE * HALO
    shown = np.s_[edge:-edge, edge:-edge]
    for number, (name, crop) in enumerate(crops(COMPARISON, WIDE)):
        drawn = [engine.upscale(crop, "", 0, never) for engine in engines]
        before = psnr(*(fine[shown] for fine in drawn))
        exact, rough = (corrected(fine, crop, 1.0).clip(0, 1)[shown] for fine in drawn)
        shift = np.abs((rough - exact).mean((0, 1))).max() * 255
        images = [np.rint(fine * 255).astype(np.uint8) for fine in (exact, rough)]
        natural = [niqe(image) or np.nan for image in images]
        print(
            f"{name:20} {before:6.1f} {psnr(exact, rough):14.1f} {shift:7.3f}"
            f"   {natural[0]:.3f} {natural[1]:.3f} ({100 * (natural[1] / natural[0] - 1):+.1f} %)"
        )
        seen = np.clip(128 + 8 * (images[1].astype(int) - images[0]), 0, 255).astype(np.uint8)
        sheet = Image.fromarray(np.concatenate([*images, seen], 1))
        sheet.resize((2 * sheet.width, 2 * sheet.height), Image.Resampling.NEAREST).save(
            folder / f"{number}-{name}.png"
        )


def mosaic(seed: int, side: int, pure: bool) -> RgbFloat:
    """Return (SIDE, SIDE, 3) of squares of random colours in 0..1; pure ones have 0 and 1 only."""
    count = SIDE // side
    colours = np.random.default_rng(seed).random((count, count, 3))
    squares = np.kron(colours.round() if pure else colours, np.ones((side, side, 1)))
    return np.ascontiguousarray(squares, np.float32)


def psnr(one: RgbFloat, other: RgbFloat) -> float:
    """Return the peak signal-to-noise ratio of two images in decibels."""
    return float(-10 * np.log10(np.mean((one - other) ** 2)))


def crops(places: Crops, side: int) -> Iterator[tuple[str, RgbFloat]]:
    """Yield the photo's name and (side, side, 3) of it in 0..1."""
    for name, top, left in places:
        if name == "dandelion":
            photo = np.asarray(Image.open(RESOURCES / "dandelion.jpg"))
        elif name == "motorcycle":
            photo = data.stereo_motorcycle()[0]
        else:
            photo = getattr(data, name)()
        rgb = np.asarray(
            Image.fromarray(photo[top : top + side, left : left + side]).convert("RGB")
        )
        yield name, to_float(np.ascontiguousarray(rgb))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--compare", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    if chosen.compare is None:
        calibrate()
    else:
        compare(chosen.compare)
