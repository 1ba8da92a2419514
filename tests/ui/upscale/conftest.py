"""Photos for the queue."""

from pathlib import Path

import pytest

from tests.pyramid.images import encoded, smooth


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with two small photos, a damaged one, and another photo in a folder below."""
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(encoded(smooth(40, 30), "JPEG"))
    (folder / "b.png").write_bytes(encoded(smooth(30, 40), "PNG"))
    (folder / "c.jpg").write_bytes(b"no photo")
    (folder / "below" / "d.png").write_bytes(encoded(smooth(20, 20), "PNG"))
    return folder
