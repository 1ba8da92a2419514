"""Computers to test with: what torch would find on them, and what is installed there."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from cozviewer.models.hardware import Hardware

GIGABYTE = 1_000_000_000


def torch_on(
    *,
    gpus: int = 0,
    gpu: str = "NVIDIA H100",
    gpu_bf16: bool = True,
    gpu_memory: float = 80,
    apple_gpu: bool = False,
    amx: bool = False,
    bf16: bool = False,
    vnni: bool = False,
    avx_vnni: bool = False,
    one_dnn: bool = True,
) -> Any:
    """Return what answers as torch does on a computer; `gpu_memory` in GB."""
    free = round(gpu_memory * GIGABYTE)
    return SimpleNamespace(
        __version__="2.6",
        cpu=SimpleNamespace(
            _is_amx_tile_supported=lambda: amx,
            _is_avx512_bf16_supported=lambda: bf16,
            _is_vnni_supported=lambda: vnni,
            get_capabilities=lambda: {"avx_vnni": avx_vnni},
        ),
        cuda=SimpleNamespace(
            is_available=lambda: gpus > 0,
            device_count=lambda: gpus,
            get_device_name=lambda name: gpu,
            is_bf16_supported=lambda including_emulation: gpu_bf16,
            device=lambda name: nullcontext(),
            empty_cache=lambda: None,
            mem_get_info=lambda name: (free, 2 * free),
        ),
        backends=SimpleNamespace(
            cpu=SimpleNamespace(get_cpu_capability=lambda: "AVX2"),
            cudnn=SimpleNamespace(allow_tf32=True),
            mkldnn=SimpleNamespace(is_available=lambda: one_dnn),
            mps=SimpleNamespace(is_available=lambda: apple_gpu),
        ),
    )


def computer(*, memory: float = 100, lacking: tuple[str, ...] = (), **found: Any) -> Hardware:
    """Return a computer with nothing but a CPU, or what torch finds, on which torch is needed.

    Args:
        memory: GB that are free.
        lacking: Packages that are not installed; all others are.
        **found: As of `torch_on`.
    """
    return Hardware(
        system="darwin",  # where a GPU may be without a driver that shows
        machine="arm64",
        available_memory=lambda: round(memory * GIGABYTE),
        installed=lambda package: package not in lacking,
        torch_module=torch_on(**found),
    )
