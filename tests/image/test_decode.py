"""Upright pixels from every format, whatever way the camera was held."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from cozviewer.image.colours import colour
from cozviewer.image.exif import upright
from cozviewer.image.source import open_source
from cozviewer.util.errors import Cancelled
from tests.image.strips import read_in_strips
from tests.pyramid.images import EVERY_FORMAT, encoded, exif_block, noise, png_chunk, smooth


@pytest.fixture(autouse=True)
def _many_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images as small as those here are decoded in several strips, the last one shorter."""
    read_in_strips(monkeypatch)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_lossless_formats_give_the_very_pixels(tmp_path: Path, kind: str) -> None:
    rgb = noise(61, 43)
    path = tmp_path / "picture"
    path.write_bytes(encoded(rgb, kind))
    np.testing.assert_array_equal(open_source(path).levels[0], rgb)


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_every_format_gives_the_image(tmp_path: Path, kind: str) -> None:
    rgb = smooth(100, 70)
    path = tmp_path / "picture"
    path.write_bytes(encoded(rgb, kind))
    pixels = open_source(path).levels[0]
    assert pixels.shape == rgb.shape
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - rgb).mean() < (9 if kind == "GIF" else 3)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_turned_photo_stands_upright(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(61, 43), "PNG", exif=exif_block("<", turn)))
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    source = open_source(path)
    np.testing.assert_array_equal(source.levels[0], expected)
    assert (source.width, source.height) == ((43, 61) if turn >= 5 else (61, 43))
    assert source.exif == exif_block("<", 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "AVIF"])
def test_every_format_with_exif_is_turned_once(tmp_path: Path, kind: str) -> None:
    rgb = smooth(80, 48)
    path = tmp_path / "photo"
    path.write_bytes(encoded(rgb, kind, exif=exif_block(">", 6)))
    source = open_source(path)
    expected = np.rot90(rgb, -1)
    assert source.levels[0].shape == expected.shape
    assert np.abs(source.levels[0].astype(int) - expected).mean() < 3

    assert source.exif is not None
    tags = Image.Exif()
    tags.load(source.exif)
    assert tags.get(0x010F) == "Testcam"
    assert tags.get(0x0112, 1) == 1


def test_a_tiffs_exif_describes_the_photo_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    path.write_bytes(encoded(noise(20, 10), "TIFF", exif=exif_block("<", 1)))
    exif = open_source(path).exif
    assert exif is not None
    tags = Image.Exif()
    tags.load(exif)
    assert dict(tags) == {0x010F: "Testcam"}


def test_imagemagicks_old_png_exif(tmp_path: Path) -> None:
    block = exif_block("<", 3)
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    content = encoded(noise(9, 5), "PNG")
    chunk = png_chunk(b"tEXt", b"Raw profile type exif\0" + text)
    path = tmp_path / "photo.png"
    path.write_bytes(content[:33] + chunk + content[33:])
    source = open_source(path)
    np.testing.assert_array_equal(source.levels[0], noise(9, 5)[::-1, ::-1])
    assert source.exif == upright(block)


def test_broken_exif_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(smooth(16, 8), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))
    source = open_source(path)
    assert (source.width, source.height, source.exif) == (16, 8, None)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WebP", "TIFF", "AVIF"])
def test_of_several_frames_the_first_is_taken(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue")]
    path = tmp_path / "frames"
    frames[0].save(path, kind.upper(), save_all=True, append_images=frames[1:], duration=50)
    red, green, blue = open_source(path).levels[0].reshape(-1, 3).mean(axis=0)
    assert red > 245
    assert green < 10
    assert blue < 10


def test_a_single_pixel(tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(encoded(noise(1, 1), "PNG"))
    np.testing.assert_array_equal(open_source(path).levels[0], noise(1, 1))


def test_cancelled_between_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(noise(100, 100), "PNG"))
    converted = 0
    whole = colour.converter

    def counted(*args: object) -> object:
        convert = whole(*args)  # type: ignore[arg-type]

        def one(strip: Image.Image) -> object:
            nonlocal converted
            converted += 1
            return convert(strip)

        return one

    monkeypatch.setattr(colour, "converter", counted)
    with pytest.raises(Cancelled):
        open_source(path, cancelled=lambda: converted == 3)
    assert converted == 3
