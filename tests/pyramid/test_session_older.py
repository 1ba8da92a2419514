"""Sessions of older versions, whose tiles were larger, open with the same pixels."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, open_source
from cozviewer.pyramid.geometry import TILE, TileKey, tiles_of
from cozviewer.pyramid.store.rows import STEP_COLUMNS, step_row
from cozviewer.pyramid.store.store import StepRecord, TileStore
from cozviewer.pyramid.store.tile_codec import tile_checksum
from cozviewer.session import tiles as session_tiles
from cozviewer.session.file import SIDES, VERSION, read_session
from cozviewer.session.tiles import unpack
from tests.pyramid.images import encoded
from tests.pyramid.pyramids import cut, noise
from tests.pyramid.sessions import HEIGHT, WIDTH, change, empty_store, saved, store_key_of
from tests.pyramid.stores import STEP, damage, same

SIZE = {2: (4 * WIDTH, 4 * HEIGHT), 4: (16 * WIDTH, 16 * HEIGHT)}
LEVELS = {z: noise(*size, seed=z) for z, size in SIZE.items()}
"""x4 is 200 x 100, x16 is 800 x 400."""

OLD = {1: 1 + 2, 2: 2 + 7 * 4}
"""Tiles of both levels in each version."""

STEPS = {z: replace(STEP, z=z - 2, prompt=f"words of {z}", seconds=1.5) for z in SIZE}


def whole(z: int) -> Rect:
    return Rect(0, 0, *SIZE[z])


@dataclass(frozen=True)
class Older:
    """The tiles of an older version.

    Attributes:
        version: Of the session's file.
    """

    version: int

    @property
    def side(self) -> int:
        return SIDES[self.version]

    @property
    def keys(self) -> list[TileKey]:
        """All of both levels."""
        return [
            TileKey(z, col, row)
            for z, (width, height) in SIZE.items()
            for row in range(-(-height // self.side))
            for col in range(-(-width // self.side))
        ]

    def rect(self, key: TileKey) -> Rect:
        """Return what a tile shows, in pixels of its level."""
        tile = Rect(key.col * self.side, key.row * self.side, self.side, self.side)
        return tile.intersected(whole(key.z))

    def small(self, *without: TileKey) -> list[TileKey]:
        """Return the tiles of today's size that they all become, but for some."""
        return [
            part
            for key in self.keys
            if key not in without
            for part in tiles_of(key.z, self.rect(key))
        ]


def pixels(key: TileKey) -> Rgb8:
    """Return what is in a tile of today's size."""
    part = Rect(key.col * TILE, key.row * TILE, TILE, TILE).intersected(whole(key.z))
    return cut(LEVELS[key.z], part)


def put_old(sql: sqlite3.Connection, key: TileKey, webp: bytes) -> None:
    row = (str(key), f"step {key.z}", tile_checksum(key, webp), webp)
    sql.execute("INSERT INTO tiles VALUES (NULL, 1, ?, ?, ?, ?)", row)


def webp_of(rgb: Rgb8) -> bytes:
    return encoded(rgb, "WebP", lossless=True, quality=0, method=0)


@pytest.fixture(params=OLD, ids=lambda version: f"version {version}")
def older(request: pytest.FixtureRequest) -> Older:
    return Older(request.param)


@pytest.fixture
def file(older: Older, tmp_path: Path) -> Path:
    """A session as an older version wrote it."""
    path = saved(tmp_path)

    def make_old(sql: sqlite3.Connection) -> None:
        sql.execute("DELETE FROM tiles")
        sql.execute("DELETE FROM steps")
        for z, step in STEPS.items():
            names = f"pyramid, uid, {STEP_COLUMNS}"
            places = ", ".join("?" * (2 + len(STEP_COLUMNS.split(","))))
            row = (1, f"step {z}", *step_row(step))
            sql.execute(f"INSERT INTO steps ({names}) VALUES ({places})", row)
        for key in older.keys:
            put_old(sql, key, webp_of(cut(LEVELS[key.z], older.rect(key))))
        sql.execute("UPDATE pyramids SET tiles = ?", (len(older.keys),))
        sql.execute(f"PRAGMA user_version = {older.version}")

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


