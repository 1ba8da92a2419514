"""A saved image is whole, says what it is, and shows the right colours."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from cozviewer.export.formats import FileOptions, srgb_profile
from cozviewer.export.image import FORMATS, check_target, format_of, save_image
from cozviewer.export.origin import read_origin
from cozviewer.image.source import open_source
from cozviewer.util.errors import BadInput, Cancelled
from tests.export.test_origin import ORIGIN
from tests.pyramid.images import exif_block, noise, smooth

FILES = [form for name, form in FORMATS.items() if name != "Deep Zoom"]
SUFFIXES = [suffix for form in FILES for suffix in form.suffixes]
ONE_SUFFIX_EACH = [form.suffixes[0] for form in FILES]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_can_be_opened_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"view{suffix}"
    save_image(path, smooth(90, 60), ORIGIN)
    with Image.open(path) as image:
        assert image.format == format_of(path).upper()
        assert image.size == (90, 60)
        assert image.mode == "RGB"
        assert np.abs(np.asarray(image).astype(int) - smooth(90, 60)).mean() < 2
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("suffix", "quality"), [(".png", 95), (".tif", 95), (".webp", 100)])
def test_lossless_formats_keep_every_pixel(tmp_path: Path, suffix: str, quality: int) -> None:
    path = tmp_path / f"view{suffix}"
    save_image(path, noise(90, 61), ORIGIN, FileOptions(quality=quality))
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), noise(90, 61))
    np.testing.assert_array_equal(open_source(path).levels[0], noise(90, 61))


def test_a_part_of_a_larger_array_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "part.png"
    save_image(path, noise(90, 61)[10:40, 20:50], ORIGIN)
    np.testing.assert_array_equal(open_source(path).levels[0], noise(90, 61)[10:40, 20:50])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_tells_the_origin(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"view{suffix}"
    save_image(path, smooth(90, 60), ORIGIN)
    assert read_origin(path) == ORIGIN


def test_png_keeps_xmp_where_others_look_for_it(tmp_path: Path) -> None:
    """XMP part 3: an iTXt chunk, not compressed, with this keyword."""
    path = tmp_path / "view.png"
    save_image(path, smooth(9, 6), ORIGIN)
    assert b"iTXtXML:com.adobe.xmp\0\0\0\0\0<?xpacket" in path.read_bytes()


def test_tiff_keeps_xmp_where_others_look_for_it(tmp_path: Path) -> None:
    path = tmp_path / "view.tif"
    save_image(path, smooth(9, 6), ORIGIN)
    with Image.open(path) as image:
        assert image.tag_v2[700].startswith(b"<?xpacket")  # type: ignore[attr-defined]
        assert image.tag_v2.tagtype[700] in (1, 7)  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_says_srgb(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"view{suffix}"
    save_image(path, smooth(90, 60), ORIGIN)
    with Image.open(path) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_the_same_image_gives_the_same_file(tmp_path: Path) -> None:
    """A profile made a second later would differ in its date."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert srgb_profile()[:24] + srgb_profile()[36:] == profile[:24] + profile[36:]
    assert srgb_profile()[24:36] == b"\x07\xd0\0\x01\0\x01\0\0\0\0\0\0"


def test_jpeg_keeps_colours_at_full_resolution(tmp_path: Path) -> None:
    path = tmp_path / "view.jpg"
    save_image(path, smooth(64, 64), ORIGIN)
    with Image.open(path) as image:
        assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_quality_decides_size(tmp_path: Path, suffix: str) -> None:
    poor, good = tmp_path / f"poor{suffix}", tmp_path / f"good{suffix}"
    save_image(poor, noise(90, 60), ORIGIN, FileOptions(quality=30))
    save_image(good, noise(90, 60), ORIGIN)
    assert poor.stat().st_size < 0.7 * good.stat().st_size


@pytest.mark.parametrize("quality", [0, 101, -5])
def test_a_senseless_quality(tmp_path: Path, quality: int) -> None:
    with pytest.raises(BadInput, match="from 1 to 100"):
        save_image(tmp_path / "view.jpg", noise(4, 4), ORIGIN, FileOptions(quality=quality))


@pytest.mark.parametrize("suffix", ONE_SUFFIX_EACH)
def test_the_photos_exif_goes_along(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"view{suffix}"
    save_image(path, smooth(90, 60), ORIGIN, FileOptions(exif=_rich_exif()))
    with Image.open(path) as image:
        tags = image.getexif()
        assert tags[0x010F] == "Testcam"
        assert tags.get(0x0112, 1) == 1
        assert tags.get_ifd(0x8769)[0x8827] == 400
        assert tags.get_ifd(0x8825)[2] == (47, 22, 30)
    assert read_origin(path) == ORIGIN


def _rich_exif() -> bytes:
    tags = Image.Exif()
    tags[0x010F] = "Testcam"
    tags[0x0112] = 1
    tags.get_ifd(0x8769)[0x8827] = 400
    tags.get_ifd(0x8825)[2] = (47.0, 22.0, 30.0)
    return tags.tobytes()


def test_a_tiff_takes_no_tags_that_describe_another_file(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x0100] = 4000  # width
    tags[0x0111] = 8  # where the pixels begin
    tags[0x013B] = "Ada"
    path = tmp_path / "view.tif"
    save_image(path, noise(9, 6), ORIGIN, FileOptions(exif=tags.tobytes()))
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), noise(9, 6))
        assert image.getexif()[0x013B] == "Ada"


