"""What a list shows of photos: sizes, thumbnails, and the photos of folders."""

from pathlib import Path

import pytest
from PIL import Image

from cozviewer.jobs.files.photo_list_job import FindRequest, PhotoListJob, PhotoLook
from tests.pyramid.images import encoded, smooth


def look(path: Path) -> PhotoLook:
    looks: list[PhotoLook] = []
    job = PhotoListJob()
    job.looked.connect(looks.append)
    job.look(path)
    return looks[0]


@pytest.mark.parametrize("size", [(40, 30), (1600, 1200)])
@pytest.mark.parametrize("turned", [1, 6])
def test_a_photo_is_measured_upright(tmp_path: Path, size: tuple[int, int], turned: int) -> None:
    path, tags = tmp_path / "a.jpg", Image.Exif()
    tags[0x0112] = turned
    Image.fromarray(smooth(*size)).save(path, exif=tags.tobytes())
    found = look(path)
    assert (found.width, found.height) == (size if turned == 1 else size[::-1])
    assert found.problem == ""
    if found.image is not None:
        assert max(found.image.width(), found.image.height()) <= 96
        wide = found.image.width() > found.image.height()
        assert wide == (found.width > found.height)


def test_a_png_has_a_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(smooth(300, 200), "PNG"))
    image = look(path).image
    assert image is not None
    assert (image.width(), image.height()) == (96, 64)


def test_a_damaged_photo(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no photo")
    assert "a.png is not an image" in look(path).problem
    assert "does not exist" in look(tmp_path / "gone.png").problem
    path.write_bytes(encoded(smooth(300, 200), "PNG")[:400])
    found = look(path)  # only its header is read
    assert (found.width, found.height, found.image) == (300, 200, None)


def test_files_and_folders_are_searched(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    for name in ("b.png", "in/a.jpg", "in/deep/c.png"):
        (tmp_path / name).write_bytes(b"")
    answers: list[tuple[FindRequest, list[str], str]] = []
    job = PhotoListJob()
    job.found.connect(
        lambda request, photos, sentence: answers.append(
            (request, [each.path.name for each in photos], sentence)
        )
    )
    request = FindRequest((tmp_path / "b.png", tmp_path / "in", tmp_path / "empty"))
    job.find(request)
    assert answers == [
        (request, ["b.png", "a.jpg", "c.png"], "There is no photo to be upscaled in empty.")
    ]
    request.cancelled.set()
    job.find(request)
    assert len(answers) == 1
    job.closing.set()
    job.look(tmp_path / "b.png")


def test_a_thumbnail_has_no_hidden_colours(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    image = Image.new("RGBA", (400, 300), (0, 255, 0, 0))
    image.paste((200, 0, 0, 255), (100, 0, 400, 300))
    image.save(path)
    thumbnail = look(path).image
    assert thumbnail is not None
    assert thumbnail.pixelColor(1, 1).alpha() == 0
    row = [thumbnail.pixelColor(x, thumbnail.height() // 2) for x in range(thumbnail.width())]
    assert max(colour.green() for colour in row if colour.alpha() > 8) <= 8
