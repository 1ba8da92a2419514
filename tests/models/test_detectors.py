"""Text and faces are found where they are, and not where they are not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from cozviewer.chain.trust.findings import Find
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.models.detectors import NEEDED, _Detectors, is_text, text_and_face_detector
from cozviewer.models.without_torch import threads
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


def photo(name: str) -> Rgb8:
    """Return a photo in RGB."""
    pixels: Rgb8 = getattr(data, name)()
    return np.repeat(pixels[..., None], 3, axis=-1) if pixels.ndim == 2 else pixels


def test_text_is_found_where_it_stands_even_with_garbled_letters(find: Find) -> None:
    table = Image.fromarray(photo("coffee")).resize((1200, 800), Image.Resampling.BICUBIC)
    image = table.crop((464, 0, 1200, 736))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(44)
    left, top, right, bottom = map(round, draw.textbbox((236, 90), "OPEN DAILY 9-5", font))
    draw.text((236, 90), "OPEN DAILY 9-5", (250, 250, 250), font)
    x = 236
    for i, letter in enumerate("REFERENCE"):
        glyph = Image.new("L", (int(font.getlength(letter)) + 1, 58))
        ImageDraw.Draw(glyph).text((0, 0), letter, 255, font)
        if i % 2:
            glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        image.paste((250, 250, 250), (x, 190), glyph)
        x += glyph.width + 1
    found = find(np.asarray(image))
    assert [each.kind for each in found] == ["text", "text"]
    plain, garbled = (each.box for each in found)
    assert overlap(plain, Rect(left, top, right - left, bottom - top)) > 0.6
    assert overlap(garbled, Rect(236, 200, x - 236, 34)) > 0.5


def test_every_line_of_a_scan_is_found(find: Find) -> None:
    found = find(np.ascontiguousarray(photo("page")[:, :192]))
    assert {each.kind for each in found} == {"text"}
    assert len(found) == 7


def face() -> Rgb8:
    """Return a part of a photo, (256, 256, 3), with a face at (95, 60) of 95 x 95 pixels."""
    return photo("astronaut")[20:276, 80:336]


def test_a_face_is_found_and_nothing_in_the_photos_beside_it(find: Find) -> None:
    cat, rocket, bricks = (photo(name)[:256, 100:356] for name in ("chelsea", "rocket", "brick"))
    top, bottom = np.hstack([cat, face()]), np.hstack([rocket, bricks])
    (found,) = find(np.vstack([top, bottom]))
    assert found.kind == "face"
    assert overlap(found.box, Rect(256 + 95, 60, 95, 95)) > 0.6


def test_a_face_twice_as_large_is_found(find: Find) -> None:
    large = Image.fromarray(face()).resize((512, 512), Image.Resampling.BICUBIC)
    (found,) = find(np.asarray(large))
    assert found.kind == "face"
    assert overlap(found.box, Rect(190, 120, 190, 190)) > 0.6


def test_a_tripod_is_neither_text_nor_a_face(find: Find) -> None:
    """Though it looks a little like "0000", and something else a little like a face."""
    assert list(find(photo("camera"))) == []


def test_flat_and_tiny_frames_hold_nothing(find: Find) -> None:
    assert list(find(np.full((64, 64, 3), 128, np.uint8))) == []
    assert list(find(np.zeros((1, 1, 3), np.uint8))) == []


def test_a_model_that_is_missing_is_not_fetched(
    find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cozviewer.models.detectors.files", lambda package: tmp_path)
    other = text_and_face_detector()
    assert other is not None
    with pytest.raises(Failure, match=r"detection is incomplete, .*: reinstall it\.$"):
        other(np.zeros((64, 64, 3), np.uint8))


def test_it_computes_with_as_many_threads_as_the_networks(find: Find) -> None:
    assert isinstance(find, _Detectors)
    if find._read is None:
        find._load()
    assert find._read.cfg.EngineConfig.onnxruntime.intra_op_num_threads == threads()


def test_one_letter_repeated_is_no_text() -> None:
    assert is_text("No 7")
    assert is_text("出口")
    assert not is_text("0000")
    assert not is_text("8")
    assert not is_text("--- ..")


def test_without_the_extra_nobody_looks(packages: Packages) -> None:
    packages.hide("dlib")
    assert text_and_face_detector() is None
