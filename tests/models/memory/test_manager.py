"""The memory manager: a plan before anything loads, and models that are released for others."""

import sys
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cozviewer.models.device import Device
from cozviewer.models.memory import manager as module
from cozviewer.models.memory.manager import MemoryManager, release_cached_memory
from cozviewer.models.memory.plan import Model, Part
from cozviewer.util.errors import BadInput
from tests.packages import Packages

GB = 1_000_000_000


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A machine whose free memory, in GB by device, a test can set."""

    def has(place: Device = Device("cpu", "CPU"), **free: float) -> None:  # noqa: B008
        monkeypatch.setattr(module, "pick_device", lambda wanted: place)
        monkeypatch.setattr(module, "free_memory", lambda device: round(free[device] * GB))

    has(cpu=100)
    return has


def needing(
    name: str, size: float, streamed: bool = False
) -> Callable[[Device, str], Sequence[Model]]:
    parts = (Part("network", round(size * GB)),)
    return lambda place, quantised: [Model(name, "", parts, streamed)]


def filled(memory: str = "auto", **options: Any) -> tuple[MemoryManager, list[str]]:
    """Return a manager for a prompter of 8 GB and an upscaler of 5, and the plans it reports."""
    reported: list[str] = []
    manager = MemoryManager("auto", memory, reported.append)
    manager.expect(needing("upscaler", 5), **options)
    manager.expect(needing("prompter", 8))
    return manager, reported


def test_the_plan_is_reported_once_before_the_first_model_loads() -> None:
    manager, reported = filled()
    assert reported == []
    plan = manager.acquire("prompter", lambda: None)
    assert reported == [plan.sentence]
    assert reported[0].startswith(
        "Models on the CPU, together: prompter, upscaler, 13.0 GB at most;"
    )
    manager.acquire("upscaler", lambda: None)
    assert manager.plan() is plan
    assert len(reported) == 1


def test_what_does_not_fit_is_refused_before_it_loads(machine: Callable[..., None]) -> None:
    machine(cpu=8.5)
    manager, reported = filled()
    left: list[str] = []
    with pytest.raises(BadInput, match=r"^The prompter would need 8\.0 GB of memory on the CPU"):
        manager.acquire("upscaler", lambda: left.append("upscaler"))
    assert (reported, left) == ([], [])


def test_with_memory_for_all_none_is_released() -> None:
    manager, _ = filled()
    for name in ("prompter", "upscaler", "prompter", "upscaler"):
        manager.acquire(name, pytest.fail)


def test_in_a_sequential_plan_the_others_are_released_first(machine: Callable[..., None]) -> None:
    machine(cpu=12)
    manager, _ = filled()
    left: list[str] = []
    for name in ("upscaler", "prompter", "upscaler", "upscaler", "prompter"):
        left.append(f"-> {name}")
        manager.acquire(name, lambda name=name: left.append(name))  # type: ignore[misc]
    assert left == [
        "-> upscaler",
        "-> prompter",
        "upscaler",
        "-> upscaler",
        "prompter",
        "-> upscaler",
        "-> prompter",
        "upscaler",
    ]


def test_a_released_model_is_freed() -> None:
    class Network:
        """An object with a reference cycle, as networks may have."""

        def __init__(self) -> None:
            self.itself = self

    manager, _ = filled("sequential")
    holder = {"network": Network()}
    there = weakref.ref(holder["network"])
    manager.acquire("upscaler", holder.clear)
    assert there() is not None
    manager.acquire("prompter", lambda: None)
    assert there() is None


def test_a_model_on_another_device_is_not_released(machine: Callable[..., None]) -> None:
    """T5 does not fit on the GPU, so it runs on the CPU and the upscaler stays."""
    machine(Device("cuda", "RTX 3060", "bfloat16"), cuda=8, cpu=30)
    manager = MemoryManager()
    manager.expect(needing("upscaler", 5))
    manager.expect(needing("text encoders", 10, streamed=True))
    manager.acquire("upscaler", pytest.fail)
    assert manager.acquire("text encoders", pytest.fail).device_of("text encoders") == "cpu"
    manager.acquire("upscaler", pytest.fail)


def test_a_model_that_was_not_expected_can_be_loaded() -> None:
    reported: list[str] = []
    manager = MemoryManager(on_plan=reported.append)
    manager.acquire("prompter", pytest.fail)
    assert reported == []


def test_a_model_that_is_expected_later_is_planned_for(machine: Callable[..., None]) -> None:
    machine(cpu=12)
    manager, reported = filled()
    assert manager.plan().arrangement == "sequential"
    manager.expect(needing("text encoders", 20))
    with pytest.raises(BadInput, match="The text encoders would need"):
        manager.plan()
    assert len(reported) == 1


def test_unknown_modes_are_refused_at_once() -> None:
    with pytest.raises(
        BadInput,
        match=r"^Unknown memory mode '4bit': choose auto, together, sequential, 8bit or nf4\.$",
    ):
        MemoryManager("cpu", "4bit")


GPU = Device("cuda", "RTX 3060", "bfloat16")


def halved(place: Device, quantised: str) -> Sequence[Model]:
    return [Model("prompter", "", (Part("network", 4 * GB if quantised else 8 * GB),))]


def test_quantised_models_need_an_nvidia_gpu(packages: Packages) -> None:
    packages.add("bitsandbytes")
    with pytest.raises(
        BadInput,
        match=r"^The memory mode nf4 needs an NVIDIA GPU: choose auto, together or sequential for "
        r"the CPU\.$",
    ):
        MemoryManager("cpu", "nf4").plan()


def test_quantised_models_need_an_optional_component(
    machine: Callable[..., None], packages: Packages
) -> None:
    machine(GPU, cuda=40, cpu=40)
    packages.hide("bitsandbytes")
    with pytest.raises(BadInput, match=r"^The memory mode 8bit needs an optional component"):
        MemoryManager("cuda", "8bit").plan()


def test_auto_never_quantises(machine: Callable[..., None], packages: Packages) -> None:
    """The pixels would depend on which other programs were running."""
    machine(GPU, cuda=6, cpu=40)
    packages.add("bitsandbytes")
    manager = MemoryManager("cuda")
    manager.expect(halved)
    with pytest.raises(BadInput, match="choose the memory mode 8bit"):
        manager.plan()


@pytest.mark.skipif(sys.platform != "linux", reason="only there the C library keeps what is freed")
def test_freed_memory_goes_back_to_the_system() -> None:
    """0.6 GB in blocks of the size of a layer, three times, as models are loaded again."""
    import psutil
    import torch

    def taken() -> int:
        return int(psutil.Process().memory_info().rss)

    release_cached_memory()
    before = taken()
    for _ in range(3):
        layers = [torch.ones(2_500_000) for _ in range(60)]
        assert taken() - before > 550_000_000
        del layers
        release_cached_memory()
    assert taken() - before < 100_000_000
