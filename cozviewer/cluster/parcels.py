"""What travels between nodes: encoded tiles, and files by their content.

Tiles travel as they are stored: each is encoded once, by the worker that drew it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.tile_codec import tile_checksum
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate


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
class Item:
    """A file of a parcel: its path in the folder, hex SHA-256, and size in bytes."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True)
class Parcel:
    """Files of one folder that nodes receive once, by their content.

    Attributes:
        root: The folder on the machine that sends them: used where the same files are found there.
        items: The files.
        entry: The file that is meant, others belong to it; "" for the folder.
    """

    root: Path
    items: tuple[Item, ...]
    entry: str = ""

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256 of all names and contents."""
        lines = [f"{item.digest} {item.size} {item.name}\n" for item in self.items]
        return hashlib.sha256("".join([f"{self.entry}\n", *lines]).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(item.size for item in self.items)

    @property
    def name(self) -> str:
        """What to call it."""
        return self.entry or self.root.name


Digest = Callable[[Path], str]
"""Returns the hex SHA-256 of a file; raises OSError or CozviewerError."""


def digest_of(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parcel_of(path: Path, files: Iterable[Path] = (), digest: Digest = digest_of) -> Parcel:
    """Return a file or folder as a parcel.

    Args:
        path: A file, or a folder.
        files: The files of the folder that are sent, or those that belong to the file, in its
            folder.
        digest: Returns digests.

    Raises:
        Failure: A file cannot be read.
    """
    is_folder = path.is_dir()
    root = path if is_folder else path.parent
    wanted = sorted(set(files) if is_folder else {path, *files})
    try:
        items = tuple(
            Item(each.relative_to(root).as_posix(), digest(each), each.stat().st_size)
            for each in wanted
        )
    except OSError as error:
        raise Failure(
            translate("Error", "{path} cannot be read ({reason}).").format(
                path=error.filename or path, reason=error.strerror
            )
        ) from error
    return Parcel(root, items, "" if is_folder else path.name)
