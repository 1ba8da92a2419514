"""Times the number formats in which a network can run on this CPU, once per machine and version.

A small picture is run through the network itself, in each format, in one thread, and the CPU time
of that thread is what counts. Wall time, or the time of all threads, says more about what else the
machine is doing: under load, threads that wait for each other took up to a thousand times as long.
More threads speed up all formats alike, so their number is not a candidate. On an EPYC with
AVX512-BF16, no AMX, seconds of one thread for Real-ESRGAN:

                  fp32    fp32, not channels_last    bf16
    32 → 128      0.17                       0.21    0.095
    64 → 256      0.74                       0.82    0.37
    96 → 384      1.53                       1.90    0.73

OpenVINO runs pictures as small as this one in the calling thread (see `Int8Network`), so its time
is measured in the same way.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from cozviewer import __version__
from cozviewer.chain.protocols import ignore
from cozviewer.chain.stages import tell_stage
from cozviewer.image.pixels import RgbFloat
from cozviewer.models.device import Device, all_threads, cpu_has
from cozviewer.models.network import Network, is_out_of_memory
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput, Cancelled

SIDE = 48
"""Of the square picture that is run through the network, in pixels."""

RUNS, LONG = 2, 0.5
"""Each format is run so many times, and the fastest run counts: in the first one kernels are
compiled, which takes some 10 ms. A run of more than LONG seconds is not repeated."""

MARGIN = 0.1
"""The part of the time of fp32 that another format must save, because it is coarser."""

MOST_DIFFERENCE = {"fp32": 1 / 255, "bf16": 1 / 255, "int8": 4 / 255}
"""How much its result may differ from that of fp32, in the mean: some grey levels. For Real-ESRGAN
it is about half of that. More than one is allowed in int8 because the picture below is harder than
photos, where fidelity leaves 0.7 to 1.7 levels, none of them a shift, and nothing that one sees."""

STOPPED_AT = 1.5
"""A first run is stopped when it has taken so many times as long as the best."""

FILE_NAME = "fastest.json"

MOST_KEPT, MOST_BYTES = 100, 200_000
"""Results in the file, the newest ones, and bytes of a file that is read."""

Key = Mapping[str, str]
"""All that decides which format is fastest, by name."""


@dataclass(frozen=True)
class Trial:
    """A format that was tried.

    Attributes:
        network: The network in that format.
        seconds: The time of a run.
        difference: Mean absolute difference to the result of the most exact format, 0..1 is the
            range of a pixel; NaN where the result is not finite.
    """

    network: Network
    seconds: float
    difference: float


def fastest(
    candidates: Sequence[Device],
    open_network: Callable[[Device], Network],
    *,
    identity: Mapping[str, str],
    folder: Path | None,
    clock: Callable[[], float] = time.thread_time,
    cancelled: IsCancelled = never,
) -> Network:
    """Return the network in the format that is fastest on this machine. Imports torch.

    Args:
        candidates: The same device in different formats, the most exact one first.
        open_network: Reads the network in a format; where it does not work in that one, in another.
            It raises BadInput where the network does not have a format but the first.
        identity: Names the network, see `Upscaler.identity`.
        folder: Where the result is kept for the next start; None keeps none.
        clock: Returns seconds; `time.thread_time` counts the CPU time of this thread.
        cancelled: Asked within the runs, between any two layers.

    Raises:
        Cancelled: `cancelled` said so. Nothing is kept.
    """
    key = {**machine_key(), **{f"network {name}": value for name, value in identity.items()}}
    device = None if folder is None else kept_device(folder / FILE_NAME, key, candidates)
    if device == candidates[0]:
        return open_network(device)
    if device is not None:
        with suppress(BadInput):  # it does not work any more
            return open_network(device)
    tell_stage("Measuring which numbers are fastest")
    with _one_thread():
        network = timed(candidates, open_network, clock=clock, cancelled=cancelled)
    if folder is not None and network.device in candidates:
        keep_device(folder / FILE_NAME, key, network.device)
    return network


def timed(
    candidates: Sequence[Device],
    open_network: Callable[[Device], Network],
    *,
    clock: Callable[[], float],
    cancelled: IsCancelled = never,
) -> Network:
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
            continue  # not every network can do every format
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
    """Tell whether a format is to be used instead of the best one so far, a more exact one."""
    most = MOST_DIFFERENCE[trial.network.device.numbers]
    near = trial.difference <= most  # False for NaN
    return near and trial.seconds < (1 - MARGIN) * best.seconds


def probe() -> RgbFloat:
    """Return the picture that is run through a network, (SIDE, SIDE, 3): a gradient with edges,
    fine stripes and grain."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    grey = 0.3 + 0.4 * x
    grey[y > 0.5] = 0.8 - 0.5 * x[y > 0.5]
    grey += 0.1 * np.sin(40 * (x + y)) * (x > 0.5)
    grain = np.random.default_rng(0).normal(0, 0.02, (SIDE, SIDE, 3))
    colour = grey[:, :, None] * np.array((1.0, 0.9, 0.8)) + grain
    return np.ascontiguousarray(colour.clip(0, 1), np.float32)


