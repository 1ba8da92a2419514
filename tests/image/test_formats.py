"""The one table of formats: what it says is what opens, and missing packages are named."""

import sys
from pathlib import Path

import pytest

from cozviewer.image import folder
from cozviewer.image.formats import check_package, format_of
from cozviewer.image.readers.table import FORMATS, PHOTO_SUFFIXES, SUFFIXES, format_rows
from cozviewer.image.source import open_source
from cozviewer.util.errors import BadInput
from tests.image.rare_files import psd
from tests.packages import Packages
from tests.pyramid.images import noise

HEADS = {
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0",
    "camera raw": b"IIU\0\x18\0\0\0",
    "JPEG XL": b"\xff\x0a\0\0",
    "JPEG 2000": b"\xff\x4f\xff\x51",
    "JPEG XR": b"II\xbc\x01",
    "Photoshop": b"8BPS",
    "Radiance": b"#?RADIANCE\n",
    "OpenEXR": b"\x76\x2f\x31\x01",
    "FITS": b"SIMPLE  =                    T",
    "DICOM": bytes(128) + b"DICM",
    "SVG": b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg">',
    "PDF": b"%PDF-1.7",
}


@pytest.mark.parametrize("kind", HEADS)
def test_formats_are_known_by_their_first_bytes(kind: str) -> None:
    assert format_of(HEADS[kind] + bytes(200), "file") == kind


@pytest.mark.parametrize("kind", [row.name for row in FORMATS if row.module and row.name in HEADS])
def test_a_missing_package_is_named(tmp_path: Path, packages: Packages, kind: str) -> None:
    (row,) = [row for row in FORMATS if row.name == kind]
    packages.hide(row.module)
    path = tmp_path / "a.file"
    path.write_bytes(HEADS[kind] + bytes(200))
    sentence = (
        f"a.file is a {kind} file, which needs the package {row.package} (pip install "
        f"cozviewer[{row.extra}])."
    )
    with pytest.raises(BadInput) as caught:
        open_source(path)
    assert str(caught.value) == sentence


def test_a_bundle_does_not_advise_pip_for_a_package(
    monkeypatch: pytest.MonkeyPatch, packages: Packages
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    packages.hide("pillow_jxl")
    with pytest.raises(BadInput) as caught:
        check_package("JPEG XL", "a.jxl")
    assert str(caught.value) == (
        "a.jxl is a JPEG XL file, which this bundle does not read: use the full bundle, or install "
        "cozviewer by pip."
    )


def test_a_finished_photoshop_image_needs_no_package(tmp_path: Path, packages: Packages) -> None:
    packages.hide("psd_tools")
    path = tmp_path / "a.psd"
    path.write_bytes(psd(noise(8, 8)))
    assert (open_source(path).levels[0] == noise(8, 8)).all()
    for others in (psd(noise(8, 8), merged=False), psd(noise(8, 8), version=2)):
        path.write_bytes(others)
        with pytest.raises(BadInput, match=r"needs the package psd-tools"):
            open_source(path)


def test_every_format_is_listed_once() -> None:
    assert folder.SUFFIXES == SUFFIXES
    assert len(set(SUFFIXES)) == len(SUFFIXES)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)
    rows = format_rows()
    assert [name for name, *_ in rows] == [row.name for row in FORMATS]
    assert ("OpenEXR", ".exr") in [row[:2] for row in rows]
    assert all(kept for _, _, kept, _ in rows)
    assert all(row.plugin or row.reader or row.regions for row in FORMATS)


def test_the_readme_lists_them_all() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for name, endings, kept, extra in format_rows():
        name, endings = name[0].upper() + name[1:], endings.replace(".", "")
        assert f"| {name} | {endings} | {kept} | {extra} |" in text


def test_folders_of_photos_hold_no_documents() -> None:
    assert ".nef" in PHOTO_SUFFIXES
    assert ".pdf" not in PHOTO_SUFFIXES
    assert set(PHOTO_SUFFIXES) < set(SUFFIXES)


def test_extras_are_those_of_the_project() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    for row in FORMATS:
        if row.extra:
            assert any(need.startswith(row.package) for need in extras[row.extra]), row.name
