"""Measures which number format of a network is fastest on this CPU, once per machine and version.

The network is run over a small image in each format in one thread, and the CPU time of that
thread counts. Wall time, or the time of all threads, depends on the load of the machine: threads
that wait for each other took up to a thousand times as long. More threads speed up all formats
alike, so their number need not be measured. Seconds of one thread for Real-ESRGAN on an EPYC with
AVX512-BF16, no AMX:

                  fp32    fp32, not channels_last    bf16
    32 → 128      0.17                       0.21    0.095
    64 → 256      0.74                       0.82    0.37
    96 → 384      1.53                       1.90    0.73

OpenVINO runs such small images in the calling thread (see `OpenVinoNetwork`), so its time is
measured in the same way.
"""

import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from cozviewer import __version__
from cozviewer.chain.protocols import ignore
from cozviewer.chain.stages import report_stage
from cozviewer.image.pixels import RgbFloat
from cozviewer.models.device import (
    AUTO,
    Device,
    all_threads,
    supported_numbers,
)
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.models.network import LoadedNetwork, is_out_of_memory
from cozviewer.models.without_torch import formats, one_thread, suffices, threads
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.translation import translate

SIDE = 48
"""Side in pixels of the square test image."""

RUNS, LONG = 2, 0.5
"""Each format is run RUNS times, and the fastest run counts: kernels are compiled in the first one,
which takes some 10 ms. A run of more than LONG seconds is not repeated."""

LEAST_SAVED = {"fp32": 0.1, "bf16": 0.1, "int8": 0.25}
"""Part of the best time that a coarser format must save to be chosen. int8 saves 40 % of bf16, on
processors with AMX 15 to 35 %; less than a quarter is not worth being coarser."""

MOST_DIFFERENCE = {"fp32": 1 / 255, "bf16": 1 / 255, "int8": 4 / 255}
"""Maximum mean difference from the result in fp32. Real-ESRGAN has about a third of it: bf16 0.4
grey levels, int8 1.3, as the test image is harder than photos; on those, with fidelity, 0.8 to 1
level remains in int8, without a shift and not visible."""

STOPPED_AT = 1.5
"""A first run is aborted after so many times the best time."""

FILE_NAME = "fastest.json"

MOST_KEPT, MOST_BYTES = 100, 200_000
"""Maximum number of results in the file (the newest are kept), and of bytes of a file."""

Key = Mapping[str, str]
"""Everything that decides which format is fastest, by name."""


@dataclass(frozen=True)
class Trial:
    """The measurement of a format.

    Attributes:
        network: The network in that format.
        seconds: The time of a run.
        difference: Mean absolute difference from the result of the most exact format, for pixels in
            0..1; NaN if the result is not finite.
    """

    network: LoadedNetwork
    seconds: float
    difference: float


def fastest(
    candidates: Sequence[Device],
    open_network: Callable[[Device], LoadedNetwork],
    *,
    identity: Mapping[str, str],
    folder: Path | None,
    with_torch: bool = True,
    hardware: Hardware = THIS_COMPUTER,
    clock: Callable[[], float] = time.thread_time,
    cancelled: IsCancelled = never,
) -> LoadedNetwork:
    """Return the network in the fastest format on this machine.

    Args:
        candidates: The same device in different formats, the most exact one first.
        open_network: Loads the network in a format, or in another one if that does not work. Raises
            BadInput if the network does not have a format other than the first.
        identity: Identifies the network, see `Upscaler.identity`.
        folder: Folder of the result for the next start; None keeps none.
        with_torch: Whether torch runs it, which is imported then; otherwise OpenVINO.
        hardware: What the computer has.
        clock: Returns seconds; `time.thread_time` counts the CPU time of this thread.
        cancelled: Checked during the runs, between layers.

    Raises:
        Cancelled: `cancelled` returned True. The result is not saved.
    """
    key = {
        **machine_key(with_torch, hardware),
        **{f"network {name}": value for name, value in identity.items()},
    }
    device = None if folder is None else saved_device(folder / FILE_NAME, key, candidates)
    if device == candidates[0]:
        return open_network(device)
    if device is not None:
        with suppress(BadInput):  # it no longer works
            return open_network(device)
    report_stage(translate("Status", "Measuring which number format is fastest"))
    with _one_thread() if with_torch else one_thread():
        network = timed(candidates, open_network, clock=clock, cancelled=cancelled)
    if folder is not None and network.device in candidates:
        save_device(folder / FILE_NAME, key, network.device)
    return network


def timed(
    candidates: Sequence[Device],
    open_network: Callable[[Device], LoadedNetwork],
    *,
    clock: Callable[[], float],
    cancelled: IsCancelled = never,
) -> LoadedNetwork:
    """Return the network in the fastest of several formats; see `fastest`."""
    best: Trial | None = None
    exact: RgbFloat | None = None
    tried: list[Device] = []
    for candidate in candidates:
        check_cancelled(cancelled)
        try:
            network = open_network(candidate)
        except BadInput:
            if best is None:
                raise
            continue  # not every network has every format
        if network.device in tried:
            continue
        tried.append(network.device)
        limit = None if best is None else STOPPED_AT * best.seconds
        try:
            found = _run(network, clock, limit, cancelled)
        except RuntimeError as error:
            if best is None or is_out_of_memory(error):
                raise
            continue  # not every network supports every format
        if found is None:
            continue
        seconds, pixels = found
        if exact is None:
            exact = pixels
        trial = Trial(network, seconds, float(np.abs(pixels - exact).mean()))
        if best is None or wins(trial, best):
            best = trial
    assert best is not None
    return best.network


