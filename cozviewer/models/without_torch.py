"""The CPU without torch: OpenVINO runs the built-in networks. So it does where torch is not
installed, as in the small bundle, where engines that need torch say so; and where it is, as torch
would only take time and memory.

Core-seconds on two cores of an EPYC with AVX512-BF16 and VNNI, and MiB of a process of its own, at
rest with the network loaded, and at most:

                                          torch                    OpenVINO
    Real-ESRGAN, 352x232 pixels, fp32     15.8    657    1,096     14.4    262    774
                                 bf16      7.2    578      889      8.0    267    592
                                 int8                               4.3    227    560
    drafts, 352x232 pixels, fp32          0.60    547      619     0.47    124    232
                            bf16          0.37    547      597     0.28    126    222
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

import psutil

from cozviewer.models.device import AUTO, Device, Dtype, unsupported
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

_DTYPES: dict[str, Dtype] = {"fp32": "float32", "bf16": "bfloat16", "int8": "int8"}

_one: ContextVar[bool] = ContextVar("one", default=False)


def suffices(wanted: str = AUTO, hardware: Hardware = THIS_COMPUTER) -> bool:
    """Return whether the built-in networks run without torch on a device: on x86 CPUs, and wherever
    torch is not installed. Imports nothing."""
    if not hardware.has_torch:
        return True
    if not hardware.is_x86 or not hardware.has_openvino:
        return False
    return wanted == "cpu" or (wanted == AUTO and not hardware.may_have_gpu)


def ways(wanted: str, numbers: str = AUTO) -> Sequence[Device]:
    """Return the number formats to consider for a built-in network; as `device.ways`. Imports
    OpenVINO.

    Args:
        wanted: The device that was chosen; only "auto" and "cpu" exist.
        numbers: The number format that was chosen.

    Raises:
        BadInput: There is no such device or number format.
    """
    if wanted not in (AUTO, "cpu"):
        raise BadInput(
            translate(
                "Error",
                "This edition of cozviewer has no device {wanted!r}: choose auto or cpu, or "
                "install the full edition.",
            ).format(wanted=wanted)
        )
    supported = formats()
    if numbers not in (AUTO, *supported):
        raise unsupported("CPU", numbers, supported)
    chosen = supported if numbers == AUTO else [numbers]
    return [Device("cpu", "CPU", _DTYPES[each]) for each in chosen]


def no_torch(name: str) -> BadInput:
    """Return the error for an engine that needs torch, where it is not installed."""
    return BadInput(
        translate(
            "Error",
            "{name} needs PyTorch, which this edition of cozviewer does not contain: install the "
            "full edition, or choose Real-ESRGAN.",
        ).format(name=name)
    )


def formats() -> Sequence[str]:
    """Return the number formats of Real-ESRGAN, the most exact first. Imports OpenVINO."""
    from cozviewer.models.realesrgan.openvino_network import open_core

    capabilities = open_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    found = ["fp32"]
    if "BF16" in capabilities:
        found.append("bf16")
    if _multiplies_bytes():
        found.append("int8")
    return found


def threads() -> int:
    """Return the number of threads of a run: OpenMP's setting, or one per core, as with torch; one
    within `one_thread`."""
    if _one.get():
        return 1
    with suppress(ValueError):
        return max(1, int(os.environ.get("OMP_NUM_THREADS", "")))
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def is_timing() -> bool:
    """Return whether the calling thread is within `one_thread`."""
    return _one.get()


@contextmanager
def one_thread() -> Iterator[None]:
    """Run what this thread starts in one thread only."""
    token = _one.set(True)
    try:
        yield
    finally:
        _one.reset(token)


def _multiplies_bytes() -> bool:
    """Return whether the CPU has VNNI, see `device`; on Windows only AVX512-VNNI is found."""
    from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found]

    if __cpu_features__.get("AVX512VNNI"):
        return True
    with suppress(OSError):
        return "avx_vnni" in Path("/proc/cpuinfo").read_text("utf-8", "replace").split()
    return False
