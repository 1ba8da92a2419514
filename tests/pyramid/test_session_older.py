"""Sessions of version 1, whose tiles were larger, open with the same pixels."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.pyramid import session_tiles
from cozviewer.pyramid.geometry import TILE, Rect, TileKey, tiles_of
from cozviewer.pyramid.pixels import Rgb8
from cozviewer.pyramid.session_file import SIDES, read_session
from cozviewer.pyramid.session_tiles import unpack
from cozviewer.pyramid.source import Source, open_source
from cozviewer.pyramid.store import StepRecord, TileStore
from cozviewer.pyramid.store_rows import STEP_COLUMNS, step_row
from cozviewer.pyramid.tile_codec import tile_checksum
from tests.pyramid.pictures import encoded
from tests.pyramid.pyramids import cut, noise
from tests.pyramid.sessions import HEIGHT, WIDTH, change, empty_store, saved, shelf_of
from tests.pyramid.stores import STEP, damage, same

SIDE = SIDES[1]

SIZE = {2: (4 * WIDTH, 4 * HEIGHT), 4: (16 * WIDTH, 16 * HEIGHT)}
LEVELS = {z: noise(*size, seed=z) for z, size in SIZE.items()}
"""x4 has one tile of 200 x 100, x16 two of 512 x 400 and 288 x 400."""

OLD = [TileKey(2, 0, 0), TileKey(4, 0, 0), TileKey(4, 1, 0)]

STEPS = {z: replace(STEP, z=z - 2, prompt=f"words of {z}", seconds=1.5) for z in SIZE}


def whole(z: int) -> Rect:
    return Rect(0, 0, *SIZE[z])


def small(*old: TileKey) -> list[TileKey]:
    """Return the tiles of today's size that old ones become."""
    return [
        key
        for each in old
        for key in tiles_of(each.z, tile_of_old(each).intersected(whole(each.z)))
    ]


def tile_of_old(key: TileKey) -> Rect:
    return Rect(key.col * SIDE, key.row * SIDE, SIDE, SIDE)


def pixels(key: TileKey) -> Rgb8:
    """Return what is in a tile of today's size."""
    part = Rect(key.col * TILE, key.row * TILE, TILE, TILE).intersected(whole(key.z))
    return cut(LEVELS[key.z], part)


def put_old(sql: sqlite3.Connection, key: TileKey, webp: bytes) -> None:
    row = (str(key), f"step {key.z}", tile_checksum(key, webp), webp)
    sql.execute("INSERT INTO tiles VALUES (NULL, 1, ?, ?, ?, ?)", row)


