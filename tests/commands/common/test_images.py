"""Which files of a folder count, and what they are called."""

from pathlib import Path

import pytest

from cozviewer.commands.common.images import images_in, unique_names
from cozviewer.util.errors import BadInput
from tests.pyramid.images import encoded, noise


def test_a_folder_gives_its_images_in_order_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "c.dat"):
        (tmp_path / name).write_bytes(encoded(noise(8, 8), "PNG"))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / ".hidden").write_text("not a picture")
    (tmp_path / "folder").mkdir()
    told: list[str] = []
    images, others = images_in(tmp_path, told.append)
    assert [path.name for path in images] == ["a.png", "b.png", "c.dat"]
    assert [path.name for path in others] == ["notes.txt"]
    assert len(told) == 1
    assert told[0].startswith("Skipped: notes.txt")


def test_a_single_image_is_taken_as_it_is(tmp_path: Path) -> None:
    assert images_in(tmp_path / "gone.png", pytest.fail) == ([tmp_path / "gone.png"], [])


def test_a_folder_without_images_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no image"):
        images_in(tmp_path, pytest.fail)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.png", "b.jpg"], ["a", "b"]),
        (["a.jpg", "a.png", "b.png"], ["a-jpg", "a-png", "b"]),
        (["A.jpg", "a.png"], ["A-jpg", "a-png"]),
        (["a.JPG", "a.jpg"], ["a-JPG", "a-jpg-2"]),
        (["a-jpg.png", "a.jpg", "a.png"], ["a-jpg", "a-jpg-2", "a-png"]),
        (["photo.2024.png", "photo.2025.png"], ["photo.2024", "photo.2025"]),
    ],
)
def test_no_two_names_are_alike(files: list[str], names: list[str]) -> None:
    assert unique_names([Path(file) for file in files]) == names
