"""Which tiles go: the longest unseen ones, and no tile before its children."""

import math
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.pyramid.geometry import TileKey, parent_of
from cozviewer.pyramid.store.eviction import (
    LOOK,
    ROW_BYTES,
    StoredTile,
    choose,
    evict,
    longest_unseen,
    read_looks,
    read_stored,
    shrink,
)
from cozviewer.pyramid.store.file import open_file
from cozviewer.pyramid.store.rows import (
    Batch,
    EncodedTile,
    count_tiles,
    stored_among,
    write_batch,
)
from tests.pyramid.stores import STORE_KEY


def stored(key: TileKey, seen: float = 0.0, store: int = 0, size: int = 1) -> StoredTile:
    return StoredTile(store, hash(key), str(key), str(parent_of(key)), seen, size)


keys = st.builds(TileKey, z=st.sampled_from([2, 4, 6]), col=st.integers(0, 5), row=st.just(0))
tiles = st.builds(stored, keys, seen=st.floats(0, 9), store=st.integers(0, 1))
folders = st.lists(tiles, max_size=40, unique_by=lambda tile: (tile.store, tile.key))


@pytest.mark.parametrize(
    ("key", "parent"),
    [
        (TileKey(2, 0, 0), TileKey(0, 0, 0)),
        (TileKey(4, 7, 9), TileKey(2, 1, 2)),
        (TileKey(200, (5 << 198) + 3, 3), TileKey(198, 5 << 196, 0)),
    ],
)
def test_a_parent_is_one_step_up(key: TileKey, parent: TileKey) -> None:
    assert parent_of(key) == parent


@given(folder=folders, wanted=st.integers(0, 50))
def test_no_tile_goes_before_its_children(folder: list[StoredTile], wanted: int) -> None:
    left = set(folder)
    for gone in choose(folder, wanted):
        left.remove(gone)
        assert not any((tile.store, tile.parent) == (gone.store, gone.key) for tile in left)


@given(folder=folders, wanted=st.integers(0, 50))
def test_no_more_goes_than_is_wanted(folder: list[StoredTile], wanted: int) -> None:
    assert len(choose(folder, wanted)) == min(wanted, len(folder))


@given(folder=folders)
def test_of_those_that_may_go_the_longest_unseen_goes_first(folder: list[StoredTile]) -> None:
    left = set(folder)
    for gone in choose(folder, len(folder)):
        parents = {(tile.store, tile.parent) for tile in left}
        free = [tile for tile in left if (tile.store, tile.key) not in parents]
        assert gone.seen == min(tile.seen for tile in free)
        left.remove(gone)


def test_large_tiles_count_for_more() -> None:
    row = [stored(TileKey(2, col, 0), seen=col, size=100) for col in range(5)]
    assert choose(row, 101) == row[:2]


def test_children_in_another_store_are_not_ones_own() -> None:
    parent = stored(TileKey(2, 0, 0), seen=1.0)
    elsewhere = stored(TileKey(4, 0, 0), seen=2.0, store=1)
    assert choose([elsewhere, parent], 1) == [parent]


FAMILY = [TileKey(2, 0, 0), TileKey(4, 1, 1), TileKey(4, 2, 2), TileKey(2, 9, 9)]


def there(file: sqlite3.Connection) -> list[bool]:
    """Tell which tiles of FAMILY are in a file."""
    stored = stored_among(file, FAMILY)
    return [key in stored for key in FAMILY]


BATCH = Batch(tiles={key: EncodedTile(b"webp", b"sum", "step") for key in FAMILY})


@given(folder=folders, wanted=st.integers(0, 50))
def test_what_was_not_seen_for_the_longest_time_is_as_much_as_is_wanted(
    folder: list[StoredTile], wanted: int
) -> None:
    looks = [
        np.array([(tile.seen, tile.size) for tile in folder if tile.store == store], LOOK)
        for store in (0, 1)
    ]
    until = longest_unseen(looks, wanted)
    assert sum(tile.size for tile in folder if tile.seen < until) < max(wanted, 1)
    if until < math.inf:
        assert sum(tile.size for tile in folder if tile.seen <= until) >= wanted
    else:
        assert sum(tile.size for tile in folder) < wanted or not folder


def test_looks_are_numbers_whatever_is_in_the_file() -> None:
    file = open_file(None, STORE_KEY)
    write_batch(file, BATCH, now=5.0)
    for values, key in zip(("'x', 'y'", "7, -3", "6, 1e300", "NULL, 1 << 62"), FAMILY, strict=True):
        file.execute(f"UPDATE OR IGNORE tiles SET (seen, bytes) = ({values}) WHERE key = '{key}'")
    looks = read_looks(file)
    stored = read_stored(file, 0)
    assert looks["seen"].tolist() == [tile.seen for tile in stored] == [0.0, 7.0, 6.0, 5.0]
    assert looks["size"].tolist() == [tile.size for tile in stored]
    assert set(looks["size"].tolist()) == {ROW_BYTES, ROW_BYTES + 4}


def test_what_was_seen_later_is_left_out() -> None:
    file = open_file(None, STORE_KEY)
    write_batch(file, BATCH, now=5.0)
    write_batch(file, Batch(seen={FAMILY[1]: 6.0}), now=6.0)
    found = [tile.key for tile in read_stored(file, 0, until=5.0)]
    assert found == [str(FAMILY[2]), str(FAMILY[3])]


def test_only_tiles_without_children_leave_the_file() -> None:
    file = open_file(None, STORE_KEY)
    write_batch(file, BATCH, now=5.0)
    evict(file, read_stored(file, 0)[::2])  # a parent, and one of its children
    assert there(file) == [True, True, False, True]
    assert file.execute("SELECT count(*) FROM pixels").fetchone() == (3,)


def test_a_tile_that_was_looked_at_meanwhile_stays() -> None:
    file = open_file(None, STORE_KEY)
    write_batch(file, BATCH, now=5.0)
    chosen = read_stored(file, 0)
    write_batch(file, Batch(seen={FAMILY[1]: 6.0}), now=6.0)
    evict(file, chosen)
    assert there(file) == [True, True, False, False]


def test_a_look_at_a_tile_counts_for_all_above_it() -> None:
    deep = TileKey(10, 5, 900)
    chain = [deep]
    while chain[-1].z > 2:
        chain.append(parent_of(chain[-1]))
    beside = replace(deep, col=deep.col + 1)
    file = open_file(None, STORE_KEY)
    tile = EncodedTile(b"webp", b"sum", "step")
    write_batch(file, Batch(tiles=dict.fromkeys([*chain, beside], tile)), now=5.0)
    write_batch(file, Batch(seen={deep: 8.0, beside: 7.0}), now=9.0)
    seen = {tile.key: tile.seen for tile in read_stored(file, 0)}
    assert [seen[str(key)] for key in chain] == [8.0] * len(chain)
    assert seen[str(beside)] == 7.0


def test_an_older_look_changes_nothing() -> None:
    file = open_file(None, STORE_KEY)
    write_batch(file, BATCH, now=5.0)
    write_batch(file, Batch(seen=dict.fromkeys(FAMILY, 4.0)), now=9.0)
    assert {tile.seen for tile in read_stored(file, 0)} == {5.0}


def test_a_file_shrinks_to_its_budget() -> None:
    file = open_file(None, STORE_KEY)
    write_batch(file, BATCH, now=5.0)
    shrink(file, 1_000_000)
    assert count_tiles(file)[1] == 4
    shrink(file, 5 * ROW_BYTES // 2)
    assert count_tiles(file)[1] == 2
    shrink(file, 0)
    assert count_tiles(file) == (0, 0)
