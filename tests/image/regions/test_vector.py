"""Pages and drawings have sharp edges at every level, and are the same in every region."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from cozviewer.image.rect import Rect
from cozviewer.image.regions.pdf_pages import LONG_SIDE
from cozviewer.image.tiled.protocol import RegionReader
from cozviewer.util.errors import BadInput
from tests.image.rare_files import pdf
from tests.image.regions.region_files import opened, whole

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm" viewBox="5 5 40 20" '
    'style=";opacity:1"><rect x="5" y="5" width="20" height="20" fill="#f00"/>'
    '<image href="file:///etc/passwd" x="40" y="10" width="5" height="5"/></svg>'
)


@pytest.fixture(params=["PDF", "SVG"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RegionReader]:
    """Give a reader of a page of 2:1, of which the left half is red."""
    path = tmp_path / "a"
    path.write_bytes(pdf((40, 20)) if request.param == "PDF" else SVG.encode())
    reader = opened(path, request.param)
    yield reader
    reader.close()


def test_levels_halve_from_a_large_size(reader: RegionReader) -> None:
    assert reader.sizes == tuple((LONG_SIDE >> k, LONG_SIDE >> k + 1) for k in range(6))


def test_an_edge_is_sharp_at_the_finest_level(reader: RegionReader) -> None:
    middle = LONG_SIDE // 2
    part = reader.read(0, Rect(middle - 300, 4000, 600, 50))
    assert (part[:, :300, :3] == (255, 0, 0)).all()
    if reader.kind == "SVG":
        assert (part[:, :300, 3] == 255).all()
        assert not part[:, 300:, 3].any()
    else:
        assert (part[:, 300:] == 255).all()


def test_regions_are_parts_of_one_image(reader: RegionReader) -> None:
    level = len(reader.sizes) - 4
    image = whole(reader, level)
    for x, y, width, height in ((0, 0, 9, 9), (1000, 900, 200, 300), (2047, 1023, 2, 1)):
        part = reader.read(level, Rect(x, y, width, height))
        assert np.array_equal(part, image[y : y + height, x : x + width])


def test_a_page_of_a_document_is_as_pdfium_draws_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf((40, 20), (30, 30)))
    reader = opened(path, "PDF", page=2)
    reader.close()
    assert (reader.facts.page, reader.facts.pages) == (2, 2)
    assert reader.facts.resolution is not None
    assert reader.facts.resolution.per_inch == pytest.approx((LONG_SIDE * 72 / 30,) * 2)
    with pytest.raises(BadInput, match="has no page 3: choose one from 1 to 2"):
        opened(path, "PDF", page=3)
    document = pypdfium2.PdfDocument(path)
    drawn = document[0].render(scale=1024 / 40, rev_byteorder=True).to_numpy()[..., :3]
    first = opened(path, "PDF")
    try:
        assert np.array_equal(whole(first, 4), drawn)
    finally:
        first.close()
        document.close()


def test_what_only_begins_like_a_document_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\n" + b"x" * 3000)
    with pytest.raises(BadInput, match=r"a\.pdf begins like PDF but cannot be read as such"):
        opened(path, "PDF")
