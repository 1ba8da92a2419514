"""The image as opened: its levels, its tiles, its name tag."""

import hashlib
import random
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageCms

from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source, preview, source_from_pixels
from cozviewer.pyramid.geometry import level_size
from cozviewer.util.errors import BadInput, Cancelled
from tests.decoder import decode_by
from tests.image.strips import read_in_strips
from tests.mutations import edited
from tests.patience import PATIENCE
from tests.pyramid.images import encoded, exif_block, noise, png_of_size, smooth
from tests.room import Room


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (1, 1, [(1, 1)]),
        (64, 64, [(64, 64)]),
        (65, 1, [(65, 1), (33, 1)]),
        (1, 129, [(1, 129), (1, 65), (1, 33)]),
        (187, 125, [(187, 125), (94, 63), (47, 32)]),
        (256, 25, [(256, 25), (128, 13), (64, 7)]),
    ],
)
def test_overviews_halve_down_to_one_tile(
    width: int, height: int, sizes: list[tuple[int, int]]
) -> None:
    source = source_from_pixels(np.zeros((height, width, 3), np.uint8), "grey")
    assert [(level.shape[1], level.shape[0]) for level in source.levels] == sizes
    assert [level_size(-k, width, height) for k in range(len(sizes))] == sizes
    assert source.coarsest == 1 - len(sizes)
    assert (source.width, source.height) == (width, height)


def test_pixels_are_a_view_that_nobody_can_change() -> None:
    source = source_from_pixels(noise(1100, 700), "noise")
    region = Rect(100, 50, 300, 200)
    part = source.pixels(0, region)
    np.testing.assert_array_equal(part, noise(1100, 700)[50:250, 100:400])
    assert np.shares_memory(part, source.levels[0])
    assert not part.flags.writeable
    np.testing.assert_array_equal(source.pixels(-1, region), source.levels[1][50:250, 100:400])


@pytest.mark.parametrize(
    ("z", "region"),
    [
        (1, Rect(0, 0, 10, 10)),
        (-6, Rect(0, 0, 10, 10)),
        (0, Rect(-1, 0, 10, 10)),
        (0, Rect(0, 691, 10, 10)),
        (-1, Rect(541, 0, 10, 10)),
        (0, Rect(5, 5, 0, 10)),
    ],
)
def test_there_are_no_pixels_outside(z: int, region: Rect) -> None:
    source = source_from_pixels(noise(1100, 700), "noise")
    with pytest.raises(ValueError, match="not in"):
        source.pixels(z, region)


def test_the_digest_tells_pixels_and_size_and_nothing_else(tmp_path: Path) -> None:
    rgb = noise(40, 30)
    first, renamed, other_format = (tmp_path / name for name in ("a.png", "b.png", "c.bmp"))
    first.write_bytes(encoded(rgb, "PNG"))
    renamed.write_bytes(encoded(rgb, "PNG", exif=exif_block("<", 1), compress_level=1))
    other_format.write_bytes(encoded(rgb, "BMP"))
    digest = open_source(first).digest
    assert len(digest) == 64
    assert open_source(renamed).digest == digest
    assert open_source(other_format).digest == digest
    assert source_from_pixels(rgb, "pixels").digest == digest

    changed = rgb.copy()
    changed[29, 39, 2] ^= 1
    assert source_from_pixels(changed, "changed").digest != digest
    assert source_from_pixels(rgb.reshape(40, 30, 3), "reshaped").digest != digest


def test_a_source_knows_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "holiday.png"
    path.write_bytes(encoded(noise(4, 3), "PNG"))
    source = open_source(str(path))
    assert (source.name, source.path) == ("holiday.png", path)
    assert source_from_pixels(noise(4, 3), "made up").path is None