@pytest.mark.parametrize("suffix", ONE_SUFFIX_EACH)
def test_odd_exif_does_not_stop_the_saving(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"view{suffix}"
    block = exif_block("<", 1)
    odd = block.replace(b"\x0f\x01\x02\0\x08\0\0\0", b"\x0f\x01\x0a\0\x01\0\0\0")
    assert odd != block  # the camera's maker is now a fraction
    save_image(path, smooth(90, 60), ORIGIN, FileOptions(exif=odd))
    assert read_origin(path) == ORIGIN


def test_exif_that_no_jpeg_can_hold_stays_out(tmp_path: Path) -> None:
    path = tmp_path / "view.jpg"
    save_image(path, noise(9, 6), ORIGIN, FileOptions(exif=exif_block("<", 1) + bytes(70_000)))
    with Image.open(path) as image:
        assert "exif" not in image.info
    assert read_origin(path) == ORIGIN


@pytest.mark.parametrize("suffix", ONE_SUFFIX_EACH)
def test_a_source_saved_and_opened_keeps_its_exif(tmp_path: Path, suffix: str) -> None:
    photo = tmp_path / "photo.jpg"
    Image.fromarray(smooth(40, 20)).save(photo, exif=exif_block(">", 6))
    source = open_source(photo)
    path = tmp_path / f"again{suffix}"
    save_image(path, source.levels[0], ORIGIN, FileOptions(exif=source.exif))
    again = open_source(path)
    assert (again.width, again.height) == (20, 40)
    assert again.exif is not None
    assert b"Testcam" in again.exif


@pytest.mark.parametrize("name", ["view.PNG", "a.b.JpEg", ".hidden.tiff"])
def test_suffixes_are_found_in_any_case(name: str) -> None:
    assert format_of(Path(name)) in FORMATS


@pytest.mark.parametrize("name", ["view.gif", "view.docx", "view", "png"])
def test_an_unknown_suffix_is_answered_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=name) as caught:
        check_target(tmp_path / name, 10, 10)
    assert all(suffix in str(caught.value) for suffix in SUFFIXES)


@pytest.mark.parametrize(
    ("suffix", "longest"), [(".jpg", 65500), (".webp", 16383), (".png", 2**31 - 1)]
)
def test_what_a_format_cannot_hold(tmp_path: Path, suffix: str, longest: int) -> None:
    path = tmp_path / f"view{suffix}"
    check_target(path, longest, 1)
    check_target(path, 1, longest)
    with pytest.raises(BadInput, match=f"is limited to {longest} a side"):
        check_target(path, longest + 1, 1)
    with pytest.raises(BadInput, match=f"is limited to {longest} a side"):
        check_target(path, 1, longest + 1)


@pytest.mark.parametrize(("suffix", "longest"), [(".jpg", 65500), (".webp", 16383)])
def test_the_longest_side_can_really_be_saved(tmp_path: Path, suffix: str, longest: int) -> None:
    path = tmp_path / f"view{suffix}"
    save_image(path, np.zeros((1, longest, 3), np.uint8), ORIGIN)
    assert open_source(path).width == longest


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (-1, 5)])
def test_nothing_cannot_be_saved(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(BadInput, match="area is empty"):
        check_target(tmp_path / "view.png", width, height)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot be used \(File name too long\)"):
        check_target(tmp_path / ("n" * 300 + ".png"), 4, 4)
    with pytest.raises(BadInput, match="is not the name of a file"):
        check_target(tmp_path / "nul\0.png", 4, 4)


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        check_target(tmp_path / "gone" / "view.png", 4, 4)


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "view.png").mkdir()
    with pytest.raises(BadInput, match=r"view\.png is a folder"):
        check_target(tmp_path / "view.png", 4, 4)


def _forbid(monkeypatch: pytest.MonkeyPatch, forbidden: Path) -> None:
    """FrameSpec the permission to write away (root has it everywhere)."""
    allowed: Callable[[Path, int], bool] = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != forbidden and allowed(path, mode))


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _forbid(monkeypatch, tmp_path)
    with pytest.raises(BadInput, match="is not writable"):
        check_target(tmp_path / "view.png", 4, 4)


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot be used \(File name too long\)"):
        check_target(tmp_path / f"{'x' * 300}.png", 4, 4)


def test_a_write_protected_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "view.png"
    path.touch()
    _forbid(monkeypatch, path)
    with pytest.raises(BadInput, match="write-protected"):
        check_target(path, 4, 4)


def test_a_bad_target_is_refused_when_saving_too(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="unknown ending"):
        save_image(tmp_path / "view.xyz", noise(4, 4), ORIGIN)


@pytest.mark.parametrize("suffix", ONE_SUFFIX_EACH)
@pytest.mark.parametrize("patience", [0, 1])
def test_cancelled_saving_leaves_no_file(tmp_path: Path, suffix: str, patience: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > patience

    with pytest.raises(Cancelled):
        save_image(tmp_path / f"view{suffix}", noise(600, 400), ORIGIN, cancelled=cancelled)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_saving_stops_in_the_middle(tmp_path: Path, suffix: str) -> None:
    def count(stop_after: int) -> int:
        asked = 0

        def cancelled() -> bool:
            nonlocal asked
            asked += 1
            return asked > stop_after

        try:
            save_image(tmp_path / f"view{suffix}", noise(900, 600), ORIGIN, cancelled=cancelled)
        except Cancelled:
            return asked
        return asked

    assert count(10**9) > 8
    assert count(5) == 6
