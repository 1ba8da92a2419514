"""Store files that are damaged or planted: what is in them costs its own tiles at most."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TILE, LevelRegion, TileKey
from cozviewer.pyramid.store.cache import (
    clear,
    list_set_aside,
    list_stores,
    store_path,
    survey,
    trim,
)
from cozviewer.pyramid.store.store import TileStore
from tests.mutations import mutated, reworded
from tests.pyramid.stores import STEP, STORE_KEY, pixels, same

KEYS = [TileKey(2, 0, 0), TileKey(2, 1, 0), TileKey(4, 3, 2)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three small tiles."""
    path = store_path(
        tmp_path_factory.mktemp("small"), STORE_KEY.source_digest, STORE_KEY.recipe_digest
    )
    with TileStore.open(path, STORE_KEY, pytest.fail) as store:
        for key in KEYS:
            store.put(key, pixels(key), store.begin_step(STEP))
    return path


@pytest.fixture
def file(small: Path, tmp_path: Path) -> Path:
    """A copy that may be changed, in a folder of its own."""
    return Path(shutil.copy(small, tmp_path / small.name))


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as sql:
        sql.executescript(script)


def use(path: Path) -> None:
    """Do all that is done with a store."""
    with TileStore.open(path, STORE_KEY, lambda sentence: None) as store:
        store.missing(KEYS)
        for key in KEYS:
            found = store.get(key)
            assert found is None or same(found, pixels(key)), "never a wrong one"
        store.checksums()
        store.contents()
        store.steps_of(KEYS)
        store.step_near(LevelRegion(0, Rect(0, 0, TILE, TILE)))
        store.usage()
        store.seen(KEYS)
        store.put(TileKey(2, 5, 5), pixels(KEYS[0]), store.begin_step(STEP))
        store.replace(lambda key: key == KEYS[1], {}, {})
        assert same(store.get(TileKey(2, 5, 5)), pixels(KEYS[0]))
    trim(path.parent, 1, keep=path)


@pytest.mark.parametrize("change_file", [mutated, reworded])
def test_whatever_is_changed_the_store_works_and_can_be_cleared(
    small: Path, tmp_path: Path, change_file: Callable[..., bytes | None]
) -> None:
    data, path = small.read_bytes(), tmp_path / small.name
    for seed in range(60):
        chance = random.Random(seed)
        path.write_bytes(data)
        if change_file is mutated:
            path.write_bytes(mutated(data, chance))
        else:
            reworded(path, chance)
        changed = path.read_bytes()
        survey(tmp_path)
        use(path)
        path.write_bytes(changed)
        clear(tmp_path)
        for aside in list_set_aside(tmp_path):
            aside.unlink()


@pytest.mark.parametrize("key", KEYS)
def test_a_name_that_only_the_index_or_only_the_table_has(file: Path, key: TileKey) -> None:
    data, name = file.read_bytes(), str(key).encode()
    places = [at for at in range(len(data)) if data.startswith(name, at)]
    assert len(places) > 1
    for at in places:
        file.write_bytes(data[:at] + b"\xc5" + data[at + 1 :])
        use(file)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key", "'no key'"),
        ("key", "'2/' || printf('%.*c', 5000, '9') || '/0'"),
        ("key", "'-2/0/0'"),
        ("key", "x'00'"),
        ("parent", "x'ff'"),
        ("step", "x'00'"),
        ("seen", "'yesterday'"),
        ("seen", "9e999"),
        ("seen", "1e300"),
        ("bytes", "9e999"),
        ("bytes", "'many'"),
        ("checksum", "'text'"),
    ],
)
def test_one_row_that_makes_no_sense_costs_no_other(file: Path, column: str, value: str) -> None:
    change(file, f"UPDATE tiles SET {column} = {value} WHERE key = '2/1/0'")
    (info,) = list_stores(file.parent)
    assert (info.source_name, info.tiles) == ("cat.jpg", 3)
    with TileStore.open(file, STORE_KEY, lambda sentence: None) as store:
        assert same(store.get(KEYS[0]), pixels(KEYS[0]))
        assert same(store.get(KEYS[2]), pixels(KEYS[2]))
        assert store.checksums().keys() >= {KEYS[0], KEYS[2]}
        assert store.contents()[0].keys() >= {KEYS[0], KEYS[2]}
        assert len(store.steps()) == 3
    assert not list_set_aside(file.parent)
    trim(file.parent, 1)
    assert not file.exists(), "such a row does not keep the folder full"


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TRIGGER t AFTER INSERT ON tiles BEGIN DELETE FROM pixels; END",
        "DROP TABLE steps; CREATE VIEW steps AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
        "SELECT i + 1 FROM n) SELECT i AS uid FROM n",
        "DROP INDEX tiles_by_parent; CREATE INDEX tiles_by_parent ON tiles (abs(bytes))",
        "DROP TABLE pixels",
    ],
)
def test_a_store_with_more_or_less_than_its_tables_is_set_aside(file: Path, script: str) -> None:
    change(file, script)
    found = survey(file.parent)
    assert (found.stores, found.unreadable) == ([], [file])
    told: list[str] = []
    with TileStore.open(file, STORE_KEY, told.append) as store:
        assert store.usage() == (0, 0)
    assert ["is damaged, so it was set aside" in sentence for sentence in told] == [True]
    assert len(list_set_aside(file.parent)) == 1


@pytest.mark.parametrize("damage", ["header", "cut", "empty", "schema", "about", "width"])
def test_a_broken_store_is_named_and_cleared_and_the_others_are_listed(
    file: Path, damage: str
) -> None:
    other = Path(shutil.copy(file, store_path(file.parent, "0" * 64, "0" * 64)))
    if damage == "header":
        file.write_bytes(b"\xff" * 4096 + file.read_bytes()[4096:])
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:50])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "schema":
        file.write_bytes(file.read_bytes().replace(b"CREATE TABLE steps", b"CREATE TABL\x82 steps"))
    elif damage == "about":
        change(file, "DELETE FROM about")
    else:
        change(file, "UPDATE about SET value = '9' || printf('%.*c', 5000, '9') "
                     "WHERE name = 'source_width'")  # fmt: skip
    found = survey(file.parent)
    assert [info.path for info in found.stores] == [other]
    assert found.unreadable == [file]
    clear(file.parent)
    assert list(file.parent.glob("*.tiles")) == []


def test_clearing_an_image_reads_no_view(file: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    change(file, f"DROP TABLE about; CREATE VIEW about AS {endless} SELECT i AS name, i AS value "
                 "FROM n")  # fmt: skip
    assert clear(file.parent, "cat.jpg") == 0
    assert clear(file.parent, file) > 0
