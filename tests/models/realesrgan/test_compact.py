"""The compact network of drafts: the real weights against ncnn and spandrel, and how it stops."""

import random
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from cozviewer.chain.protocols import ignore
from cozviewer.image.pixels import Rgb8, to_float
from cozviewer.models.device import Device
from cozviewer.models.network import Network
from cozviewer.models.realesrgan import compact as module
from cozviewer.models.realesrgan.compact import (
    HALO,
    Layer,
    check_layers,
    compact,
    compact_weights,
    forward,
    open_compact,
)
from cozviewer.models.realesrgan.ncnn_format import Convolution
from cozviewer.models.realesrgan.openvino_compact import OpenVinoCompact
from cozviewer.models.realesrgan.openvino_network import Run
from cozviewer.models.realesrgan.weights import COMPACT, COMPACT_BIN_SHA256, wheel_files
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.memory import return_free_memory
from tests.models.computers import computer
from tests.models.networks import detail

CPU = Device("cpu", "CPU")


@pytest.fixture(scope="module")
def network() -> Network:
    """The real network in fp32."""
    return open_compact(CPU)


@pytest.fixture(scope="module")
def drafting() -> NetworkUpscaler:
    """The real network in the numbers that this machine is fastest in."""
    return compact(cache_dir=None, notice=pytest.fail)


def tensor_of(pixels: Rgb8) -> Any:
    import torch

    return torch.from_numpy(to_float(pixels).transpose(2, 0, 1)[None].copy())


def test_it_agrees_with_the_ncnn_runtime(network: Network, crop: Rgb8) -> None:
    ncnn = pytest.importorskip("ncnn", reason="the ncnn runtime is not installed, to compare with")
    import torch

    files = wheel_files(COMPACT)
    runtime = ncnn.Net()
    runtime.opt.num_threads = 1
    assert runtime.load_param(str(files.param)) == 0
    assert runtime.load_model(str(files.bin)) == 0
    random = np.random.default_rng(5).integers(0, 256, (13, 17, 3), np.uint8)
    for pixels in (crop[:24, :20], crop[24:40, :40], random):
        values = np.ascontiguousarray(to_float(pixels).transpose(2, 0, 1))
        with runtime.create_extractor() as extractor:
            extractor.input("data", ncnn.Mat(values))
            status, output = extractor.extract("output")
            theirs = np.array(output)
        assert status == 0
        with torch.inference_mode():
            ours = network.forward(tensor_of(pixels), never, ignore)[0].numpy()
        assert np.abs(ours - theirs).max() < 1e-2
        assert np.abs(ours - theirs).mean() < 1e-3


def random_layers(filters: int, middle: int) -> list[Layer]:
    """Return a small network of that kind with random weights."""
    import torch

    random = torch.Generator().manual_seed(3)

    def tensor(*shape: int) -> Any:
        return torch.randn(shape, generator=random) * 0.1

    inner = [(filters, filters)] * middle
    shapes = [(filters, 3), *inner]
    layers: list[Layer] = [(tensor(*s, 3, 3), tensor(s[0]), tensor(s[0])) for s in shapes]
    return [*layers, (tensor(48, filters, 3, 3), tensor(48), None)]


