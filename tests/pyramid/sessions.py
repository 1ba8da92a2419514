"""What the tests of sessions share: an image with a pyramid, saved."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import Source, open_source
from cozviewer.pyramid.geometry import TILE, TileKey
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.session.export import save_session
from cozviewer.session.session import Bookmark, Maker, PyramidInfo, SessionPyramid, Viewpoint
from tests.pyramid.images import encoded, smooth
from tests.pyramid.pyramids import noise
from tests.pyramid.stores import STEP

WIDTH, HEIGHT = 50, 25

MADE = PyramidInfo(
    recipe='{"upscaler":{"name":"Fake"}}',
    recipe_digest="c3" * 32,
    choice="{}",
    maker=Maker("Fake", generative=True, listens=True, prompter="none"),
)

KEYS = [TileKey(2, 0, 0), TileKey(2, 3, 1), TileKey(4, 0, 0), TileKey(4, 12, 6)]
"""At x4 the image is 200 x 100, at x16 800 x 400."""

SIZES = {
    TileKey(2, 0, 0): (TILE, TILE),
    TileKey(2, 3, 1): (8, 36),
    TileKey(4, 0, 0): (TILE, TILE),
    TileKey(4, 12, 6): (32, 16),
}

DEEP = Viewpoint(Fraction(801, 2**70), Fraction("24.999999999999999999999"), Fraction(2) ** 200)
BOOKMARKS = (
    Bookmark("whole", Viewpoint(Fraction(25), Fraction(12), Fraction(1, 3))),
    Bookmark("„tief“ = ja", DEEP),
)


def pixels(key: TileKey) -> Rgb8:
    """Return what is in a tile."""
    width, height = SIZES[key]
    return noise(width, height, KEYS.index(key))


def photo(folder: Path) -> Path:
    """Make the image."""
    path = folder / "photo.png"
    path.write_bytes(encoded(smooth(WIDTH, HEIGHT), "PNG"))
    return path


def empty_store(source: Source, path: Path | None = None) -> TileStore:
    """Return a store for tiles of an image, which complains by failing."""

    def complain(sentence: str) -> None:
        raise AssertionError(sentence)

    return TileStore.open(path, store_key_of(source), complain)


def store_key_of(source: Source) -> StoreKey:
    """Return what the store of an image is for."""
    return StoreKey(source.digest, source.name, WIDTH, HEIGHT, MADE.recipe_digest, MADE.recipe)


@contextmanager
def filled_store(source: Source) -> Iterator[TileStore]:
    """Give a store with the tiles of KEYS, each level with words of its own."""
    with empty_store(source) as store:
        for z in (2, 4):
            step = store.begin_step(replace(STEP, z=z - 2, prompt=f"words of {z}"))
            for key in KEYS:
                if key.z == z:
                    store.put(key, pixels(key), step)
            store.finish_step(step, 1.5)
        yield store


def saved(folder: Path) -> Path:
    """Save a session of the image, beside it."""
    source, path = open_source(photo(folder)), folder / "trip.cozview"
    with filled_store(source) as store:
        save_session(path, source, [SessionPyramid(MADE, store)], BOOKMARKS, DEEP)
    return path


def change(path: Path, work: Callable[[sqlite3.Connection], object]) -> None:
    """Change a session as nobody should."""
    with closing(sqlite3.connect(path)) as file:
        work(file)
        file.commit()
