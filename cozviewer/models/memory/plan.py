"""Memory plans: which models fit into memory together, computed before any of them is read.

Pure functions and values. `MemoryManager` carries a plan out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cozviewer.util.translation import QT_TRANSLATE_NOOP, listed, translate, translate_marked
from cozviewer.util.units import gigabytes

CPU = "cpu"

SPARE, SPARE_OF_GPU = 1_000_000_000, 500_000_000
"""Bytes that stay free for other programs, whose use of memory may grow in the meantime."""

WORKING_ORDER = (
    QT_TRANSLATE_NOOP("Models", "prompter"),
    QT_TRANSLATE_NOOP("Models", "text encoders"),
    QT_TRANSLATE_NOOP("Models", "upscaler"),
)
"""Names of models, in the order in which a zoom step runs them."""

Arrangement = Literal["together", "streamed", "sequential"]
"""How models share memory: all stay loaded; models with `streamed` load one part at a time while
the others stay loaded; or one model at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """One network.

    Attributes:
        name: "transformer".
        weights: Bytes of its weights in memory.
        working: Additional bytes while it runs.
    """

    name: str
    weights: int
    working: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """Networks that are loaded and released together.

    Attributes:
        name: One of WORKING_ORDER, the key for `MemoryManager.acquire`.
        title: Display name; "" if `name` suffices.
        parts: The networks it consists of.
        streamed: Whether its parts run one after the other, so that one at a time can be loaded.
        instead: Advice for when it does not fit: "leave out the text encoder T5".
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    streamed: bool = False
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is in the memory of one device at the same time.

    Attributes:
        names: Names of the models that the parts belong to.
        device: torch device name.
        parts: The networks that are loaded.
    """

    names: tuple[str, ...]
    device: str
    parts: tuple[Part, ...]

    @property
    def need(self) -> int:
        """Bytes needed: all weights, and the working memory of one part, as one runs at a time."""
        return sum(part.weights for part in self.parts) + max(part.working for part in self.parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """How models share the memory.

    Attributes:
        place: Display name of the device: "CPU".
        device: torch device name.
        arrangement: Which models stay loaded.
        quantised: "", "8bit" or "nf4".
        models: All models of the plan.
        stages: What is in memory at the same time, in the order in which it is used.
        free: Free bytes by device when the plan was made.
    """

    place: str
    device: str
    arrangement: Arrangement
    quantised: str
    models: tuple[Model, ...]
    stages: tuple[Stage, ...]
    free: Mapping[str, int]

    def peak(self, device: str) -> int:
        """Return the peak need of a device in bytes; weights for a GPU pass through CPU memory."""
        own = [stage.need for stage in self.stages if stage.device == device]
        through = [
            part.weights
            for stage in self.stages
            for part in stage.parts
            if device == CPU != stage.device
        ]
        return max([*own, *through], default=0)

    def device_of(self, name: str) -> str:
        """Return the torch name of the device that a model runs on."""
        return next((stage.device for stage in self.stages if name in stage.names), self.device)

    def fits_on(self, device: str) -> bool:
        """Return whether the plan fits on a device and leaves the reserve free."""
        peak = self.peak(device)
        return not peak or peak + spare(device) <= self.free[device]

    @property
    def fits(self) -> bool:
        """Whether the plan fits on every device."""
        return all(map(self.fits_on, self.free))

    @property
    def sentence(self) -> str:
        """The plan as a sentence for the user, shown before anything is loaded."""
        place = f"{self.place}, {self.quantised}" if self.quantised else self.place
        free = gigabytes(self.free[self.device])
        if self.arrangement == "sequential" and len(self.stages) > 1:
            return translate(
                "Models", "Models on the {place}, one at a time: {needs}; {free} are free."
            ).format(
                place=place,
                needs=translate("Models", ", then ").join(self._needs_in_order()),
                free=free,
            )
        names = listed(_named(model) for model in self.models)
        if self.arrangement == "streamed":
            streamed = joined(model.name for model in self.models if model.streamed)
            names = translate("Models", "{names} (the {streamed} one by one)").format(
                names=names, streamed=streamed
            )
        return translate(
            "Models", "Models on the {place}, together: {names}, {peak} at most; {free} are free."
        ).format(place=place, names=names, peak=gigabytes(self.peak(self.device)), free=free)

    def _needs_in_order(self) -> list[str]:
        needs = []
        for model in self.models:
            need = max(stage.need for stage in self.stages if model.name in stage.names)
            text = f"{_named(model)} {gigabytes(need)}"
            if self.device_of(model.name) != self.device:
                text = translate("Models", "{need} on the CPU").format(need=text)
            needs.append(text)
        return needs


def spare(device: str) -> int:
    """Return the bytes of a device that stay free for other programs."""
    return SPARE if device == CPU else SPARE_OF_GPU


def joined(names: Iterable[str]) -> str:
    """Return names of models to display: "text encoders and upscaler"."""
    labels = [translate_marked("Models", name) for name in names]
    return translate("Models", " and ").join(labels)


def _named(model: Model) -> str:
    label = joined([model.name])
    return f"{label} ({model.title})" if model.title else label
