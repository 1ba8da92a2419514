"""Text and faces are found where they are, and not where they are not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from cozviewer.chain.trust.detections import Find
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.models.detectors import NEEDED, is_text, text_and_face_detector
from cozviewer.util.errors import Failure
from tests.packages import Packages


@pytest.fixture(scope="module")
def find() -> Find:
    """The detector that the window uses."""
    for name in NEEDED:
        pytest.importorskip(name, reason="the extra `detect` is not installed")
    found = text_and_face_detector()
    assert found is not None
    return found


def overlap(one: Rect, other: Rect) -> float:
    """Return intersection over union, 0..1."""
    common = one.intersected(other).area
    return common / (one.area + other.area - common)


def test_text_is_found_where_it_stands(find: Find) -> None:
    image = Image.fromarray(data.coffee()).resize((1200, 800), Image.Resampling.BICUBIC)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(44)
    left, top, right, bottom = map(round, draw.textbbox((700, 90), "OPEN DAILY 9-5", font))
    draw.text((700, 90), "OPEN DAILY 9-5", (250, 250, 250), font)
    found = find(np.asarray(image))
    assert [each.kind for each in found] == ["text"]
    assert overlap(found[0].box, Rect(left, top, right - left, bottom - top)) > 0.6


def test_garbled_letters_are_text_too(find: Find) -> None:
    image = Image.fromarray(data.coffee()).resize((1200, 800), Image.Resampling.BICUBIC)
    font, x = ImageFont.load_default(44), 700
    for i, letter in enumerate("REFERENCE"):
        glyph = Image.new("L", (int(font.getlength(letter)) + 1, 58))
        ImageDraw.Draw(glyph).text((0, 0), letter, 255, font)
        if i % 2:
            glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        image.paste((250, 250, 250), (x, 90), glyph)
        x += glyph.width + 1
    found = find(np.asarray(image))
    assert [each.kind for each in found] == ["text"]
    assert overlap(found[0].box, Rect(700, 100, x - 700, 34)) > 0.5


def test_every_line_of_a_scan_is_found(find: Find) -> None:
    page = np.repeat(data.page()[..., None], 3, axis=-1)
    found = find(page)
    assert {each.kind for each in found} == {"text"}
    assert len(found) == 7


@pytest.mark.parametrize("scale", [1, 2])
def test_a_face_is_found_where_it_is(find: Find, scale: int) -> None:
    photo = Image.fromarray(data.astronaut())
    found = find(np.asarray(photo.resize((512 * scale, 512 * scale), Image.Resampling.BICUBIC)))
    faces = [each for each in found if each.kind == "face"]  # there is a name badge, too
    assert len(faces) == 1
    assert overlap(faces[0].box, Rect(*(scale * side for side in (175, 80, 95, 95)))) > 0.6


@pytest.mark.parametrize("name", ["coffee", "chelsea", "rocket", "brick", "camera"])
def test_where_there_is_neither_nothing_is_found(find: Find, name: str) -> None:
    photo = getattr(data, name)()
    rgb: Rgb8 = np.repeat(photo[..., None], 3, axis=-1) if photo.ndim == 2 else photo
    assert list(find(rgb)) == []


def test_flat_and_tiny_frames_hold_nothing(find: Find) -> None:
    assert list(find(np.full((64, 48, 3), 128, np.uint8))) == []
    assert list(find(np.zeros((1, 1, 3), np.uint8))) == []


def test_a_model_that_is_missing_is_not_fetched(
    find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cozviewer.models.detectors.files", lambda package: tmp_path)
    other = text_and_face_detector()
    assert other is not None
    with pytest.raises(Failure, match=r"detection is incomplete, .*: reinstall it\.$"):
        other(np.zeros((64, 64, 3), np.uint8))


def test_one_letter_repeated_is_no_text() -> None:
    assert is_text("No 7")
    assert is_text("出口")
    assert not is_text("0000")
    assert not is_text("8")
    assert not is_text("--- ..")


def test_without_the_extra_nobody_looks(packages: Packages) -> None:
    packages.hide("dlib")
    assert text_and_face_detector() is None
