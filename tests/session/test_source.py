"""A session finds its image again wherever both went, and says so where it does not."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cozviewer.image.source import open_source
from cozviewer.session.source import SourceMissing, open_path, reference_to
from cozviewer.util.errors import BadInput, Cancelled
from tests.pyramid.images import encoded, smooth
from tests.pyramid.sessions import HEIGHT, WIDTH, change, saved


def another_picture(path: Path) -> Path:
    path.write_bytes(encoded(smooth(WIDTH, HEIGHT)[::-1], "PNG"))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    return saved(tmp_path / "a")


def test_an_image_is_no_session(file: Path) -> None:
    photo = file.with_name("photo.png")
    assert open_path(photo).session is None
    with pytest.raises(BadInput, match=r"photo\.png is not a session, so --source does not"):
        open_path(photo, photo)


def test_it_is_where_it_was(file: Path) -> None:
    image = open_path(file)
    assert image.session is not None
    assert image.session.path == file
    assert image.source.digest == open_source(file.with_name("photo.png")).digest


def test_both_may_move_together(file: Path, tmp_path: Path) -> None:
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    image = open_path(tmp_path / "elsewhere" / "trip.cozview")
    assert image.source.path == tmp_path / "elsewhere" / "photo.png"


def test_the_session_alone_may_move(file: Path, tmp_path: Path) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    moved = file.rename(tmp_path / "far" / "away" / "trip.cozview")
    assert open_path(moved).source.path == tmp_path / "a" / "photo.png"


def test_an_image_beside_the_session_will_do(file: Path, tmp_path: Path) -> None:
    source = open_source(file.with_name("photo.png"))
    reference = reference_to(source, tmp_path / "b" / "c" / "trip.cozview")
    assert reference.relative == "../../a/photo.png"
    gone = "UPDATE about SET value = '../x/photo.png' WHERE name IN ('source_path',"
    change(file, lambda sql: sql.execute(f"{gone} 'source_relative')"))
    assert open_path(file).source.path == file.with_name("photo.png")


def test_an_image_that_is_gone_is_told(file: Path) -> None:
    photo = file.with_name("photo.png")
    photo.unlink()
    with pytest.raises(SourceMissing) as raised:
        open_path(file)
    sentence = str(raised.value)
    assert sentence == (
        f"The photo of trip.cozview is not at {photo} ({WIDTH} x {HEIGHT} pixels): name its "
        "file with --source FILE."
    )
    assert (
        raised.value.what
        == f"The photo of trip.cozview is not at {photo} ({WIDTH} x {HEIGHT} pixels)."
    )


def test_an_image_that_has_changed_is_told(file: Path) -> None:
    photo = another_picture(file.with_name("photo.png"))
    with pytest.raises(SourceMissing, match=rf"{photo}, has changed since then: name its"):
        open_path(file)
    photo.write_bytes(b"no image any more")
    with pytest.raises(SourceMissing, match="is not at"):
        open_path(file)


def test_an_image_can_be_named(file: Path, tmp_path: Path) -> None:
    named = file.with_name("photo.png").rename(tmp_path / "renamed.jpg")
    assert open_path(file, named).source.path == named
    other = another_picture(tmp_path / "other.png")
    with pytest.raises(SourceMissing, match=r"other\.png is not the photo of trip\.cozview, which"):
        open_path(file, other)
    with pytest.raises(BadInput, match=r"nothing\.png does not exist"):
        open_path(file, tmp_path / "nothing.png")


def test_what_somebody_wrote_into_it_reaches_no_other_machine(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.with_name("photo.png").unlink()
    made_up = "UPDATE about SET value = '//evil/share/photo.png' WHERE name IN ('source_path',"
    change(file, lambda sql: sql.execute(f"{made_up} 'source_relative', 'source_name')"))
    asked: list[str] = []
    stat = os.stat

    def noted(path: Any, *args: Any, **words: Any) -> os.stat_result:
        asked.append(str(path))
        return stat(path, *args, **words)

    monkeypatch.setattr(os, "stat", noted)
    with pytest.raises(SourceMissing):
        open_path(file)
    assert not [path for path in asked if "evil" in path]


def test_reading_the_session_can_be_stopped(file: Path) -> None:
    with pytest.raises(Cancelled):
        open_path(file, cancelled=lambda: True)


@pytest.mark.parametrize("start", ["//", "\\\\", "/\\", "\\/"])
def test_a_path_on_another_machine_is_not_looked_at(
    file: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """Windows would log in there with the user's name."""
    place = f"{start}host/share/photo.png"
    change(
        file,
        lambda sql: sql.execute(
            "UPDATE about SET value = ? WHERE name LIKE 'source_%' "
            "AND name IN ('source_path', 'source_relative', 'source_name')",
            (place,),
        ),
    )
    looked_at = []
    resolve = Path.resolve

    def noted(self: Path, strict: bool = False) -> Path:
        looked_at.append(str(self))
        return resolve(self, strict)

    monkeypatch.setattr(Path, "resolve", noted)
    with pytest.raises(SourceMissing):
        open_path(file)
    assert not [path for path in looked_at if "host" in path]


def test_the_page_of_a_session_is_found_again(file: Path) -> None:
    photo, meant = file.with_name("photo.png"), smooth(WIDTH, HEIGHT)
    pages = io.BytesIO()
    first, *rest = map(Image.fromarray, (255 - meant, meant[::-1], meant))
    first.save(pages, "TIFF", save_all=True, append_images=rest)
    photo.write_bytes(pages.getvalue())
    image = open_path(file)
    assert image.session is not None
    assert (image.source.page, image.source.pages) == (3, 3)
    assert open_path(photo, page=2).source.page == 2
    with pytest.raises(BadInput, match=r"trip\.cozview is a session, which records its page"):
        open_path(file, page=1)
