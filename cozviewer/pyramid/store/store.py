"""The tile store: the generated tiles of one source and recipe, in a file on disk.

    worker   begin_step, put ... finish_step    loader   missing, get, seen

`put` encodes a tile and queues it in memory. The queue is written in one short transaction when the
step ends, at the latest a second after the first tile, by a thread of the store. So a killed
program loses at most a second of work, and SQLite keeps the file consistent. If the disk cannot be
written, the store continues in memory and reports that once. A stored tile never changes, unless
the user accepts a draft (`replace`; see `draft`).
"""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import LevelRegion, TileKey, tile_rect
from cozviewer.pyramid.store.file import StoreKey
from cozviewer.pyramid.store.files import StoreFiles
from cozviewer.pyramid.store.rows import (
    AT_ONCE,
    Batch,
    EncodedTile,
    StepRecord,
    count_tiles,
    is_empty,
    read_checksums,
    read_keys,
    read_some,
    read_step_uids,
    read_steps,
    read_tile,
    read_tiles,
    stored_among,
)
from cozviewer.pyramid.store.tile_codec import decode_tile, encode_tile, tile_checksum
from cozviewer.pyramid.store.tile_set import TileSet
from cozviewer.util.translation import translate

__all__ = ["StepRecord", "StoreKey", "StoreLimits", "TileStore"]

MOST_WHOLE = 1 << 14
"""Blocks of 1,024 tiles of which it is known that their checksums were verified (7 MB); others are
verified again."""


@dataclass(frozen=True)
class StoreLimits:
    """How much a store holds before it writes.

    Attributes:
        commit_seconds: Maximum time before a tile is written.
        decoded: Number of decoded tiles that are cached, 25 MB: new tiles are loaded next, and
            loaded ones are composed. A view of 3840 x 2160 has about as many.
        seen: Tiles whose use is written at once.
    """

    commit_seconds: float = 1.0
    decoded: int = 2048
    seen: int = 1 << 14


USUAL = StoreLimits()


