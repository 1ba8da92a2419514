"""What the Info panel says, as text."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cozviewer.chain.trust.overlays import Mark
from cozviewer.chain.trust.view_shares import Share
from cozviewer.export.origin import Origin
from cozviewer.image.facts.exif_fields import ExifFields, Location
from cozviewer.image.facts.file_facts import FileFacts
from cozviewer.image.georeference import GeographicTable, Georeference
from cozviewer.image.source import Source, source_from_pixels
from cozviewer.pyramid.camera import camera_at
from cozviewer.pyramid.georeference import MapPlace
from cozviewer.ui.info.rows import (
    Row,
    camera_rows,
    exposure_text,
    file_rows,
    origin_rows,
    percent_text,
    pixel_rows,
    view_rows,
)
from cozviewer.ui.view.pixel import Pixel


@pytest.fixture
def source() -> Source:
    return source_from_pixels(np.zeros((900, 1600, 3), np.uint8), "a\u202egpj.jpg")


def values(rows: list[Row]) -> dict[str, str]:
    return {row.name: row.value for row in rows}


def test_a_file(source: Source) -> None:
    said = values(file_rows(source, FileFacts(254_707, "JPEG", "RGB", 8, True, "Adobe RGB (1998)")))
    assert said == {
        "Name": "a<U+202E>gpj.jpg",
        "Dimensions": "1,600 × 900 px · 1.4 MP",
        "File size": "255 kB (254,707 bytes)",
        "Format": "JPEG",
        "Colour": "RGB, 8 bits per channel, with transparency",
        "Profile": "Adobe RGB (1998)",
    }
    assert values(file_rows(source, None)).keys() == {"Name", "Dimensions"}
    one = FileFacts(5, "PNG", "grey", 1, False, "")
    said = values(file_rows(source, one))
    assert said["Colour"] == "Gray, 1 bit per channel"
    assert said["Profile"] == "None (shown as sRGB)"
    assert said["File size"] == "5 bytes"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (ExifFields(exposure=0.004, aperture=2.8, bias=-2 / 3), "1/250 s · f/2.8 · -0.67 EV"),
        (ExifFields(exposure=0.5, aperture=11), "0.5 s · f/11"),
        (ExifFields(exposure=30, bias=0), "30 s"),
        (ExifFields(), ""),
    ],
)
def test_an_exposure(fields: ExifFields, text: str) -> None:
    assert exposure_text(fields) == text


def test_a_place_is_hidden_at_first() -> None:
    rows = camera_rows(ExifFields(camera="X", location=Location(48.85837, 2.29448, 35)))
    assert [(row.name, row.hidden) for row in rows] == [("Camera", False), ("Location", True)]
    assert rows[1].value == "48.85837, 2.29448 · 35 m"


def test_what_made_an_export() -> None:
    origin = Origin(
        kind="mixed",
        engine="Real-ESRGAN",
        source_name="cat.jpg",
        source_digest="",
        recipe_digest="",
        prompt="fur",
        centre="12.5,3",
        magnification="16",
        level=4,
        prompts=("a cat", "fur"),
        borrowed=True,
    )
    assert values(origin_rows(origin)) == {
        "Contents": "Partly AI-generated detail",
        "Engine": "Real-ESRGAN",
        "From photo": "cat.jpg",
        "Zoom": "×16",
        "Centre": "12.5, 3",
        "Texture": "Partly borrowed from elsewhere in the photo",
        "Prompt 1": "a cat",
        "Prompt 2": "fur",
    }


def test_a_view() -> None:
    camera = camera_at(800, 450, 8)
    mark = Mark((1, 2, 3), "Generated detail, level 1 (×4)")
    rows = view_rows(camera, "Stripes · CPU", [Share(mark, 1.0, 2)], False, True)
    assert rows[2] == Row("Contents", "100% Generated detail, level 1 (×4)", (1, 2, 3))
    assert values(rows)["Engine"] == "Stripes · CPU"
    assert "draft" in values(rows)["Draft"]
    photo = [Share(Mark((1, 2, 3), "Original photo"), 1.0, 0)]
    assert "Engine" not in values(view_rows(camera, "Stripes", photo, False, False))


def test_a_pixel() -> None:
    said = values(pixel_rows(Pixel("8", "3", (128, 96, 40), "Original photo")))
    assert said == {
        "Position": "8, 3",
        "RGB": "128 96 40",
        "Hex": "#806028",
        "Origin": "Original photo",
    }
    assert set(values(pixel_rows(None)).values()) == {"–"}


def test_a_pixel_on_a_map() -> None:
    table = GeographicTable(2, 2, (((1.0,),), ((0.0,),), ((0.0,),)))
    reference = Georeference((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), table=table)
    pixel = Pixel("8", "3", None, "", None, MapPlace("500123, 5399877", "48.7530° N, 9.0001° E"))
    said = values(pixel_rows(pixel, reference))
    assert said["Map"] == "500123, 5399877"
    assert said["Latitude, longitude"] == "48.7530° N, 9.0001° E"
    assert list(values(pixel_rows(None, reference))) == list(said)
    assert "Latitude, longitude" not in values(pixel_rows(None, replace(reference, table=None)))


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0, "0%"),
        (0.0004, "<0.1%"),
        (0.004, "0.4%"),
        (0.62, "62%"),
        (0.9999, "99.9%"),
        (0.992, "99.2%"),
        (1, "100%"),
    ],
)
def test_percentages(part: float, text: str) -> None:
    assert percent_text(part) == text


def test_the_folder_is_told(tmp_path: Path, source: Source) -> None:
    from dataclasses import replace

    there = replace(source, path=tmp_path / "photo.jpg")
    assert values(file_rows(there, None))["Folder"] == str(tmp_path)
