"""TIFFs of scanners and maps are known by their tags."""

import io
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import tifffile

from cozviewer.image.tiff.marks import marks_of
from tests.image.regions.region_files import aperio, geotiff
from tests.pyramid.images import noise, tiff

GREY = noise(20, 16)[..., 0]


def marks(content: bytes) -> str:
    file = cast(io.BufferedReader, io.BytesIO(content))
    found = marks_of(file)
    assert file.tell() == 0
    return found


def written(big: bool = False, order: str = "<", **options: Any) -> bytes:
    file = io.BytesIO()
    with tifffile.TiffWriter(file, bigtiff=big, byteorder=order) as writer:  # type: ignore[arg-type]
        writer.write(GREY, metadata=None, **options)
    return file.getvalue()


SCN = '<?xml version="1.0"?><scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01"/>'


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("options", "maker"),
    [
        ({}, ""),
        ({"description": "a photo"}, ""),
        ({"description": "Aperio Image Library v11"}, "slide"),
        ({"description": SCN}, "slide"),
        ({"software": "Philips DP v1.0"}, "slide"),
        ({"extratags": [(65420, 4, 1, 1, True)]}, "slide"),
        ({"extratags": [(700, 1, 40, b"<iScan Magnification='20'/>".ljust(40), True)]}, "slide"),
        ({"extratags": [(33550, 12, 3, (1.0, 1.0, 0.0), True)]}, ""),
        ({"extratags": [(34735, 3, 4, (1, 1, 0, 0), True)]}, "map"),
        ({"extratags": [(34264, 12, 16, tuple(np.eye(4).ravel()), True)]}, "map"),
    ],
)
def test_the_first_directory_tells(
    options: dict[str, Any], maker: str, big: bool, order: str
) -> None:
    assert marks(written(big, order, **options)) == maker


def test_files_of_other_writers(tmp_path: Path) -> None:
    assert marks(tiff(noise(20, 16))) == ""
    assert marks(aperio(tmp_path / "a.svs", noise(20, 16)).read_bytes()) == "slide"
    assert marks(geotiff(tmp_path / "a.tif", GREY[None]).read_bytes()) == "map"


@pytest.mark.parametrize("length", [4, 8, 12, 40, 100])
def test_a_file_that_ends_early_is_nothing_special(length: int) -> None:
    assert marks(written()[:length]) == ""
