"""Which photos are held out, and where samples are taken."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.align.samples import photos_of, sample_of, samples_digest, walks_of
from cozviewer.util.errors import Failure


def files(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


@pytest.mark.parametrize(
    ("count", "share", "held_out"),
    [(10, 0.1, 1), (10, 0.3, 3), (3, 0.1, 1), (2, 0.9, 1), (1, 0.5, 0), (5, 0.0, 0)],
)
def test_whole_photos_are_held_out(tmp_path: Path, count: int, share: float, held_out: int) -> None:
    photos = photos_of(files(tmp_path, count), share, seed=0)

    assert sum(photo.held_out for photo in photos) == held_out


def test_the_same_photos_are_held_out_from_a_larger_folder(tmp_path: Path) -> None:
    paths = files(tmp_path, 40)
    few = {photo.path for photo in photos_of(paths[:20], 0.1, 3) if photo.held_out}
    many = {photo.path for photo in photos_of(paths, 0.1, 3) if photo.held_out}

    assert few & many
    assert {photo.path for photo in photos_of(paths, 0.1, 4) if photo.held_out} != many


def test_samples_are_spread_over_photos_and_levels(tmp_path: Path) -> None:
    photos = photos_of(files(tmp_path, 3), 0.0, 0)

    walks = walks_of(photos, samples=26, levels=4, seed=0)

    assert sum(walk.levels for walk in walks) == 26
    assert [walk.levels for walk in walks] == [4] * 6 + [2]
    assert Counter(walk.photo.path.name for walk in walks) == {"0.jpg": 3, "1.jpg": 2, "2.jpg": 2}
    assert len({(walk.x, walk.y) for walk in walks}) == 7
    assert all(0 <= walk.x < 1 and 0 <= walk.y < 1 for walk in walks)
    samples = [sample_of(walk, level, tmp_path) for walk in walks for level in range(walk.levels)]
    assert len({sample.crop for sample in samples}) == 26
    assert [sample.wider is None for sample in samples[:4]] == [True, False, False, False]


def test_places_do_not_depend_on_the_number_of_samples(tmp_path: Path) -> None:
    photos = photos_of(files(tmp_path, 2), 0.0, 0)

    assert walks_of(photos, 8, 4, 0) == walks_of(photos, 40, 4, 0)[:2]
    assert walks_of(photos, 8, 4, 1) != walks_of(photos, 8, 4, 0)


def test_a_changed_photo_gets_other_samples(tmp_path: Path) -> None:
    path = files(tmp_path, 1)[0]
    before = photos_of([path], 0.0, 0)
    os.utime(path, (0, 0))

    assert photos_of([path], 0.0, 0)[0].key != before[0].key


def test_the_digest_is_of_the_images(tmp_path: Path) -> None:
    photo = photos_of(files(tmp_path, 1), 0.0, 0)
    sample = sample_of(walks_of(photo, 1, 1, 0)[0], 0, tmp_path)
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(sample.crop)
    digest = samples_digest([sample])
    wider, crop = sample.images()
    assert wider is None
    assert crop.shape == (4, 6, 3)

    Image.fromarray(np.ones((4, 6, 3), np.uint8)).save(sample.crop)
    assert samples_digest([sample]) != digest


def test_a_damaged_sample_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    photo = photos_of(files(tmp_path, 1), 0.0, 0)
    sample = sample_of(walks_of(photo, 1, 1, 0)[0], 0, tmp_path)
    sample.crop.write_bytes(b"no image")

    with pytest.raises(Failure, match="is gone or damaged"):
        sample.images()
