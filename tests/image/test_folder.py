"""The images of a folder, in the order in which people count."""

from pathlib import Path

import pytest

from cozviewer.image.folder import images_in, sorted_naturally
from cozviewer.util.errors import Cancelled


def test_numbers_count_and_capitals_do_not() -> None:
    names = ["img10.jpg", "IMG2.jpg", "img1.jpg", "b.png", "Ä.png", "A.png", "img02.jpg", "5.jpg"]
    assert [path.name for path in sorted_naturally(map(Path, names))] == [
        "5.jpg", "A.png", "b.png", "img1.jpg", "IMG2.jpg", "img02.jpg", "img10.jpg", "Ä.png",
    ]  # fmt: skip


def test_only_images_are_listed(tmp_path: Path) -> None:
    for name in ("b.JPG", "a10.png", "a9.png", "trip.cozview", "notes.txt", "._a.jpg", "x.HEIC"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "circle.jpg").symlink_to(tmp_path / "circle.jpg")
    assert [path.name for path in images_in(tmp_path)] == [
        *("a9.png", "a10.png", "b.JPG", "x.HEIC")
    ]


def test_listing_is_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(Cancelled):
        images_in(tmp_path, lambda: True)
