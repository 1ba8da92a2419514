"""What the window needs from outside: given by the composition root, so that the window knows no
model and no folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.detections import Find
from cozviewer.chain.protocols import Upscaler
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.ahead import May
from cozviewer.jobs.download_job import Fetch
from cozviewer.jobs.opener import OpenChain
from cozviewer.util.downloads import Offer


@dataclass(frozen=True)
class EngineEntry:
    """An engine in the menu.

    Attributes:
        name: What `EngineChoice` takes.
        title: What people call it.
        description: One sentence.
        own_files: Whether its files are the user's to name: choosing it asks for them.
    """

    name: str
    title: str
    description: str
    own_files: bool = False


@dataclass(frozen=True)
class Services:
    """The window's door to the rest of the program.

    Attributes:
        open_chain: Makes the chain for an open picture; called on the opener's thread.
        engines: What the menu offers besides model files.
        devices: Names the devices there are; called on the worker's thread, after the engine.
        trim: Keeps the cache within its budget; called on the worker's thread.
        icon: Returns the path of an icon by its name.
        sample: The sample photo.
        offers: Says which models can be had, and what of them is here.
        fetch: Downloads one; called on a thread of its own.
        find: Looks for text and faces; None where nothing can.
        missing_files: Returns which files that a choice of Chain-of-Zoom needs are not here, by
            the names of `MISSING` in `ui.coz_dialog`; quick.
        numbers: Returns the number formats that a device supports, as `EngineChoice` has both;
            none where that is not known yet. Quick.
        quick: Draws drafts; shared by all documents. None for no drafts.
        may_ahead: Tells whether tiles may be drawn ahead into a store, as there is power and room;
            called on the worker's thread. None draws nothing ahead.
    """

    open_chain: OpenChain
    engines: Sequence[EngineEntry]
    devices: Callable[[], Sequence[str]]
    trim: Callable[[], None]
    icon: Callable[[str], Path]
    sample: Path
    offers: Callable[[], Sequence[Offer]]
    fetch: Fetch
    find: Find | None = None
    missing_files: Callable[[EngineChoice], Sequence[str]] = lambda choice: ()
    numbers: Callable[[str], Sequence[str]] = lambda device: ()
    quick: Upscaler | None = None
    may_ahead: May | None = None
