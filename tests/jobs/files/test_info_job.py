"""What the job for the panels reports, and that nobody is answered who asked no longer."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.rect import Rect
from cozviewer.image.source import open_source, source_from_pixels
from cozviewer.jobs.files.info_job import HistogramRequest, InfoJob, PhotoInfo, PhotoRequest
from cozviewer.jobs.images import to_qimage


@pytest.fixture
def job() -> InfoJob:
    return InfoJob()


def test_a_photo_with_a_file_and_one_without(job: InfoJob, tmp_path: Path) -> None:
    found: list[PhotoInfo] = []
    job.photo_known.connect(lambda _, info: found.append(info))
    path = tmp_path / "a.png"
    Image.new("RGB", (20, 10)).save(path)
    job.read_photo(PhotoRequest(open_source(path)))
    job.read_photo(PhotoRequest(source_from_pixels(np.zeros((4, 4, 3), np.uint8), "pasted")))
    assert found[0].facts is not None
    assert found[0].facts.format == "PNG"
    assert (found[1].facts, found[1].origin) == (None, None)


def test_a_histogram_of_a_part_and_of_all(job: InfoJob) -> None:
    rgb = np.zeros((10, 20, 3), np.uint8)
    rgb[:, 10:] = 255
    source = source_from_pixels(rgb, "halves")
    counted: list[tuple[int, int]] = []
    job.counted.connect(lambda _, found: counted.append((found.black, found.white)))
    job.count(HistogramRequest(source, to_qimage(rgb), Rect(5, 2, 10, 4)))
    job.count(HistogramRequest(source, None, Rect(0, 0, 20, 10)))
    assert counted == [(20, 20), (100, 100)]


def test_a_cancelled_request_gets_no_answer(job: InfoJob) -> None:
    source = source_from_pixels(np.zeros((4, 4, 3), np.uint8), "black")
    answers: list[object] = []
    job.counted.connect(lambda *found: answers.append(found))
    request = HistogramRequest(source, None, Rect(0, 0, 4, 4))
    request.cancelled.set()
    job.count(request)
    assert answers == []


def test_a_broken_file_is_reported_with_its_request(job: InfoJob, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (20, 10)).save(path)
    request = PhotoRequest(open_source(path))
    path.write_bytes(b"no image any more")
    failures: list[tuple[object, str]] = []
    job.failed.connect(lambda *failed: failures.append(failed))
    job.read_photo(request)
    assert failures[0][0] is request
    assert "a.png" in failures[0][1]
