"""Where torch is not installed, as in the small bundle: OpenVINO runs the built-in networks on the
CPU, and engines that need torch say so."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from cozviewer.models.device import AUTO, Device, Dtype, unsupported
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

_DTYPES: dict[str, Dtype] = {"fp32": "float32", "bf16": "bfloat16", "int8": "int8"}


def cpu(wanted: str, numbers: str, supported: Sequence[str]) -> Device:
    """Return the CPU with a number format.

    Args:
        wanted: The device that was chosen; only "auto" and "cpu" exist.
        numbers: The number format that was chosen, or "auto" for the last one that is supported.
        supported: As `formats` returns them.

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
    if numbers == AUTO:
        numbers = supported[-1]
    if numbers not in supported:
        raise unsupported("CPU", numbers, supported)
    return Device("cpu", "CPU", _DTYPES[numbers])


def no_torch(name: str) -> BadInput:
    """Return the error for an engine that needs torch, where it is not installed."""
    return BadInput(
        translate(
            "Error",
            "{name} needs PyTorch, which this edition of cozviewer does not contain: install the "
            "full edition, or choose Real-ESRGAN.",
        ).format(name=name)
    )


def formats(*, int8: bool) -> Sequence[str]:
    """Return the number formats of a built-in network, the fastest last. Imports OpenVINO.

    Args:
        int8: Whether the network has one in bytes.
    """
    from cozviewer.models.realesrgan.openvino_network import open_core

    capabilities = open_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    found = ["fp32"]
    if "BF16" in capabilities:
        found.append("bf16")
    if int8 and _multiplies_bytes():
        found.append("int8")
    return found


def threads() -> int:
    """Return the number of threads of a run: OpenMP's setting, or one per core, as with torch."""
    with suppress(ValueError):
        return max(1, int(os.environ.get("OMP_NUM_THREADS", "")))
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def _multiplies_bytes() -> bool:
    """Return whether the CPU has VNNI, see `device`; on Windows only AVX512-VNNI is found."""
    from numpy._core._multiarray_umath import __cpu_features__  # type: ignore[import-not-found]

    if __cpu_features__.get("AVX512VNNI"):
        return True
    with suppress(OSError):
        return "avx_vnni" in Path("/proc/cpuinfo").read_text("utf-8", "replace").split()
    return False
