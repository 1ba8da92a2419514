"""The memory manager: a plan before anything loads, and models that are released for others."""

import sys
import weakref
from collections.abc import Callable, Sequence

import pytest

from cozviewer.models.device import Device
from cozviewer.models.hardware import Hardware
from cozviewer.models.memory.manager import MemoryManager, release_cached_memory
from cozviewer.models.memory.plan import Model, Part
from cozviewer.util.errors import BadInput
from tests.models.computers import computer
from tests.packages import Packages

GB = 1_000_000_000


def needing(
    name: str, size: float, streamed: bool = False
) -> Callable[[Device, str], Sequence[Model]]:
    parts = (Part("network", round(size * GB)),)
    return lambda place, quantised: [Model(name, "", parts, streamed)]


def filled(memory: str = "auto", *, free: float = 100) -> tuple[MemoryManager, list[str]]:
    """Return a manager for a prompter of 8 GB and an upscaler of 5, where `free` GB are free, and
    the plans it reports."""
    reported: list[str] = []
    manager = MemoryManager("auto", memory, reported.append, computer(memory=free))
    manager.expect(needing("upscaler", 5))
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


def test_what_does_not_fit_is_refused_before_it_loads() -> None:
    manager, reported = filled(free=8.5)
    left: list[str] = []
    with pytest.raises(BadInput, match=r"^The prompter would need 8\.0 GB of memory on the CPU"):
        manager.acquire("upscaler", lambda: left.append("upscaler"))
    assert (reported, left) == ([], [])


def test_with_memory_for_all_none_is_released() -> None:
    manager, _ = filled()
    for name in ("prompter", "upscaler", "prompter", "upscaler"):
        manager.acquire(name, pytest.fail)


def test_in_a_sequential_plan_the_others_are_released_first() -> None:
    manager, _ = filled(free=12)
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


def test_a_model_on_another_device_is_not_released() -> None:
    """T5 does not fit on the GPU, so it runs on the CPU and the upscaler stays."""
    manager = MemoryManager(hardware=with_gpu(8, memory=30))
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


def test_a_model_that_is_expected_later_is_planned_for() -> None:
    manager, reported = filled(free=12)
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


def with_gpu(free: float, *, memory: float) -> Hardware:
    """Return a computer with a GPU with so many free GB."""
    return computer(gpus=1, gpu="RTX 3060", gpu_memory=free, memory=memory)


def halved(place: Device, quantised: str) -> Sequence[Model]:
    return [Model("prompter", "", (Part("network", 4 * GB if quantised else 8 * GB),))]


def test_quantised_models_need_an_nvidia_gpu(packages: Packages) -> None:
    packages.add("bitsandbytes")
    with pytest.raises(
        BadInput,
        match=r"^The memory mode nf4 needs an NVIDIA GPU: choose auto, together or sequential for "
        r"the CPU\.$",
    ):
        MemoryManager("cpu", "nf4", hardware=computer()).plan()


def test_quantised_models_need_an_optional_component(packages: Packages) -> None:
    packages.hide("bitsandbytes")
    with pytest.raises(BadInput, match=r"^The memory mode 8bit needs an optional component"):
        MemoryManager("cuda", "8bit", hardware=with_gpu(40, memory=40)).plan()


def test_auto_never_quantises(packages: Packages) -> None:
    """The pixels would depend on which other programs were running."""
    packages.add("bitsandbytes")
    manager = MemoryManager("cuda", hardware=with_gpu(6, memory=40))
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