def test_it_computes_what_spandrel_computes() -> None:
    import spandrel
    import torch

    layers = random_layers(8, 3)
    state = {}
    for index, (kernel, bias, slopes) in enumerate(layers):
        state[f"body.{2 * index}.weight"], state[f"body.{2 * index}.bias"] = kernel, bias
        if slopes is not None:
            state[f"body.{2 * index + 1}.weight"] = slopes
    image = torch.rand((1, 3, 7, 5), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        ours = forward(layers, image)
        theirs = spandrel.ModelLoader().load_from_state_dict(state).model(image)
    assert ours.shape == (1, 3, 28, 20)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("after", range(5))
def test_it_stops_before_any_convolution(after: int) -> None:
    import torch

    answers = iter([False] * after + [True])
    with torch.inference_mode(), pytest.raises(Cancelled):
        forward(random_layers(4, 3), torch.zeros((1, 3, 4, 4)), lambda: next(answers))


GOOD = [
    Convolution(3, 8, None, prelu=True),
    Convolution(8, 8, None, prelu=True),
    Convolution(8, 48, None),
]


def test_its_layers_are_known() -> None:
    check_layers(GOOD)
    check_layers([GOOD[0], *[GOOD[1]] * 16, GOOD[2]])


@pytest.mark.parametrize(
    "layers",
    [
        [],
        GOOD[:1],
        GOOD[:2],
        GOOD[1:],
        [Convolution(1, 8, None, prelu=True), *GOOD[1:]],
        [*GOOD[:2], Convolution(8, 27, None)],
        [GOOD[0], Convolution(8, 8, 0.2), GOOD[2]],
        [*GOOD[:2], Convolution(8, 48, None, prelu=True)],
    ],
    ids=["nothing", "head", "no tail", "no head", "grey", "3x", "leaky", "activation at the end"],
)
def test_another_network_is_refused(layers: list[Convolution]) -> None:
    with pytest.raises(BadInput, match="not a compact 4x network"):
        check_layers(layers)


def test_what_it_draws_is_a_sharper_image_of_the_same(
    drafting: NetworkUpscaler, crop: Rgb8, bicubic: Any
) -> None:
    fine = drafting.upscale(crop, "", 0, never)
    assert fine.shape == (160, 160, 3)
    assert fine.dtype == np.float32
    assert detail(fine) > 2 * detail(bicubic)
    coarse = fine.reshape(40, 4, 40, 4, 3).mean(axis=(1, 3))
    assert np.abs(coarse - to_float(crop)).mean() * 255 < 6


def test_bf16_draws_what_fp32_draws(network: Network, crop: Rgb8) -> None:
    import torch

    half = open_compact(Device("cpu", "CPU", "bfloat16", channels_last=True))
    small = crop[:24, :24]
    with torch.inference_mode():
        one = network.forward(tensor_of(small), never, ignore)
        two = half.forward(half.batch(small), never, ignore).float()
    assert (one - two).abs().mean() * 255 < 1


def test_it_does_not_work_in_int8() -> None:
    with pytest.raises(BadInput, match="does not support int8"):
        open_compact(Device("cpu", "CPU", "int8"))


def test_its_numbers_are_timed_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fp32 = Device("cpu", "CPU", channels_last=True)
    candidates = [fp32, replace(fp32, dtype="bfloat16"), Device("cpu", "CPU", "int8")]
    hardware = computer(bf16=True, vnni=True)
    opened: list[Device] = []

    def note(place: Device) -> Network:
        opened.append(place)
        return open_compact(place)

    monkeypatch.setattr(module, "open_compact", note)
    compact(cache_dir=tmp_path, notice=pytest.fail, hardware=hardware).load()
    assert opened == candidates
    opened.clear()
    again = compact(cache_dir=tmp_path, notice=pytest.fail, hardware=hardware)
    again.load()
    assert [place.label for place in opened] == [again.device]


def test_its_identity_and_halo(drafting: NetworkUpscaler) -> None:
    assert drafting.identity == {"name": "realesr-animevideov3", "weights": COMPACT_BIN_SHA256}
    assert drafting.name == "Draft network"
    assert drafting.halo == HALO
    assert drafting.generative


def test_after_a_stop_images_of_any_size_are_drawn_as_before() -> None:
    network = OpenVinoCompact(compact_weights(), lambda: 1, "fp32")
    chance = np.random.default_rng(0)
    sizes = ((90, 80), (90, 81), (40, 50))
    images = [chance.random((1, 3, *size), np.float32) for size in sizes]
    expected = [network(picture, never).copy() for picture in images]
    for interrupted in (0, 1):
        questions = list[bool]()

        def cancelled(questions: list[bool] = questions) -> bool:
            questions.append(True)
            return len(questions) > 1  # asked before it runs, then while it does

        with suppress(Cancelled):  # a fast machine may be done before
            network(images[interrupted], cancelled)
        for picture, fine in zip(images[::-1], expected[::-1], strict=True):
            np.testing.assert_array_equal(network(picture, never), fine)


@pytest.mark.parametrize("error", [Cancelled, RuntimeError])
def test_an_interrupted_network_is_compiled_again(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, image = OpenVinoCompact(compact_weights(), lambda: 1, "fp32"), np.zeros((1, 3, 4, 4))
    before = network._piece

    def interrupted(*arguments: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(Run, "__call__", interrupted)
        with pytest.raises(error):
            network(image.astype(np.float32), never)
    assert network(image.astype(np.float32), never).shape == (1, 3, 16, 16)
    assert before is not None
    assert network._piece not in (None, before)


@pytest.mark.skipif(sys.platform != "linux", reason="measures private pages")
def test_drafts_of_ever_new_sizes_need_no_more_memory() -> None:
    network = OpenVinoCompact(compact_weights(), lambda: 1, "fp32")
    chance = random.Random(1)

    def used_after(runs: int) -> int:
        for _ in range(runs):
            height, width = chance.randint(4, 40), chance.randint(4, 40)
            network(np.zeros((1, 3, height, width), np.float32), never)
        return_free_memory()
        return int(psutil.Process().memory_full_info().uss)

    before = used_after(100)
    assert used_after(80) < before + (10 << 20)  # measured: 3 MiB; 27 if all kernels are kept
