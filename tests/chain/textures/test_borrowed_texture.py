"""Where borrowed texture lies in views and regions: the same for overlays, lines and metadata."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from cozviewer.chain.chain import texture_of
from cozviewer.chain.textures.borrowed_texture import LEAST, borrowed_mask, borrows
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import LevelRegion, TileKey
from cozviewer.pyramid.origins import Patch, patches
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.errors import Cancelled
from tests.pyramid.pyramids import pyramid_of

WIDTH, HEIGHT = 512, 256


def half_textured() -> Rgb8:
    """Return a photo with grass on the left and an even grey on the right."""
    rgb = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    rgb[:, : WIDTH // 2] = data.grass()[:HEIGHT, : WIDTH // 2, None]
    return rgb


class Columns(PhotoTexture):
    """Borrows in all cells right of some column of cells, and notes what it is asked."""

    def __init__(self, first: int) -> None:
        super().__init__(lambda part: np.zeros((0, 0, 3), np.uint8), WIDTH, HEIGHT)
        self.first = first
        self.asked: list[Rect] = []

    def borrowed(self, source_region: Rect) -> NDArray[np.bool_]:
        self.asked.append(source_region)
        assert Rect(0, 0, WIDTH, HEIGHT).intersected(source_region) == source_region
        assert source_region.x % 4 == source_region.y % 4 == 0
        columns = source_region.x // 4 + np.arange(-(-source_region.width // 4))
        rows = -(-source_region.height // 4)
        return np.broadcast_to(columns >= self.first, (rows, len(columns))).copy()


def drawn(view: View, z: int, level: int) -> list[Patch]:
    """Return that all of a view of level z comes from one level."""
    made_from = TileKey(level, 0, 0) if level > 0 else None
    return [Patch(view.visible(z, WIDTH, HEIGHT), z, made_from)]


class OneLevel(TileStore):
    """A store with all tiles of level z, and none of others."""

    z = 0

    def missing(self, keys: Iterable[TileKey]) -> list[TileKey]:
        return [key for key in keys if key.z != self.z]

    def has(self, key: TileKey) -> bool:
        return key.z == self.z


def with_tiles(z: int) -> Pyramid:
    """Return a pyramid with all tiles of level z, and none of others."""
    pyramid = pyramid_of(half_textured(), OneLevel)
    assert isinstance(pyramid.store, OneLevel)
    pyramid.store.z = z
    return pyramid


@pytest.mark.parametrize("log2", [4, 6, 20, 200])
def test_its_edge_lies_at_the_same_place_at_any_depth(log2: int) -> None:
    # From the middle of column 9, source pixel 38, it rises to all of it at that of column 10.
    edge = 38 + 4 * LEAST
    view = View(camera_at(edge, 100, 2.0**log2), 320, 200)
    mask = borrowed_mask(Columns(10), WIDTH, HEIGHT, view, drawn(view, log2, log2))
    assert mask.shape == (200, 320)
    if log2 <= 20:
        assert not mask[:, :159].any()
        assert mask[:, 161:].all()
    inside = View(camera_at(60, 100, 2.0**log2), 320, 200)
    assert borrowed_mask(Columns(10), WIDTH, HEIGHT, inside, drawn(inside, log2, log2)).all()


@pytest.mark.parametrize("level", [0, 2])
def test_nothing_is_borrowed_up_to_the_first_step(level: int) -> None:
    texture, view = Columns(0), View(camera_at(100, 100, 16.0), 320, 200)
    assert not borrowed_mask(texture, WIDTH, HEIGHT, view, drawn(view, 4, level)).any()
    assert not texture.asked
    whole = View(camera_at(256, 128, 2.0), 1024, 512)
    assert not borrowed_mask(texture, WIDTH, HEIGHT, whole, drawn(whole, 2, 2)).any()
    assert not texture.asked


def test_a_recipe_without_it_borrows_nothing() -> None:
    view = View(camera_at(100, 100, 16.0), 320, 200)
    assert not borrowed_mask(None, WIDTH, HEIGHT, view, drawn(view, 4, 4)).any()


def test_only_the_parts_that_are_drawn_count() -> None:
    view = View(camera_at(128, 128, 16.0), 512, 256).aligned()
    left, right = Rect(1792, 1920, 256, 256), Rect(2048, 1920, 256, 256)
    shown = [Patch(left, 4, TileKey(4, 14, 15)), Patch(right, 4, TileKey(2, 4, 4))]
    mask = borrowed_mask(Columns(0), WIDTH, HEIGHT, view, shown)
    assert mask[:, :256].all()
    assert not mask[:, 256:].any()


def test_beside_the_photo_there_is_nothing() -> None:
    view = View(camera_at(0, 0, 16.0), 320, 200)
    mask = borrowed_mask(Columns(0), WIDTH, HEIGHT, view, drawn(view, 4, 4))
    assert mask[100:, 160:].all()
    assert mask.sum() == 100 * 160


@pytest.mark.parametrize(
    ("z", "region", "found"),
    [
        (2, Rect(0, 0, 4 * WIDTH, 4 * HEIGHT), False),
        (4, Rect(0, 0, 16 * WIDTH, 16 * HEIGHT), True),
        (4, Rect(0, 0, 16 * 39 - 1, 16 * HEIGHT), False),
        (4, Rect(0, 0, 16 * 39 + 1, 16 * HEIGHT), True),
        (40, Rect(20 << 40, 9 << 40, 300, 200), False),
        (40, Rect((39 << 40) - (1 << 30), 9 << 40, 300, 200), False),
        (40, Rect((39 << 40) + (1 << 30), 9 << 40, 300, 200), True),
    ],
)
def test_a_region_has_it_if_any_pixel_does(z: int, region: Rect, found: bool) -> None:
    pyramid = with_tiles(z)
    assert borrows(Columns(10), pyramid, LevelRegion(z, region)) == found
    assert not borrows(None, pyramid, LevelRegion(z, region))
    pyramid.store.close()


@pytest.mark.parametrize(("level", "found"), [(2, False), (4, True), (6, True)])
def test_tiles_that_are_not_made_count_as_what_stands_in_for_them(level: int, found: bool) -> None:
    pyramid = with_tiles(level)
    assert borrows(Columns(10), pyramid, LevelRegion(6, Rect(64 * 50, 64 * 50, 300, 200))) == found
    pyramid.store.close()


def test_whole_photos_are_looked_at_in_blocks_until_it_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pyramid = with_tiles(4)
    monkeypatch.setattr("cozviewer.chain.textures.borrowed_texture.BLOCK", 16)
    whole = pyramid.level_rect(4)
    nowhere, everywhere = Columns(1000), Columns(0)
    assert not borrows(nowhere, pyramid, LevelRegion(4, whole))
    assert len(nowhere.asked) == 8 * 4
    assert borrows(everywhere, pyramid, LevelRegion(4, whole))
    assert len(everywhere.asked) == 1
    with pytest.raises(Cancelled):
        borrows(nowhere, pyramid, LevelRegion(4, whole), lambda: True)
    pyramid.store.close()


def test_a_photo_that_is_half_grass_has_it_there_alone() -> None:
    pyramid = pyramid_of(half_textured())
    texture = texture_of(pyramid)
    view = View(camera_at(256, 128, 16.0), 1280, 640).aligned()
    mask = borrowed_mask(texture, WIDTH, HEIGHT, view, drawn(view, 4, 4))
    assert mask[:, :320].mean() > 0.9
    assert not mask[:, 660:].any()
    assert [patch.level for patch in patches(pyramid, view)] == [0] * len(patches(pyramid, view))
    assert not borrowed_mask(texture, WIDTH, HEIGHT, view, patches(pyramid, view)).any()
    pyramid.store.close()
