"""Lists folders and looks for files on its own thread: a folder may have 20,000 files, and
a disk may be on a network that does not answer."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal, Slot

from cozviewer.image.folder import images_in, sorted_naturally
from cozviewer.jobs.report import sentence_of
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.translation import translate


@dataclass(frozen=True, eq=False)
class Listing:
    """Files in the order in which they are walked through.

    Attributes:
        paths: Absolute paths, none of them twice.
        folder: The folder that was listed; None where the files were chosen one by one.
    """

    paths: Sequence[Path] = ()
    folder: Path | None = None

    @cached_property
    def places(self) -> Mapping[Path, int]:
        """The index of each path."""
        return {path: index for index, path in enumerate(self.paths)}


@dataclass(frozen=True, eq=False)
class ListRequest:
    """Which files to list.

    Attributes:
        paths: Files, which are taken as they are, and folders, whose images are taken.
        keep: A file of a single folder that belongs into the list whatever its name, if it is
            there: the one that is open.
        cancelled: Set when the list is no longer needed.
    """

    paths: tuple[Path, ...]
    keep: Path | None = None
    cancelled: Event = field(default_factory=Event)


class FolderJob(QObject):
    """Signals:
    listed: (ListRequest, Listing)
    failed: (ListRequest, str) One sentence.
    missed: (tuple[Path, ...], frozenset[Path]) Of these files, those are not there.
    """

    listed = Signal(object, object)
    failed = Signal(object, str)
    missed = Signal(object, object)

    @Slot(object)
    def list(self, request: ListRequest) -> None:
        """List what a request names."""
        if request.cancelled.is_set():
            return
        try:
            listing = _listing(request)
            _ = listing.places  # made here and not on the GUI thread
        except Cancelled:
            return
        except Exception as error:
            name = request.paths[0].name
            if isinstance(error, OSError):
                error = BadInput(
                    translate(
                        "Error", "The folder “{name}” cannot be read ({reason}): open another one."
                    ).format(name=name, reason=error.strerror or error)
                )
            self.failed.emit(request, sentence_of(error, f"listing {name}"))
        else:
            if not request.cancelled.is_set():
                self.listed.emit(request, listing)

    @Slot(object)
    def look(self, paths: tuple[Path, ...]) -> None:
        """Look which files are there."""
        self.missed.emit(paths, frozenset(path for path in paths if not os.path.exists(path)))


def _listing(request: ListRequest) -> Listing:
    cancelled = request.cancelled.is_set
    if len(request.paths) == 1 and os.path.isdir(request.paths[0]):
        folder = request.paths[0]
        found = images_in(folder, cancelled)
        keep = request.keep
        if keep is not None and keep not in set(found) and os.path.exists(keep):
            found = sorted_naturally([*found, keep])
        if not found:
            raise BadInput(
                translate(
                    "Error", "“{name}” contains no photos that can be opened: open another folder."
                ).format(name=folder.name or folder)
            )
        return Listing(tuple(found), folder)
    files: dict[Path, None] = {}
    for path in request.paths:
        files |= dict.fromkeys(images_in(path, cancelled) if os.path.isdir(path) else [path])
    if not files:
        raise BadInput(
            translate(
                "Error", "These folders contain no photos that can be opened: open other ones."
            )
        )
    return Listing(tuple(files))
