"""The EXIF block: which way is up, and what of it goes on into an export."""

import io
import struct

import pytest
from PIL import ExifTags, Image

from cozviewer.image import exif
from cozviewer.image.exif import without_place
from tests.pyramid.images import exif_block


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation_is_read_in_both_byte_orders(order: str, turn: int) -> None:
    assert exif.orientation(exif_block(order, turn)) == turn


@pytest.mark.parametrize("order", ["<", ">"])
def test_upright_changes_the_orientation_and_nothing_else(order: str) -> None:
    assert exif.upright(exif_block(order, 6)) == exif_block(order, 1)


def test_the_prefix_may_be_missing_and_is_there_afterwards() -> None:
    block = exif_block("<", 8)
    assert exif.orientation(block.removeprefix(exif.PREFIX)) == 8
    assert exif.upright(block.removeprefix(exif.PREFIX)) == exif_block("<", 1)


def test_upright_takes_the_thumbnail_away() -> None:
    """It shows the whole photo as it was: an export of a small part must not carry it on."""
    before = exif_block(">", 3, thumbnail=b"JPEG of all that the photo showed")
    after = exif.upright(before)
    assert after is not None
    assert b"all that the photo showed" in before
    assert b"all that the photo showed" not in after
    tags = Image.Exif()
    tags.load(after)
    assert tags[ExifTags.Base.Make] == "Testcam"
    assert not tags.get_ifd(ExifTags.IFD.IFD1)


def test_pillow_agrees_on_what_was_changed() -> None:
    written = Image.Exif()
    written[ExifTags.Base.Orientation] = 5
    written[ExifTags.Base.Artist] = "Ada"
    written.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] = 400
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", exif=written)
    block = Image.open(file).info["exif"]
    assert exif.orientation(block) == 5

    read = Image.Exif()
    upright = exif.upright(block)
    assert upright is not None
    read.load(upright)
    assert read[ExifTags.Base.Orientation] == 1
    assert read[ExifTags.Base.Artist] == "Ada"
    assert read.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] == 400


BROKEN = {
    "nothing": None,
    "empty": b"",
    "prefix only": exif.PREFIX,
    "no EXIF": b"Exif\0\0 something else",
    "wrong magic": b"Exif\0\0II\x2b\x00\x08\0\0\0\0\0",
    "directory outside": b"Exif\0\0II\x2a\x00" + struct.pack("<I", 5000),
    "directory cut": exif_block("<", 6)[:30],
}


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_block_is_upright_and_goes_no_further(block: bytes | None) -> None:
    assert exif.orientation(block) == 1
    assert exif.upright(block) is None


@pytest.mark.parametrize("turn", [0, 9, 300])
def test_a_senseless_orientation_counts_as_upright(turn: int) -> None:
    assert exif.orientation(exif_block("<", turn)) == 1


def rich(order: str) -> bytes:
    """Return a block with a place in it, in a byte order."""
    tags = Image.Exif()
    tags.endian = order
    tags[0x010F] = "Testcam"
    tags.get_ifd(0x8769)[0x8827] = 400
    gps = tags.get_ifd(0x8825)
    gps[1], gps[2], gps[29] = "N", (47.0, 22.0, 30.123), "2026:01:02"
    return tags.tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_place_can_be_left_out_and_nothing_else(order: str) -> None:
    before = rich(order)
    after = without_place(before)
    assert after is not None
    assert len(after) == len(before)
    assert b"2026:01:02" in before
    assert b"2026:01:02" not in after
    tags = Image.Exif()
    tags.load(after)
    assert tags[0x010F] == "Testcam"
    assert tags.get_ifd(0x8769)[0x8827] == 400
    assert dict(tags.get_ifd(0x8825)) == {}


def test_a_block_without_a_place_stays_as_it_is() -> None:
    block = exif_block(">", 1)
    assert without_place(block) == block


@pytest.mark.parametrize("block", [None, b"", b"Exif\0\0MM", rich(">")[:-1][:60]])
def test_a_damaged_block_has_no_place(block: bytes | None) -> None:
    after = without_place(block)
    assert after is None or b"2026:01:02" not in after
