"""Where a network computes, and in which numbers: picked here, used by whatever loads a network."""

import os
from dataclasses import dataclass, replace
from typing import Literal

from cozviewer.errors import BadInput

AUTO = "auto"

Dtype = Literal["float32", "bfloat16"]
"""Names as torch has them."""

SHORT = {"float32": "fp32", "bfloat16": "bf16"}


@dataclass(frozen=True, slots=True)
class Device:
    """A place to compute.

    Attributes:
        name: torch's name for it: "cpu", "cuda", "cuda:1", "mps".
        hardware: What people call it: "CPU", "NVIDIA H100".
        dtype: The numbers that it is fastest in.
        channels_last: Whether it is faster with the channels of a pixel side by side.
    """

    name: str
    hardware: str
    dtype: Dtype = "float32"
    channels_last: bool = False

    @property
    def label(self) -> str:
        """For people: "CPU, bf16"."""
        return f"{self.hardware}, {SHORT[self.dtype]}"

    def for_large(self) -> "Device":
        """Return the same place with the numbers that large networks are fastest in.

        Billions of multiplications a second of one thread of an EPYC with AVX512-BF16, no AMX:

                                                   fp32    bf16
            linear layers of Stable Diffusion 3      80     190
            convolutions of its VAE                  95     190

        So, unlike for the narrow layers of Real-ESRGAN, AVX512-BF16 pays; and the weights take
        half the memory.
        """
        import torch

        pays = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        if self.name == "cpu" and self.channels_last and pays is not None and pays():
            return replace(self, dtype="bfloat16")
        return self

    def plain(self) -> "Device":
        """Return the same place with the numbers and layout that every network can do."""
        return replace(self, dtype="float32", channels_last=False)


def available_devices() -> list[str]:
    """Return the names of the devices there are, the CPU first. Imports torch."""
    import torch

    names = ["cpu"]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        names.append(f"cuda:{index}" if index else "cuda")
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


def pick_device(wanted: str = AUTO) -> Device:
    """Return the device to compute on. Imports torch.

    Args:
        wanted: "auto" takes the fastest kind there is; else "cpu", "cuda", "cuda:1", "mps".

    Raises:
        BadInput: There is no such device here.
    """
    _use_large_pages()
    available = available_devices()
    name = {AUTO: _fastest(available), "cuda:0": "cuda"}.get(wanted, wanted)
    if name not in available:
        there = ", ".join([AUTO, *available[:-1]])
        raise BadInput(
            f"There is no device {wanted!r} on this machine: choose {there} or {available[-1]}."
        )
    if name == "cpu":
        return _cpu()
    if name == "mps":
        return Device("mps", "Apple GPU")
    return _cuda(name)


def free_memory(device: str) -> int:
    """Return the bytes that are free on a device. Imports torch."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.empty_cache()
        return torch.cuda.mem_get_info(device)[0]
    import psutil

    return int(psutil.virtual_memory().available)


def _use_large_pages() -> None:
    """Have torch take memory on Linux in pages of 2 MB, unless it has taken some already: without
    their page faults, the VAE of Stable Diffusion 3 takes a twelfth less time."""
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")


def _fastest(available: list[str]) -> str:
    return next(name for name in ("cuda", "mps", "cpu") if name in available)


def _cpu() -> Device:
    """Return the CPU with what it is fastest in.

    Seconds for Real-ESRGAN on two cores of a Xeon, with channels_last but for the first column:

                                              fp32, not last    fp32    bf16
        with AMX                 128 → 512               2.8             0.50
        AVX512-BF16, no AMX      128 → 512               4.5     3.1     4.3
                                 160 → 640               6.3     4.0     6.4

    So AMX decides: AVX512-BF16 by itself costs more than it brings.
    """
    import torch

    amx = getattr(torch.cpu, "_is_amx_tile_supported", None)
    if amx is not None and amx():
        return Device("cpu", "CPU", "bfloat16", channels_last=True)
    # Only oneDNN has kernels for channels_last.
    one_dnn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return Device("cpu", "CPU", channels_last=one_dnn)


def _cuda(name: str) -> Device:
    import torch

    hardware = torch.cuda.get_device_name(name)
    with torch.cuda.device(name):
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    if native:
        return Device(name, hardware, "bfloat16", channels_last=True)
    return Device(name, hardware)
