"""What this computer has to run networks on, as reported by the system and torch."""

import os
import platform
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GPU_NODES = ("nvidia[0-9]*", "kfd", "dxg")
"""The device files of the drivers of NVIDIA and AMD, and of Windows' for its Linux."""


def is_installed(package: str) -> bool:
    """Return whether a package can be found. Imports nothing."""
    return find_spec(package) is not None


def available_memory() -> int:
    """Return the bytes of memory that programs can still get."""
    import psutil

    return int(psutil.virtual_memory().available)


@dataclass(frozen=True)
class Hardware:
    """What a computer has to run networks on. Any thread.

    Attributes:
        system: As `sys.platform`.
        machine: The kind of processor, as `platform.machine`: "x86_64", "arm64".
        cores: The number of cores that the system counts; None if it does not.
        device_files: The folder of device files.
        cpu_info: The file in which Linux describes the processor.
        available_memory: Returns the bytes of memory that programs can still get.
        installed: Returns whether a package is installed, without importing it.
        torch_module: torch, or what answers in its place; None imports torch when it is asked.
    """

    system: str = sys.platform
    machine: str = field(default_factory=platform.machine)
    cores: int | None = field(default_factory=os.cpu_count)
    device_files: Path = Path("/dev")
    cpu_info: Path = Path("/proc/cpuinfo")
    available_memory: Callable[[], int] = available_memory
    installed: Callable[[str], bool] = is_installed
    torch_module: Any = None

    @property
    def torch(self) -> Any:
        """torch, which is imported at the first call."""
        if self.torch_module is not None:
            return self.torch_module
        import torch

        return torch

    @property
    def has_torch(self) -> bool:
        """Whether torch is installed; it is not in the small bundle. Imports nothing."""
        return self.installed("torch")

    @property
    def has_openvino(self) -> bool:
        """Whether OpenVINO is installed. Imports nothing."""
        return self.installed("openvino")

    @property
    def is_x86(self) -> bool:
        """Whether the processor is a 64-bit one of Intel's or AMD's kind."""
        return self.machine.lower() in ("x86_64", "amd64")

    @property
    def may_have_gpu(self) -> bool:
        """Whether there may be a GPU that torch can use, by the signs of a driver. Imports
        nothing."""
        if self.system == "linux":
            return any(any(self.device_files.glob(name)) for name in GPU_NODES)
        if self.system == "win32":
            windows = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"))
            return (windows / "System32/nvcuda.dll").exists()
        return True

    def cpu_has(self, feature: str) -> bool:
        """Return whether the CPU has an instruction set, by the name of torch's private function.
        Imports torch."""
        ask = getattr(self.torch.cpu, feature, None)
        return ask is not None and bool(ask())

    @property
    def multiplies_bytes(self) -> bool:
        """Whether the CPU sums products of bytes in 32 bits, as with VNNI. With 16 bits, large sums
        saturate, and images would differ from those of other machines. Imports torch."""
        capabilities: Mapping[str, object] = getattr(self.torch.cpu, "get_capabilities", dict)()
        return self.cpu_has("_is_vnni_supported") or bool(capabilities.get("avx_vnni"))

    @property
    def has_one_dnn(self) -> bool:
        """Whether torch has oneDNN, whose kernels alone use channels_last on a CPU. Imports
        torch."""
        return bool(self.torch.backends.mkldnn.is_available())

    def free_memory(self, device: str) -> int:
        """Return the free bytes on a device. Imports torch for a GPU."""
        if device.startswith("cuda"):
            self.torch.cuda.empty_cache()
            return int(self.torch.cuda.mem_get_info(device)[0])
        return self.available_memory()

    @property
    def cpu_name(self) -> str:
        """The name of the processor, or "" if the system does not give it."""
        if self.system == "linux":
            with suppress(OSError):
                for line in self.cpu_info.read_text("utf-8", "replace").splitlines():
                    name, _, value = line.partition(":")
                    if name.strip() == "model name":
                        return value.strip()
        return platform.processor()


THIS_COMPUTER = Hardware()
