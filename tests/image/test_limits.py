"""A file that claims to be huge is asked about before a pixel is decoded."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cozviewer.image import limits
from cozviewer.image.reading import opened
from cozviewer.image.source import open_source, preview
from cozviewer.util.errors import BadInput, HugeImage
from tests.decoder import decode_by
from tests.image.strips import read_in_strips
from tests.packages import Packages
from tests.pyramid.images import encoded, noise, png_of_size
from tests.room import Room

GIGABYTE = 10**9

POINTER = 8
"""Bytes that Pillow keeps for every row."""


@pytest.fixture
def _no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(_: object) -> None:
        raise AssertionError("a pixel was decoded")

    decode_by(monkeypatch, decoded)


@pytest.mark.usefixtures("_no_decoding")
def test_a_bomb_is_asked_about(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(60_000, 50_000, interlaced=True))
    with pytest.raises(HugeImage, match=r"bomb\.png") as caught:
        open_source(bomb)
    sentence = str(caught.value)
    assert "60000 x 50000" in sentence
    assert "3000 megapixels" in sentence
    assert "21.0 GB" in sentence
    assert "--allow-huge" in sentence
    assert (caught.value.width, caught.value.height) == (60_000, 50_000)


def test_a_bomb_that_can_be_read_row_by_row_ends_where_its_bytes_do(tmp_path: Path) -> None:
    pytest.importorskip("pyvips")
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(30_000, 20_000))
    with pytest.raises(BadInput, match=r"bomb\.png is damaged or incomplete"):
        open_source(bomb)


@pytest.mark.usefixtures("_no_decoding")
@pytest.mark.parametrize("interlaced", [True, False])
def test_without_libvips_its_name_is_said(
    tmp_path: Path, packages: Packages, interlaced: bool
) -> None:
    packages.hide("pyvips")
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(60_000, 50_000, interlaced=interlaced))
    with pytest.raises(HugeImage, match="--allow-huge") as caught:
        open_source(bomb)
    # An interlaced image has to be in memory as a whole anyway.
    assert ("pip install 'cozviewer[huge]'" in str(caught.value)) is not interlaced


@pytest.mark.usefixtures("_no_decoding")
def test_what_cannot_fit_is_refused_even_after_a_yes(tmp_path: Path, room: Room) -> None:
    room.in_memory(20 * GIGABYTE)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(60_000, 50_000, interlaced=True))
    with pytest.raises(BadInput, match=r"21\.0 GB of memory to open, of which 20\.0 GB") as caught:
        open_source(bomb, allow_huge=True)
    assert not isinstance(caught.value, HugeImage)


@pytest.mark.usefixtures("_no_decoding")
def test_a_small_machine_refuses_what_others_open(tmp_path: Path, room: Room) -> None:
    room.in_memory(GIGABYTE)
    large = tmp_path / "large.png"
    large.write_bytes(png_of_size(20_000, 15_000))
    with pytest.raises(BadInput, match=r"2\.1 GB"):
        open_source(large)


@pytest.mark.usefixtures("_no_decoding")
@pytest.mark.parametrize("allow_huge", [False, True])
def test_too_many_rows_are_refused(tmp_path: Path, allow_huge: bool) -> None:
    path = tmp_path / "tall.png"
    path.write_bytes(png_of_size(1, 300_000_000, 1, 0))
    with pytest.raises(BadInput, match=r"tall\.png is 300000000 pixels high, which") as caught:
        open_source(path, allow_huge=allow_huge)
    assert not isinstance(caught.value, HugeImage)


def test_exactly_300_megapixels_need_no_yes(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png_of_size(20_000, 15_000))
    with pytest.raises(BadInput, match="incomplete"):  # so it was decoded
        open_source(large)


def test_a_yes_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HUGE", 100)
    path = tmp_path / "huge.png"
    path.write_bytes(encoded(noise(11, 10), "PNG"))
    with pytest.raises(HugeImage):
        open_source(path)
    assert open_source(path, allow_huge=True).width == 11


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "BMP", "GIF", "AVIF"])
def test_pillows_own_limit_neither_stops_nor_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Pillow would refuse 179 megapixels, and warn of half of that, for the whole process."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    read_in_strips(monkeypatch)  # of which Pillow may ask the same
    path = tmp_path / "large"
    path.write_bytes(encoded(noise(300, 200), kind))
    assert open_source(path).width == 300
    assert Image.MAX_IMAGE_PIXELS == 1000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(path).load()


@pytest.mark.parametrize(
    ("kind", "options", "per_pixel", "more"),
    [
        ("PNG", {}, 7, 0),
        ("JPEG", {}, 7, 0),
        ("JPEG", {"progressive": True}, 10, 400),  # a row
        ("WebP", {}, 16, 400),
        ("AVIF", {}, 14, 400),
        ("GIF", {}, 4, 0),
        ("BMP", {}, 7, 0),
        ("TIFF", {}, 7, 0),
        ("TIFF", {"tiffinfo": {274: 3}}, 8, 800 + 800),  # turned by copying; two rows
        ("TIFF", {"compression": "tiff_lzw", "tiffinfo": {278: 100}}, 8, 0),  # one strip
    ],
)
def test_memory_needed(
    tmp_path: Path,
    room: Room,
    kind: str,
    options: dict[str, Any],
    per_pixel: int,
    more: int,
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(noise(100, 100), kind, **options))
    needed = 10_000 * per_pixel + 100 * POINTER + more
    if kind in ("WebP", "AVIF") or "compression" in options:
        needed += path.stat().st_size  # which is read as a whole
    room.in_memory(needed - 1)
    with pytest.raises(BadInput, match="of memory to open"):
        open_source(path)
    room.in_memory(needed)
    assert isinstance(open_source(path).levels[0], np.ndarray)


@pytest.mark.usefixtures("_no_decoding")
def test_no_preview_of_what_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.jpg"
    path.write_bytes(encoded(noise(1100, 10), "JPEG"))
    monkeypatch.setattr("cozviewer.image.source.HUGE", 10_999)
    assert preview(path) is None


@pytest.mark.parametrize(
    ("depth", "colour", "width", "height", "needed"),
    [
        # A row of one bit a pixel: all overviews together are as large as level 0.
        (1, 0, 300_000_000, 1, 1_800_000_000 - 3 * 512),
        # A column: 8 bytes of every row are a pointer.
        (1, 0, 1, 300_000_000, 300_000_000 * (8 + 1 + 3)),
        (8, 2, 1, 300_000_000, 300_000_000 * (8 + 4 + 3)),
        # A row of colours: with the row before, as it is filtered.
        (8, 2, 300_000_000, 1, 300_000_000 * (4 + 2 * 4) + 8),
        (16, 2, 100_000_000, 3, 300_000_000 * 4 + 100_000_000 * 2 * 8 + 24),
        (8, 2, 20_000, 15_000, 300_000_000 * 7 + 15_000 * 8),
        (8, 0, 20_000, 15_000, 300_000_000 * 4 + 15_000 * 8),
    ],
)
@pytest.mark.usefixtures("_no_decoding")
def test_memory_needed_for_extreme_shapes(
    tmp_path: Path, depth: int, colour: int, width: int, height: int, needed: int
) -> None:
    path = tmp_path / "thin.png"
    path.write_bytes(png_of_size(width, height, depth, colour))
    with opened(path) as (kind, image):
        assert limits.memory_needed(kind, image) == pytest.approx(needed, abs=2000)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("mode", "size", "kind"),
    [
        ("1", (12_000_000, 1), "PNG"),
        ("1", (1, 4_000_000), "PNG"),
        ("L", (4_000_000, 1), "PNG"),
        ("RGB", (3_000_000, 1), "PNG"),
        ("RGB", (1, 4_000_000), "TIFF"),
        ("RGB", (4_000_000, 1), "TIFF"),
        ("L", (3_000, 3_000), "BMP"),
    ],
)
def test_no_more_memory_is_used_than_was_promised(
    tmp_path: Path, mode: str, size: tuple[int, int], kind: str
) -> None:
    """The peak of a process that opens the image and does nothing else."""
    path = tmp_path / "thin"
    content = np.random.default_rng(0).bytes(BYTES[mode](*size))
    Image.frombytes(mode, size, content).save(path, kind, compress_level=1)
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True
    )
    needed, used = map(int, ended.stdout.split())
    assert used < needed + WORKING
    assert needed < 2 * used


BYTES = {
    "1": lambda width, height: -(-width // 8) * height,
    "L": lambda width, height: width * height,
    "RGB": lambda width, height: 3 * width * height,
}
"""Of the pixels of an image, by its mode."""

WORKING = 20_000_000
"""Bytes at hand for pieces of an image, whatever its size."""

MEASURE = """
import sys
from pathlib import Path
from cozviewer.image.limits import memory_needed
from cozviewer.image.reading import opened
from cozviewer.image.source import open_source

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

path = Path(sys.argv[1])
with opened(path) as (kind, image):
    needed = memory_needed(kind, image)
before = kilobytes("VmRSS")
source = open_source(path)
print(needed, 1024 * (kilobytes("VmHWM") - before))
"""
