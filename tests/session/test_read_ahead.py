"""Photos that are read before they are asked for."""

from pathlib import Path

import pytest
from PIL import Image

from cozviewer.session.read_ahead import read_ahead
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.new("RGB", (40, 30), (1, 2, 3)).save(path)
    return path


def test_a_photo_is_read_and_true_until_its_file_changes(photo: Path) -> None:
    ahead = read_ahead(photo, never)
    assert ahead is not None
    assert (ahead.source.path, ahead.source.width) == (photo, 40)
    assert ahead.is_valid()
    Image.new("RGB", (50, 30)).save(photo)
    assert not ahead.is_valid()
    photo.unlink()
    assert not ahead.is_valid()


def test_large_photos_sessions_and_missing_files_are_not_read(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "trip.cozview").touch()
    assert read_ahead(tmp_path / "trip.cozview", never) is None
    assert read_ahead(tmp_path / "gone.png", never) is None
    assert read_ahead(photo, never, most_bytes=1000) is None


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(BadInput):
        read_ahead(tmp_path / "broken.png", never)
