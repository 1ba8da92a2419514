"""A program that puts tiles in the place of others without end, killed again and again.

python -m tests.pyramid.replacing FILE ROUNDS

There are more rounds until one was within a transaction: a busy machine may not run the program
before it is killed.
"""

import os
import random
import signal
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.store import TileStore
from tests.patience import PATIENCE
from tests.pyramid.stores import STEP, STORE_KEY, pixels, same, stored_keys

TILES = [TileKey(2, col, 0) for col in range(12)]
BESIDE = TileKey(2, 99, 0)


def put_version(store: TileStore, version: int) -> None:
    """Put a version of all tiles in the place of the one before."""
    with store.beside() as draft:
        step = draft.begin_step(replace(STEP, prompt=str(version)))
        for key in TILES:
            draft.put(key, pixels(TileKey(2, key.col, version), 64, 60), step)
        store.replace(lambda key: key in TILES, *draft.contents())


def check(path: Path) -> str:
    """Return the version of all tiles; fails if they are not whole and of one version."""
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        assert set(stored_keys(path)) == {*TILES, BESIDE}
        assert same(store.get(BESIDE), pixels(BESIDE))
        (version,) = {step.prompt for step in store.steps_of(TILES).values()}
        for key in TILES:
            wanted = pixels(TileKey(2, key.col, int(version)), 64, 60)
            assert same(store.get(key), wanted), (key, version)
    return version


def main(path: Path, rounds: int) -> None:
    with TileStore.open(path, STORE_KEY, sys.exit) as store:
        store.put(BESIDE, pixels(BESIDE), store.begin_step(STEP))
        put_version(store, 0)
    versions, interrupted = set[str](), 0
    end, number = time.monotonic() + PATIENCE, 0
    while number < rounds or (time.monotonic() < end and not (interrupted and len(versions) > 1)):
        number += 1
        child = os.fork()
        if not child:
            try:
                store = TileStore.open(path, STORE_KEY, sys.exit)
                for version in count(1000 * number):
                    put_version(store, version)
            finally:
                os._exit(1)
        time.sleep(random.uniform(0.02, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        journal = Path(f"{path}-journal")
        interrupted += journal.exists() and journal.stat().st_size > 0
        versions.add(check(path))
    print(f"{number} kills, {interrupted} within a transaction, {len(versions)} versions")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
