"""Whole slides: exact pixels of each level, scale and objective, and nothing of a person."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image, ImageCms
from pydicom.uid import generate_uid

from cozviewer.image import formats
from cozviewer.image.rect import Rect
from cozviewer.image.tiled.opening import open_regions
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.util.errors import BadInput
from tests.image.colours.test_colour import linear_profile
from tests.image.regions.region_files import aperio, dicom_slide, opened, whole
from tests.packages import Packages
from tests.pyramid.images import noise

RGB = noise(300, 200)


def test_each_level_of_a_slide_is_as_in_the_file(tmp_path: Path) -> None:
    path = aperio(tmp_path / "a.svs", RGB, compression="deflate")
    reader = opened(path, "TIFF")
    try:
        assert reader.kind == "whole slide"
        assert reader.sizes == ((300, 200), (150, 100), (75, 50))
        with tifffile.TiffFile(path) as file:
            for level, page in enumerate((0, 2, 3)):
                assert np.array_equal(whole(reader, level), file.pages[page].asarray())
        assert np.array_equal(reader.read(0, Rect(50, 60, 31, 77)), RGB[60:137, 50:81])
        assert np.array_equal(reader.read(1, Rect(7, 9, 40, 50)), RGB[18:118:2, 14:94:2])
    finally:
        reader.close()


def test_facts_of_a_slide_name_its_scale_and_no_patient(tmp_path: Path) -> None:
    reader = opened(aperio(tmp_path / "a.svs", RGB), "TIFF")
    reader.close()
    facts = reader.facts
    assert facts.resolution is not None
    assert facts.resolution.per_metre == pytest.approx((2e6, 2e6))
    assert facts.notices == ("Not for diagnosis.", "Scanned with an objective of 20x.")
    assert facts.subject.field == "microscopy"
    assert "Doe" not in repr(facts)


def test_the_profile_of_a_slide_is_applied(tmp_path: Path) -> None:
    """Compared with what littlecms itself gives."""
    icc = linear_profile()
    tag = (34675, 7, len(icc), icc, True)
    path = aperio(tmp_path / "a.svs", RGB, "|ICC Profile = linear", extratags=[tag])
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    expected = ImageCms.profileToProfile(
        Image.fromarray(RGB), profile, ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=flags,
    )  # fmt: skip
    assert expected is not None
    managed, plain = opened(path, "TIFF"), opened(path, "TIFF", managed=False)
    try:
        assert np.array_equal(whole(plain), RGB)
        assert np.array_equal(whole(managed), np.asarray(expected))
    finally:
        managed.close()
        plain.close()


def test_levels_of_a_dicom_slide_lie_in_several_files(tmp_path: Path) -> None:
    series = generate_uid()
    path = dicom_slide(tmp_path / "0.dcm", RGB, series)
    dicom_slide(tmp_path / "1.dcm", RGB[::2, ::2], series, level=1)
    reader = opened(path, "DICOM")
    try:
        assert reader.kind == "DICOM"
        assert reader.sizes == ((300, 200), (150, 100))
        assert np.array_equal(whole(reader), RGB)
        assert np.array_equal(whole(reader, 1), RGB[::2, ::2])
        assert np.array_equal(
            reader.read(0, Rect(0, 0, 64, 64)), pydicom.dcmread(path).pixel_array[0]
        )
        assert reader.facts.subject.field == "microscopy"
        assert "Doe" not in repr(reader.facts)
        assert "4711" not in repr(reader.facts)
    finally:
        reader.close()


def test_a_damaged_slide_is_a_sentence_without_a_patient(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = dicom_slide(tmp_path / "0.dcm", RGB, generate_uid())
    content = path.read_bytes()
    path.write_bytes(content[:700])
    with pytest.raises(BadInput, match=r"0\.dcm") as caught:
        opened(path, "DICOM")
    assert "Doe" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_slide_names_the_package_that_is_missing(tmp_path: Path, packages: Packages) -> None:
    packages.hide("openslide")
    path = aperio(tmp_path / "a.svs", RGB)
    with pytest.raises(
        BadInput, match=r"needs the package openslide-python \(pip install cozviewer\[slides\]\)"
    ):
        open_regions(RegionRequest(path, "TIFF", path.name))


def test_mirax_is_known_by_its_name() -> None:
    assert formats.format_of(b"\xff\xd8\xff\xe0" + bytes(200), "a.MRXS") == "whole slide"
    assert formats.format_of(b"\xff\xd8\xff\xe0" + bytes(200), "a.jpg") == "JPEG"
