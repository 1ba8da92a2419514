"""Chooses the device and number format of a network."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import listed, translate

AUTO = "auto"

Dtype = Literal["float32", "bfloat16", "int8"]
"""torch dtype names. With int8 only the inside of the network is in bytes; its input and output are
float32."""

SHORT = {"float32": "fp32", "bfloat16": "bf16", "int8": "int8"}


@dataclass(frozen=True, slots=True)
class Device:
    """A device with a number format and memory layout.

    Attributes:
        name: torch device name: "cpu", "cuda", "cuda:1", "mps".
        hardware: Display name: "CPU", "NVIDIA H100".
        dtype: Number format.
        channels_last: Whether tensors are in the channels_last memory format.
    """

    name: str
    hardware: str
    dtype: Dtype = "float32"
    channels_last: bool = False

    @property
    def label(self) -> str:
        """Text to display: "CPU, bf16"."""
        return f"{self.hardware}, {self.numbers}"

    @property
    def numbers(self) -> str:
        """The number format as in `EngineChoice`: "bf16"."""
        return SHORT[self.dtype]

    @property
    def pixels(self) -> str:
        """The dtype of a network's input and output."""
        return "float32" if self.dtype == "int8" else self.dtype

    def for_large(self, hardware: Hardware = THIS_COMPUTER) -> "Device":
        """Return the same device with the fastest number format for large networks.

        Billions of multiplications per second in one thread of an EPYC with AVX512-BF16, no AMX:

                                                   fp32    bf16
            linear layers of Stable Diffusion 3      80     190
            convolutions of its VAE                  95     190

        So bf16 is used with AVX512-BF16, without measuring; the weights also take half the memory.
        """
        if self.name != "cpu" or not self.channels_last:
            return self
        if hardware.cpu_has("_is_avx512_bf16_supported"):
            return replace(self, dtype="bfloat16")
        return self

    def plain(self) -> "Device":
        """Return the same device with the number format and layout that every network supports."""
        return replace(self, dtype="float32", channels_last=False)


def available_devices(hardware: Hardware = THIS_COMPUTER) -> list[str]:
    """Return the names of the available devices, the CPU first. Imports torch if there may be
    others."""
    if not hardware.has_torch or not hardware.may_have_gpu:
        return ["cpu"]
    torch = hardware.torch
    names = ["cpu"]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        names.append(f"cuda:{index}" if index else "cuda")
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


def pick_device(wanted: str = AUTO, hardware: Hardware = THIS_COMPUTER) -> Device:
    """Return the device to run on. Imports torch.

    Args:
        wanted: "auto" for the fastest kind that is available, or "cpu", "cuda", "cuda:1", "mps".
        hardware: What the computer has.

    Raises:
        BadInput: The device does not exist on this computer.
    """
    _use_large_pages()
    _let_threads_sleep()
    available = available_devices(hardware)
    name = {AUTO: _fastest(available), "cuda:0": "cuda"}.get(wanted, wanted)
    if name not in available:
        there = listed([AUTO, *available[:-1]])
        raise BadInput(
            translate(
                "Error", "This computer has no device {wanted!r}: choose {there} or {available}."
            ).format(wanted=wanted, there=there, available=available[-1])
        )
    if name == "cpu":
        return _cpu(hardware)
    if name == "mps":
        return Device("mps", "Apple GPU")
    return _cuda(name, hardware)


def ways(
    place: Device, numbers: str = AUTO, hardware: Hardware = THIS_COMPUTER
) -> Sequence[Device]:
    """Return the number formats to consider for a convolutional network on a device.

    On a CPU with bf16 kernels no rule predicts which format is faster: with AVX512-BF16 and no AMX,
    bf16 took 1.4 times as long as fp32 on a Xeon and half as long on an EPYC. So all are returned,
    to be timed by `cozviewer.models.number_formats`. Other devices and CPUs have one format.

    Args:
        place: From `pick_device`.
        numbers: "auto", "fp32", "bf16" or "int8".
        hardware: What the computer has.

    Returns:
        At least one, the most exact first; exactly one unless `numbers` is "auto".

    Raises:
        BadInput: The device does not support the number format.
    """
    supported = _supported(place, hardware)
    if numbers == AUTO:
        return supported if place.name == "cpu" else [place]
    for way in supported:
        if way.numbers == numbers:
            return [way]
    raise unsupported(place.hardware, numbers, [way.numbers for way in supported])


