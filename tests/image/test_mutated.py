"""Files changed at random: each gives an image or a sentence, and nothing is printed."""

import io
import random
import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_jxl as pillow_jxl
import pytest
from PIL import Image

from cozviewer.image.heif_boxes import kind_of_brands, nclx_colour
from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source
from cozviewer.util.errors import BadInput
from tests.image.rare_files import (
    dicom,
    dng,
    exr,
    fits_file,
    layered_psd,
    pdf,
    psd,
    radiance,
    through_file,
)
from tests.image.readers.test_heif import avif as deep_avif
from tests.image.readers.test_heif import heic as deep_heic
from tests.image.regions.region_files import aperio, dicom_slide, geotiff
from tests.image.test_colour_signals import (
    CHROMATICITIES_P3,
    CICP_P3,
    GAMMA_1,
    ICC,
    exif_of,
    heif,
)
from tests.image.test_frames import animated
from tests.image.tiff.test_kinds import COLOUR, KINDS, LARGE, REDUCED, SENSOR, pages
from tests.mutations import edited, mutated
from tests.pyramid.images import encoded, noise, png, png_chunk, tiff

RGB = noise(20, 16)

FILES = 30
"""How many are made of each seed."""

HDR = png_chunk(b"cICP", bytes([9, 16, 0, 1])) + png_chunk(b"cLLI", struct.pack(">II", 9**7, 9**6))

RARE: dict[str, Callable[[], bytes]] = {
    "camera raw": lambda: dng(noise(64, 48)),
    "JPEG XL": lambda: through_file(
        lambda path: Image.fromarray(RGB).save(path, lossless=True), ".jxl"
    ),
    "JPEG XR": lambda: bytes(imagecodecs.jpegxr_encode(RGB)),
    "deep JPEG 2000": lambda: bytes(
        imagecodecs.jpeg2k_encode(RGB.astype(np.uint16), level=0, codecformat="jp2")
    ),
    "deep AVIF": lambda: deep_avif(RGB.astype(np.uint16) * 4, 10),
    "deep HEIC": lambda: deep_heic(RGB.astype(np.uint16) * 4),
    "deep PSD": lambda: psd(RGB, depth=16),
    "layers": lambda: layered_psd(RGB),
    "Radiance": lambda: radiance(RGB / 255),
    "OpenEXR": lambda: exr(RGB=(RGB / 255).astype(np.float32)),
    "FITS": lambda: fits_file(RGB[..., 0], RGB.astype(np.float32)),
    "DICOM": lambda: dicom(RGB[..., 0], WindowCenter=100, WindowWidth=50),
    "SVG": lambda: (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="16"><defs><linearGradient '
        b'id="a"><stop offset="0"/></linearGradient></defs><path fill="url(#a)" d="M0 0L9 9z"/>'
        b"</svg>"
    ),
    "PDF": lambda: pdf((20, 16), (9, 9)),
    "whole slide": lambda: through_file(lambda path: aperio(Path(path), noise(90, 70)), ".svs"),
    "DICOM slide": lambda: through_file(
        lambda path: dicom_slide(Path(path), noise(90, 70), "2.25.7"), ".dcm"
    ),
    "map": lambda: through_file(
        lambda path: geotiff(Path(path), RGB.transpose(2, 0, 1), overviews=(2,)), ".tif"
    ),
}
"""Each file is read by a process of its own, so fewer are made of each."""

RARE_FILES = 3

SEEDS: dict[str, Callable[[], bytes]] = {
    "PNG of numbers": lambda: png(RGB, 8, 2, HDR, GAMMA_1, CHROMATICITIES_P3, CICP_P3, ICC),
    "APNG": lambda: animated("PNG"),
    "GIF": lambda: animated("GIF"),
    "WebP": lambda: animated("WEBP"),
    "AVIF": lambda: heif("AVIF"),
    "HEIC": lambda: heif("HEIC"),
    "JPEG 2000": lambda: encoded(RGB, "JPEG2000"),
    "PSD": lambda: psd(RGB),
    "JPEG of Adobe RGB": lambda: encoded(RGB, "JPEG", exif=exif_of(0xFFFF, b"R03")),
    "progressive JPEG": lambda: encoded(RGB, "JPEG", progressive=True),
    "pages": lambda: pages(
        (RGB, COLOUR), (RGB, {**COLOUR, "compression": "lzw"}), (RGB / 9, COLOUR)
    ),
    "raw": lambda: pages(
        (REDUCED, {**COLOUR, "subfiletype": 1, "subifds": 1}), (SENSOR, {"photometric": 32803})
    ),
    "thumbnail": lambda: pages(
        (REDUCED, {**COLOUR, "subfiletype": 1, "subifds": 1}), (LARGE, COLOUR), big=True
    ),
    **{
        name: lambda pixels=pixels, options=options: tiff(pixels, **options)  # type: ignore[misc]
        for name, (pixels, options, _) in KINDS.items()
    },
}  # fmt: skip


def check(path: Path, page: int | None = None) -> None:
    """Open a file, which may be anything."""
    try:
        source = open_source(path, page=page)
        pixels = source.pixels(0, Rect(0, 0, 1, 1))
    except BadInput as error:
        sentence = str(error)
    else:
        assert pixels.dtype == np.uint8
        return
    assert path.name in sentence
    assert "stopped unexpectedly" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("name", [*SEEDS, *RARE])
def test_an_image_or_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    chance = random.Random(name)
    whole = (SEEDS.get(name) or RARE[name])()
    path = tmp_path / "changed"
    for number in range(FILES if name in SEEDS else RARE_FILES):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(min(len(content), chance.choice((64, 400, len(content)))))
            content[at] = chance.choice((0, 255, content[at] ^ 1 << chance.randrange(8)))
        if number % 3 == 1:
            content = bytearray(mutated(whole, chance) if number % 2 else edited(whole, chance))
        path.write_bytes(content)
        check(path, chance.choice((None, None, 1, 2)))
    assert capfd.readouterr() == ("", "")


def test_mutated_boxes_say_something_or_nothing() -> None:
    chance = random.Random(3)
    whole = heif("AVIF")[:400]
    for _ in range(2000):
        head = edited(whole, chance)
        nclx_colour(head)
        assert kind_of_brands(head) in ("", "AVIF", "HEIC")


def test_a_grey_jpeg_cut_anywhere(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(RGB[..., 0]).save(file, "JPEG")
    path = tmp_path / "cut.jpg"
    for length in range(20, len(file.getvalue()), 7):
        path.write_bytes(file.getvalue()[:length])
        check(path)
