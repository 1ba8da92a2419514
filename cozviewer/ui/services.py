"""What the window needs from outside: given by the composition root, so that the window knows no
model and no folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cozviewer.jobs.opener import OpenChain


@dataclass(frozen=True)
class EngineEntry:
    """An engine in the menu: the name that `EngineChoice` takes, and the one for people."""

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class Services:
    """The window's door to the rest of the program.

    Attributes:
        open_chain: Makes the chain for a source; called on the opener's thread.
        engines: What the menu offers besides model files.
        devices: Names the devices there are; called on the worker's thread, after the engine.
        trim: Keeps the cache within its budget; called on the worker's thread.
        icon: Returns the path of an icon by its name.
        sample: The sample photo.
    """

    open_chain: OpenChain
    engines: Sequence[EngineEntry]
    devices: Callable[[], Sequence[str]]
    trim: Callable[[], None]
    icon: Callable[[str], Path]
    sample: Path
