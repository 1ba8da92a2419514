"""Huge TIFFs: regions show what the reader into memory shows, whatever the kind of file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source, source_from_pixels
from cozviewer.image.tiff.pages import pages_of, smaller_versions
from cozviewer.image.tiled import opening
from cozviewer.image.tiled.protocol import LARGE, RegionRequest
from cozviewer.image.tiled.segment_cache import SegmentCache
from cozviewer.image.tiled.tiff import TiffRegions
from cozviewer.image.tiled.tiff_pixels import TiffPixels
from cozviewer.util.errors import BadInput, MissingLibrary
from tests.image.colours.test_colour import linear_profile
from tests.image.on_white import on_white, regions_on_white
from tests.image.tiled.giant import JPEG, giant_tiff, tile_at
from tests.image.tiled.opened import regions_of, whole_of
from tests.packages import Packages
from tests.pyramid.images import smooth
from tests.pyramid.pyramids import noise

RGB = smooth(301, 233)
TILE_BYTES = 256 * 256 * 3
GREY = RGB[..., 0]
TILES: dict[str, Any] = {"tile": (64, 48)}


def deep(values: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return values.astype(np.uint16) * 257


def grey(values: NDArray[np.uint8]) -> Rgb8:
    return np.repeat(values[..., None], 3, axis=2)


ALPHA = np.full(GREY.shape, 255, np.uint8)
ALPHA[50:90, 60:200] = 0

KINDS: dict[str, tuple[NDArray[Any], dict[str, Any]]] = {
    "tiles": (RGB, TILES),
    "tiles of one size": (RGB, {"tile": (16, 16)}),
    "tiles as large as the picture": (RGB, {"tile": (240, 304)}),
    "Deflate": (RGB, TILES | {"compression": "zlib", "predictor": True}),
    "LZW": (RGB, TILES | {"compression": "lzw"}),
    "Zstandard": (RGB, TILES | {"compression": "zstd"}),
    "grey": (GREY, TILES),
    "white is zero": (GREY, TILES | {"photometric": "miniswhite"}),
    "deep grey": (deep(GREY), TILES),
    "deep colours": (deep(RGB), TILES | {"photometric": "rgb"}),
    "planes": (RGB.transpose(2, 0, 1), TILES | {"photometric": "rgb", "planarconfig": "separate"}),
    "floats": ((RGB / 255).astype(np.float32), TILES | {"photometric": "rgb"}),
    "big endian": (deep(RGB), TILES | {"photometric": "rgb", "byteorder": ">"}),
    "alpha": (np.dstack([RGB, ALPHA]), TILES | {"extrasamples": ["unassalpha"]}),
    "strips": (RGB, {"rowsperstrip": 7}),
    "one strip": (RGB, {"rowsperstrip": 233}),
    "deep strips of the other byte order": (deep(GREY), {"rowsperstrip": 5, "byteorder": ">"}),
    "packed strips": (RGB, {"rowsperstrip": 16, "compression": "zlib"}),
    "packed planes in strips": (
        RGB.transpose(2, 0, 1),
        {
            "rowsperstrip": 16,
            "compression": "zlib",
            "photometric": "rgb",
            "planarconfig": "separate",
        },
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_regions_show_what_is_read_into_memory(name: str, tmp_path: Path) -> None:
    values, options = KINDS[name]
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, values, bigtiff=True, **options)
    reader, source = regions_of(path), open_source(path)
    assert reader.kind == "TIFF"
    assert reader.sizes[0] == (source.width, source.height) == (301, 233)
    difference = np.abs(regions_on_white(whole_of(reader)).astype(int) - on_white(source))
    assert difference.max() <= (1 if "deep" in name else 0)  # Pillow keeps the upper byte
    assert reader.facts.notices == source.notices
    assert reader.facts.alpha == (source.alpha is not None)
    reader.close()


def test_jpeg_tiles_are_those_in_memory(tmp_path: Path) -> None:
    path = giant_tiff(tmp_path / "scan.tif", 900, 700, reduced=False, compression=JPEG)
    reader = regions_of(path)
    assert np.abs(whole_of(reader).astype(int) - open_source(path).levels[0]).max() <= 2
    reader.close()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", [TILES, {"rowsperstrip": 9}, {"compression": "zlib"}])
def test_regions_are_upright(orientation: int, options: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(
        path,
        RGB,
        extratags=[(274, 3, 1, orientation, True)],
        resolution=(20_000, 10_000),  # of a microscope
        resolutionunit=3,
        **options,
    )
    reader, source = regions_of(path), open_source(path)
    assert reader.sizes[0] == (source.width, source.height)
    np.testing.assert_array_equal(whole_of(reader), on_white(source))
    assert reader.facts.resolution == source.resolution
    assert reader.facts.subject == source.subject
    assert source.subject.field == "microscopy"
    reader.close()


def halves(image: Rgb8, count: int) -> list[Rgb8]:
    return list(source_from_pixels(image, "").levels)[:count]


def pyramid_in_subdirectories(path: Path, levels: list[Rgb8]) -> None:
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        file.write(levels[0], subifds=len(levels) - 1, **TILES)
        for level in levels[1:]:
            file.write(level, subfiletype=1, **TILES)


def pyramid_in_pages(path: Path, levels: list[Rgb8]) -> None:
    with tifffile.TiffWriter(path) as file:
        for k, level in enumerate(levels):
            file.write(level, subfiletype=int(k > 0), metadata=None, **TILES)


def pyramid_without_marks(path: Path, levels: list[Rgb8]) -> None:
    with tifffile.TiffWriter(path) as file:
        for level in levels:
            file.write(level, metadata=None, **TILES)


@pytest.mark.parametrize(
    "write", [pyramid_in_subdirectories, pyramid_in_pages, pyramid_without_marks]
)
def test_smaller_versions_are_found_and_are_no_pages(write: Any, tmp_path: Path) -> None:
    path, levels = tmp_path / "scan.tif", halves(noise(701, 455), 4)
    write(path, levels)
    reader = regions_of(path)
    assert reader.facts.pages == 1
    assert reader.sizes == ((701, 455), (351, 228), (176, 114), (88, 57))
    for k, level in enumerate(levels):
        np.testing.assert_array_equal(whole_of(reader, k), level)
    reader.close()


def test_what_is_no_smaller_version_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    whole, half = noise(700, 450), noise(350, 225, seed=1)
    with tifffile.TiffWriter(path) as file:
        file.write(whole, metadata=None, **TILES)
        file.write(half[..., 0], subfiletype=1, metadata=None, **TILES)  # grey
        file.write(noise(300, 300), subfiletype=1, metadata=None, **TILES)  # another shape
        file.write(half[..., 0] > 99, subfiletype=4, metadata=None, **TILES)  # a mask
        file.write(noise(640, 411), subfiletype=1, metadata=None, **TILES)  # not much smaller
    reader = regions_of(path)
    assert reader.sizes == ((700, 450),)
    reader.close()


def test_a_page_is_read_with_its_own_smaller_versions(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    pages = [halves(noise(400, 300, seed), 3) for seed in range(2)]
    with tifffile.TiffWriter(path) as file:
        for levels in pages:
            for k, level in enumerate(levels):
                file.write(level, subfiletype=int(k > 0), metadata=None, **TILES)
    for number, levels in enumerate(pages, 1):
        reader = regions_of(path, number)
        assert (reader.facts.page, reader.facts.pages) == (number, 2)
        for k, level in enumerate(levels):
            np.testing.assert_array_equal(whole_of(reader, k), level)
        reader.close()


@pytest.mark.parametrize("compression", [1, JPEG])
def test_a_file_of_ten_gigapixels_opens_and_shows_any_place(
    compression: int, tmp_path: Path
) -> None:
    source = open_source(giant_tiff(tmp_path / "slide.tif", compression=compression))
    assert (source.width, source.height) == (100_000, 100_000)
    assert source.coarsest == -11
    assert not source.levels.in_memory
    for level, col, row in ((0, 0, 0), (0, 390, 390), (0, 201, 77), (3, 24, 31), (7, 2, 1)):
        size = source.levels.size(level)
        there = Rect(256 * col, 256 * row, 256, 256).intersected(Rect(0, 0, *size))
        expected = tile_at(level, col, row)[: there.height, : there.width]
        difference = np.abs(source.pixels(-level, there).astype(int) - expected)
        assert difference.max() <= (0 if compression == 1 else 24)
    assert source.pixels(0, Rect(99_999, 99_999, 1, 1)).shape == (1, 1, 3)


def test_small_files_and_those_without_smaller_versions_are_read_into_memory(
    tmp_path: Path,
) -> None:
    path = giant_tiff(tmp_path / "large.tif", 12_000, 10_000, reduced=False)
    assert opening.open_regions(RegionRequest(path, "TIFF", path.name)) is None
    giant_tiff(path, 9_000, 11_000)
    assert LARGE > 9_000 * 11_000
    assert opening.open_regions(RegionRequest(path, "TIFF", path.name)) is None
    giant_tiff(path, 12_000, 10_000)
    reader = opening.open_regions(RegionRequest(path, "TIFF", path.name))
    assert reader is not None
    reader.close()
    missing_page = RegionRequest(path, "TIFF", path.name, page=3)
    assert opening.open_regions(missing_page) is None


def test_a_tile_that_is_not_in_the_file_is_black(tmp_path: Path) -> None:
    path = tmp_path / "sparse.tif"
    tifffile.imwrite(path, np.full((300, 400, 3), 77, np.uint8), **TILES)
    with tifffile.TiffFile(path, mode="r+") as file:
        offsets, counts = (file.pages.first.tags[code] for code in (324, 325))
        offsets.overwrite([0, *offsets.value[1:]])
        counts.overwrite([0, *counts.value[1:]])
    reader = regions_of(path)
    whole = whole_of(reader)
    assert not whole[:64, :48].any()
    assert (whole[64:] == 77).all()
    assert (whole[:64, 48:] == 77).all()
    reader.close()


def test_a_damaged_tile_gives_a_sentence_and_others_are_shown(tmp_path: Path) -> None:
    path = giant_tiff(tmp_path / "slide.tif", 40_000, 20_000, compression=JPEG)
    source = open_source(path)
    bad = Rect(256 * 80, 256 * 43, 64, 64)
    content = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        page = file.pages.first
        at = page.dataoffsets[43 * 157 + 80]
    content[at : at + 2000] = bytes(2000)
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"slide\.tif cannot be read"):
        source.pixels(0, bad)
    assert source.pixels(0, bad.moved(256, 0)).shape == (64, 64, 3)


def test_a_file_that_ends_early_gives_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "slide.tif"
    tifffile.imwrite(path, RGB, rowsperstrip=4)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 20_000])
    reader = regions_of(path)
    assert reader.read(0, Rect(0, 0, 301, 20)).shape == (20, 301, 3)
    with pytest.raises(ValueError, match="ends early"):
        reader.read(0, Rect(0, 200, 301, 20))
    reader.close()


def test_packed_tiles_without_the_package_name_the_command_that_installs_it(
    tmp_path: Path, packages: Packages
) -> None:
    path = giant_tiff(tmp_path / "slide.tif", compression=JPEG)
    packages.hide("imagecodecs")
    with pytest.raises(MissingLibrary, match=r"slide.tif .* JPEG .*pip install 'cozviewer\[scans"):
        open_source(path)
    assert open_source(giant_tiff(path)).width == 100_000


def test_colours_follow_the_profile_unless_it_is_not_to_count(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, RGB, iccprofile=linear_profile(), **TILES)
    reader = regions_of(path)
    np.testing.assert_array_equal(whole_of(reader), open_source(path).levels[0])
    assert (whole_of(reader) != RGB).any()
    assert reader.facts.profile
    reader.close()
    plain = regions_of(path, managed=False)
    np.testing.assert_array_equal(whole_of(plain), RGB)
    plain.close()


def test_what_is_said_about_the_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    Image.fromarray(RGB).save(path, description="A scan")
    reader = regions_of(path)
    facts = reader.facts
    reader.close()
    assert facts.exif is not None
    assert b"A scan" in facts.exif
    assert (facts.colours, facts.bits, facts.alpha) == ("RGB", 8, False)


@contextmanager
def directories(path: Path, kept: SegmentCache) -> Iterator[list[TiffPixels]]:
    with path.open("rb") as file:
        first = pages_of(file)[0]
        found = [first, *smaller_versions(file, first)]
    with tifffile.TiffFile(path) as opened:
        yield [TiffPixels(opened, one.offset, kept) for one in found]


def test_directories_share_one_budget_for_tiles_that_are_read_in_part(tmp_path: Path) -> None:
    path, most = giant_tiff(tmp_path / "slide.tif", 3000, 2000, compression=JPEG), 5 * TILE_BYTES
    kept = SegmentCache(most)
    with directories(path, kept) as levels:
        assert len(levels) == 4
        for level in levels:
            for x in range(0, level.width - 300, 256):
                level.samples(Rect(x + 20, 20, 100, 100))
                assert 0 < kept.bytes <= most


def test_a_tile_is_unpacked_once_for_its_parts_and_not_kept_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, kept = giant_tiff(tmp_path / "slide.tif", 3000, 2000, compression=JPEG), SegmentCache()
    unpacked = list[int]()
    with directories(path, kept) as (level, *_):
        decode = level.page.decode

        def counted(content: bytes, index: int, **tables: Any) -> Any:
            unpacked.append(index)
            return decode(content, index, **tables)

        monkeypatch.setattr(level.page, "decode", counted)
        for x, y in ((256, 256), (2816, 1792)):  # the last one is cut by the edges of the image
            level.samples(Rect(x, y, 256, 256).intersected(Rect(0, 0, 3000, 2000)))
        assert len(unpacked) == 2
        assert kept.bytes == 0
        for x in range(0, 256, 64):
            level.samples(Rect(x, 0, 64, 64))
    assert len(unpacked) == 3
    assert kept.bytes == TILE_BYTES


def test_where_tiles_are_takes_a_few_bytes_each(tmp_path: Path) -> None:
    path = giant_tiff(tmp_path / "slide.tif", reduced=False)
    with directories(path, SegmentCache()) as (level,):
        assert level.table_bytes == 2 * 8 * 391 * 391
        assert len(level.page.dataoffsets) == len(level.page.databytecounts) == 0
        assert not {324, 325} & set(level.page.tags.keys())
        np.testing.assert_array_equal(level.samples(Rect(0, 0, 256, 256)), tile_at(0, 0, 0))


def test_the_first_directory_is_not_kept_twice(tmp_path: Path) -> None:
    reader = regions_of(giant_tiff(tmp_path / "slide.tif"))
    assert isinstance(reader, TiffRegions)
    assert len(reader._file._file.pages.first.dataoffsets) == 0
    reader.close()
