"""Session files that were made to do harm: refused in a sentence, or opened without it."""

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from cozviewer.image.source import Source, open_source
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.sqlite_guard import Watch
from cozviewer.session import file as session_file
from cozviewer.session.export import save_session
from cozviewer.session.file import read_session
from cozviewer.session.session import SessionPyramid
from cozviewer.session.tiles import unpack
from cozviewer.util.errors import BadInput, Cancelled
from tests.mutations import mutated, reworded
from tests.pyramid.sessions import BOOKMARKS, DEEP, MADE, change, empty_store, photo
from tests.pyramid.stores import STEP, pixels

KEYS = [TileKey(2, 0, 0), TileKey(2, 1, 0), TileKey(4, 6, 3)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of three tiles that are too small for their places."""
    folder = tmp_path_factory.mktemp("tiny")
    source = open_source(photo(folder))
    path = folder / "tiny.cozview"
    with empty_store(source) as store:
        for key in KEYS:
            store.put(key, pixels(key), store.begin_step(STEP))
        store.flush()
        save_session(path, source, [SessionPyramid(MADE, store)], BOOKMARKS, DEEP)
    return path


@pytest.fixture(scope="module")
def source(tiny: Path) -> Source:
    return open_source(tiny.with_name("photo.png"))


@pytest.fixture
def file(tiny: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    return Path(shutil.copy(tiny, tmp_path / "trip.cozview"))


def opened(path: Path, source: Source) -> int:
    """Open a session as the program does; return how many of its tiles are broken."""
    session = read_session(path)
    with empty_store(source) as store:
        return sum(unpack(session, kept, store) for kept in session.pyramids)


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
VIEW = f"{ENDLESS} i AS id, 'n' || i AS name, '1' AS x, '1' AS y, '4' AS magnification FROM n"


@pytest.mark.parametrize(
    ("script", "named"),
    [
        (f"DROP TABLE views; CREATE VIEW views AS {VIEW}", "a view named views"),
        (f"CREATE VIEW more AS {VIEW}", "a view named more"),
        (f"DROP TABLE about; CREATE VIEW about AS {ENDLESS} 'a' AS name, 'b' AS value FROM n",
         "a view named about"),
        ("CREATE TRIGGER t AFTER INSERT ON views BEGIN DELETE FROM tiles; END",
         "a trigger named t"),
        ("DROP TABLE views; CREATE TABLE views (id INTEGER PRIMARY KEY, name TEXT, x TEXT, y TEXT, "
         "magnification TEXT AS (printf('%.*c', 100000000, '9')))", "a table named views"),
        ("CREATE VIRTUAL TABLE search USING fts5(words)", "a table named search"),
        ("CREATE INDEX i ON tiles (length(webp))", "a index named i"),
        ("CREATE TABLE more (a)", "a table named more"),
        ("DROP TABLE steps", "no table named steps"),
    ],
)  # fmt: skip
def test_only_the_tables_of_a_session_are_read(file: Path, script: str, named: str) -> None:
    change(file, lambda sql: sql.executescript(script))
    with pytest.raises(BadInput) as raised:
        read_session(file)
    sentence = str(raised.value)
    assert sentence.startswith("trip.cozview is damaged, or was not saved by cozviewer (")
    assert named in sentence
    assert sentence.endswith(": get a fresh copy of it.")


def test_names_in_the_file_cannot_steer_the_terminal(file: Path) -> None:
    change(file, lambda sql: sql.execute('CREATE TABLE "a\x1b[31m\u202eb" (x)'))
    with pytest.raises(BadInput, match="named") as raised:
        read_session(file)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("statement", "limit"),
    [
        ("INSERT INTO views SELECT NULL, 'v' || i, '1', '1', '4' FROM n LIMIT 30", "MOST_VIEWS"),
        ("INSERT INTO about SELECT 'v' || i, '1' FROM n LIMIT 30", "MOST_PYRAMIDS"),
        ("INSERT INTO pyramids SELECT i + 9, '{}', 'd', '{}', '{}', 1 FROM n LIMIT 30",
         "MOST_PYRAMIDS"),
    ],
)  # fmt: skip
def test_a_table_with_too_many_rows_is_not_read_to_its_end(
    file: Path, monkeypatch: pytest.MonkeyPatch, statement: str, limit: str
) -> None:
    endless = ENDLESS.removesuffix(" SELECT")
    change(file, lambda sql: sql.execute(f"{endless} {statement}"))
    monkeypatch.setattr(session_file, limit, 20)
    with pytest.raises(BadInput, match="is damaged"):
        read_session(file)


def test_a_million_views_are_refused(file: Path) -> None:
    rows = f"{ENDLESS.removesuffix(' SELECT')} INSERT INTO views SELECT NULL, '', 1, 1, 4 FROM n"
    change(file, lambda sql: sql.execute(f"{rows} LIMIT 1000000"))
    with pytest.raises(BadInput, match="is damaged"):
        read_session(file)


def varint(value: int) -> bytes:
    """Return a number below 2^28 and above 2^21 as SQLite writes it."""
    parts = [value >> shift & 0x7F for shift in (21, 14, 7, 0)]
    return bytes([part | 0x80 for part in parts[:3]] + parts[3:])


@pytest.mark.parametrize("table", ["about", "pyramids", "tiles"])
def test_a_value_is_not_read_because_it_claims_to_be_large(
    file: Path, source: Source, table: str
) -> None:
    length, claimed = 3_000_000, 130_000_000
    column = {"about": "value", "pyramids": "recipe", "tiles": "webp"}[table]
    kind = "BLOB" if table == "tiles" else "TEXT"
    change(
        file,
        lambda sql: sql.execute(
            f"UPDATE {table} SET {column} = CAST(zeroblob({length}) AS {kind}) WHERE rowid = 1"
        ),
    )
    data = file.read_bytes()
    serial = 12 + (kind == "TEXT")
    assert varint(2 * length + serial) in data
    file.write_bytes(data.replace(varint(2 * length + serial), varint(2 * claimed + serial)))
    if table == "tiles":
        assert opened(file, source) == len(KEYS)  # the others do not fit their places
    else:
        with pytest.raises(BadInput, match="is damaged"):
            read_session(file)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE about SET value = CAST(zeroblob(5000000) AS TEXT) WHERE name = 'source_name'",
        "UPDATE views SET name = CAST(zeroblob(2000) AS TEXT)",
        "UPDATE views SET x = CAST(x'ff' AS TEXT)",
        "UPDATE pyramids SET choice = CAST(zeroblob(200000) AS TEXT)",
        "UPDATE pyramids SET maker = printf('%.*c', 90000, '[')",
        "UPDATE pyramids SET tiles = 9e999",
        "UPDATE pyramids SET tiles = -1",
        "UPDATE about SET value = '4' || printf('%.*c', 5000, '0') WHERE name = 'source_width'",
        "UPDATE about SET value = '1_0' WHERE name = 'source_width'",
    ],
)
def test_values_out_of_range_are_refused(file: Path, statement: str) -> None:
    change(file, lambda sql: sql.execute(statement))
    with pytest.raises(BadInput, match="is damaged"):
        read_session(file)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE steps SET z = 'a'",
        "UPDATE steps SET z = 1 << 40",
        "UPDATE steps SET x = '9' || printf('%.*c', 5000, '9')",
        "UPDATE steps SET seconds = 9e999",
        "UPDATE steps SET seconds = 'soon'",
        "UPDATE steps SET prompt = x'00'",
        "UPDATE steps SET prompt = CAST(x'ff' AS TEXT)",
        "UPDATE steps SET seed = '1e9'",
        "UPDATE steps SET made_at = CAST(zeroblob(1000) AS TEXT)",
        "UPDATE steps SET width = '-5'",
    ],
)
def test_steps_that_make_no_sense_are_left_out(file: Path, source: Source, statement: str) -> None:
    change(file, lambda sql: sql.execute(statement))
    session = read_session(file)
    with empty_store(source) as store:
        unpack(session, session.pyramids[0], store)
        assert store.steps() == []


def test_what_takes_too_long_is_refused(file: Path) -> None:
    with pytest.raises(BadInput, match=r"trip\.cozview takes too long to read"):
        read_session(file, watched=partial(Watch, budget=50, every=10))


@pytest.mark.parametrize("asked", [1, 2, 5])
def test_reading_can_be_stopped_at_any_time(file: Path, source: Source, asked: int) -> None:
    session = read_session(file)
    times, often = count(1), partial(Watch, every=10)
    with pytest.raises(Cancelled):
        read_session(file, lambda: next(times) >= asked, often)
    times = count(1)
    with empty_store(source) as store, pytest.raises(Cancelled):
        unpack(session, session.pyramids[0], store, lambda: next(times) >= asked, often)


def test_ctrl_c_arrives(file: Path) -> None:
    def interrupt() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_session(file, interrupt, partial(Watch, every=10))


def test_a_schema_that_is_no_text_is_refused(file: Path) -> None:
    statement = b"CREATE TABLE steps"
    data = file.read_bytes()
    assert statement in data
    file.write_bytes(data.replace(statement, b"CREATE TABL\x82 steps"))
    with pytest.raises(BadInput, match="is damaged"):
        read_session(file)


@pytest.mark.parametrize("change_file", [mutated, reworded])
def test_whatever_is_changed_it_opens_or_is_refused(
    tiny: Path, source: Source, tmp_path: Path, change_file: Callable[..., bytes | None]
) -> None:
    data, path = tiny.read_bytes(), tmp_path / "trip.cozview"
    for seed in range(60):
        chance = random.Random(seed)
        path.write_bytes(data)
        if change_file is mutated:
            path.write_bytes(mutated(data, chance))
        else:
            reworded(path, chance)
        with suppress(BadInput):
            opened(path, source)
