"""A session is saved whole or not at all, over an older one too."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cozviewer.image.source import Source, open_source
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store.store import TileStore
from cozviewer.session import export as export_session
from cozviewer.session.export import Saved, save_session
from cozviewer.session.file import SCHEMA, read_session
from cozviewer.session.session import SessionPyramid
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.pyramid.pyramids import noise
from tests.pyramid.sessions import (
    BOOKMARKS,
    DEEP,
    KEYS,
    MADE,
    empty_store,
    filled_store,
    photo,
    pixels,
    saved,
)
from tests.pyramid.stores import ROOT, STEP


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return open_source(photo(tmp_path))


@pytest.fixture
def store(source: Source) -> Iterator[TileStore]:
    with filled_store(source) as store:
        yield store


def listing(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_it_tells_what_it_saved_and_how_far_it_is(
    source: Source, store: TileStore, tmp_path: Path
) -> None:
    path, told = tmp_path / "a.cozview", []
    done = save_session(
        path,
        source,
        [SessionPyramid(MADE, store)],
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert done == Saved(len(KEYS), 0, path.stat().st_size)
    assert told == [(number, len(KEYS)) for number in range(1, len(KEYS) + 1)]


def test_saving_again_replaces_the_older_one(
    source: Source, store: TileStore, tmp_path: Path
) -> None:
    path = saved(tmp_path)
    path.chmod(0o640)
    store.put(TileKey(4, 1, 0), noise(TILE, TILE), store.begin_step(STEP))
    save_session(path, source, [SessionPyramid(MADE, store)], BOOKMARKS[:1])
    session = read_session(path)
    assert (session.pyramids[0].tiles, session.bookmarks) == (len(KEYS) + 1, BOOKMARKS[:1])
    assert session.viewpoint is None
    assert path.stat().st_mode & 0o777 == 0o640
    assert listing(tmp_path) == {"photo.png", "trip.cozview"}


def test_it_may_hold_several_pyramids(source: Source, store: TileStore, tmp_path: Path) -> None:
    path = tmp_path / "a.cozview"
    with filled_store(source) as other:
        other.replace(lambda key: key.z == 4, {}, {})
        assert (
            save_session(
                path, source, [SessionPyramid(MADE, store), SessionPyramid(MADE, other)]
            ).tiles
            == 6
        )
    assert [kept.tiles for kept in read_session(path).pyramids] == [4, 2]


def test_if_it_is_stopped_the_older_one_stays(
    source: Source, store: TileStore, tmp_path: Path
) -> None:
    path = saved(tmp_path)
    before, asked = path.read_bytes(), []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        save_session(path, source, [SessionPyramid(MADE, store)], cancelled=cancelled)
    assert path.read_bytes() == before
    assert listing(tmp_path) == {"photo.png", "trip.cozview"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows cannot")
def test_if_it_is_killed_the_older_one_stays(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    program = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "2\n", "it is in the middle"
    os.kill(program.pid, signal.SIGKILL)
    program.communicate(timeout=300)
    assert path.read_bytes() == before
    assert read_session(path).bookmarks == BOOKMARKS


KILLED = """
import sys, time
from pathlib import Path
from tests.pyramid.sessions import *
folder = Path(sys.argv[1])
source = open_source(folder / "photo.png")
def told(done, total):
    if done == 2:
        print(done, flush=True)
        time.sleep(3600)
with filled_store(source) as store:
    save_session(folder / "trip.cozview", source, [SessionPyramid(MADE, store)], on_progress=told)
"""


def test_a_full_disk_is_told_and_nothing_is_left(
    source: Source, store: TileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(export_session, "SCHEMA", f"PRAGMA max_page_count = 30; {SCHEMA}")
    with pytest.raises(Failure, match=r"trip\.cozview was not saved: the disk is full"):
        save_session(path, source, [SessionPyramid(MADE, store)])
    assert path.read_bytes() == before
    assert listing(tmp_path) == {"photo.png", "trip.cozview"}


def test_where_nothing_can_be_written_it_says_so(
    source: Source, store: TileStore, tmp_path: Path
) -> None:
    for path, sentence in [
        (tmp_path / "no" / "a.cozview", "does not exist"),
        (tmp_path / "a.png", r"save it as a\.cozview"),
        (tmp_path / "a", r"save it as a\.cozview"),
    ]:
        with pytest.raises(BadInput, match=sentence):
            save_session(path, source, [SessionPyramid(MADE, store)])


def test_broken_tiles_are_left_out(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "store.tiles"
    with empty_store(source, path) as store:
        store.put(KEYS[0], pixels(KEYS[0]), store.begin_step(STEP))
        store.put(KEYS[1], pixels(KEYS[1]), store.begin_step(STEP))
    with closing(sqlite3.connect(path)) as sql:
        sql.execute("UPDATE pixels SET webp = x'00' WHERE id = 1")
        sql.commit()
    with empty_store(source, path) as store:
        done = save_session(tmp_path / "a.cozview", source, [SessionPyramid(MADE, store)])
    assert (done.tiles, done.left_out) == (1, 1)
    assert read_session(tmp_path / "a.cozview").pyramids[0].tiles == 1


def test_tiles_that_change_meanwhile_make_no_mixture(
    source: Source, store: TileStore, tmp_path: Path
) -> None:
    def keep_other_words(done: int, total: int) -> None:
        if done == 2:
            store.replace(lambda key: key == KEYS[0], {}, {})
            store.put(KEYS[0], noise(TILE, TILE, 99), store.begin_step(STEP))

    with pytest.raises(Failure, match=r"changed while a\.cozview was being saved: save it again"):
        save_session(
            tmp_path / "a.cozview",
            source,
            [SessionPyramid(MADE, store)],
            on_progress=keep_other_words,
        )
    assert listing(tmp_path) == {"photo.png"}


def test_a_store_that_is_closed_meanwhile_makes_no_empty_session(
    source: Source, store: TileStore, tmp_path: Path
) -> None:
    with pytest.raises(Failure, match="save it again"):
        save_session(
            tmp_path / "a.cozview",
            source,
            [SessionPyramid(MADE, store)],
            on_progress=lambda done, total: store.close(),
        )
    assert listing(tmp_path) == {"photo.png"}


def test_tiles_may_be_made_meanwhile(source: Source, store: TileStore, tmp_path: Path) -> None:
    done, stop = store.begin_step(STEP), threading.Event()

    def make() -> None:
        for col in range(1, 6):
            store.put(TileKey(4, col, 0), noise(TILE, TILE, col), done)
            store.flush()
            time.sleep(0.01)
        stop.set()

    maker = threading.Thread(target=make)
    maker.start()
    while not stop.is_set():
        saved_now = save_session(tmp_path / "a.cozview", source, [SessionPyramid(MADE, store)])
        assert saved_now.left_out == 0
    maker.join()
    assert read_session(tmp_path / "a.cozview").reference.digest == source.digest
    assert read_session(tmp_path / "a.cozview").viewpoint is None
    save_session(tmp_path / "a.cozview", source, [SessionPyramid(MADE, store)], viewpoint=DEEP)
    assert read_session(tmp_path / "a.cozview").pyramids[0].tiles == len(KEYS) + 5