def test_the_same_pixels_and_steps_come_out_in_small_tiles(
    older: Older, file: Path, store: TileStore
) -> None:
    assert len(older.keys) == OLD[older.version]
    assert unpacked(file, store) == 0
    wanted = older.small()
    assert len(wanted) == 4 * 2 + 13 * 7
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
    older: Older, file: Path, store: TileStore, how: str
) -> None:
    unpacked(file, store)
    changed, finer = TileKey(4, 5, 1), TileKey(6, 20, 4)
    step = store.begin_step(replace(STEP, z=2, prompt="other words"))
    store.put(finer, noise(TILE, TILE), step)
    store.replace(lambda key: key == changed, {}, {})
    if how == "other words":
        store.put(changed, noise(TILE, TILE, 99), step)
    assert unpacked(file, store) == 0
    assert all(same(store.get(key), pixels(key)) for key in older.small())
    assert not store.has(finer), "it was made from what is no more"


def test_what_broke_in_the_store_is_read_from_the_session_again(
    older: Older, file: Path, source: Source, tmp_path: Path
) -> None:
    path = tmp_path / "session.tiles"
    with empty_store(source, path) as store:
        unpacked(file, store)
    damage(path, "other bytes")
    notices: list[str] = []
    with TileStore.open(path, store_key_of(source), notices.append) as store:
        finer = TileKey(6, 1, 1)
        store.put(finer, noise(TILE, TILE), store.begin_step(replace(STEP, z=4)))
        assert unpacked(file, store) == 0
        assert all(same(store.get(key), pixels(key)) for key in older.small())
        assert store.has(finer)


def test_broken_tiles_are_counted_and_the_rest_opens(
    older: Older, file: Path, store: TileStore
) -> None:
    def damage_two(sql: sqlite3.Connection) -> None:
        sql.execute("UPDATE tiles SET webp = zeroblob(length(webp)) WHERE key = '4/0/0'")
        sql.execute("UPDATE tiles SET checksum = 'text' WHERE key = '2/0/0'")

    change(file, damage_two)
    assert unpacked(file, store) == 2
    assert set(store.checksums()) == set(older.small(TileKey(4, 0, 0), TileKey(2, 0, 0)))
    store.put(TileKey(4, 0, 0), noise(TILE, TILE, 99), store.begin_step(STEP))
    assert unpacked(file, store) == 2
    assert same(store.get(TileKey(4, 0, 0)), noise(TILE, TILE, 99)), "made in its place"


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda side, rgb: webp_of(noise(8, 8)),
        lambda side, rgb: webp_of(noise(side + 1, side)),
        lambda side, rgb: webp_of(rgb)[:-40],
        lambda side, rgb: webp_of(rgb)[:25] + bytes(200),
        lambda side, rgb: encoded(rgb, "WebP", quality=50),
        lambda side, rgb: encoded(rgb, "PNG"),
        lambda side, rgb: b"",
    ],
    ids=["small", "large", "cut off", "header alone", "lossy", "no WebP", "empty"],
)
def test_tiles_that_are_none_are_left_out_though_their_checksums_are_right(
    older: Older, file: Path, store: TileStore, spoilt: Callable[[int, Rgb8], bytes]
) -> None:
    key = TileKey(4, 0, 0)
    webp = spoilt(older.side, noise(older.rect(key).width, older.rect(key).height))
    columns, rows = (-(-side // older.side) for side in SIZE[4])

    def plant(sql: sqlite3.Connection) -> None:
        sql.execute("DELETE FROM tiles WHERE key = '4/0/0'")
        put_old(sql, key, webp)
        beside = (TileKey(4, columns, 0), TileKey(4, 0, rows), TileKey(3, 0, 0))
        for outside in beside:
            put_old(sql, outside, webp)
        sql.execute("UPDATE pyramids SET tiles = tiles + 3")

    change(file, plant)
    assert unpacked(file, store) == 4
    assert set(store.checksums()) == set(older.small(key))
    finer = TileKey(6, 1, 1)
    store.put(finer, noise(TILE, TILE), store.begin_step(replace(STEP, z=4)))
    assert unpacked(file, store) == 4, "and so they are when it is opened again"
    assert set(store.checksums()) == {*older.small(key), finer}


def test_its_names_mean_other_places_than_those_of_today(
    older: Older, file: Path, store: TileStore
) -> None:
    change(file, lambda sql: sql.execute(f"PRAGMA user_version = {VERSION}"))
    assert unpacked(file, store) == len(older.keys), "none fits"
    assert store.checksums() == {}