def wins(trial: Trial, best: Trial) -> bool:
    """Return whether a format replaces the best one so far, which is more exact."""
    numbers = trial.network.device.numbers
    near = trial.difference <= MOST_DIFFERENCE[numbers]  # False for NaN
    return near and trial.seconds < (1 - LEAST_SAVED[numbers]) * best.seconds


def probe() -> RgbFloat:
    """Return the test image, (SIDE, SIDE, 3): a gradient with edges, fine stripes and grain."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    grey = 0.3 + 0.4 * x
    grey[y > 0.5] = 0.8 - 0.5 * x[y > 0.5]
    grey += 0.1 * np.sin(40 * (x + y)) * (x > 0.5)
    grain = np.random.default_rng(0).normal(0, 0.02, (SIDE, SIDE, 3))
    colour = grey[:, :, None] * np.array((1.0, 0.9, 0.8)) + grain
    return np.ascontiguousarray(colour.clip(0, 1), np.float32)


def supported_formats(wanted: str = AUTO) -> Sequence[str]:
    """Return the number formats that the built-in network has on a device, as in `EngineChoice`;
    none if the device does not exist. Imports torch, or OpenVINO where that suffices."""
    return formats() if suffices(wanted) else supported_numbers(wanted)


def machine_key(with_torch: bool, hardware: Hardware = THIS_COMPUTER) -> Key:
    """Return everything besides the network that decides the speed.

    Args:
        with_torch: Whether torch runs the network, which is imported then; otherwise OpenVINO.
        hardware: What the computer has.
    """
    key = {
        "cozviewer": __version__,
        "torch": "",
        "openvino": _openvino_version(),
        "system": f"{platform.system()} {hardware.machine}",
        "cpu": hardware.cpu_name,
        "cores": str(hardware.cores),
    }
    if not with_torch:
        return {**key, "threads": str(threads()), "instructions": " ".join(formats())}
    features = [
        name for name in ("avx512_bf16", "amx_tile") if hardware.cpu_has(f"_is_{name}_supported")
    ]
    torch = hardware.torch
    return {
        **key,
        "torch": torch.__version__,
        "threads": str(all_threads()),
        "instructions": " ".join([torch.backends.cpu.get_cpu_capability(), *features]),
    }


def _openvino_version() -> str:
    """Return the version of OpenVINO without importing it; "" if it is not installed."""
    try:
        return version("openvino")
    except PackageNotFoundError:
        return ""


def saved_device(path: Path, key: Key, candidates: Sequence[Device]) -> Device | None:
    """Return the fastest candidate according to a file; None if it is not there or broken."""
    for entry in _entries(path):
        if entry.get("key") == key:
            for device in candidates:
                if _way(device) == {name: entry.get(name) for name in _way(device)}:
                    return device
    return None


def save_device(path: Path, key: Key, device: Device) -> None:
    """Save the fastest candidate; if that fails, it is measured again next time."""
    others = [entry for entry in _entries(path) if entry.get("key") != key]
    entries = [{"key": dict(key), **_way(device)}, *others][:MOST_KEPT]
    with suppress(OSError), atomic_private_path(path) as part:
        part.write_text(json.dumps({"fastest": entries}, indent=1), encoding="utf-8")


def _way(device: Device) -> dict[str, object]:
    return {"numbers": device.numbers, "channels_last": device.channels_last}


def _entries(path: Path) -> list[dict[str, object]]:
    """Return the entries of a file; none if it does not exist or is broken."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        entries = json.loads(content)["fastest"] if len(content) <= MOST_BYTES else []
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []
    return [entry for entry in entries if isinstance(entry, dict)] if type(entries) is list else []


def _run(
    network: LoadedNetwork, clock: Callable[[], float], limit: float | None, cancelled: IsCancelled
) -> tuple[float, RgbFloat] | None:
    """Return the seconds of the fastest run and the result, (4 SIDE, 4 SIDE, 3); None if the first
    run takes longer than `limit`."""
    best = None
    for _ in range(RUNS):
        started = clock()

        def stopped(started: float = started, limit: float | None = limit) -> bool:
            return cancelled() or (limit is not None and clock() - started > limit)

        try:
            pixels = network.once(probe(), stopped, ignore)
        except Cancelled:
            if cancelled():
                raise
            return None
        seconds = clock() - started
        best = seconds if best is None else min(best, seconds)
        limit = None
        if seconds > LONG:
            break
    assert best is not None
    return best, pixels


@contextmanager
def _one_thread() -> Iterator[None]:
    """Make torch use only this thread; see `run_network` about threads that start meanwhile."""
    import torch

    threads = all_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
