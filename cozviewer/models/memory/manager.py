"""Shares the memory of a device among models, following a plan made before the first one loads.

Models register what they need when they are constructed, which is cheap, and call `acquire()`
before they load weights. In a sequential plan that releases the other models first.
"""

import gc
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from cozviewer.chain.protocols import Notice, ignore
from cozviewer.config.choice import AUTO, MEMORY_MODES, QUANTISED
from cozviewer.models.device import Device, pick_device
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.models.memory.choice import best_plan
from cozviewer.models.memory.plan import CPU, Model, Plan
from cozviewer.util.errors import BadInput
from cozviewer.util.memory import return_free_memory
from cozviewer.util.translation import listed, translate

Needs = Callable[[Device, str], Sequence[Model]]
"""Returns what a model needs on a device, quantised to "", "8bit" or "nf4"; raises BadInput."""


class MemoryManager:
    """Plans memory and keeps track of the loaded models. Used from the worker thread only."""

    def __init__(
        self,
        device: str = AUTO,
        memory: str = AUTO,
        on_plan: Notice = ignore,
        hardware: Hardware = THIS_COMPUTER,
    ) -> None:
        """Start without models.

        Args:
            device: "auto" or a device name.
            memory: One of MEMORY_MODES.
            on_plan: Receives the plan as a sentence before the first model loads.
            hardware: What the computer has.

        Raises:
            BadInput: The memory mode is unknown.
        """
        if memory not in MEMORY_MODES:
            *names, last = MEMORY_MODES
            raise BadInput(
                translate(
                    "Error", "Unknown memory mode {memory!r}: choose {names} or {last}."
                ).format(memory=memory, names=listed(names), last=last)
            )
        self._device = device
        self._memory = memory
        self._on_plan = on_plan
        self._hardware = hardware
        self._expected: list[Needs] = []
        self._plan: Plan | None = None
        self._loaded: dict[str, Callable[[], None]] = {}

    def expect(self, needs: Needs) -> None:
        """Register models that will be loaded later.

        Args:
            needs: Called when the plan is made.
        """
        self._expected.append(needs)
        self._plan = None

    def plan(self) -> Plan:
        """Return how memory is shared; the first call makes the plan and reports it. Imports torch.

        Raises:
            BadInput: Nothing fits, the device or the support for the mode is missing, or a model's
                files are broken.
        """
        if self._plan is None:
            self._plan = self._best_plan()
            if self._plan.models:
                self._on_plan(self._plan.sentence)
        return self._plan

    def _best_plan(self) -> Plan:
        place = pick_device(self._device, self._hardware)
        if self._memory in QUANTISED:
            _check_quantised_mode(place, self._memory)
        return best_plan(
            lambda quantised: [
                model for needs in self._expected for model in needs(place, quantised)
            ],
            place=place.hardware,
            device=place.name,
            memory=self._memory,
            free={
                device: self._hardware.free_memory(device)
                for device in dict.fromkeys((place.name, CPU))
            },
        )

    def acquire(self, name: str, release: Callable[[], None]) -> Plan:
        """Reserve memory for a model that is about to load; in a sequential plan, release others.

        Args:
            name: Name of the model.
            release: Releases everything the model holds. The model calls `acquire` again when it
                is needed again.

        Returns:
            The plan, which has the device and the number format for the model.

        Raises:
            BadInput: As `plan`.
        """
        plan = self.plan()
        if plan.arrangement == "sequential":
            device = plan.device_of(name)
            released = [
                other for other in self._loaded if other != name and plan.device_of(other) == device
            ]
            for other in released:
                self._loaded.pop(other)()
            if released:
                # Networks may contain reference cycles. A collection blocks all threads for a
                # third of a second once diffusers is imported, so it is done only here.
                gc.collect()
                release_cached_memory()
        self._loaded[name] = release
        return plan


def release_cached_memory() -> None:
    """Return freed memory to the system and the GPU.

    Without this, the C library keeps most of the memory that weights have used: they come in
    blocks of some megabytes, which it caches for the next allocation.
    """
    return_free_memory()
    if "torch" in sys.modules:
        import torch

        torch.cuda.empty_cache()
        if torch.backends.mps.is_available():
            torch.mps.empty_cache()


def _check_quantised_mode(place: Device, memory: str) -> None:
    """Check that models can be quantised on a device.

    Raises:
        BadInput: They cannot.
    """
    if not place.name.startswith("cuda"):
        raise BadInput(
            translate(
                "Error",
                "The memory mode {memory} needs an NVIDIA GPU: choose auto, together or sequential "
                "for the {hardware}.",
            ).format(memory=memory, hardware=place.hardware)
        )
    if find_spec("bitsandbytes") is None:
        raise BadInput(
            translate(
                "Error",
                "The memory mode {memory} needs an optional component that is not installed (see "
                "the README): choose auto, together or sequential.",
            ).format(memory=memory)
        )
