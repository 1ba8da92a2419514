"""The alpha of each format that has some, pixel for pixel."""

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from cozviewer.image.source import Source, open_source

RGB = np.random.default_rng(7).integers(0, 256, (10, 14, 3), np.uint8)
ALPHA = np.linspace(0, 255, 140).astype(np.uint8).reshape(10, 14)
RGBA = np.dstack([RGB, ALPHA])


def opened(tmp_path: Path, content: bytes, name: str = "picture") -> Source:
    path = tmp_path / name
    path.write_bytes(content)
    return open_source(path)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def check(source: Source, rgb: object = RGB, alpha: object = ALPHA) -> None:
    expected, plane = np.asarray(rgb), np.asarray(alpha)
    assert source.alpha is not None
    assert np.array_equal(source.alpha.levels[0], plane)
    seen = plane > 0
    assert np.array_equal(source.levels[0][seen], expected[seen])


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True, "exact": True})],
)
def test_colours_with_alpha(tmp_path: Path, kind: str, options: dict[str, bool]) -> None:
    check(opened(tmp_path, saved(Image.fromarray(RGBA), kind, **options)))


def test_avif(tmp_path: Path) -> None:
    source = opened(
        tmp_path, saved(Image.fromarray(RGBA), "AVIF", quality=100, subsampling="4:4:4")
    )
    assert source.alpha is not None
    assert np.abs(source.alpha.levels[0].astype(int) - ALPHA).max() <= 2
    seen = ALPHA > 64
    assert np.abs(source.levels[0][seen].astype(int) - RGB[seen]).max() <= 6


def test_grey_with_alpha(tmp_path: Path) -> None:
    grey = RGB[..., 0]
    content = saved(Image.fromarray(np.dstack([grey, ALPHA])), "PNG")
    check(opened(tmp_path, content), np.dstack([grey] * 3))


def test_a_palette_with_alpha(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    image.putpalette([200, 0, 0, 0, 0, 200, 0, 90, 0])
    source = opened(tmp_path, saved(image, "PNG", transparency=bytes([128, 0])))
    check(source, [[[200, 0, 0], [0, 0, 0], [0, 90, 0]]], [[128, 0, 255]])


def test_a_transparent_colour_of_a_gif(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([200, 0, 0, 0, 0, 200])
    source = opened(tmp_path, saved(image, "GIF", transparency=0))
    check(source, [[[0, 0, 0], [0, 0, 200]]], [[0, 255]])


def test_extra_samples_of_a_tiff(tmp_path: Path) -> None:
    file = io.BytesIO()
    tifffile.imwrite(file, RGBA, photometric="rgb", extrasamples=["unassalpha"])
    check(opened(tmp_path, file.getvalue()))
    file = io.BytesIO()
    deep = RGBA.astype(np.uint16) * 257
    tifffile.imwrite(file, deep, photometric="rgb", extrasamples=["unassalpha"])
    check(opened(tmp_path, file.getvalue()))


def test_multiplied_samples_of_a_tiff_are_divided(tmp_path: Path) -> None:
    file, share = io.BytesIO(), ALPHA[..., None] / 255
    multiplied = np.dstack([np.rint(RGB * share), ALPHA]).astype(np.uint8)
    tifffile.imwrite(file, multiplied, photometric="rgb", extrasamples=["assocalpha"])
    source = opened(tmp_path, file.getvalue())
    assert source.alpha is not None
    assert np.array_equal(source.alpha.levels[0], ALPHA)
    seen = ALPHA > 100
    assert np.abs(source.levels[0][seen].astype(int) - RGB[seen]).max() <= 2


@pytest.mark.parametrize("turn", range(1, 9))
def test_alpha_is_turned_with_the_colours(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    plain = opened(tmp_path, saved(Image.fromarray(RGB), "PNG", exif=exif.tobytes()))
    source = opened(tmp_path, saved(Image.fromarray(RGBA), "PNG", exif=exif.tobytes()))
    three = opened(
        tmp_path, saved(Image.fromarray(np.dstack([ALPHA] * 3)), "PNG", exif=exif.tobytes())
    )
    check(source, plain.levels[0], three.levels[0][..., 0])
