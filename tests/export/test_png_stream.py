"""The PNG stream for libvips: Pillow reads from it what went in."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from cozviewer.export.large import ROWS, png_stream
from cozviewer.image.pixels import Rgb8
from tests.pyramid.images import noise


def read(stream: bytes) -> Rgb8:
    with Image.open(io.BytesIO(stream)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return np.asarray(image)


@pytest.mark.parametrize("rows", [[70], [1, 69], [ROWS, ROWS, 6], [33, 37]])
def test_bands_of_any_height_make_the_image(rows: list[int]) -> None:
    picture = noise(50, 70)
    bands = np.split(picture, np.cumsum(rows)[:-1])
    assert np.array_equal(read(b"".join(png_stream(50, 70, bands))), picture)


def test_a_part_of_a_larger_array_is_a_band() -> None:
    picture = noise(50, 70)
    assert np.array_equal(
        read(b"".join(png_stream(20, 30, [picture[10:40, 5:25]]))), picture[10:40, 5:25]
    )


def test_a_band_is_asked_for_when_the_stream_gets_there() -> None:
    asked = []

    def bands() -> Iterator[Rgb8]:
        for index in range(3):
            asked.append(index)
            yield noise(8, ROWS)

    stream = png_stream(8, 3 * ROWS, bands())
    next(stream)
    assert asked == []
    next(stream)
    assert asked == [0]
    assert len(b"".join(stream)) > 8 * 2 * ROWS * 3
    assert asked == [0, 1, 2]
