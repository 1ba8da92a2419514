"""The room: a plan before anything is read, and models that leave, really, for others."""

import sys
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cozviewer.models.device import Device
from cozviewer.models.memory import manager as module
from cozviewer.models.memory.manager import Room, give_back
from cozviewer.models.memory.plan import Model, Part
from cozviewer.util.errors import BadInput

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
    name: str, size: float, passing: bool = False
) -> Callable[[Device, str], Sequence[Model]]:
    parts = (Part("network", round(size * GB)),)
    return lambda place, quantised: [Model(name, "", parts, passing)]


def filled(memory: str = "auto", **options: Any) -> tuple[Room, list[str]]:
    """Return a room that a prompter of 8 GB and an upscaler of 5 share, and what it told."""
    told: list[str] = []
    room = Room("auto", memory, told.append)
    room.expect(needing("upscaler", 5), **options)
    room.expect(needing("prompter", 8))
    return room, told


def test_the_plan_is_told_once_before_the_first_is_read() -> None:
    room, told = filled()
    assert told == []
    plan = room.enter("prompter", lambda: None)
    assert told == [plan.sentence]
    assert told[0].startswith("Models on the CPU, together: prompter, upscaler, 13.0 GB at most;")
    room.enter("upscaler", lambda: None)
    assert room.plan() is plan
    assert len(told) == 1


def test_a_preview_is_told_to_nobody() -> None:
    room, told = filled()
    assert room.preview().arrangement == "together"
    assert told == []


def test_what_does_not_fit_is_refused_before_it_is_read(machine: Callable[..., None]) -> None:
    machine(cpu=8.5)
    room, told = filled()
    left: list[str] = []
    with pytest.raises(BadInput, match=r"^The prompter would need 8\.0 GB of memory on the CPU"):
        room.enter("upscaler", lambda: left.append("upscaler"))
    assert (told, left) == ([], [])


def test_with_memory_for_all_nobody_leaves() -> None:
    room, _ = filled()
    for name in ("prompter", "upscaler", "prompter", "upscaler"):
        room.enter(name, pytest.fail)


def test_in_turn_the_others_leave_first(machine: Callable[..., None]) -> None:
    machine(cpu=12)
    room, _ = filled()
    left: list[str] = []
    for name in ("upscaler", "prompter", "upscaler", "upscaler", "prompter"):
        left.append(f"-> {name}")
        room.enter(name, lambda name=name: left.append(name))  # type: ignore[misc]
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


def test_who_left_is_really_gone() -> None:
    class Network:
        """With a reference to itself, as networks may have."""

        def __init__(self) -> None:
            self.itself = self

    room, _ = filled("in-turn")
    holder = {"network": Network()}
    there = weakref.ref(holder["network"])
    room.enter("upscaler", holder.clear)
    assert there() is not None
    room.enter("prompter", lambda: None)
    assert there() is None


def test_on_another_device_nobody_is_in_the_way(machine: Callable[..., None]) -> None:
    """T5 does not fit on the GPU, so it computes beside it; the upscaler can stay."""
    machine(Device("cuda", "RTX 3060", "bfloat16"), cuda=8, cpu=30)
    room = Room()
    room.expect(needing("upscaler", 5))
    room.expect(needing("text encoders", 10, passing=True))
    room.enter("upscaler", pytest.fail)
    assert room.enter("text encoders", pytest.fail).device_of("text encoders") == "cpu"
    room.enter("upscaler", pytest.fail)


def test_one_who_was_not_expected_may_come_too() -> None:
    told: list[str] = []
    room = Room(notice=told.append)
    room.enter("prompter", pytest.fail)
    assert told == []


def test_one_who_comes_later_is_planned_for(machine: Callable[..., None]) -> None:
    machine(cpu=12)
    room, told = filled()
    assert room.plan().arrangement == "in turn"
    room.expect(needing("text encoders", 20))
    with pytest.raises(BadInput, match="The text encoders would need"):
        room.plan()
    assert len(told) == 1


def test_unknown_modes_are_refused_at_once() -> None:
    with pytest.raises(
        BadInput,
        match=r"^There is no memory mode '4bit': choose auto, together, in-turn, 8bit or nf4\.$",
    ):
        Room("cpu", "4bit")


@pytest.fixture
def bitsandbytes(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    def there(is_there: bool) -> None:
        found = object() if is_there else None
        monkeypatch.setattr(module, "find_spec", lambda name: found)

    return there


GPU = Device("cuda", "RTX 3060", "bfloat16")


def halved(place: Device, quantised: str) -> Sequence[Model]:
    return [Model("prompter", "", (Part("network", 4 * GB if quantised else 8 * GB),))]


def test_smaller_models_want_an_nvidia_gpu(bitsandbytes: Callable[[bool], None]) -> None:
    bitsandbytes(True)
    with pytest.raises(
        BadInput,
        match=r"^The memory mode nf4 wants an NVIDIA GPU: choose auto, together or in-turn for the "
        r"CPU\.$",
    ):
        Room("cpu", "nf4").plan()


def test_smaller_models_want_their_package(
    machine: Callable[..., None], bitsandbytes: Callable[[bool], None]
) -> None:
    machine(GPU, cuda=40, cpu=40)
    bitsandbytes(False)
    with pytest.raises(BadInput, match=r"wants the package bitsandbytes: run `pip install bits"):
        Room("cuda", "8bit").plan()


def test_models_are_not_made_smaller_unasked(
    machine: Callable[..., None], bitsandbytes: Callable[[bool], None]
) -> None:
    """Their pixels would depend on what else was open when they were read."""
    machine(GPU, cuda=6, cpu=40)
    bitsandbytes(True)
    room = Room("cuda")
    room.expect(halved)
    with pytest.raises(BadInput, match="choose --memory 8bit, with the package bitsandbytes"):
        room.plan()


@pytest.mark.skipif(sys.platform != "linux", reason="only there the C library keeps what is freed")
def test_freed_memory_goes_back_to_the_system() -> None:
    """As often as a model comes again: 0.6 GB in blocks of the size of a layer."""
    import psutil
    import torch

    def taken() -> int:
        return int(psutil.Process().memory_info().rss)

    give_back()
    before = taken()
    for _ in range(3):
        layers = [torch.ones(2_500_000) for _ in range(60)]
        assert taken() - before > 550_000_000
        del layers
        give_back()
    assert taken() - before < 100_000_000
