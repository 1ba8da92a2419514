"""Databases: sessions and stores of tiles."""

import random
import shutil
import tempfile
from pathlib import Path

from cozviewer.image.source import open_source
from cozviewer.pyramid.store.cache import clear, store_path, survey
from cozviewer.pyramid.store.store import TileStore
from cozviewer.session.export import save_session
from cozviewer.session.file import read_session
from cozviewer.session.session import SessionPyramid
from cozviewer.session.tiles import unpack
from tests.fuzz.target import Target, changed, unread
from tests.mutations import reworded
from tests.pyramid.sessions import BOOKMARKS, DEEP, MADE, empty_store, photo
from tests.pyramid.stores import STEP, STORE_KEY, pixels
from tests.pyramid.test_store_hostile import KEYS, use


def database(whole: bytes, chance: random.Random) -> bytes:
    """Return a database with bytes changed, or with a value of another kind."""
    if chance.random() < 0.5:
        return changed(whole, chance)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(whole)
        reworded(path, chance)
        return path.read_bytes()


def session() -> bytes:
    """Return a session of a few tiles that are too small for their places."""
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(photo(Path(folder)))
        path = Path(folder) / "tiny.cozview"
        with empty_store(source) as store:
            for key in KEYS:
                store.put(key, pixels(key), store.begin_step(STEP))
            store.flush()
            save_session(path, source, [SessionPyramid(MADE, store)], BOOKMARKS, DEEP)
        return path.read_bytes()


def read_one_session(kind: str, content: bytes, folder: Path) -> None:
    """Open a session as the window does."""
    path = folder / "trip.cozview"
    path.write_bytes(content)
    source = open_source(photo(folder))
    found = read_session(path)
    with empty_store(source) as store:
        for kept in found.pyramids:
            unpack(found, kept, store)


def store() -> bytes:
    """Return a store of three tiles."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        with TileStore.open(path, STORE_KEY, unread) as made:
            for key in KEYS:
                made.put(key, pixels(key), made.begin_step(STEP))
        return path.read_bytes()


def read_store(kind: str, content: bytes, folder: Path) -> None:
    """Work with a store, and clear the cache."""
    path = store_path(folder, STORE_KEY.source_digest, STORE_KEY.recipe_digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    survey(folder)
    use(path)
    path.write_bytes(content)
    clear(folder)
    for left in folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def sessions() -> Target:
    """Return the target of sessions."""
    return Target("sessions", {"session": session}, read_one_session, database)


def stores() -> Target:
    """Return the target of stores."""
    return Target("stores", {"store": store}, read_store, database)
