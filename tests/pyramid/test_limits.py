"""A file that claims to be huge is asked about before a pixel is decoded."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from PIL import Image, ImageFile

from cozviewer.errors import BadInput, HugePicture
from cozviewer.pyramid import decode, limits
from cozviewer.pyramid.source import open_source, preview
from tests.pyramid.pictures import encoded, noise, png_of_size

GIGABYTE = 10**9


@pytest.fixture
def _no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(_: object) -> None:
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)


def with_free_memory(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))


@pytest.mark.usefixtures("_no_decoding")
def test_a_bomb_is_asked_about(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(60_000, 50_000))
    with pytest.raises(HugePicture, match=r"bomb\.png") as caught:
        open_source(bomb)
    sentence = str(caught.value)
    assert "60000 x 50000" in sentence
    assert "3000 megapixels" in sentence
    assert "21.0 GB" in sentence
    assert "--allow-huge" in sentence
    assert (caught.value.width, caught.value.height) == (60_000, 50_000)


@pytest.mark.usefixtures("_no_decoding")
def test_what_cannot_fit_is_refused_even_after_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free_memory(monkeypatch, 20 * GIGABYTE)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(60_000, 50_000))
    with pytest.raises(BadInput, match=r"21\.0 GB of memory to open, of which 20\.0 GB") as caught:
        open_source(bomb, allow_huge=True)
    assert not isinstance(caught.value, HugePicture)


@pytest.mark.usefixtures("_no_decoding")
def test_a_small_machine_refuses_what_others_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_free_memory(monkeypatch, GIGABYTE)
    large = tmp_path / "large.png"
    large.write_bytes(png_of_size(20_000, 15_000))
    with pytest.raises(BadInput, match=r"2\.1 GB"):
        open_source(large)


def test_exactly_300_megapixels_need_no_yes(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png_of_size(20_000, 15_000))
    with pytest.raises(BadInput, match="incomplete"):  # so it was decoded
        open_source(large)


def test_a_yes_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HUGE", 100)
    path = tmp_path / "huge.png"
    path.write_bytes(encoded(noise(11, 10), "PNG"))
    with pytest.raises(HugePicture):
        open_source(path)
    assert open_source(path, allow_huge=True).width == 11


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "BMP", "GIF", "AVIF"])
def test_pillows_own_limit_neither_stops_nor_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Pillow would refuse 179 megapixels, and warn of half of that, for the whole process."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    monkeypatch.setattr(decode, "STRIP_PIXELS", 1000)  # of which Pillow may ask the same
    path = tmp_path / "large"
    path.write_bytes(encoded(noise(300, 200), kind))
    assert open_source(path).width == 300
    assert Image.MAX_IMAGE_PIXELS == 1000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(path).load()


@pytest.mark.parametrize(
    ("kind", "options", "per_pixel"),
    [
        ("PNG", {}, 7),
        ("JPEG", {}, 7),
        ("JPEG", {"progressive": True}, 10),
        ("WebP", {}, 16),
        ("AVIF", {}, 14),
        ("GIF", {}, 4),
    ],
)
def test_memory_needed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    options: dict[str, bool],
    per_pixel: int,
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(noise(100, 100), kind, **options))
    with_free_memory(monkeypatch, 10_000 * per_pixel - 1)
    with pytest.raises(BadInput, match="of memory to open"):
        open_source(path)
    with_free_memory(monkeypatch, 10_000 * per_pixel)
    assert isinstance(open_source(path).levels[0], np.ndarray)


@pytest.mark.usefixtures("_no_decoding")
def test_no_preview_of_what_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.jpg"
    path.write_bytes(encoded(noise(1100, 10), "JPEG"))
    monkeypatch.setattr("cozviewer.pyramid.source.HUGE", 10_999)
    assert preview(path) is None
