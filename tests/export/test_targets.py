"""What would be replaced, what must not be, and which names are free."""

import os
from pathlib import Path

import pytest

from cozviewer.export.image import check_target
from cozviewer.export.targets import free_path, refuse_inputs, replaced_by
from cozviewer.util.errors import BadInput


def test_a_free_name_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cat-12x5-x64.png"
    assert free_path(path) == path


def test_names_that_are_taken_are_counted_on(tmp_path: Path) -> None:
    path = tmp_path / "cat-12.5x5-x64.png"
    path.touch()
    assert free_path(path).name == "cat-12.5x5-x64 (2).png"
    (tmp_path / "cat-12.5x5-x64 (2).png").touch()
    assert free_path(path).name == "cat-12.5x5-x64 (3).png"


@pytest.mark.parametrize("there", [["a.dzi"], ["a_files"], ["a.dzi", "a_files"]])
def test_a_deep_zoom_is_a_file_and_a_folder(tmp_path: Path, there: list[str]) -> None:
    for name in there:
        (tmp_path / name).mkdir() if "." not in name else (tmp_path / name).touch()
    path = tmp_path / "a.dzi"
    assert replaced_by(path) == [tmp_path / name for name in there]
    assert free_path(path).name == "a (2).dzi"
    assert replaced_by(tmp_path / "a.png") == []


def test_the_folder_of_a_deep_zoom_is_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "b.dzi").touch()
    (tmp_path / "there" / "b_files").mkdir()
    link = tmp_path / "a.dzi"
    link.symlink_to(tmp_path / "there" / "b.dzi")
    assert replaced_by(link) == [link, tmp_path / "there" / "b_files"]


def test_names_that_cannot_be_replace_nothing(tmp_path: Path) -> None:
    for name in ("x" * 300 + ".png", "x" * 300 + ".dzi", "a\0b.png"):
        assert replaced_by(tmp_path / name) == []
        refuse_inputs([tmp_path / name], [(tmp_path / name, "the photo itself")])


def test_the_photo_is_known_by_all_its_names(tmp_path: Path) -> None:
    photo, folder = tmp_path / "photo.png", tmp_path / "folder"
    photo.touch()
    folder.mkdir()
    (tmp_path / "soft.png").symlink_to(photo)
    os.link(photo, tmp_path / "hard.png")
    names = ("photo.png", "soft.png", "hard.png", "folder/../photo.png")
    for name in names:
        with pytest.raises(BadInput, match=r"would replace the photo itself \(photo\.png\)"):
            refuse_inputs([tmp_path / name], [(photo, "the photo itself")])
        with pytest.raises(BadInput, match="would replace the photo itself"):
            refuse_inputs([photo], [(tmp_path / name, "the photo itself")])


def test_other_files_and_inputs_that_are_gone_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "other.png").touch()
    inputs = [(None, "the photo itself"), (tmp_path / "gone.png", "the photo itself")]
    refuse_inputs([tmp_path / "other.png", tmp_path / "gone.png"], inputs)


def test_a_photo_within_the_folder_of_a_deep_zoom_is_not_replaced_with_it(tmp_path: Path) -> None:
    photo = tmp_path / "a_files" / "0" / "0_0.png"
    photo.parent.mkdir(parents=True)
    photo.touch()
    with pytest.raises(BadInput, match="the photo itself"):
        refuse_inputs([tmp_path / "a.dzi"], [(photo, "the photo itself")])


def test_a_deep_zoom_does_not_replace_a_folder_with_other_files(tmp_path: Path) -> None:
    pytest.importorskip("pyvips")
    folder = tmp_path / "page_files"
    (folder / "12").mkdir(parents=True)
    (folder / "origin.xmp").touch()
    check_target(tmp_path / "page.dzi", 10, 10)
    (folder / "logo.png").touch()
    with pytest.raises(BadInput, match="page_files, which exists and contains other files"):
        check_target(tmp_path / "page.dzi", 10, 10)
    check_target(tmp_path / "page.png", 10, 10)
