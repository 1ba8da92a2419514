"""Receives files on a node, in chunks, and keeps them by their content.

One process of a node receives a parcel; others wait for it. What arrived before an interruption is
not sent again, and a file counts only when its digest is right.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path, PurePosixPath
from typing import Any

from cozviewer.cluster.parcels import Digest, Item, Parcel
from cozviewer.pyramid.store.lock import StoreLock
from cozviewer.util.errors import CozviewerError, Failure
from cozviewer.util.folders import make_private_folder, open_private
from cozviewer.util.translation import translate
from cozviewer.util.units import bytes_text

PATIENCE = 5.0
"""Seconds to wait for another process that receives the same files, before saying that it does."""

PIECE = 1 << 20
"""Bytes that are hashed at once."""


@dataclass(frozen=True)
class Want:
    """What a node lacks of a parcel.

    Attributes:
        item: The index of the next file; None while another process receives it.
        offset: Bytes of that file which are there.
        left: Bytes of all files which are not.
    """

    item: int | None
    offset: int = 0
    left: int = 0


class Receiver:
    """The files of one process on a node."""

    def __init__(self, folder: Path, digest: Digest) -> None:
        """Prepare.

        Args:
            folder: Where files are kept.
            digest: Returns digests.
        """
        self._folder, self._digest = folder, digest
        self._found: dict[str, Path] = {}
        self._checked: dict[Path, tuple[int, int, str]] = {}
        self._lock: StoreLock | None = None
        self._open: tuple[Item, BufferedWriter, Any] | None = None

    def close(self) -> None:
        """Let another process receive."""
        self._close()
        self._release()

    def path(self, parcel: Parcel) -> Path:
        """Return where a parcel's file or folder is on this node.

        Raises:
            Failure: It was not received, or has been removed.
        """
        found = self._find(parcel)
        if found is None:
            raise Failure(
                translate("Error", "{name} is not on this node any more: try again.").format(
                    name=parcel.name
                )
            )
        return found

    def wants(self, parcel: Parcel) -> Want | None:
        """Return what is to be sent next; None if all is there.

        Raises:
            Failure: There is no room, or files cannot be written here.
        """
        self._close()
        if self._find(parcel) is not None:
            self._release()
            return None
        root = self._kept(parcel)
        try:
            make_private_folder(root.parent)
            if self._lock is None:
                self._lock = StoreLock(root, alone=True, patience=PATIENCE)
            lacking = [i for i, item in enumerate(parcel.items) if not self._finish(root, item)]
            if not lacking:
                self._release()
                return None
            item = parcel.items[lacking[0]]
            left = sum(parcel.items[i].size for i in lacking)
            offset = self._begin(root, item)
            if shutil.disk_usage(root.parent).free < left - offset:
                raise self._no_room(parcel, translate("Error", "the disk is full"))
        except BlockingIOError:
            return Want(None)
        except OSError as error:
            raise self._no_room(parcel, os.strerror(error.errno or 0)) from error
        return Want(lacking[0], offset, left - offset)

    def take(self, parcel: Parcel, index: int, data: bytes) -> None:
        """Write the next chunk of the file that `wants` named.

        Raises:
            Failure: It cannot be written, or what arrived is not what was sent.
        """
        assert self._open is not None
        item, file, digest = self._open
        assert item == parcel.items[index]
        try:
            file.write(data)
            digest.update(data)
            if file.tell() < item.size:
                return
            self._close()
            part, kept = _part(self._kept(parcel), item), self._kept(parcel) / item.name
            if digest.hexdigest() != item.digest:
                part.unlink(missing_ok=True)
                raise Failure(
                    translate(
                        "Error", "{name} was damaged on its way to a node: try again."
                    ).format(name=item.name)
                )
            os.replace(part, kept)
            self._check(kept, item.digest)
        except OSError as error:
            raise self._no_room(parcel, os.strerror(error.errno or 0)) from error

    def _find(self, parcel: Parcel) -> Path | None:
        """Return where all of a parcel is, as on the sending machine or kept here; None if it is
        not."""
        found = self._found.get(parcel.digest)
        roots = (parcel.root, self._kept(parcel)) if found is None else (found,)
        for root in roots:
            if all(self._is(root / item.name, item) for item in parcel.items):
                self._found[parcel.digest] = root
                return root / parcel.entry
        self._found.pop(parcel.digest, None)
        return None

    def _kept(self, parcel: Parcel) -> Path:
        """Return the folder where a parcel is kept."""
        folder = self._folder / parcel.digest
        # Some models are named after their folder.
        return folder / (PurePosixPath(parcel.root.name).name or "files")

    def _is(self, path: Path, item: Item) -> bool:
        """Return whether a file is the one of a parcel."""
        try:
            status = path.stat()
            if status.st_size != item.size:
                return False
            known = self._checked.get(path)
            if known is None or known[:2] != (status.st_size, status.st_mtime_ns):
                self._check(path, self._digest(path))
            return self._checked[path][2] == item.digest
        except (OSError, CozviewerError):
            return False

    def _check(self, path: Path, digest: str) -> None:
        """Note the digest of a file."""
        status = path.stat()
        self._checked[path] = status.st_size, status.st_mtime_ns, digest

    def _finish(self, root: Path, item: Item) -> bool:
        """Return whether a kept file is whole; empty ones are made."""
        if not _is_inside(item.name):
            raise Failure(translate("Error", "{name} is not a valid name.").format(name=item.name))
        path = root / item.name
        if item.size == 0 and not path.exists():
            make_private_folder(path.parent)
            path.touch()
        return self._is(path, item)

    def _begin(self, root: Path, item: Item) -> int:
        """Open the file that arrives next; return how many bytes of it are there."""
        part = _part(root, item)
        make_private_folder(part.parent)
        digest = hashlib.sha256()
        with suppress(FileNotFoundError):
            if part.stat().st_size >= item.size:
                part.unlink()
        file = open(part, "ab", opener=open_private)  # noqa: SIM115 (until the last chunk)
        if file.tell():
            with part.open("rb") as before:
                while piece := before.read(PIECE):
                    digest.update(piece)
        self._open = item, file, digest
        return file.tell()

    def _close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _no_room(self, parcel: Parcel, reason: str) -> Failure:
        """Stop receiving, and return the error to raise."""
        self.close()
        return Failure(
            translate(
                "Error",
                "{name} ({size}) cannot be kept on a node ({reason}): make room in {folder}.",
            ).format(
                name=parcel.name,
                size=bytes_text(parcel.size),
                reason=reason,
                folder=self._folder,
            )
        )


def _part(root: Path, item: Item) -> Path:
    """Return the name of a file that has not arrived whole."""
    path = root / item.name
    return path.with_name(f"{path.name}.part")


def _is_inside(name: str) -> bool:
    """Return whether the name of a file stays in its folder."""
    path = PurePosixPath(name)
    return (
        not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
    )
