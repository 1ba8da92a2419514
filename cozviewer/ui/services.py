"""What the window needs from outside: given by the composition root, so that the window depends on
no model and no folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.protocols import Upscaler
from cozviewer.chain.trust.findings import Find
from cozviewer.config.choice import EngineChoice
from cozviewer.jobs.ahead import May
from cozviewer.jobs.document import DocumentServices
from cozviewer.jobs.exports.on_cluster import OpenCluster
from cozviewer.jobs.files.download_job import Fetch
from cozviewer.jobs.files.opener import OpenChain
from cozviewer.util.cache_settings import CacheSettings
from cozviewer.util.downloads import FetchImage, Offer


@dataclass(frozen=True)
class EngineEntry:
    """An engine in the menu.

    Attributes:
        name: The value of `EngineChoice.engine`.
        title: What people call it.
        description: One sentence.
        own_files: Whether the user has to choose its files in a dialog.
    """

    name: str
    title: str
    description: str
    own_files: bool = False


@dataclass(frozen=True)
class CacheServices:
    """The tile cache as the window sees it.

    Attributes:
        folder: The cache folder in use; None keeps tiles in memory only.
        default: The cache folder used by default.
        fixed: Whether an option of the command line or a variable of the environment has named it.
        settings: Returns the user's settings. Quick.
        keep: Stores them; raises OSError.
        size: Returns the bytes that all tiles take. Called on its own thread, as is `clear`.
        clear: Deletes all tiles and returns the bytes freed; raises Failure if some stay.
    """

    folder: Path | None
    default: Path
    fixed: bool
    settings: Callable[[], CacheSettings]
    keep: Callable[[CacheSettings], None]
    size: Callable[[], int]
    clear: Callable[[], int]


@dataclass(frozen=True)
class Services:
    """The rest of the program as the window sees it.

    Attributes:
        open_chain: Makes the chain for a source; called on the opener's thread.
        engines: The engines in the menu, besides model files.
        devices, trim, find, quick, may_ahead: See `DocumentServices`; `quick` is shared by all
            documents.
        icon: Returns the path of an icon by its name.
        sample: The sample photo.
        offers: Returns the models that can be downloaded, and which of them are installed.
        fetch: Downloads one; called on its own thread.
        missing_files: Returns which files that a choice of Chain-of-Zoom needs are not installed,
            by the names of `MISSING` in `ui.dialogs.coz_dialog`; quick.
        numbers: Returns the number formats that a device supports, as `EngineChoice` names both;
            none where that is not known yet. Quick.
        fetch_image: Downloads an image from a link; None where links cannot be opened.
        cache: The tile cache; None where it cannot be set.
        reduces_motion: Returns whether less motion is set in the desktop; called on a separate
            thread. None if it cannot be queried.
        open_cluster: Connects to a Ray cluster; None where that is not possible.
        log_file: The log; None where there is none.
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
    fetch_image: FetchImage | None = None
    cache: CacheServices | None = None
    reduces_motion: Callable[[], bool] | None = None
    open_cluster: OpenCluster | None = None
    log_file: Path | None = None

    @property
    def for_documents(self) -> DocumentServices:
        """What the document of an open image needs."""
        return DocumentServices(self.devices, self.trim, self.find, self.quick, self.may_ahead)

    @property
    def for_comparisons(self) -> DocumentServices:
        """What the second document of a comparison needs: it has neither drafts nor detection, and
        generates nothing ahead."""
        return DocumentServices(self.devices, self.trim)
