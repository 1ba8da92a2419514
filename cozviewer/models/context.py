"""What the models of one chain share: device, memory, number format, folders and messages."""

from dataclasses import dataclass, field
from pathlib import Path

from cozviewer.chain.protocols import Notice, ignore
from cozviewer.config.choice import AUTO, QUANTISED
from cozviewer.models.device import Device, pick_device
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.models.memory.manager import MemoryManager


@dataclass(frozen=True)
class ModelContext:
    """Where and how models run; models that run together get the same one.

    Attributes:
        device: "auto", "cpu", "cuda", "cuda:1", "mps"; checked when a model is loaded.
        memory: How models share memory, one of MEMORY_MODES.
        numbers: Number format of convolutional networks, as in `EngineChoice`; checked when a model
            is loaded.
        cache_dir: Folder for converted weights, encoded prompts, digests and timings; None keeps
            none of them.
        notice: Receives sentences for the user, at any later time.
        on_plan: Receives the memory plan as a sentence, before the first model is loaded.
        hardware: What the computer has.
        memory_manager: Shares the memory among the models that have this context.

    Raises:
        BadInput: The memory mode is unknown.
    """

    device: str = AUTO
    memory: str = AUTO
    numbers: str = AUTO
    cache_dir: Path | None = None
    notice: Notice = ignore
    on_plan: Notice = ignore
    hardware: Hardware = field(default=THIS_COMPUTER, repr=False)
    memory_manager: MemoryManager = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        manager = MemoryManager(self.device, self.memory, self.on_plan, self.hardware)
        object.__setattr__(self, "memory_manager", manager)

    def place(self) -> Device:
        """Return the device to run on. Imports torch.

        Raises:
            BadInput: The computer does not have it.
        """
        return pick_device(self.device, self.hardware)

    @property
    def quantised(self) -> str:
        """The format that models are quantised to: "8bit", "nf4" or ""."""
        return self.memory if self.memory in QUANTISED else ""
