"""The resolution of a file is kept, scaled, and written as it was."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import tifffile
from PIL import Image

from cozviewer.image.resolution import (
    Resolution,
    pillow_options,
    resolution,
    resolution_of_info,
)
from cozviewer.image.source import open_source
from tests.pyramid.images import encoded, noise, png, png_chunk, tiff

RGB = noise(12, 8)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            tiff(RGB, photometric="rgb", resolution=(40_000, 20_000), resolutionunit=3),
            Resolution(40_000, 20_000, "cm"),
        ),
        (
            tiff(RGB / 255, photometric="rgb", resolution=(300, 300), resolutionunit=2),
            Resolution(300, 300, "inch"),
        ),
        (
            tiff(RGB, photometric="rgb", resolution=(300, 200), resolutionunit=2, extratags=[
                (274, "H", 1, 6, True)
            ]),
            Resolution(200, 300, "inch"),
        ),
        (tiff(RGB, photometric="rgb", resolution=(1, 1), resolutionunit=1), None),
        *[
            (
                tiff(
                    RGB[..., 0],
                    resolution=(4, 4),
                    resolutionunit=1,
                    description=f"ImageJ=1.54f\nunit={unit}\n",
                    metadata=None,
                ),
                None if per_cm is None else Resolution(per_cm, per_cm, "cm"),
            )
            for unit, per_cm in (
                ("micron", 40_000),
                (r"\u00B5m", 40_000),
                ("mm", 40),
                ("pixel", None),
            )
        ],
        (encoded(RGB, "JPEG", dpi=(300, 150)), Resolution(300, 150, "inch")),
        (encoded(RGB, "PNG"), None),
        (png(RGB, 8, 2, png_chunk(b"pHYs", bytes(9))), None),
        (encoded(RGB, "GIF"), None),
    ],
)  # fmt: skip
def test_it_is_read(tmp_path: Path, content: bytes, expected: Resolution | None) -> None:
    path = tmp_path / "scan"
    path.write_bytes(content)
    assert open_source(path).resolution == expected


def test_of_png(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(encoded(RGB, "PNG", dpi=(300, 300)))
    found = open_source(path).resolution
    assert found is not None
    assert [round(value) for value in found.per_metre] == [11811, 11811]


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"dpi": (0, 72)},
        {"dpi": (72,)},
        {"dpi": 72},
        {"dpi": (float("nan"), 1)},
        {"dpi": (float("inf"), 1)},
        {"dpi": ("a", "b")},
    ],
)
def test_numbers_without_sense(info: dict[str, Any]) -> None:
    assert resolution_of_info(info) is None


def test_a_negative_one_makes_no_sense() -> None:
    assert resolution(-1, 1, "cm") is None


def test_it_is_scaled() -> None:
    four = Resolution(40_000, 20_000, "cm").scaled(Fraction(4))
    assert four == Resolution(160_000, 80_000, "cm")
    assert four.per_metre == pytest.approx((16e6, 8e6))
    assert four.per_inch == pytest.approx((406_400, 203_200))
    assert four.turned == Resolution(80_000, 160_000, "cm")


def saved(name: str, wanted: Resolution | None) -> io.BytesIO:
    file = io.BytesIO()
    Image.fromarray(RGB).save(file, name, **pillow_options(name, wanted))
    file.seek(0)
    return file


def test_tiff_holds_it_exactly() -> None:
    with tifffile.TiffFile(saved("TIFF", Resolution(160_000, 80_000, "cm"))) as tif:
        tags = tif.pages.first.tags
        assert tags["ResolutionUnit"].value == 3
        assert tags["XResolution"].value == (160_000, 1)
        assert tags["YResolution"].value == (80_000, 1)


def test_png_holds_it_in_metres() -> None:
    content = saved("PNG", Resolution(160_000, 80_000, "cm")).getvalue()
    at = content.index(b"pHYs") + 4
    assert (
        content[at : at + 9]
        == (16_000_000).to_bytes(4, "big") + (8_000_000).to_bytes(4, "big") + b"\1"
    )


def test_jpeg_holds_what_it_can() -> None:
    assert Image.open(saved("JPEG", Resolution(300, 150, "inch"))).info["dpi"] == (300, 150)
    assert pillow_options("JPEG", Resolution(160_000, 80_000, "cm")) == {}


@pytest.mark.parametrize("name", ["WEBP", "AVIF", "GIF"])
def test_other_formats_have_none(name: str) -> None:
    assert pillow_options(name, Resolution(300, 300, "inch")) == {}
    assert pillow_options("PNG", None) == {}
