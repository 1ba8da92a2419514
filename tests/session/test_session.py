"""A session holds pixels, words and views; what is wrong with a file is told, the rest opens."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from cozviewer.image.source import Source, open_source
from cozviewer.image.subject import Scale
from cozviewer.pyramid.camera import Camera, camera_at
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.store.file import PAGE_BYTES
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.store import TileStore
from cozviewer.pyramid.store.tile_codec import encode_tile, tile_checksum
from cozviewer.session.export import save_session
from cozviewer.session.file import VERSION, is_session, read_session
from cozviewer.session.session import (
    Bookmark,
    SessionPyramid,
    Viewpoint,
    viewpoint_of,
    with_bookmark,
)
from cozviewer.session.source import OpenedImage
from cozviewer.session.tiles import unpack
from cozviewer.util.errors import BadInput
from tests.pyramid.pyramids import noise
from tests.pyramid.sessions import (
    BOOKMARKS,
    DEEP,
    KEYS,
    MADE,
    change,
    empty_store,
    filled_store,
    photo,
    pixels,
    saved,
    store_key_of,
)
from tests.pyramid.stores import STEP, damage, same


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(tmp_path)


@pytest.fixture
def source(file: Path) -> Source:
    return open_source(file.with_name("photo.png"))


def unpacked(file: Path, store: TileStore) -> int:
    session = read_session(file)
    return unpack(session, session.pyramids[0], store)


def test_it_says_what_was_saved(file: Path, source: Source) -> None:
    session = read_session(file)
    assert session.reference.digest == source.digest
    assert session.reference.relative == "photo.png"
    assert session.reference.path == str(source.path)
    assert (session.bookmarks, session.viewpoint) == (BOOKMARKS, DEEP)
    (kept,) = session.pyramids
    assert (kept.info, kept.tiles) == (MADE, len(KEYS))


def test_the_same_pixels_and_words_come_out(file: Path, source: Source) -> None:
    with empty_store(source) as store:
        assert unpacked(file, store) == 0
        for key in KEYS:
            assert same(store.get(key), pixels(key)), key
            step = store.step_of(key)
            assert step is not None
            assert (step.prompt, step.seconds, step.seed) == (f"words of {key.z}", 1.5, STEP.seed)
        assert store.usage()[1] == len(KEYS)


def test_the_same_tiles_have_the_same_digest_and_others_another(file: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = saved(tmp_path / "again")
    first, second = (read_session(path).pyramids[0].digest for path in (file, again))
    assert first == second
    change(again, lambda sql: sql.execute("DELETE FROM tiles WHERE key = '4/0/0'"))
    assert read_session(again).pyramids[0].digest != first


def test_what_was_made_later_stays_while_the_rest_is_as_saved(file: Path, source: Source) -> None:
    later = TileKey(4, 1, 0)
    with empty_store(source) as store:
        unpacked(file, store)
        store.put(later, noise(TILE, TILE), store.begin_step(STEP))
        assert unpacked(file, store) == 0
        assert same(store.get(later), noise(TILE, TILE))


def test_what_was_changed_since_is_as_saved_when_it_is_opened_again(
    file: Path, source: Source
) -> None:
    later = TileKey(4, 1, 0)
    with empty_store(source) as store:
        unpacked(file, store)
        step = store.begin_step(replace(STEP, prompt="other words"))
        store.put(later, noise(TILE, TILE), step)
        store.replace(lambda key: key in (KEYS[0], KEYS[2]), {}, {})
        store.put(KEYS[0], noise(TILE, TILE, 99), step)
        assert unpacked(file, store) == 0
        assert all(same(store.get(key), pixels(key)) for key in KEYS)
        assert not store.has(later), "it was made from what is no more"


def test_of_a_session_with_broken_tiles_the_rest_opens(file: Path, source: Source) -> None:
    def damage(sql: sqlite3.Connection) -> None:
        sql.execute("UPDATE tiles SET webp = zeroblob(length(webp)) WHERE key = '2/0/0'")
        sql.execute("UPDATE tiles SET checksum = 'text' WHERE key = '4/0/0'")

    change(file, damage)
    with empty_store(source) as store:
        assert unpacked(file, store) == 2
        assert [key for key in KEYS if store.has(key)] == [KEYS[1], KEYS[3]]
        store.put(KEYS[0], noise(TILE, TILE, 99), store.begin_step(STEP))
        assert unpacked(file, store) == 2
        assert same(store.get(KEYS[0]), noise(TILE, TILE, 99)), "what was made in its place stays"


def test_what_broke_in_the_store_is_read_from_the_session_again(
    file: Path, source: Source, tmp_path: Path
) -> None:
    path = tmp_path / "session.tiles"
    with empty_store(source, path) as store:
        unpacked(file, store)
    damage(path, "other bytes")
    notices: list[str] = []
    with TileStore.open(path, store_key_of(source), notices.append) as store:
        assert unpacked(file, store) == 0
        assert all(same(store.get(key), pixels(key)) for key in KEYS)
    assert notices == ["The tile cache holds broken tiles; they count as missing."]


def test_tiles_that_cannot_be_are_left_out(file: Path, source: Source) -> None:
    outside, wrong_size, source_level = TileKey(2, 4, 0), TileKey(4, 1, 0), TileKey(0, 0, 0)

    def add(sql: sqlite3.Connection) -> None:
        for key in (outside, wrong_size, source_level):
            webp = encode_tile(noise(8, 8))
            row = (str(key), tile_checksum(key, webp), webp)
            sql.execute("INSERT INTO tiles VALUES (NULL, 1, ?, 'step', ?, ?)", row)
        for name in ("2/0", "999999999999/0/0", "2/0/00", "-2/0/0", "2/-1/0"):
            sql.execute("INSERT INTO tiles VALUES (NULL, 1, ?, 'step', x'00', x'00')", (name,))
        sql.execute("UPDATE pyramids SET tiles = 12")

    change(file, add)
    with empty_store(source) as store:
        assert unpacked(file, store) == 8
        assert set(store.checksums()) == set(KEYS)


@pytest.mark.parametrize("seed", range(12))
def test_pages_that_cannot_be_read_cost_their_tiles_only(
    file: Path, source: Source, seed: int
) -> None:
    with closing(sqlite3.connect(file)) as sql:
        first = sql.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tiles'").fetchone()[0]
    data = bytearray(file.read_bytes())
    page = random.Random(seed).randrange(
        first, len(data) // PAGE_BYTES
    )  # after the root of the tiles
    data[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = b"\xff" * PAGE_BYTES
    file.write_bytes(data)
    with empty_store(source) as store:
        broken = unpacked(file, store)
        assert 1 <= broken <= 2, "two rows may begin on one page"
        found = [key for key in KEYS if store.has(key)]
        assert len(found) == len(KEYS) - broken
        assert all(same(store.get(key), pixels(key)) for key in found)


def test_a_newer_version_is_told(file: Path) -> None:
    change(file, lambda sql: sql.execute(f"PRAGMA user_version = {VERSION + 1}"))
    with pytest.raises(BadInput, match=r"trip\.cozview was saved by a newer version of cozviewer"):
        read_session(file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a cozviewer session"),
        (b"\x89PNG\r\n", "is not a cozviewer session"),
        (b"SQLite format 3\0" + bytes(200), "is not a cozviewer session"),
    ],
)
def test_what_is_no_session_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "a.cozview"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=sentence):
        read_session(path)


def test_a_file_that_is_cut_off_is_told(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(BadInput, match="damaged or incomplete"):
        read_session(file)


def test_a_file_that_is_not_there_or_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        read_session(tmp_path / "no.cozview")
    (tmp_path / "folder.cozview").mkdir()
    with pytest.raises(BadInput, match=r"folder\.cozview is not a file"):
        read_session(tmp_path / "folder.cozview")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE tiles",
        "DROP TABLE views",
        "DELETE FROM pyramids",
        "DELETE FROM about WHERE name = 'source_digest'",
        "UPDATE about SET value = '-3' WHERE name = 'source_width'",
        "UPDATE views SET x = '1e999999999'",
        "UPDATE views SET magnification = '0'",
        "UPDATE views SET y = '1/0'",
        "UPDATE pyramids SET maker = '[]'",
        "UPDATE pyramids SET recipe = x'ff00'",
        "UPDATE about SET value = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_file_that_makes_no_sense_is_told(file: Path, statement: str) -> None:
    change(file, lambda sql: sql.execute(statement))
    with pytest.raises(BadInput, match="damaged"):
        read_session(file)


def test_it_is_known_by_its_name_or_by_its_content(file: Path, tmp_path: Path) -> None:
    renamed = file.rename(tmp_path / "renamed.png")
    assert is_session(renamed)
    assert is_session(tmp_path / "not.there.COZVIEW")
    assert not is_session(photo(tmp_path))
    assert not is_session(tmp_path)


def test_reading_leaves_nothing_behind(file: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    read_session(file)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("magnification", [1 / 3, 1.0, 64.0, 1e-3, 2.0**250 * 1.7])
def test_a_view_is_the_same_again(magnification: float) -> None:
    camera = camera_at(Fraction(1, 7), Fraction("812.0000000001"), magnification)
    assert isinstance(camera, Camera)
    assert viewpoint_of(camera).camera == camera


def test_a_bookmark_takes_the_place_of_one_of_its_name() -> None:
    viewpoint = Viewpoint(Fraction(1), Fraction(2), Fraction(3))
    renewed = Bookmark("whole", viewpoint)
    assert with_bookmark(BOOKMARKS, renewed) == (renewed, BOOKMARKS[1])
    added = Bookmark("new", viewpoint)
    assert with_bookmark(BOOKMARKS, added) == (*BOOKMARKS, added)


def test_a_store_takes_tiles_of_another_but_keeps_its_own(source: Source) -> None:
    key, webp = KEYS[2], encode_tile(noise(TILE, TILE, 5))
    tile = EncodedTile(webp, tile_checksum(key, webp), "uid")
    with empty_store(source) as store:
        store.put(KEYS[3], pixels(KEYS[3]), store.begin_step(STEP))
        store.adopt({key: tile, KEYS[3]: tile}, {"uid": replace(STEP, prompt="theirs")})
        assert same(store.get(key), noise(TILE, TILE, 5))
        assert same(store.get(KEYS[3]), pixels(KEYS[3]))
        step = store.step_of(key)
        assert step is not None
        assert step.prompt == "theirs"
        assert store.encoded(key) == tile
        assert store.checksums()[key] == tile.checksum


def test_how_a_view_is_turned_is_kept(source: Source, tmp_path: Path) -> None:
    turned = Orientation(1, mirrored=True)
    views = [Viewpoint(Fraction(1), Fraction(2), Fraction(4), each) for each in (turned, None)]
    bookmarks = [Bookmark(str(number), view) for number, view in enumerate(views)]
    path = tmp_path / "turned.cozview"
    with filled_store(source) as store:
        save_session(path, source, [SessionPyramid(MADE, store)], bookmarks, views[0])
    session = read_session(path)
    assert [each.viewpoint for each in session.bookmarks] == views
    assert session.viewpoint == views[0]
    change(path, lambda file: file.execute("DELETE FROM about WHERE name = 'orientations'"))
    assert [each.viewpoint.orientation for each in read_session(path).bookmarks] == [None, None]


def test_a_scale_that_was_set_by_hand_is_kept(source: Source, tmp_path: Path) -> None:
    path, scale = tmp_path / "scaled.cozview", Scale(0.25e-6, 1 / 3, "m")
    with filled_store(source) as store:
        save_session(path, source, [SessionPyramid(MADE, store)], scale=scale)
    session = read_session(path)
    assert session.scale == scale
    assert OpenedImage(source, session).scale == scale
    for broken in ("", '[0, 1, "m"]', "[" * 900, "x" * 900):
        with closing(sqlite3.connect(path)) as file:
            file.execute("UPDATE about SET value = ? WHERE name = 'scale'", (broken,))
            file.commit()
        assert read_session(path).scale is None
    change(path, lambda file: file.execute("DELETE FROM about WHERE name = 'scale'"))
    assert OpenedImage(source, read_session(path)).scale is None
