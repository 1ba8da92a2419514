"""Huge JPEG and PNG: copied once, then any region shows what the reader into memory shows."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.reading import kind_of
from cozviewer.image.source import open_source
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.image.colours.test_colour import linear_profile
from tests.image.on_white import on_white, regions_on_white
from tests.image.tiled.opened import regions_of, whole_of
from tests.packages import Packages
from tests.pyramid.images import exif_block, smooth
from tests.room import Room

pytest.importorskip("pyvips")

RGB = smooth(700, 555)
ALPHA = np.full(RGB.shape[:2], 255, np.uint8)
ALPHA[300:400, 100:300] = 40

IMAGES: dict[str, Callable[[], tuple[Image.Image, str, dict[str, Any]]]] = {
    "JPEG": lambda: (Image.fromarray(RGB), "JPEG", {"quality": 95}),
    "grey JPEG": lambda: (Image.fromarray(RGB[..., 0]), "JPEG", {}),
    "inks": lambda: (Image.fromarray(RGB).convert("CMYK"), "JPEG", {}),
    "with a profile": lambda: (Image.fromarray(RGB), "JPEG", {"icc_profile": linear_profile()}),
    "PNG": lambda: (Image.fromarray(RGB), "PNG", {}),
    "grey PNG": lambda: (Image.fromarray(RGB[..., 0]), "PNG", {}),
    "deep grey": lambda: (Image.fromarray(RGB[..., 0].astype(np.uint16) * 257), "PNG", {}),
    "alpha": lambda: (Image.fromarray(np.dstack([RGB, ALPHA])), "PNG", {}),
    "grey with alpha": lambda: (Image.fromarray(np.dstack([RGB[..., 0], ALPHA])), "PNG", {}),
    "palette": lambda: (Image.fromarray(RGB).quantize(64), "PNG", {}),
    "black and white": lambda: (Image.fromarray(RGB[..., 0]).convert("1"), "PNG", {}),
    "transparent colour": lambda: (Image.fromarray(RGB), "PNG", {"transparency": (9, 9, 9)}),
}


def saved(folder: Path, name: str, **more: Any) -> Path:
    image, kind, options = IMAGES[name]()
    path = folder / f"photo.{kind.lower()}"
    image.save(path, kind, **options, **more)
    return path


@pytest.mark.parametrize("name", IMAGES)
def test_regions_show_what_is_read_into_memory(name: str, tmp_path: Path) -> None:
    path = saved(tmp_path, name)
    source = open_source(path)
    parts: list[float] = []
    reader = regions_of(path, progress=parts.append)
    assert reader.kind == kind_of(path)
    # The levels that can be averaged in a moment are not stored.
    assert reader.sizes == ((700, 555), (88, 70), (44, 35))
    assert np.abs(regions_on_white(whole_of(reader)).astype(int) - on_white(source)).max() <= 1
    for own, k in ((1, 3), (2, 4)):
        found = regions_on_white(whole_of(reader, own)).astype(int)
        assert np.abs(found - on_white(source, k)).max() <= 2
    assert reader.facts.notices == source.notices
    assert reader.facts.alpha == (source.alpha is not None)
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    reader.close()


@pytest.mark.parametrize("orientation", [3, 6, 7])
def test_regions_are_upright(orientation: int, tmp_path: Path) -> None:
    path = saved(tmp_path, "JPEG", exif=exif_block("<", orientation), dpi=(300, 150))
    reader, source = regions_of(path), open_source(path)
    assert reader.sizes[0] == (source.width, source.height)
    assert np.abs(regions_on_white(whole_of(reader)).astype(int) - on_white(source)).max() <= 1
    assert reader.facts.exif == source.exif
    assert reader.facts.resolution == source.resolution
    reader.close()


@pytest.mark.parametrize(
    ("name", "options"), [("JPEG", {"progressive": True}), ("PNG", {"interlace": 1})]
)
def test_what_must_be_in_memory_as_a_whole_is_left_to_that_reader(
    name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    path = saved(tmp_path, name, **options)
    if name == "PNG":  # Pillow writes none
        pyvips = pytest.importorskip("pyvips")
        pyvips.Image.new_from_array(RGB).pngsave(str(path), interlace=True)
    request = RegionRequest(path, kind_of(path), path.name, large=0, huge=0)
    assert open_regions(request) is None


def test_without_libvips_it_is_left_to_that_reader(tmp_path: Path, packages: Packages) -> None:
    packages.hide("pyvips")
    path = saved(tmp_path, "JPEG")
    assert open_regions(RegionRequest(path, "JPEG", path.name, large=0, huge=0)) is None


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_a_file_that_ends_early_gives_a_sentence(name: str, tmp_path: Path) -> None:
    path = saved(tmp_path, name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadInput, match=r"photo\.\w+ is damaged or incomplete"):
        regions_of(path)


def test_opening_stops_between_stripes(tmp_path: Path) -> None:
    path, parts = saved(tmp_path, "PNG"), list[float]()
    with pytest.raises(Cancelled):
        regions_of(path, progress=parts.append, cancelled=lambda: bool(parts))
    assert len(parts) == 1


def test_a_full_disk_is_noticed_before_anything_is_written(tmp_path: Path, room: Room) -> None:
    room.on_disk(10**6)
    with pytest.raises(Failure, match=r"photo\.png needs .* on the disk .* are free"):
        regions_of(saved(tmp_path, "PNG"))


def test_the_copy_leaves_nothing_in_the_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZVIEWER_CACHE", str(tmp_path / "cache"))
    reader = regions_of(saved(tmp_path, "PNG"))
    reader.close()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_folder_that_cannot_be_written_gives_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    monkeypatch.setenv("COZVIEWER_CACHE", str(blocked))
    with pytest.raises(Failure, match="cache folder, which failed"):
        regions_of(saved(tmp_path, "PNG"))


def test_small_images_are_read_into_memory(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(RGB).save(file, "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(file.getvalue())
    assert open_regions(RegionRequest(path, "PNG", path.name)) is None
    assert open_source(path).levels.in_memory