def test_a_crop_without_pixels_is_refused() -> None:
    with pytest.raises(BadInput, match="crop has no pixels"):
        source_from_pixels(np.zeros((0, 5, 3), np.uint8), "crop")


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 4)])
def test_other_arrays_are_no_images(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        source_from_pixels(np.zeros(shape, np.uint8), "array")


@pytest.mark.parametrize("patience", [0, 1, 3, 10])
def test_opening_stops_when_nobody_waits(tmp_path: Path, patience: int) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(noise(2000, 1500), "JPEG"))
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        if threading.current_thread() is threading.main_thread():
            return False  # which waits for the thread that decodes
        asked += 1
        return asked > patience

    with pytest.raises(Cancelled):
        open_source(path, cancelled=cancelled)
    assert asked == patience + 1


@pytest.mark.parametrize(("width", "height"), [(100_000, 1), (1, 100_000), (400, 250)])
def test_images_of_any_shape_are_read_in_small_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    rgb = noise(width, height)
    path = tmp_path / "thin.png"
    path.write_bytes(encoded(rgb, "PNG"))
    whole = open_source(path)
    asked = 0

    def counted() -> bool:
        nonlocal asked
        asked += 1
        return False

    read_in_strips(monkeypatch)
    source = open_source(path, cancelled=counted)
    assert asked >= 200  # for the colours and the digest
    np.testing.assert_array_equal(source.levels[0], rgb)
    said = hashlib.sha256(f"{width}x{height};".encode() + rgb.tobytes()).hexdigest()
    assert source.digest == whole.digest == said
    for level, same in zip(source.levels, whole.levels, strict=True):
        np.testing.assert_array_equal(level, same)


@pytest.mark.parametrize("read", [open_source, preview])
def test_a_decoder_that_cannot_be_interrupted_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[..., object]
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(smooth(1100, 700), "JPEG"))
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()

    def stuck(_: object) -> None:
        begun.set()
        release.wait(PATIENCE)
        ended.set()

    decode_by(monkeypatch, stuck)
    with pytest.raises(Cancelled, match="was stopped"):
        read(path, cancelled=begun.is_set)
    assert not ended.is_set()
    release.set()
    assert ended.wait(PATIENCE)


def test_a_row_that_pillow_cannot_count_is_refused(tmp_path: Path, room: Room) -> None:
    """It raises MemoryError, whatever is free."""
    path = tmp_path / "wide.png"
    path.write_bytes(png_of_size(300_000_000, 1, 8, 0))
    room.in_memory(10**12)
    with pytest.raises(BadInput, match=r"wide\.png is 300000000 pixels wide, which is too much"):
        open_source(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_no_mutation_of_exif_or_profile_stops_a_photo(tmp_path: Path, kind: str) -> None:
    chance = random.Random(12)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "photo"

    for _ in range(100):
        exif = edited(exif_block(chance.choice("<>"), 1, b"thumbnail" * 9), chance)
        path.write_bytes(encoded(noise(9, 6), kind, exif=exif, icc_profile=edited(profile, chance)))
        assert sorted((open_source(path).width, open_source(path).height)) == [6, 9]


@pytest.mark.parametrize(
    ("size", "small"),
    [((1024, 700), (512, 350)), ((2100, 1400), (525, 350)), ((4100, 2000), (513, 250))],
)
def test_a_jpeg_has_a_quick_preview(
    tmp_path: Path, size: tuple[int, int], small: tuple[int, int]
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(smooth(*size), "JPEG"))
    found = preview(path)
    assert found is not None
    rgb, width, height = found
    assert (width, height) == size
    assert (rgb.shape[1], rgb.shape[0]) == small
    assert np.abs(rgb.astype(int) - smooth(*small)).mean() < 2


def test_a_preview_stands_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(smooth(1030, 1029), "JPEG", exif=exif_block("<", 6)))
    found = preview(path)
    assert found is not None
    rgb, width, height = found
    assert (width, height) == (1029, 1030)
    assert np.abs(rgb.astype(int) - np.rot90(smooth(515, 515), -1)).mean() < 2


def test_no_preview_where_it_would_not_be_quick_or_not_be_good(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    assert preview(path) is None
    path.write_bytes(encoded(noise(1023, 100), "JPEG"))
    assert preview(path) is None
    path.write_bytes(encoded(noise(1100, 100), "PNG"))
    assert preview(path) is None
