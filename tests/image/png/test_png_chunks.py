"""A PNG opens whatever its metadata is like, and what of it is whole is read."""

import io
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cozviewer.image.png.png_chunks import _Without, without_broken_metadata
from cozviewer.image.reading import opened
from cozviewer.image.source import open_source
from tests.pyramid.images import encoded, png_chunk, smooth

IMAGE = smooth(20, 10)
PLAIN = encoded(IMAGE, "PNG")
AFTER_HEADER, BEFORE_END = 33, len(PLAIN) - 12

LARGE = zlib.compress(b"a" * 3_000_000)

CHUNKS: dict[str, Callable[[], bytes]] = {
    "a long packed text": lambda: png_chunk(b"zTXt", b"k\0\0" + LARGE),
    "a long international text": lambda: png_chunk(b"iTXt", b"k\0\1\0\0\0" + LARGE),
    "a long XMP packet": lambda: png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LARGE),
    "a long text": lambda: png_chunk(b"tEXt", b"a\0" + b"b" * 70_000_000),
    "many texts": lambda: png_chunk(b"tEXt", b"a\0" + b"b" * 900_000) * 80,
    "text packed otherwise": lambda: png_chunk(b"zTXt", b"k\0\5" + LARGE),
    "text that is not packed": lambda: png_chunk(b"zTXt", b"k\0\0nonsense"),
    "a long profile": lambda: png_chunk(b"iCCP", b"k\0\0" + LARGE),
    "a profile packed otherwise": lambda: png_chunk(b"iCCP", b"k\0\7" + LARGE),
    "a profile without content": lambda: png_chunk(b"iCCP", b"k"),
    "a wrong checksum": lambda: png_chunk(b"tEXt", b"a\0text")[:-4] + b"1234",
    **{
        f"an empty {name}": lambda name=name: png_chunk(name.encode(), b"")  # type: ignore[misc]
        for name in (
            *("zTXt", "iTXt", "tEXt", "iCCP", "eXIf", "tRNS", "pHYs", "gAMA", "cHRM", "sRGB"),
            *("acTL", "fcTL", "fdAT", "tIME", "abCd"),
        )
    },
    "odd chromaticities": lambda: png_chunk(b"cHRM", bytes(33)),
}
"""Made when they are needed: some are large."""


@pytest.mark.parametrize("at", [AFTER_HEADER, BEFORE_END])
@pytest.mark.parametrize("name", CHUNKS)
def test_it_opens(tmp_path: Path, name: str, at: int) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(PLAIN[:at] + CHUNKS[name]() + PLAIN[at:])
    np.testing.assert_array_equal(open_source(path).levels[0], IMAGE)


def test_what_is_whole_is_read(tmp_path: Path) -> None:
    told = PngInfo()
    told.add_itxt("XML:com.adobe.xmp", "<x/>", zip=True)
    told.add_text("Title", "A photo", zip=True)
    good = encoded(IMAGE, "PNG", pnginfo=told, icc_profile=b"profile", exif=b"Exif\0\0block")
    path = tmp_path / "photo.png"
    for broken in (b"", CHUNKS["a long text"](), CHUNKS["a wrong checksum"]()):
        path.write_bytes(good[:AFTER_HEADER] + broken + good[AFTER_HEADER:])
        with opened(path) as (_, image):
            assert image.info["XML:com.adobe.xmp"] == "<x/>"
            assert image.info["Title"] == "A photo"
            assert image.info["icc_profile"] == b"profile"
            assert image.info["exif"] == b"Exif\0\0block"


def test_a_good_file_is_passed_on_as_it_is() -> None:
    file: io.BufferedReader = io.BufferedReader(io.BytesIO(PLAIN))
    assert without_broken_metadata(file) is file
    assert file.tell() == 0


def test_a_mutated_ancillary_chunk_never_stops_an_image(tmp_path: Path) -> None:
    chance = random.Random(5)
    path = tmp_path / "photo.png"
    names = [b"zTXt", b"iTXt", b"tEXt", b"iCCP", b"eXIf", b"tRNS", b"pHYs", b"gAMA", b"cHRM"]
    starts = [b"", b"k\0\0", b"k\0\1\0", b"XML:com.adobe.xmp\0\1\0\0\0", b"k\0\0\0en\0k\0"]
    ends = [b"", zlib.compress(b"text"), zlib.compress(b"text")[:-3], b"\xff\xfe", bytes(40)]
    for _ in range(500):
        content = bytearray(chance.choice(starts) + chance.choice(ends))
        for _ in range(chance.randint(0, 3)):
            content[chance.randint(0, len(content)) :] = chance.randbytes(chance.randint(0, 9))
        chunk = png_chunk(chance.choice([*names, b"acTL", b"fcTL", b"sRGB"]), bytes(content))
        at = chance.choice([AFTER_HEADER, BEFORE_END])
        path.write_bytes(PLAIN[:at] + chunk + PLAIN[at:])
        assert open_source(path).width == 20


@given(
    content=st.binary(min_size=30, max_size=80),
    cuts=st.lists(st.integers(1, 29), max_size=6, unique=True),
    sizes=st.lists(st.integers(-1, 50), max_size=8),
    start=st.integers(0, 40),
)
def test_the_view_reads_as_if_the_parts_were_not_there(
    content: bytes, cuts: list[int], sizes: list[int], start: int
) -> None:
    edges = sorted(cuts)[: len(cuts) // 2 * 2]
    left_out = list(zip(edges[::2], edges[1::2], strict=True))
    rest = bytearray(content)
    for first, after in reversed(left_out):
        del rest[first:after]
    view = _Without(io.BufferedReader(io.BytesIO(content)), left_out)
    plain = io.BytesIO(bytes(rest))
    for file in (view, plain):
        file.seek(start)
    for size in sizes:
        assert view.read(size) == plain.read(size)
        assert view.tell() == plain.tell()


def test_a_whole_animation_is_left_to_pillow(tmp_path: Path) -> None:
    """Of a broken one only the image itself remains."""
    file = io.BytesIO()
    frames = [Image.fromarray(smooth(20, 10)[:, ::way]) for way in (1, -1)]
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    whole = file.getvalue()
    path = tmp_path / "photo.png"
    path.write_bytes(whole)
    with opened(path) as (_, image):
        assert getattr(image, "n_frames", 1) == 2
    for broken in (
        whole.replace(b"acTL\0\0\0\2", b"acTL\0\0\0\3"),
        whole.replace(b"fdAT\0\0\0\2", b"fdAT\0\0\0\7"),
        whole.replace(b"fcTL\0\0\0\1", b"fcTL\0\0\0\0"),
    ):
        assert broken != whole
        path.write_bytes(broken)
        np.testing.assert_array_equal(open_source(path).levels[0], IMAGE)
        with opened(path) as (_, image):
            assert getattr(image, "n_frames", 1) == 1
