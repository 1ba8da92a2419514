"""The memory that models share: planned before the first of them is read, and kept to.

Models say what they will need when they are made, which is cheap, and knock when they are about to
be read. Where the plan has them in turn, the others leave first.
"""

import ctypes
import gc
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from cozviewer.chain.protocols import Notice
from cozviewer.config.choice import QUANTISED
from cozviewer.models.device import AUTO, Device, free_memory, pick_device
from cozviewer.models.memory.choice import MODES, best_plan
from cozviewer.models.memory.plan import CPU, Model, Plan
from cozviewer.util.errors import BadInput

Needs = Callable[[Device, str], Sequence[Model]]
"""What a model needs on a device, made smaller by "", "8bit" or "nf4"; raises BadInput."""


class Room:
    """Plans the memory, and knows which models lie in it. Used by one thread, the worker's."""

    def __init__(
        self,
        device: str = AUTO,
        memory: str = AUTO,
        notice: Notice = lambda sentence: None,
    ) -> None:
        """Begin empty.

        Args:
            device: "auto" or a device's name.
            memory: How models share it: "auto", "together", "in-turn", "8bit" or "nf4".
            notice: Told the plan before the first model is read.

        Raises:
            BadInput: There is no such way to share it.
        """
        if memory not in MODES:
            names = ", ".join(MODES[:-1])
            raise BadInput(f"There is no memory mode {memory!r}: choose {names} or {MODES[-1]}.")
        self._device = device
        self._memory = memory
        self._notice = notice
        self._expected: list[Needs] = []
        self._plan: Plan | None = None
        self._inside: dict[str, Callable[[], None]] = {}

    def expect(self, needs: Needs) -> None:
        """Note that models will want in.

        Args:
            needs: Asked when the plan is made.
        """
        self._expected.append(needs)
        self._plan = None

    def plan(self) -> Plan:
        """Return how memory is shared; at first, it is made and told. Imports torch.

        Raises:
            BadInput: Nothing fits, the device or what it takes for the mode is not there, or a
                model's files are broken.
        """
        if self._plan is None:
            self._plan = self.preview()
            if self._plan.models:
                self._notice(self._plan.sentence)
        return self._plan

    def preview(self) -> Plan:
        """Return what `plan` would, and tell nobody."""
        place = pick_device(self._device)
        if self._memory in QUANTISED:
            _check_quantising(place, self._memory)
        return best_plan(
            lambda quantised: [
                model for needs in self._expected for model in needs(place, quantised)
            ],
            place=place.hardware,
            device=place.name,
            memory=self._memory,
            free={device: free_memory(device) for device in dict.fromkeys((place.name, CPU))},
        )

    def enter(self, name: str, leave: Callable[[], None]) -> Plan:
        """Note that a model is about to be read; where models are in turn, the others leave first.

        Args:
            name: Of the model.
            leave: Frees all that it holds; it enters again when it is needed again.

        Returns:
            The plan: where the model goes, and in which numbers.

        Raises:
            BadInput: As `plan`.
        """
        plan = self.plan()
        if plan.arrangement == "in turn":
            device = plan.device_of(name)
            leaving = [
                other for other in self._inside if other != name and plan.device_of(other) == device
            ]
            for other in leaving:
                self._inside.pop(other)()
            if leaving:
                # A network may refer to itself. This holds all threads up for a third of a second
                # once diffusers is imported, so nowhere else is it done.
                gc.collect()
                give_back()
        self._inside[name] = leave
        return plan


def give_back() -> None:
    """Return freed memory to the system and the GPU.

    Without it, the C library keeps most of what weights have taken: models come in blocks of some
    megabytes, which it holds ready for the next time.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
    if "torch" in sys.modules:
        import torch

        torch.cuda.empty_cache()
        if torch.backends.mps.is_available():
            torch.mps.empty_cache()


def _check_quantising(place: Device, memory: str) -> None:
    """Make sure that models can be made smaller here.

    Raises:
        BadInput: They cannot.
    """
    if not place.name.startswith("cuda"):
        raise BadInput(
            f"The memory mode {memory} wants an NVIDIA GPU: choose auto, together or in-turn for "
            f"the {place.hardware}."
        )
    if find_spec("bitsandbytes") is None:
        raise BadInput(
            f"The memory mode {memory} wants the package bitsandbytes: run `pip install "
            "bitsandbytes`, or choose auto, together or in-turn."
        )
