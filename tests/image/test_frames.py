"""Frames of animations: each can be opened, and a file says how many it has."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from cozviewer.util.errors import BadInput

FRAMES: list[Rgb8] = [
    np.full((24, 32, 3), colour, np.uint8) for colour in ((220, 30, 30), (30, 200, 60), (9, 9, 99))
]
for _number, _frame in enumerate(FRAMES):
    _frame[8:16, 8 * _number : 8 * _number + 8] = 255


def animated(kind: str, frames: list[Rgb8] = FRAMES) -> bytes:
    """Return an animation; what is equal in two frames is kept once."""
    every: dict[str, dict[str, Any]] = {
        "GIF": {"disposal": 1},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }
    file = io.BytesIO()
    first, *rest = map(Image.fromarray, frames)
    first.save(file, kind, save_all=True, append_images=rest, duration=100, **every.get(kind, {}))
    return file.getvalue()


def heic() -> bytes:
    from pillow_heif import HeifFile

    file = io.BytesIO()
    several = HeifFile()  # type: ignore[no-untyped-call]
    for frame in FRAMES:
        several.add_from_pillow(Image.fromarray(frame))
    several.save(file, quality=95, chroma=444)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "HEIC"])
def test_each_frame(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "moving"
    path.write_bytes(heic() if kind == "HEIC" else animated(kind))
    first = open_source(path)
    assert (first.page, first.pages) == (1, 3)
    assert first.notices == (f"{'Page' if kind == 'HEIC' else 'Frame'} 1 of 3 is open.",)
    digests = set()
    for number, frame in enumerate(FRAMES, 1):
        source = open_source(path, page=number)
        within = 6 if kind in ("AVIF", "HEIC") else 0
        difference = np.abs(source.levels[0].astype(int) - frame)
        assert (difference.mean() if within else difference.max()) <= within
        assert (source.page, source.pages, source.notices) == (number, 3, ())
        digests.add(source.digest)
    assert len(digests) == 3
    for wrong in (0, 4):
        with pytest.raises(BadInput, match=f"moving has no page {wrong}: choose one from 1 to 3"):
            open_source(path, page=wrong)


def test_an_image_of_one_page_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    path.write_bytes(animated("PNG", FRAMES[:1]))
    source = open_source(path)
    assert (source.page, source.pages, source.notices) == (1, 1, ())
    assert open_source(path, page=1).pages == 1


def test_the_second_image_of_a_jpeg_is_no_page(tmp_path: Path) -> None:
    """MPO: a depth map, a gain map, or the other eye."""
    path = tmp_path / "photo.jpg"
    file = io.BytesIO()
    first, *rest = map(Image.fromarray, FRAMES)
    first.save(file, "MPO", save_all=True, append_images=rest)
    path.write_bytes(file.getvalue())
    assert open_source(path).pages == 1


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_transparency_is_found(tmp_path: Path, mode: str) -> None:
    rgba = np.dstack([FRAMES[0], np.full(FRAMES[0].shape[:2], 255, np.uint8)])
    opaque, path = Image.fromarray(rgba).convert(mode), tmp_path / "logo.png"
    opaque.save(path)
    assert open_source(path).alpha is None
    rgba[0, 0, 3] = 0
    Image.fromarray(rgba).convert(mode).save(path)
    source = open_source(path)
    assert source.notices == ()
    assert source.alpha is not None
    assert np.argwhere(source.alpha.levels[0] != 255).tolist() == [[0, 0]]
