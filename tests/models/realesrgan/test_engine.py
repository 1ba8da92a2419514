"""The real network on a real photo: what people will see."""

import subprocess
import sys

import numpy as np
import pytest
from skimage import data

from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.models.context import ModelContext
from cozviewer.models.number_formats import supported_formats
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.realesrgan.weights import BIN_SHA256, wheel_files
from cozviewer.models.tiling import SMALLEST
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.util.cancel import never
from tests.models.conftest import Part
from tests.models.networks import detail


def test_it_is_sharper_than_bicubic(enlarged: RgbFloat, bicubic: RgbFloat) -> None:
    assert enlarged.shape == bicubic.shape == (160, 160, 3)
    assert detail(enlarged) > 3 * detail(bicubic)


def test_it_keeps_the_mean_colour_within_three_levels(enlarged: RgbFloat, crop: Rgb8) -> None:
    shift = enlarged.mean(axis=(0, 1)) * 255 - crop.mean(axis=(0, 1))
    assert np.abs(shift).max() < 3


def test_it_shows_the_same_image(enlarged: RgbFloat, crop: Rgb8) -> None:
    coarse = enlarged.reshape(40, 4, 40, 4, 3).mean(axis=(1, 3))
    assert np.abs(coarse - to_float(crop)).mean() * 255 < 4


def test_values_are_floats_from_0_to_1(enlarged: RgbFloat) -> None:
    assert enlarged.dtype == np.float32
    assert enlarged.min() >= 0
    assert enlarged.max() <= 1


def test_parts_join_invisibly(quick_engine: NetworkUpscaler) -> None:
    photo = np.ascontiguousarray(data.astronaut()[110:142, 196:292])
    parted = realesrgan(ModelContext("cpu", notice=pytest.fail))
    parted._network, parted._part = quick_engine.network(), SMALLEST**2
    whole, joined = (each.upscale(photo, "", 0, never) for each in (quick_engine, parted))
    assert 0 < np.abs(joined - whole).mean() * 255 < 1
    assert seam(joined) < 1.35 * seam(whole)


def seam(rgb: RgbFloat) -> float:
    """Return how much pixels differ across the middle of an image, where two parts join."""
    middle = rgb.shape[1] // 2
    return float(np.abs(rgb[:, middle] - rgb[:, middle - 1]).mean()) * 255


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 3)])
def test_the_smallest_images_work(engine: NetworkUpscaler, size: tuple[int, int]) -> None:
    rgb = np.full((size[1], size[0], 3), 128, np.uint8)
    fine = engine.upscale(rgb, "", 0, never)
    assert fine.shape == (4 * size[1], 4 * size[0], 3)
    assert np.isfinite(fine).all()


def test_bf16_shows_what_fp32_shows(
    engine: NetworkUpscaler, quick_engine: NetworkUpscaler, crop: Rgb8
) -> None:
    if "bf16" not in supported_formats("cpu"):
        pytest.skip("this processor has no bf16")
    small = crop[:20, :20]
    difference = quick_engine.upscale(small, "", 0, never) - engine.upscale(small, "", 0, never)
    assert quick_engine.device == "CPU, bf16"
    assert np.abs(difference).mean() * 255 < 1
    assert np.abs(difference.mean(axis=(0, 1))).max() * 255 < 1


def test_it_agrees_with_the_ncnn_runtime(reference: NetworkUpscaler, crop: Rgb8) -> None:
    ncnn = pytest.importorskip("ncnn", reason="the ncnn runtime is not installed, to compare with")
    files = wheel_files()
    network = ncnn.Net()
    network.opt.num_threads = 1
    assert network.load_param(str(files.param)) == 0
    assert network.load_model(str(files.bin)) == 0
    small = crop[:16, :20]
    values = np.ascontiguousarray(to_float(small).transpose(2, 0, 1))
    with network.create_extractor() as extractor:
        extractor.input("data", ncnn.Mat(values))
        status, output = extractor.extract("output")
        theirs = np.clip(np.array(output), 0, 1).transpose(1, 2, 0)
    assert status == 0
    difference = np.abs(theirs - reference.upscale(small, "", 0, never)) * 255
    assert difference.max() < 1.5
    assert difference.mean() < 0.1


def test_a_crop_drawn_alone_comes_closer_to_the_whole_with_open_edges(
    engine: NetworkUpscaler, part: Part
) -> None:
    opened = part.difference(engine.upscale(part.pixels, "", 0, never))
    assert opened < 0.4 * part.closed  # measured: 0.7 and 3.3 grey levels


def test_its_identity_names_the_weights(engine: NetworkUpscaler) -> None:
    assert engine.identity == {"name": "realesrgan", "weights": BIN_SHA256}
    assert engine.name == "Real-ESRGAN"
    assert engine.device == "CPU, fp32"


def test_the_same_pixels_give_the_same_result(engine: NetworkUpscaler, crop: Rgb8) -> None:
    small = crop[:12, :12]
    one, two = (engine.upscale(small, prompt, seed, never) for prompt, seed in (("", 0), ("a", 1)))
    np.testing.assert_array_equal(one, two)


def test_naming_it_imports_neither_torch_nor_spandrel() -> None:
    script = (
        "import sys; from cozviewer.models.engines import make_upscaler;"
        "engine = make_upscaler('realesrgan');"
        "engine.identity, engine.name, engine.halo, engine.generative, engine.device;"
        "print(*{'torch', 'spandrel', 'safetensors'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")
