"""Large images: in bands through libvips, reopened by readers that have nothing to do with it."""

import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from cozviewer.export.formats import FileOptions
from cozviewer.export.image import check_target, save_image
from cozviewer.export.large import in_bands, save_large
from cozviewer.export.origin import from_xmp, read_origin
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.export.banding import write_in_bands
from tests.export.test_origin import ORIGIN
from tests.packages import Packages
from tests.pyramid.images import exif_block, noise, smooth

pytest.importorskip("pyvips")
tifffile = pytest.importorskip("tifffile")

IMAGE = noise(1300, 900)


def bands(picture: Rgb8, rows: int = 256) -> Iterator[Rgb8]:
    for top in range(0, len(picture), rows):
        yield picture[top : top + rows]


def save(path: Path, picture: Rgb8 = IMAGE, exif: bytes | None = None) -> None:
    save_large(
        path,
        picture.shape[1],
        picture.shape[0],
        bands(picture),
        lambda: ORIGIN,
        FileOptions(exif=exif),
    )


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    write_in_bands(monkeypatch)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_it_is_the_image_with_its_origin_profile_and_exif(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"large{suffix}"
    picture = IMAGE if suffix != ".jpg" else smooth(1300, 900)
    save(path, picture, exif_block(">", 1))
    with Image.open(path) as image:
        image.load()
        difference = np.abs(np.asarray(image).astype(int) - picture)
        assert difference.max() == 0 or (suffix == ".jpg" and difference.mean() < 1)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        assert image.info["dpi"] == pytest.approx((72, 72), abs=0.1)
    assert read_origin(path) == ORIGIN
    if suffix != ".tif":
        exif = open_source(path).exif
        assert exif is not None
        assert b"Testcam" in exif
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_prompts_that_do_not_fit_are_cut(tmp_path: Path, suffix: str) -> None:
    path, words = tmp_path / f"large{suffix}", "&" * 8000
    said = replace(ORIGIN, prompt=words, prompts=(words, words))
    save_large(path, 1300, 900, bands(IMAGE), lambda: said)
    read = read_origin(path)
    assert read is not None
    assert read.prompt == "&" * 4000
    assert replace(read, prompt=words, prompts=said.prompts) == said


def test_a_tiff_is_a_tiled_pyramid_with_64_bit_offsets(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    save(path)
    with tifffile.TiffFile(path) as file:
        assert file.is_bigtiff
        page = file.pages[0]
        assert (page.tilewidth, page.tilelength) == (512, 512)
        assert page.compression.name == "ADOBE_DEFLATE"
        file.filehandle.seek(page.dataoffsets[0])
        assert file.filehandle.read(2)[1] >> 6 == 1  # levels 2 to 5 (RFC 1950, FLEVEL)
        assert np.array_equal(page.asarray(), IMAGE)
        assert [(each.imagewidth, each.imagelength) for each in file.pages[1:]] == [
            (650, 450),
            (325, 225),
        ]


def test_a_deep_zoom_holds_every_pixel_in_its_finest_tiles(tmp_path: Path) -> None:
    path = tmp_path / "deep.dzi"
    save(path)
    image = ET.parse(path).getroot()
    size = next(element for element in image if element.tag.endswith("Size"))
    assert (size.attrib["Width"], size.attrib["Height"]) == ("1300", "900")
    side, overlap = int(image.attrib["TileSize"]), int(image.attrib["Overlap"])
    finest = max(
        (tmp_path / "deep_files").glob("*"), key=lambda f: int(f.name) if f.name.isdigit() else -1
    )
    assert finest.name == "11"
    for tile in finest.iterdir():
        column, row = map(int, tile.stem.split("_"))
        left, top = max(0, column * side - overlap), max(0, row * side - overlap)
        pixels = np.asarray(Image.open(tile))
        assert np.array_equal(
            pixels, IMAGE[top : top + pixels.shape[0], left : left + pixels.shape[1]]
        )
    assert sorted(file.name for file in tmp_path.iterdir()) == ["deep.dzi", "deep_files"]


def test_a_deep_zoom_says_where_it_comes_from(tmp_path: Path) -> None:
    save(tmp_path / "deep.dzi")
    assert from_xmp((tmp_path / "deep_files" / "origin.xmp").read_bytes()) == ORIGIN


def test_a_deep_zoom_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "deep.dzi"
    save(path, noise(3000, 100))
    save(path)
    assert not (tmp_path / "deep_files" / "12").exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["deep.dzi", "deep_files"]


def test_small_images_stay_with_pillow(tmp_path: Path) -> None:
    assert not in_bands(tmp_path / "a.png", 8000, 8000)
    assert in_bands(tmp_path / "a.png", 8000, 8001)
    assert in_bands(tmp_path / "a.dzi", 10, 10)
    assert not in_bands(tmp_path / "a.webp", 16000, 16000)


def test_saving_an_image_takes_this_way_by_itself(tmp_path: Path, small_is_large: None) -> None:
    path = tmp_path / "a.tif"
    save_image(path, IMAGE, ORIGIN)
    with tifffile.TiffFile(path) as file:
        assert file.is_bigtiff


def test_without_the_library_what_fits_into_memory_is_saved_all_the_same(
    tmp_path: Path, small_is_large: None, packages: Packages
) -> None:
    packages.hide("pyvips")
    path = tmp_path / "a.tif"
    save_image(path, IMAGE, ORIGIN)
    assert np.array_equal(np.asarray(Image.open(path)), IMAGE)
    for name, side in (("a.tif", 30_000), ("a.dzi", 10)):
        with pytest.raises(BadInput, match=r"run `pip install 'cozviewer\[huge\]'`"):
            check_target(tmp_path / name, side, side)


@pytest.mark.parametrize("name", ["old.png", "old.dzi"])
def test_when_stopped_the_old_file_stays_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"old")
    asked: list[None] = []

    def stopped() -> bool:
        asked.append(None)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        save_large(path, 1300, 900, bands(IMAGE, 8), lambda: ORIGIN, cancelled=stopped)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_an_error_among_the_pixels_comes_out_as_it_is(tmp_path: Path) -> None:
    def failing() -> Iterator[Rgb8]:
        yield IMAGE[:100]
        raise Failure("The device failed.")

    with pytest.raises(Failure, match=r"^The device failed\.$"):
        save_large(tmp_path / "a.png", 1300, 900, failing(), lambda: ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_too_few_bands_make_no_file(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"^a\.png was not saved"):
        save_large(tmp_path / "a.png", 1300, 900, bands(IMAGE[:500]), lambda: ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A limit on the size of files stands for the end of the disk."""
    pytest.importorskip("resource")
    code = f"""
import resource, signal
from pathlib import Path
from tests.export.test_large import save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
save(Path({str(tmp_path / "a.png")!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "Failure: a.png was not saved" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_deep_zoom_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "a.dzi", IMAGE[:300])
    before = sorted(tmp_path.rglob("*"))
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name.endswith("_files") and target.name == "a_files":
            raise PermissionError
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(Failure, match="was not saved"):
        save(tmp_path / "a.dzi")
    assert sorted(tmp_path.rglob("*")) == before
