"""What travels between nodes: encoded tiles, and files by their content.

Tiles travel as they are stored: each is encoded once, by the worker that drew it.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.tile_codec import tile_checksum
from cozviewer.util.atomic import atomic_private_path
from cozviewer.util.errors import Failure
from cozviewer.util.folders import make_private_folder
from cozviewer.util.translation import translate
from cozviewer.util.units import bytes_text

CHUNK = 32 << 20
"""Bytes of a file that travel as one object."""


@dataclass(frozen=True, eq=False, slots=True)
class Bundle:
    """Encoded tiles of one level as a few arrays, which Ray moves without copying.

    Attributes:
        z: Their level.
        corner: Column and row from which the others are counted.
        places: (n, 2) int32, column and row of each tile.
        ends: (n,) int64, where each tile ends in `data`.
        data: (bytes,) uint8, all tiles.
        checksums: (n, 16) uint8; see `tile_codec`.
    """

    z: int
    corner: tuple[int, int]
    places: NDArray[np.int32]
    ends: NDArray[np.int64]
    data: NDArray[np.uint8]
    checksums: NDArray[np.uint8]

    @property
    def size(self) -> int:
        """Bytes of all tiles."""
        return int(self.data.size)

    def tiles(self, step: str = "") -> Iterator[tuple[TileKey, EncodedTile]]:
        """Yield the tiles.

        Args:
            step: The uid of the step that made them.

        Raises:
            Failure: A tile was damaged on its way.
        """
        start = 0
        for (col, row), end, checksum in zip(
            self.places.tolist(), self.ends.tolist(), self.checksums, strict=True
        ):
            key = TileKey(self.z, self.corner[0] + col, self.corner[1] + row)
            tile = EncodedTile(self.data[start:end].tobytes(), checksum.tobytes(), step)
            if not tile.whole(key):
                raise Failure(
                    translate("Error", "Tile {key} was damaged on its way from a node.").format(
                        key=key
                    )
                )
            yield key, tile
            start = end


def bundle_of(tiles: Sequence[tuple[TileKey, bytes]]) -> Bundle:
    """Return encoded tiles of one level as a bundle; at least one."""
    first = tiles[0][0]
    return Bundle(
        first.z,
        (first.col, first.row),
        np.array([(key.col - first.col, key.row - first.row) for key, _ in tiles], np.int32),
        np.cumsum([len(webp) for _, webp in tiles], dtype=np.int64),
        np.frombuffer(b"".join(webp for _, webp in tiles), np.uint8),
        np.frombuffer(b"".join(tile_checksum(key, webp) for key, webp in tiles), np.uint8).reshape(
            len(tiles), -1
        ),
    )


@dataclass(frozen=True)
class Parcel:
    """A file that nodes receive once, by its content.

    Attributes:
        name: Its name without folders.
        digest: Hex SHA-256 of its bytes.
        size: In bytes.
        path: Where it is on the machine that sends it: used where the same file is found there.
        chunks: Handles of its parts, for `Fetch`.
    """

    name: str
    digest: str
    size: int
    path: Path
    chunks: tuple[Any, ...] = ()


def digest_of(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in parts of CHUNK."""
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def unpacked(parcel: Parcel, folder: Path, parts: Iterable[bytes]) -> Path:
    """Return the path of a parcel's file on this node; it is written if it is not there.

    Args:
        parcel: The file.
        folder: The folder of received files on this node.
        parts: Its parts; read only if they are needed.

    Raises:
        Failure: What arrived is not what was sent, or cannot be written.
    """
    kept = folder / parcel.digest / parcel.name
    for path in (parcel.path, kept):
        if _is(path, parcel):
            return path
    try:
        make_private_folder(kept.parent)
        with atomic_private_path(kept) as part, part.open("wb") as file:
            digest = hashlib.sha256()
            for data in parts:
                digest.update(data)
                file.write(data)
            if digest.hexdigest() != parcel.digest:
                raise Failure(
                    translate(
                        "Error", "{name} was damaged on its way to a node: try again."
                    ).format(name=parcel.name)
                )
    except OSError as error:
        raise Failure(
            translate(
                "Error",
                "{name} ({size}) cannot be kept on a node ({reason}): make room in {folder}.",
            ).format(
                name=parcel.name,
                size=bytes_text(parcel.size),
                reason=os.strerror(error.errno or 0),
                folder=folder,
            )
        ) from error
    return kept


def _is(path: Path, parcel: Parcel) -> bool:
    """Return whether a file is the one of a parcel."""
    try:
        return path.stat().st_size == parcel.size and digest_of(path) == parcel.digest
    except OSError:
        return False
