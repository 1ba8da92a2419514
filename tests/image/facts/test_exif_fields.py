"""Fields of EXIF blocks as cameras write them, and damaged ones."""

import io

import pytest
from PIL import Image

from cozviewer.image.facts.exif_fields import ExifFields, Location, exif_fields


def block(
    main: dict[int, object],
    detail: dict[int, object] | None = None,
    gps: dict[int, object] | None = None,
) -> bytes:
    exif = Image.Exif()
    exif.update(main)
    exif.get_ifd(0x8769).update(detail or {})
    exif.get_ifd(0x8825).update(gps or {})
    return exif.tobytes()


def test_a_photo_of_a_camera() -> None:
    fields = exif_fields(
        block(
            {0x010F: "Canon", 0x0110: "Canon EOS R6", 0x0131: "Lightroom", 0x013B: "A. Person"},
            {
                0x829A: 0.004,
                0x829D: 2.8,
                0x8827: 400,
                0x9003: "2024:05:01 18:30:12",
                0x9011: "+02:00",
                0x9204: -0.5,
                0x9209: 16,
                0x920A: 100.0,
                0xA405: 160,
                0xA433: "Sigma",
                0xA434: "105mm F2.8",
            },
            {1: "S", 2: (33.0, 30.0, 36.0), 3: "W", 4: (70.0, 0.0, 0.0), 5: b"\1", 6: 12.0},
        )
    )
    assert fields.camera == "Canon EOS R6"
    assert fields.lens == "Sigma 105mm F2.8"
    assert fields.taken == "2024-05-01 18:30:12 +02:00"
    assert fields.exposure == pytest.approx(0.004)
    assert fields.aperture == pytest.approx(2.8)
    assert (fields.iso, fields.bias, fields.flash) == (400, -0.5, False)
    assert (fields.focal, fields.focal_35) == (100, 160)
    assert (fields.artist, fields.software) == ("A. Person", "Lightroom")
    assert fields.location is not None
    assert fields.location.latitude == pytest.approx(-33.51)
    assert fields.location == Location(fields.location.latitude, -70.0, -12.0)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON Z 6", "NIKON Z 6"),
        ("Apple", "iPhone 15", "Apple iPhone 15"),
        ("", "X100", "X100"),
        ("Fujifilm", "", "Fujifilm"),
    ],
)
def test_the_make_is_not_said_twice(make: str, model: str, camera: str) -> None:
    assert exif_fields(block({0x010F: make, 0x0110: model})).camera == camera


def test_what_is_missing_or_damaged_is_left_out() -> None:
    assert exif_fields(None) == ExifFields()
    assert exif_fields(b"Exif\0\0II*\0\xff\xff\xff\xff") == ExifFields()
    assert exif_fields(b"nonsense") == ExifFields()
    fields = exif_fields(
        block(
            {0x0110: "  Box\0rest"},
            {0x829A: 0.0, 0x9003: "0000:00:00 00:00:00", 0x8827: (0, 1)},
            {1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (2.0, 0.0, 0.0)},
        )
    )
    assert fields.camera == "Box"
    assert (fields.exposure, fields.taken, fields.iso, fields.location) == (None, "", None, None)


def test_cut_anywhere_nothing_is_raised() -> None:
    whole = block({0x010F: "Canon"}, {0x829A: 0.5}, {1: "N", 2: (1.0, 2.0, 3.0)})
    for end in range(len(whole)):
        exif_fields(whole[:end])


def test_a_block_of_a_file(tmp_path: object) -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0110] = "Model"
    Image.new("RGB", (4, 4)).save(out, "JPEG", exif=exif)
    assert exif_fields(Image.open(out).info["exif"]).camera == "Model"
