"""The runner of networks: what goes in and out, when it loads, what happens when it cannot."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device
from cozviewer.models.hardware import Hardware
from cozviewer.models.network import Network
from cozviewer.models.upscaler import CONTEXT, HALO, NetworkUpscaler
from cozviewer.util.cancel import never
from cozviewer.util.errors import Failure
from tests.models.computers import computer


class Repeater:
    """A network that repeats pixels, and remembers what it was given."""

    def __init__(self) -> None:
        self.images: list[torch.Tensor] = []
        self.fail: Callable[[torch.Tensor], object] = lambda image: None

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        self.fail(image)
        self.images.append(image)
        return image.repeat_interleave(4, 2).repeat_interleave(4, 3)


ONE_FORMAT = computer()
"""A computer on which nothing is timed."""


@pytest.fixture
def network() -> Repeater:
    return Repeater()


PLAIN = Device("cpu", "CPU")


def made(
    network: Repeater,
    device: Device = PLAIN,
    notice: Any = pytest.fail,
    hardware: Hardware = ONE_FORMAT,
) -> NetworkUpscaler:
    def open_network(place: Device) -> Network:
        return Network(lambda image, cancelled, progressed: network(image), device)

    return NetworkUpscaler(
        "Repeater",
        lambda: {"name": "r"},
        open_network,
        ModelContext("cpu", notice=notice, hardware=hardware),
    )


def picture(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 4), (20, 30)])
@pytest.mark.parametrize("channels_last", [False, True])
def test_pixels_stay_where_they_were(
    network: Repeater, size: tuple[int, int], channels_last: bool
) -> None:
    rgb = picture(*size)
    device = Device("cpu", "CPU", channels_last=channels_last)
    fine = made(network, device).upscale(rgb, "", 0, never)
    np.testing.assert_array_equal(fine, rgb.repeat(4, axis=0).repeat(4, axis=1))
    assert fine.dtype == np.float32
    assert fine.flags.c_contiguous


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("channels_last", [False, True])
def test_the_network_gets_what_its_device_is_fastest_with(
    network: Repeater, dtype: Any, channels_last: bool
) -> None:
    device = Device("cpu", "CPU", dtype, channels_last)
    made(network, device).upscale(picture(5, 6), "", 0, never)
    (image,) = network.images
    assert image.shape == (1, 3, 6, 5)
    assert image.dtype == getattr(torch, dtype)
    assert image.is_contiguous(
        memory_format=torch.channels_last if channels_last else torch.contiguous_format
    )


def test_8_bit_pixels_become_0_to_1(network: Repeater) -> None:
    rgb = np.array([[[0, 51, 255]]], np.uint8)
    fine = made(network).upscale(rgb, "", 0, never)
    np.testing.assert_allclose(fine[3, 3], [0, 0.2, 1])


def test_what_overshoots_is_clipped() -> None:
    class Loud(Repeater):
        def __call__(self, image: torch.Tensor) -> torch.Tensor:
            return super().__call__(image) * 4 - 1

    fine = made(Loud()).upscale(picture(9, 9), "", 0, never)
    assert fine.min() == 0
    assert fine.max() == 1


def test_nothing_is_opened_before_it_is_needed_and_then_only_once(network: Repeater) -> None:
    opened: list[Device] = []

    def open_network(place: Device) -> Network:
        opened.append(place)
        return Network(lambda image, cancelled, progressed: network(image), place)

    engine = NetworkUpscaler(
        "Repeater",
        lambda: {"name": "r"},
        open_network,
        ModelContext("cpu", notice=pytest.fail, hardware=ONE_FORMAT),
    )
    assert engine.name == "Repeater"
    assert engine.identity == {"name": "r"}
    assert (engine.halo, engine.generative) == (HALO, True)
    assert (engine.device, opened) == ("", [])
    engine.load()
    engine.load()
    engine.upscale(picture(2, 2), "", 0, never)
    assert len(opened) == 1
    assert engine.device == opened[0].label


NO_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    MemoryError(),
]


@pytest.mark.parametrize("error", NO_MEMORY)
def test_out_of_memory_means_smaller_parts_and_one_sentence(
    network: Repeater, error: Exception
) -> None:
    def fail(image: torch.Tensor) -> None:
        if max(image.shape) > 64 + 2 * CONTEXT:
            raise error

    network.fail = fail
    reported: list[str] = []
    engine, rgb = made(network, notice=reported.append), picture(256, 40)
    for _ in range(2):
        fine = engine.upscale(rgb, "", 0, never)
        np.testing.assert_array_equal(fine, rgb.repeat(4, axis=0).repeat(4, axis=1))
    assert reported == [
        "Repeater ran out of memory and continues in smaller parts, a little slower."
    ]
    # The second image is not tried as a whole any more.
    assert {image.shape[3] for image in network.images} == {64 + CONTEXT, 64 + 2 * CONTEXT}


def test_a_device_that_fails_is_reported_in_a_sentence(network: Repeater) -> None:
    def fail(image: torch.Tensor) -> None:
        raise RuntimeError("CUDA error: unspecified launch failure.\nCompile with ...")

    network.fail = fail
    with pytest.raises(
        Failure,
        match=r"^The CPU reported an error \(CUDA error: unspecified launch failure\): ",
    ):
        made(network).upscale(picture(4, 4), "", 0, never)


@pytest.mark.parametrize("error", NO_MEMORY)
def test_a_network_that_does_not_fit_is_reported_in_a_sentence(error: Exception) -> None:
    def open_network(place: Device) -> Network:
        raise error

    engine = NetworkUpscaler(
        "Big", dict, open_network, ModelContext("cpu", notice=pytest.fail, hardware=ONE_FORMAT)
    )
    with pytest.raises(Failure, match=r"^Big does not fit into memory: close other programs"):
        engine.load()
    assert engine.device == ""


def test_a_broken_installation_is_reported_in_a_sentence() -> None:
    class Broken:
        @property
        def cuda(self) -> object:
            raise OSError("libcudart.so.13: cannot open shared object file\nmore")

    hardware = replace(ONE_FORMAT, torch_module=Broken())
    with pytest.raises(Failure, match=r"could not be loaded \(libcudart.so.13: cannot open"):
        made(Repeater(), hardware=hardware).load()