def machine_key() -> Key:
    """Return what decides the speed besides the network. Imports torch."""
    import torch

    features = [name for name in ("avx512_bf16", "amx_tile") if cpu_has(f"_is_{name}_supported")]
    return {
        "cozviewer": __version__,
        "torch": torch.__version__,
        "openvino": _openvino_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_name(),
        "cores": str(os.cpu_count()),
        "threads": str(all_threads()),
        "instructions": " ".join([torch.backends.cpu.get_cpu_capability(), *features]),
    }


def _openvino_version() -> str:
    """Return the version of OpenVINO, without importing it; "" where it is not installed."""
    try:
        return version("openvino")
    except PackageNotFoundError:
        return ""


def kept_device(path: Path, key: Key, candidates: Sequence[Device]) -> Device | None:
    """Return the candidate that a file says is fastest; None if it does not say, or is broken."""
    for entry in _entries(path):
        if entry.get("key") == key:
            for device in candidates:
                if _way(device) == {name: entry.get(name) for name in _way(device)}:
                    return device
    return None


def keep_device(path: Path, key: Key, device: Device) -> None:
    """Write down which candidate is fastest. Where that fails, it is timed again next time."""
    others = [entry for entry in _entries(path) if entry.get("key") != key]
    entries = [{"key": dict(key), **_way(device)}, *others][:MOST_KEPT]
    with suppress(OSError), atomic_private_path(path) as part:
        part.write_text(json.dumps({"fastest": entries}, indent=1), encoding="utf-8")


def _way(device: Device) -> dict[str, object]:
    return {"numbers": device.numbers, "channels_last": device.channels_last}


def _entries(path: Path) -> list[dict[str, object]]:
    """Return what a file holds; nothing if there is none, or it is broken."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        entries = json.loads(content)["fastest"] if len(content) <= MOST_BYTES else []
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []
    return [entry for entry in entries if isinstance(entry, dict)] if type(entries) is list else []


def _run(
    network: Network, clock: Callable[[], float], limit: float | None, cancelled: IsCancelled
) -> tuple[float, RgbFloat] | None:
    """Return the seconds of the fastest run and the result, (4 SIDE, 4 SIDE, 3); None if a first
    run takes longer than `limit`."""
    import torch

    best = None
    for _ in range(RUNS):
        started = clock()

        def stopped(started: float = started, limit: float | None = limit) -> bool:
            return cancelled() or (limit is not None and clock() - started > limit)

        try:
            with torch.inference_mode():
                fine = network.forward(network.batch(probe()), stopped, ignore)
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
    pixels: RgbFloat = fine[0].clamp(0, 1).permute(1, 2, 0).to("cpu", torch.float32).numpy()
    return best, pixels


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have torch compute in this thread alone; see `run_network` for threads that begin then."""
    import torch

    threads = all_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _cpu_name() -> str:
    """Return the name of the processor; "" where the system does not say."""
    if sys.platform == "linux":
        with suppress(OSError):
            for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
                name, _, value = line.partition(":")
                if name.strip() == "model name":
                    return value.strip()
    return platform.processor()