def unsupported(hardware: str, numbers: str, supported: Sequence[str]) -> BadInput:
    """Return the error for a number format that a device does not have."""
    *others, last = AUTO, *supported
    return BadInput(
        translate(
            "Error",
            "The {hardware} does not support the number format {numbers!r}: choose {others} or "
            "{last}.",
        ).format(hardware=hardware, numbers=numbers, others=listed(others), last=last)
    )


def supported_numbers(wanted: str = AUTO, hardware: Hardware = THIS_COMPUTER) -> Sequence[str]:
    """Return the number formats that a device supports, as in `EngineChoice`; none if the device
    does not exist. Imports torch."""
    try:
        place = pick_device(wanted, hardware)
        return [way.numbers for way in _supported(place, hardware)]
    except BadInput:
        return []


@cache
def all_threads() -> int:
    """Return torch's default number of threads. Imports torch.

    The first call determines it, so it must come before any call of `torch.set_num_threads`.
    """
    import torch

    return torch.get_num_threads()


def _use_large_pages() -> None:
    """Make torch allocate memory on Linux in pages of 2 MB, unless it has allocated some already.
    With fewer page faults, the VAE of Stable Diffusion 3 takes a twelfth less time."""
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def _let_threads_sleep() -> None:
    """Make torch's threads sleep while they wait for each other, unless torch is imported already
    or the user has set OpenMP's variable. By default they spin, which wastes time when one of them
    waits for a core.

    Seconds of wall time and core-seconds of drafts in bf16, on two cores of an EPYC with
    AVX512-BF16 while other programs kept one to four threads busy:

                                    spinning    sleeping
        152x152 pixels          0.94    0.49    0.15    0.10
        352x232 pixels          1.49    0.73    0.44    0.29

    On an idle machine, Real-ESRGAN in bf16 took 0.72 s for 160x100 pixels instead of 0.61: waking
    a thread costs the same for each layer, whatever its size.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _fastest(available: list[str]) -> str:
    return next(name for name in ("cuda", "mps", "cpu") if name in available)


def _supported(place: Device, hardware: Hardware) -> list[Device]:
    """Return the formats in which a device can run convolutional networks, the most exact first.

    On a CPU with oneDNN, fp32 without channels_last is left out: it was slower on every tested
    machine, by 25 to 60 percent.
    """
    if place.name != "cpu":
        return [place] if place.dtype == "float32" else [place.plain(), place]
    found = [replace(place, dtype="float32")]
    bf16 = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    if place.channels_last and any(map(hardware.cpu_has, bf16)):
        found.append(replace(place, dtype="bfloat16"))
    if hardware.multiplies_bytes and hardware.has_openvino:
        found.append(Device("cpu", place.hardware, "int8"))
    return found


def _cpu(hardware: Hardware) -> Device:
    """Return the CPU with the format that is probably fastest; see `ways` for measuring.

    Seconds for Real-ESRGAN on two cores of a Xeon, with channels_last except in the first column:

                                              fp32, not last    fp32    bf16
        with AMX                 128 → 512               2.8             0.50
        AVX512-BF16, no AMX      128 → 512               4.5     3.1     4.3
                                 160 → 640               6.3     4.0     6.4

    On these machines AMX was decisive.
    """
    if hardware.cpu_has("_is_amx_tile_supported"):
        return Device("cpu", "CPU", "bfloat16", channels_last=True)
    return Device("cpu", "CPU", channels_last=hardware.has_one_dnn)


def _cuda(name: str, hardware: Hardware) -> Device:
    """Return an NVIDIA GPU with the format that is fastest.

    By default torch's convolutions round fp32 to TF32, 10 bits of precision, so a step of
    Real-ESRGAN in fp32 differed from a CPU's by up to 0.3 grey levels. Without TF32 it differs by
    0.001, and 512 x 512 pixels take 0.43 s on an H200 instead of 0.24. This slows down nothing that
    is chosen automatically: GPUs without bf16 have no TF32 either.
    """
    hardware.torch.backends.cudnn.allow_tf32 = False
    cuda = hardware.torch.cuda
    title = cuda.get_device_name(name)
    with cuda.device(name):
        native = cuda.is_bf16_supported(including_emulation=False)
    if native:
        return Device(name, title, "bfloat16", channels_last=True)
    return Device(name, title)
