"""AVIF and HEIC of more than 8 bits a channel: all of them are read."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imagecodecs import avif_encode
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import HeifFile

from cozviewer.image.colours.high_bit_depth import Scale, to_8_bit
from cozviewer.image.formats import format_named
from cozviewer.image.heif_boxes import channel_bits
from cozviewer.image.pixels import Rgb8
from cozviewer.image.readers import heif
from cozviewer.image.readers.heif import deep_bits
from cozviewer.image.source import Source, open_source
from cozviewer.image.tone import Tone, tone_of
from cozviewer.image.toning.shown import samples_of, shown
from cozviewer.util.errors import BadInput
from tests.image.test_colour_signals import (
    ADOBE,
    ADOBE_PROFILE,
    P3,
    PATCHES,
    SRGB,
    check,
    with_numbers,
)
from tests.image.test_colour_signals import heif as heif_of
from tests.pyramid.images import noise

TWELVE = noise(40, 24).astype(np.uint16) * 16 + 7
TEN = TWELVE // 4


def avif(values: NDArray[Any], bits: int) -> bytes:
    """Return a file without loss; the last axis may hold alpha."""
    return bytes(avif_encode(values, level=100, bitspersample=bits, pixelformat="444"))


def heic(*images: NDArray[Any], bits: int = 10, **more: Any) -> bytes:
    """Return a file without loss."""
    several = HeifFile()  # type: ignore[no-untyped-call]
    for values in images:
        height, width, channels = values.shape
        mode = "RGBA;16" if channels == 4 else "RGB;16"
        content = (values.astype(np.uint16) << (16 - bits)).tobytes()
        several.add_frombytes(mode, (width, height), content)
    file = io.BytesIO()
    lossless = {"quality": -1, "chroma": 444, "matrix_coefficients": 0}
    several.save(file, **lossless, **more)
    return file.getvalue()


def opened(tmp_path: Path, content: bytes, **asked: Any) -> Source:
    path = tmp_path / "deep"
    path.write_bytes(content)
    return open_source(path, **asked)


IN_10_BITS = to_8_bit(TEN, Scale(0, 1023))

EXACT: dict[str, Callable[[], tuple[bytes, Rgb8]]] = {
    "10 bits of AVIF": lambda: (avif(TEN, 10), IN_10_BITS),
    "12 bits of AVIF": lambda: (avif(TWELVE, 12), to_8_bit(TWELVE, Scale(0, 4095))),
    "10 bits of HEIC": lambda: (heic(TEN), IN_10_BITS),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_pixels_and_a_tone(tmp_path: Path, name: str) -> None:
    content, expected = EXACT[name]()
    source = opened(tmp_path, content)
    np.testing.assert_array_equal(source.levels[0], expected)
    assert source.notices == source.warnings == ()
    assert source.offered is not None
    assert source.offered.automatic.bands == (1, 2, 3)
    # A window of a few values, which 8 bits would show as two or three.
    toned = opened(tmp_path, content, tone=tone_of("window=20000:22000"))
    assert len(np.unique(toned.levels[0])) > 5


@pytest.mark.parametrize("name", EXACT)
def test_they_are_what_the_readers_of_8_bits_give_less_finely(name: str) -> None:
    content, expected = EXACT[name]()
    plugin = format_named(name[-4:]).plugin
    assert plugin is not None
    with plugin(io.BufferedReader(io.BytesIO(content))) as image:
        assert np.abs(np.asarray(image).astype(int) - expected).max() <= 1


HALF = np.full((24, 40), 512, np.uint16)


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_alpha(tmp_path: Path, kind: str) -> None:
    values = np.dstack([TEN, HALF])
    source = opened(tmp_path, avif(values, 10) if kind == "AVIF" else heic(values))
    np.testing.assert_array_equal(source.levels[0], IN_10_BITS)
    assert source.alpha is not None
    assert set(source.alpha.levels[0].ravel().tolist()) == {128}


PATCHES_10 = (PATCHES.astype(np.uint32) * 1023 // 255).astype(np.uint16)


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_colours_that_numbers_name(tmp_path: Path, kind: str) -> None:
    plain = avif(PATCHES_10, 10) if kind == "AVIF" else heic(PATCHES_10)
    check(opened(tmp_path, with_numbers(plain, 12, 13)), P3, within=2)
    text = "window=2000:60000,bands=3:2:1"
    for tone in (Tone(), tone_of("window=2000:60000"), tone_of(text)):
        preview = shown(samples_of(tmp_path / "deep", None, 1 << 20), tone)
        picture = open_source(tmp_path / "deep", tone=tone).levels[0]
        assert np.abs(preview.astype(int) - picture).max() <= 1


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_what_is_tone_mapped_stays_with_8_bits(
    tmp_path: Path, kind: str, transfer: int, name: str
) -> None:
    plain = avif(PATCHES_10, 10) if kind == "AVIF" else heic(PATCHES_10)
    content = with_numbers(plain, 9, transfer)
    assert deep_bits(kind, content) == 0
    source = opened(tmp_path, content)
    assert f"HDR image ({name})" in source.notices[0]
    assert source.offered is None


def test_a_profile_counts(tmp_path: Path) -> None:
    check(opened(tmp_path, heic(PATCHES_10, icc_profile=ADOBE_PROFILE)), ADOBE, within=2)


@pytest.mark.parametrize("angle", [1, 2, 3])
def test_a_turned_image_is_upright(tmp_path: Path, angle: int) -> None:
    """ISO/IEC 23008-12, 6.5.10: turns by 90 degrees, counterclockwise."""
    plain, expected = EXACT["10 bits of AVIF"]()
    turned = with_property(plain, b"irot", bytes([angle]))
    source = opened(tmp_path, turned)
    np.testing.assert_array_equal(source.levels[0], np.rot90(expected, angle))
    assert (source.width, source.height) == ((24, 40) if angle % 2 else (40, 24))


def with_property(content: bytes, name: bytes, value: bytes) -> bytes:
    """Return a file of one image with another property in place of its code points."""
    changed, start = bytearray(content), content.index(b"colrnclx") - 4
    size = int.from_bytes(content[start : start + 4])
    changed[start + 4 : start + size] = name + value + bytes(size - 8 - len(value))
    associations = content.index(b"ipma") + 4 + 4 + 4 + 2 + 1
    changed[associations + 3] |= 0x80  # readers must follow it
    return bytes(changed)


def test_each_image_of_a_heic(tmp_path: Path) -> None:
    frames = [TEN, TEN[::-1], TEN[:, ::-1]]
    content = heic(*frames)
    for number, frame in enumerate(frames, 1):
        source = opened(tmp_path, content, page=number)
        assert (source.page, source.pages) == (number, 3)
        difference = source.levels[0].astype(int) - to_8_bit(frame, Scale(0, 1023))
        assert np.abs(difference).max() <= min(1, number - 1)  # only the first is without loss
    assert opened(tmp_path, content).page == 1
    with pytest.raises(BadInput, match="deep has no page 4: choose one from 1 to 3"):
        opened(tmp_path, content, page=4)


def test_an_image_of_8_bits_beside_deep_ones(tmp_path: Path) -> None:
    several = HeifFile()  # type: ignore[no-untyped-call]
    several.add_frombytes("RGB;16", (40, 24), (TEN << 6).tobytes())
    several.add_from_pillow(Image.fromarray(PATCHES))
    file = io.BytesIO()
    several.save(file, quality=95, chroma=444)
    check(opened(tmp_path, file.getvalue(), page=2), SRGB, within=4)
    with pytest.raises(BadInput, match="takes no tone"):
        opened(tmp_path, file.getvalue(), page=2, tone=tone_of("window=2000:60000"))


def test_frames_of_avif_stay_with_8_bits() -> None:
    content = avif(TEN, 10)
    assert deep_bits("AVIF", content.replace(b"mif1", b"avis", 1)) == 0


def test_which_have_more_bits() -> None:
    assert channel_bits(avif(TEN, 10)) == (10, 10, 10)
    assert channel_bits(heic(TEN)) == (10, 10, 10)
    assert channel_bits(avif(TEN[..., 0], 10)) == (10,)
    assert [deep_bits("AVIF", avif(TEN[..., 0], 10)), deep_bits("AVIF", heif_of("AVIF"))] == [0, 0]
    deep = avif(TEN, 10)
    for cut in range(0, 400, 3):
        assert deep_bits("AVIF", deep[:cut]) in (0, 10)


@pytest.mark.parametrize("error", [None, ImportError])
def test_without_the_package_8_bits_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception] | None
) -> None:
    def find(name: str) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(heif, "find_spec", find)
    source = opened(tmp_path, avif(TEN, 10))
    assert source.offered is None
    assert np.abs(source.levels[0].astype(int) - IN_10_BITS).max() <= 1