def webp_of(rgb: Rgb8) -> bytes:
    return encoded(rgb, "WebP", lossless=True, quality=0, method=0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A session as version 1 wrote it."""
    path = saved(tmp_path)

    def make_old(sql: sqlite3.Connection) -> None:
        sql.execute("DELETE FROM tiles")
        sql.execute("DELETE FROM steps")
        for z, step in STEPS.items():
            names = f"pyramid, uid, {STEP_COLUMNS}"
            places = ", ".join("?" * (2 + len(STEP_COLUMNS.split(","))))
            row = (1, f"step {z}", *step_row(step))
            sql.execute(f"INSERT INTO steps ({names}) VALUES ({places})", row)
        for key in OLD:
            put_old(
                sql, key, webp_of(cut(LEVELS[key.z], tile_of_old(key).intersected(whole(key.z))))
            )
        sql.execute("UPDATE pyramids SET tiles = ?", (len(OLD),))
        sql.execute("PRAGMA user_version = 1")

    change(path, make_old)
    return path


@pytest.fixture
def source(file: Path) -> Source:
    return open_source(file.with_name("photo.png"))


@pytest.fixture
def store(source: Source, tmp_path: Path) -> Iterator[TileStore]:
    with empty_store(source, tmp_path / "session.tiles") as store:
        yield store


def unpacked(file: Path, store: TileStore) -> int:
    session = read_session(file)
    return unpack(session, session.pyramids[0], store)


def step_of(store: TileStore, key: TileKey) -> StepRecord | None:
    return store.steps_of([key]).get(key)


def test_the_same_pixels_and_steps_come_out_in_small_tiles(file: Path, store: TileStore) -> None:
    assert unpacked(file, store) == 0
    wanted = small(*OLD)
    assert len(wanted) == 2 + 7 * 4
    assert set(store.checksums()) == set(wanted)
    for key in wanted:
        assert same(store.get(key), pixels(key)), key
        assert step_of(store, key) == STEPS[key.z]
    assert set(store.steps()) == set(STEPS.values())


def test_opened_again_nothing_is_cut_anew_and_what_was_made_since_stays(
    file: Path, store: TileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked(file, store)
    finer = TileKey(6, 1, 1)
    store.put(finer, noise(TILE, TILE), store.begin_step(replace(STEP, z=4)))
    before = store.checksums()
    monkeypatch.setattr(session_tiles, "decode_tile", pytest.fail)
    assert unpacked(file, store) == 0
    assert store.checksums() == before
    assert same(store.get(finer), noise(TILE, TILE))


@pytest.mark.parametrize("how", ["other words", "evicted"])
def test_what_was_changed_since_is_as_saved_when_it_is_opened_again(
    file: Path, store: TileStore, how: str
) -> None:
    unpacked(file, store)
    changed, finer = TileKey(4, 5, 1), TileKey(6, 20, 4)
    step = store.begin_step(replace(STEP, z=2, prompt="other words"))
    store.put(finer, noise(TILE, TILE), step)
    store.replace(lambda key: key == changed, {}, {})
    if how == "other words":
        store.put(changed, noise(TILE, TILE, 99), step)
    assert unpacked(file, store) == 0
    assert all(same(store.get(key), pixels(key)) for key in small(*OLD))
    assert not store.has(finer), "it was made from what is no more"


def test_what_broke_in_the_store_is_read_from_the_session_again(
    file: Path, source: Source, tmp_path: Path
) -> None:
    path = tmp_path / "session.tiles"
    with empty_store(source, path) as store:
        unpacked(file, store)
    damage(path, "other bytes")
    notices: list[str] = []
    with TileStore.open(path, shelf_of(source), notices.append) as store:
        finer = TileKey(6, 1, 1)
        store.put(finer, noise(TILE, TILE), store.begin_step(replace(STEP, z=4)))
        assert unpacked(file, store) == 0
        assert all(same(store.get(key), pixels(key)) for key in small(*OLD))
        assert store.has(finer)


def test_broken_tiles_are_counted_and_the_rest_opens(file: Path, store: TileStore) -> None:
    def damage_two(sql: sqlite3.Connection) -> None:
        sql.execute("UPDATE tiles SET webp = zeroblob(length(webp)) WHERE key = '4/0/0'")
        sql.execute("UPDATE tiles SET checksum = 'text' WHERE key = '2/0/0'")

    change(file, damage_two)
    assert unpacked(file, store) == 2
    assert set(store.checksums()) == set(small(OLD[2]))
    store.put(TileKey(4, 0, 0), noise(TILE, TILE, 99), store.begin_step(STEP))
    assert unpacked(file, store) == 2
    assert same(store.get(TileKey(4, 0, 0)), noise(TILE, TILE, 99)), "made in its place"


@pytest.mark.parametrize(
    "webp",
    [
        webp_of(noise(8, 8)),
        webp_of(noise(SIDE + 1, SIDE)),
        webp_of(noise(SIDE, 16 * HEIGHT))[:-40],
        webp_of(noise(SIDE, 16 * HEIGHT))[:25] + bytes(200),
        encoded(noise(SIDE, 16 * HEIGHT), "WebP", quality=50),
        encoded(noise(SIDE, 16 * HEIGHT), "PNG"),
        b"",
    ],
    ids=["small", "large", "cut off", "header alone", "lossy", "no WebP", "empty"],
)
def test_tiles_that_are_none_are_left_out_though_their_checksums_are_right(
    file: Path, store: TileStore, webp: bytes
) -> None:
    def plant(sql: sqlite3.Connection) -> None:
        sql.execute("DELETE FROM tiles WHERE key = '4/0/0'")
        put_old(sql, TileKey(4, 0, 0), webp)
        for key in (TileKey(4, 2, 0), TileKey(4, 0, 1), TileKey(3, 0, 0)):  # beside the picture
            put_old(sql, key, webp)
        sql.execute("UPDATE pyramids SET tiles = 6")

    change(file, plant)
    assert unpacked(file, store) == 4
    assert set(store.checksums()) == set(small(OLD[0], OLD[2]))
    finer = TileKey(6, 1, 1)
    store.put(finer, noise(TILE, TILE), store.begin_step(replace(STEP, z=4)))
    assert unpacked(file, store) == 4, "and so they are when it is opened again"
    assert set(store.checksums()) == {*small(OLD[0], OLD[2]), finer}


def test_its_names_mean_other_places_than_those_of_today(file: Path, store: TileStore) -> None:
    change(file, lambda sql: sql.execute("PRAGMA user_version = 2"))
    assert unpacked(file, store) == len(OLD), "none fits"
    assert store.checksums() == {}
