"""The arithmetic of memory: which models can be in it together, before any of them is read.

Pure: numbers in, a plan or a sentence out. `Room` asks for the plan and keeps to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cozviewer.util.units import gigabytes

CPU = "cpu"

SPARE, SPARE_OF_GPU = 1_000_000_000, 500_000_000
"""Bytes that are left to others: what they free and take in the meantime is not known."""

WORKING_ORDER = ("prompter", "text encoders", "upscaler")
"""Names of models, in the order in which a step needs them."""

Arrangement = Literal["together", "passing", "in turn"]
"""All stay; those that can come in part by part do so, and the others stay; one at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """One network.

    Attributes:
        name: "transformer".
        weights: Bytes that it takes while it is in memory.
        working: Bytes more while it computes.
    """

    name: str
    weights: int
    working: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """Networks that come and go together.

    Attributes:
        name: What it is for, as `Room.enter` knows it, one of WORKING_ORDER.
        title: Who does it, for people; "" where that is plain.
        parts: What it is made of.
        passing: Whether its parts work one after the other, so that one at a time is enough.
        instead: How to do without, for people: "leave out T5 with --no-t5".
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    passing: bool = False
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is in the memory of one device at the same time.

    Attributes:
        names: Of the models that the parts belong to.
        device: As torch names it.
        parts: All that is there.
    """

    names: tuple[str, ...]
    device: str
    parts: tuple[Part, ...]

    @property
    def need(self) -> int:
        """Bytes: one part computes at a time."""
        return sum(part.weights for part in self.parts) + max(part.working for part in self.parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """How models share the memory.

    Attributes:
        place: The device, for people: "CPU".
        device: As torch names it.
        arrangement: Who stays.
        quantised: "", "8bit" or "nf4".
        models: All that were planned for.
        stages: What is in memory at the same time, in the order of the work.
        free: Bytes that were free on each device.
    """

    place: str
    device: str
    arrangement: Arrangement
    quantised: str
    models: tuple[Model, ...]
    stages: tuple[Stage, ...]
    free: Mapping[str, int]

    def peak(self, device: str) -> int:
        """Return the most bytes that are needed on a device; files come through the CPU's."""
        own = [stage.need for stage in self.stages if stage.device == device]
        through = [
            part.weights
            for stage in self.stages
            for part in stage.parts
            if device == CPU != stage.device
        ]
        return max([*own, *through], default=0)

    def device_of(self, name: str) -> str:
        """Return where a model computes."""
        return next((stage.device for stage in self.stages if name in stage.names), self.device)

    def fits_on(self, device: str) -> bool:
        """Tell whether a device has enough, with something to spare."""
        peak = self.peak(device)
        return not peak or peak + spare(device) <= self.free[device]

    @property
    def fits(self) -> bool:
        """Whether every device has enough."""
        return all(map(self.fits_on, self.free))

    @property
    def sentence(self) -> str:
        """For people, before anything is read."""
        begin = f"Models on the {self.place}"
        if self.quantised:
            begin += f", {self.quantised}"
        free = f"{gigabytes(self.free[self.device])} are free."
        if self.arrangement == "in turn" and len(self.stages) > 1:
            return f"{begin}, in turn: {', then '.join(self._turns())}; {free}"
        who = ", ".join(_named(model) for model in self.models)
        if self.arrangement == "passing":
            passing = " and ".join(model.name for model in self.models if model.passing)
            who += f" (the {passing} one by one)"
        return f"{begin}, together: {who}, {gigabytes(self.peak(self.device))} at most; {free}"

    def _turns(self) -> list[str]:
        turns = []
        for model in self.models:
            need = max(stage.need for stage in self.stages if model.name in stage.names)
            aside = " on the CPU" if self.device_of(model.name) != self.device else ""
            turns.append(f"{_named(model)} {gigabytes(need)}{aside}")
        return turns

    def table(self) -> dict[str, object]:
        """Return all of it as JSON has it, in bytes."""
        devices = dict.fromkeys(stage.device for stage in self.stages)
        return {
            "place": self.place,
            "arrangement": self.arrangement,
            "quantised": self.quantised,
            "fits": self.fits,
            "free": dict(self.free),
            "peak": {device: self.peak(device) for device in devices},
            "stages": [
                {
                    "models": list(stage.names),
                    "device": stage.device,
                    "parts": {part.name: part.weights for part in stage.parts},
                    "need": stage.need,
                }
                for stage in self.stages
            ],
        }


def spare(device: str) -> int:
    """Return the bytes that are left to others on a device."""
    return SPARE if device == CPU else SPARE_OF_GPU


def _named(model: Model) -> str:
    return f"{model.name} ({model.title})" if model.title else model.name