class TileStore:
    """Stores the tiles of one source and recipe.

    More than 20 methods, because one lock guards tiles, steps and times of use together.

    Thread-safe: one lock guards all state; encoding and decoding happen outside it. Calls wait
    while another one writes to disk (some 20 ms), so they are not for the GUI thread. No method
    raises SQLite errors: unreadable tiles are missing, and unwritable ones stay in memory. Several
    processes may have the same file open.
    """

    def __init__(self, files: StoreFiles, limits: StoreLimits = USUAL) -> None:
        """See `open`."""
        self._files, self._limits = files, limits
        self._lock = threading.Condition(threading.RLock())
        self._batch = Batch()
        self._broken: set[TileKey] = set()
        self._whole = TileSet(
            MOST_WHOLE
        )  # tiles on disk whose checksums were verified, or that were just written
        self._decoded: OrderedDict[TileKey, tuple[bytes, Rgb8]] = OrderedDict()
        self._steps: dict[str, StepRecord] = {}  # of this session, in order
        self._due: float | None = None
        self._committer: threading.Thread | None = None
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path | None,
        store_key: StoreKey,
        notice: Callable[[str], None],
        limits: StoreLimits = USUAL,
    ) -> "TileStore":
        """Open or create a store; if that fails, it works in memory.

        Args:
            path: Its file (see `cache.store_path`); None keeps tiles in memory only.
            store_key: Identifies it. A file with another key, or a damaged one, is set aside.
            notice: Receives one message about each kind of problem, in any thread; must not wait
                for another thread.
            limits: How much it holds before it writes.
        """
        return cls(StoreFiles(path, store_key, notice), limits)

    @property
    def empty(self) -> bool:
        """Whether there are no tiles; quick."""
        with self._lock:
            return not self._batch.tiles and all(self._files.ask(is_empty))

    @property
    def in_memory(self) -> bool:
        """Whether new tiles are kept in memory only, by choice or as the disk cannot be written."""
        return self._files.in_memory

    def beside(self) -> "TileStore":
        """Return an empty store in memory for the same source and recipe."""
        return TileStore(StoreFiles(None, self._files.store_key, self._files.tell), self._limits)

    def get(self, key: TileKey, size: tuple[int, int] | None = None) -> Rgb8 | None:
        """Return the (H, W, 3) pixels of a tile, after verifying its checksum, or None.

        Args:
            key: Its name.
            size: The expected width and height; a tile of another size counts as damaged.

        Returns:
            uint8, read-only.
        """
        tile = self.encoded(key)
        if tile is None:
            return None
        rgb = self._remembered(key, tile)
        if rgb is None:
            if not self._verified(key, tile):
                return None
            with suppress(ValueError):  # decoding fails only if the checksum was forged
                rgb = decode_tile(tile.webp)
        if rgb is None or (size is not None and rgb.shape[1::-1] != size):
            self._mark_broken(key, tile)
            return None
        self._remember(key, tile, rgb)
        return rgb

    def _remembered(self, key: TileKey, tile: EncodedTile) -> Rgb8 | None:
        """Return the cached pixels of a tile with this checksum, or None."""
        with self._lock:
            checksum, rgb = self._decoded.get(key, (b"", None))
            return rgb if checksum == tile.checksum else None

    def _remember(self, key: TileKey, tile: EncodedTile, rgb: Rgb8) -> None:
        """Cache the pixels of a tile, in place of the least recently used ones."""
        rgb.flags.writeable = False
        with self._lock:
            self._decoded[key] = tile.checksum, rgb
            self._decoded.move_to_end(key)
            if len(self._decoded) > self._limits.decoded:
                self._decoded.popitem(last=False)

    def encoded(self, key: TileKey) -> EncodedTile | None:
        """Return a tile as it is stored, without verifying it, or None."""
        with self._lock:
            tile = self._batch.tiles.get(key)
            if tile is None and key not in self._broken:
                tile = next(filter(None, self._files.ask(lambda file: read_tile(file, key))), None)
            return tile

    def has(self, key: TileKey) -> bool:
        """Return whether a tile exists and is intact; see `missing`."""
        return bool(self._there([key]))

    def missing(self, keys: Iterable[TileKey]) -> list[TileKey]:
        """Return the tiles of `keys` that do not exist or are damaged, in the same order.

        The first call for a tile reads it and verifies its checksum, without decoding it. Later
        calls only check that it still exists.
        """
        keys = list(keys)
        there = set[TileKey]().union(*map(self._there, _lots(keys)))
        return [key for key in keys if key not in there]

    def _there(self, keys: Sequence[TileKey]) -> set[TileKey]:
        """Return the existing and intact ones of at most AT_ONCE tiles."""
        read: dict[TileKey, EncodedTile] = {}
        with self._lock:
            there = {key for key in keys if key in self._batch.tiles}
            stored = [key for key in keys if key not in there and key not in self._broken]
            whole = [key for key in stored if key in self._whole]
            if whole:
                there.update(*self._files.ask(lambda file: stored_among(file, whole)))
            unread = [key for key in stored if key not in self._whole]
            if unread:
                for tiles in self._files.ask(lambda file: read_some(file, unread)):
                    read = tiles | read
        return there.union(key for key, tile in read.items() if self._verified(key, tile))

    def begin_step(self, record: StepRecord) -> int:
        """Record a step before its first tile; return its number for `put` and `finish_step`."""
        uid = uuid.uuid4().hex
        with self._lock:
            self._steps[uid] = self._batch.steps[uid] = record
            return len(self._steps) - 1

    def finish_step(self, step_id: int, seconds: float) -> None:
        """Record the duration of a step, and write the queue."""
        with self._lock:
            uid = list(self._steps)[step_id]
            record = replace(self._steps[uid], seconds=seconds)
            self._steps[uid] = self._batch.steps[uid] = record
            self._write()

    def put(self, key: TileKey, rgb: Rgb8, step_id: int) -> None:
        """Add a tile. An existing one is kept: the same recipe gives the same pixels.

        Args:
            key: Its name.
            rgb: (H, W, 3) uint8; tiles at the image's edge may be smaller than TILE a side.
            step_id: What `begin_step` returned.

        Raises:
            ValueError: `rgb` is not a tile.
        """
        webp = encode_tile(rgb)
        checksum = tile_checksum(key, webp)
        with self._lock:
            if self._closed or key in self._batch.tiles:
                return
            tile = EncodedTile(webp, checksum, list(self._steps)[step_id])
            self._batch.tiles[key] = tile
            self._remember(key, tile, rgb.copy())
            if key in self._broken:
                self._broken.remove(key)
                self._batch.replaced.add(key)
            if self._files.in_memory:
                self._write()
            elif self._due is None:
                self._commit_within(self._limits.commit_seconds)

    def checksums(self) -> dict[TileKey, bytes]:
        """Return the names of all tiles with their recorded checksums."""
        with self._lock:
            found: dict[TileKey, bytes] = {}
            for sums in self._files.ask(read_checksums):
                found = sums | found
            waiting = {key: tile.checksum for key, tile in self._batch.tiles.items()}
            return {key: found[key] for key in found.keys() - self._broken} | waiting

    def contents(self) -> tuple[dict[TileKey, EncodedTile], dict[str, StepRecord]]:
        """Return all tiles as they are stored, and all steps by uid."""
        with self._lock:
            tiles: dict[TileKey, EncodedTile] = {}
            for found in self._files.ask(read_tiles):
                tiles = found | tiles
            return tiles | self._batch.tiles, self.steps_by_uid()

    def adopt(self, tiles: Mapping[TileKey, EncodedTile], steps: Mapping[str, StepRecord]) -> None:
        """Add encoded tiles of another store, with their steps, in one transaction.

        Existing tiles are kept.
        """
        with self._lock:
            for key in tiles.keys() & self._broken:
                self._broken.remove(key)
                self._batch.replaced.add(key)
            self._batch.tiles = dict(tiles) | self._batch.tiles
            self._batch.steps |= steps
            self._steps |= steps
            self._write()

    def replace(
        self,
        stale: Callable[[TileKey], bool],
        tiles: Mapping[TileKey, EncodedTile],
        steps: Mapping[str, StepRecord],
    ) -> None:
        """Delete all stale tiles and add others, in one transaction.

        Args:
            stale: Returns whether a tile is to be deleted.
            tiles, steps: The `contents` of another store, which are added.
        """
        with self._lock:
            there = set(self._batch.tiles).union(*self._files.ask(read_keys))
        gone = {key for key in there if stale(key)}  # may take long, so not under the lock
        with self._lock:
            waiting = {key: tile for key, tile in self._batch.tiles.items() if key not in gone}
            self._batch.tiles = waiting | dict(tiles)
            self._batch.replaced |= gone | tiles.keys()
            self._broken = (self._broken | gone) - tiles.keys()
            self._batch.steps |= steps
            self._steps |= steps
            self._write()

    def seen(self, keys: Iterable[TileKey]) -> None:
        """Record that tiles were shown just now; written with the next batch, or as there are so
        many of them."""
        now, keys = time.time(), iter(keys)
        while lot := dict.fromkeys(islice(keys, self._limits.seen), now):
            with self._lock:
                self._batch.seen.update(lot)
                if len(self._batch.seen) >= self._limits.seen:
                    self._write()

    def flush(self) -> None:
        """Write the queue."""
        with self._lock:
            self._write()

    def close(self) -> None:
        """Write the queue and close the file. Later calls find no tiles and store none."""
        with self._lock:
            self._write()
            self._closed = True
            self._lock.notify_all()
            committer, self._committer = self._committer, None
        if committer is not None:
            committer.join()
        with self._lock:
            self._files.close()
            self._batch = Batch()
            self._decoded.clear()

    def __enter__(self) -> "TileStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def steps(self) -> list[StepRecord]:
        """Return all steps, oldest first, including those already written by other processes."""
        return list(self.steps_by_uid().values())

    def steps_by_uid(self) -> dict[str, StepRecord]:
        """Return all steps by their uids (see `EncodedTile.step`), oldest first."""
        with self._lock:
            found: dict[str, StepRecord] = {}
            for steps in reversed(list(self._files.ask(read_steps))):
                found |= steps
            return found | self._steps

    def step_of(self, key: TileKey) -> StepRecord | None:
        """Return the step that made a tile."""
        return self.steps_of([key]).get(key)

    def steps_of(self, keys: Iterable[TileKey]) -> dict[TileKey, StepRecord]:
        """Return the steps that made the existing tiles of `keys`."""
        with self._lock:
            steps = self.steps_by_uid()
            keys = list(keys)
            waiting = {key: tile.step for key in keys if (tile := self._batch.tiles.get(key))}
            stored = [key for key in keys if key not in waiting and key not in self._broken]
            uids = self._uids_on_disk(stored) | waiting
        return {key: steps[uid] for key, uid in uids.items() if uid in steps}

    def steps_of_broken(self, keys: Iterable[TileKey]) -> dict[TileKey, StepRecord]:
        """Return the steps that made the damaged tiles of `keys`.

        Made again with the same prompts, they match the tiles around them.
        """
        with self._lock:
            found = self._uids_on_disk(list(self._broken.intersection(keys)))
            steps = self.steps_by_uid() if found else {}
        return {key: steps[uid] for key, uid in found.items() if uid in steps}

    def broken(self, z: int, level_region: Rect, most: int) -> dict[TileKey, StepRecord]:
        """Return damaged tiles of a region that are known, with the steps that made them; see
        `steps_of_broken`.

        Args:
            z: Their level.
            level_region: Pixels of level z.
            most: The most that are returned.
        """
        with self._lock:
            near = (
                key
                for key in self._broken
                if key.z == z and not tile_rect(key).intersected(level_region).empty
            )
            return self.steps_of_broken(list(islice(near, most)))

    def step_near(self, parent: LevelRegion) -> StepRecord | None:
        """Return the newest step that covers more than half of a region.

        Args:
            parent: The region, on the parent level.
        """
        for step in reversed(self.steps()):
            common = step.level_region.intersected(parent.rect)
            if step.z == parent.z and 2 * common.area > parent.rect.area:
                return step
        return None

    def prompt_near(self, parent: LevelRegion) -> str | None:
        """Return the prompt of the step returned by `step_near`."""
        step = self.step_near(parent)
        return None if step is None else step.prompt

    def usage(self) -> tuple[int, int]:
        """Return (bytes of all encoded tiles, number of tiles), including queued ones."""
        with self._lock:
            waiting = self._batch.tiles.values()
            counts = [(sum(len(tile.webp) for tile in waiting), len(waiting))]
            counts += self._files.ask(count_tiles)
        return sum(size for size, _ in counts), sum(tiles for _, tiles in counts)

    def _verified(self, key: TileKey, tile: EncodedTile) -> bool:
        """Return whether a tile is intact, and record the answer."""
        if not tile.whole(key):
            self._mark_broken(key, tile)
            return False
        with self._lock:
            self._whole.update([key])
        return True

    def _mark_broken(self, key: TileKey, tile: EncodedTile) -> None:
        """Count a tile as missing until it is replaced."""
        with self._lock:
            self._whole.discard(key)
            if self._batch.tiles.get(key, tile) is not tile:
                return  # a new one was put there in the meantime
            self._batch.tiles.pop(key, None)
            self._decoded.pop(key, None)
            self._broken.add(key)
            self._files.tell(
                translate("Error", "The tile cache holds broken tiles; they count as missing.")
            )

    def _uids_on_disk(self, keys: Sequence[TileKey]) -> dict[TileKey, str]:
        """Return the uids of the steps that made those tiles that are on disk (under the lock)."""
        uids: dict[TileKey, str] = {}
        for lot in _lots(keys):
            for found in self._files.ask(partial(read_step_uids, keys=lot)):
                uids = found | uids
        return uids

    def _write(self) -> None:
        """Write the queue (under the lock). If that fails now, it stays queued."""
        self._due = None
        if not self._batch or self._closed:
            return
        if self._files.write(self._batch, self._steps):
            if not self._files.in_memory:  # else the tiles to be deleted are still on disk
                self._broken -= self._batch.replaced
                self._whole.update(self._batch.tiles)
            self._batch = Batch()
        else:
            self._commit_within(self._limits.commit_seconds)

    def _commit_within(self, seconds: float) -> None:
        """Schedule a write by the committer thread (under the lock)."""
        self._due = time.monotonic() + seconds
        if self._committer is None:
            self._committer = threading.Thread(
                target=self._commit_in_time, name="tile-store", daemon=True
            )
            self._committer.start()
        self._lock.notify_all()

    def _commit_in_time(self) -> None:
        with self._lock:
            while not self._closed:
                left = None if self._due is None else self._due - time.monotonic()
                if left is None or left > 0:
                    self._lock.wait(left)
                else:
                    self._write()


def _lots(keys: Sequence[TileKey]) -> Iterator[Sequence[TileKey]]:
    """Yield keys in groups of at most AT_ONCE."""
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
