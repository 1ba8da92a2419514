"""What the tests of the tile store share: shelves, tiles, and programs that are run beside it.

python -m tests.pyramid.stores kill FOLDER ROUNDS     writers, killed again and again
python -m tests.pyramid.stores write FILE SEED TILES  a window at work
python -m tests.pyramid.stores trim FOLDER BUDGET     until FOLDER/stop is there; makes
                                                      FOLDER/ready-BUDGET when it begins and
                                                      FOLDER/freed when it has freed something
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import numpy as np

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store.cache import trim
from cozviewer.pyramid.store.file import SCHEMA_VERSION
from cozviewer.pyramid.store.store import StepRecord, StoreKey, TileStore
from cozviewer.pyramid.store.tile_codec import encode_tile, tile_checksum
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]

STORE_KEY = StoreKey(
    source_digest="5a" * 32,
    source_name="cat.jpg",
    source_width=641,
    source_height=427,
    recipe_digest="c3" * 32,
    recipe='{"upscaler":{"name":"Nearest"}}',
)

STEP = StepRecord(
    z=0,
    level_region=Rect(0, 0, TILE, TILE),
    prompt="a cat",
    seed=7,
    seconds=0.0,
    made_at="2026-11-23T10:00:00+00:00",
)


def pixels(key: TileKey, width: int = 8, height: int = 8) -> Rgb8:
    """Return pixels that no other key has."""
    noise = random.Random(str(key)).randbytes(width * height * 3)
    return np.frombuffer(noise, np.uint8).reshape(height, width, 3)


def same(found: Rgb8 | None, wanted: Rgb8) -> bool:
    """Tell whether a tile was found and is the one that was wanted."""
    return found is not None and np.array_equal(found, wanted)


def stored_keys(path: Path) -> list[TileKey]:
    """Return the keys in a file, read beside the store; fails if the file is not sound."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN")  # so that nothing is written between the questions
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = file.execute("SELECT key FROM tiles JOIN pixels USING (id)").fetchall()
        assert len(rows) == file.execute("SELECT count(*) FROM tiles").fetchone()[0]
        assert len(rows) == file.execute("SELECT count(*) FROM pixels").fetchone()[0]
    return [TileKey(*map(int, key.split("/"))) for (key,) in rows]


def wait_for(there: Callable[[], object]) -> None:
    """Wait until something is so, in another thread or another program."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "it was waited for in vain"
        time.sleep(0.005)


def make_older(path: Path) -> None:
    """Make a closed store file one of the version before, which had larger tiles."""
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")


DAMAGES = ("other bytes", "no image", "another size")
"""What `damage` can do to tiles; the last two leave the checksums right."""


def damage(path: Path, how: str, z: int | None = None) -> int:
    """Spoil every second tile in a closed store file, or all of level z; return how many."""
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute("SELECT id, key FROM tiles ORDER BY id").fetchall()
        named = [(number, TileKey(*map(int, key.split("/")))) for number, key in rows]
        chosen = named[::2] if z is None else [row for row in named if row[1].z == z]
        for number, key in chosen:
            webp = {
                "other bytes": b"RIFF" + bytes(40),
                "no image": b"RIFF" + bytes(40),
                "another size": encode_tile(pixels(key, 5, 5)),
            }[how]
            file.execute("UPDATE pixels SET webp = ? WHERE id = ?", (webp, number))
            if how != "other bytes":
                row = (tile_checksum(key, webp), number)
                file.execute("UPDATE tiles SET checksum = ? WHERE id = ?", row)
        file.commit()
    return len(chosen)


def run_beside(*words: object) -> subprocess.Popen[str]:
    """Start this module as a program of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.pyramid.stores", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def outcome(program: subprocess.Popen[str]) -> str:
    """Return what a program printed; fails if it did."""
    printed, _ = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, printed
    return printed


def kill_writers(folder: Path, rounds: int) -> None:
    """Kill a writer, look at the file, and again: so many rounds at least, and until one was killed
    within a transaction."""
    encode_tile(pixels(TileKey(2, 0, 0)))  # Pillow looks for its plugins once, before the forks
    interrupted = tiles = number = 0
    end = time.monotonic() + PATIENCE
    while number < rounds or (time.monotonic() < end and not (interrupted and tiles)):
        path = folder / f"{number // 8}.tiles"  # some are killed while they create it
        child = os.fork()
        if not child:
            _write_without_end(path, number)
        time.sleep(random.uniform(0.0, 0.12))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        journal = Path(f"{path}-journal")
        interrupted += journal.exists() and journal.stat().st_size > 0
        if path.exists():
            tiles += _check(path)
        number += 1
    print(f"{number} kills, {interrupted} within a transaction, {tiles} tiles checked")


def _write_without_end(path: Path, seed: int) -> None:
    try:
        keys = random.Random(seed)
        store = TileStore.open(path, STORE_KEY, sys.exit)
        step = store.begin_step(STEP)
        for number in count(1):
            key = TileKey(2, keys.randrange(10**6), keys.randrange(10**6))
            store.put(key, pixels(key), step)
            if number % 5 == 0:
                store.flush()
    finally:
        os._exit(1)


def _check(path: Path) -> int:
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        store.usage()
        keys = stored_keys(path)
        for key in keys:
            assert same(store.get(key), pixels(key)), key
        assert store.steps() == [STEP] * len(store.steps())
    return len(keys)


def _write(path: Path, seed: int, tiles: int) -> None:
    """Write the tiles 0.. in an order of one's own, and read each back."""
    order = list(range(tiles))
    random.Random(seed).shuffle(order)
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        step = store.begin_step(STEP)
        for number, col in enumerate(order):
            key = TileKey(2, col, 0)
            if not store.has(key):
                store.put(key, pixels(key), step)
            found = store.get(key)
            # Somebody may have evicted it meanwhile, but it is never a wrong one.
            assert found is None or np.array_equal(found, pixels(key))
            store.seen([key])
            if number % 4 == 0:
                store.flush()


def _trim(folder: Path, budget: int) -> None:
    freed = 0
    (folder / f"ready-{budget}").touch()
    parent = os.getppid()
    while not (folder / "stop").exists() and os.getppid() == parent:  # else the test was killed
        freed += trim(folder, budget)
        if freed:
            (folder / "freed").touch()
        time.sleep(0.002)
    print(freed + trim(folder, budget))


if __name__ == "__main__":
    task, place, *numbers = sys.argv[1:]
    if task == "kill":
        kill_writers(Path(place), int(numbers[0]))
    elif task == "write":
        _write(Path(place), int(numbers[0]), int(numbers[1]))
    else:
        _trim(Path(place), int(numbers[0]))
