"""A JPEG that ends early: what is there is shown, and what is missing is said."""

from pathlib import Path

import numpy as np
import pytest

from cozviewer.image.source import open_source, preview
from cozviewer.util.errors import BadInput
from tests.pyramid.images import encoded, noise

RGB = noise(160, 320)


def cut(tmp_path: Path, part: float = 1.0, last: int = 0, **options: object) -> Path:
    """Return a JPEG of which only a part is there, and of that not the last bytes."""
    whole = encoded(RGB, "JPEG", **options)
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole[: int(part * len(whole)) - last])
    return path


@pytest.fixture
def whole(tmp_path: Path) -> np.ndarray:
    return open_source(cut(tmp_path)).levels[0]


@pytest.mark.parametrize("last", [1, 2])
def test_without_the_end_marker_nothing_is_missing(
    tmp_path: Path, whole: np.ndarray, last: int
) -> None:
    source = open_source(cut(tmp_path, last=last))
    np.testing.assert_array_equal(source.levels[0], whole)
    assert source.warnings == ()


@pytest.mark.parametrize(("part", "missing"), [(0.3, 71), (0.5, 51), (0.8, 20)])
def test_the_good_part_is_shown(
    tmp_path: Path, whole: np.ndarray, part: float, missing: int
) -> None:
    """Noise is packed evenly, but for the header."""
    source = open_source(cut(tmp_path, part))
    (notice,) = source.warnings
    assert notice.startswith("The file ends early: the lower ")
    percent = int(notice.split("the lower ")[1].split("%")[0])
    assert abs(percent - missing) <= 3
    good = source.height * (100 - percent) // 100 - 32
    np.testing.assert_array_equal(source.levels[0][:good], whole[:good])
    assert (source.levels[0][-1] == 128).all()


def test_grey_images_too(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    content = encoded(RGB[..., 0], "JPEG")
    path.write_bytes(content[: len(content) // 2])
    assert "is missing" in open_source(path).warnings[0]


def test_the_last_row_of_blocks(tmp_path: Path, whole: np.ndarray) -> None:
    source = open_source(cut(tmp_path, last=200))
    assert source.warnings == ("The file ends early: the lower right corner is missing.",)
    np.testing.assert_array_equal(source.levels[0][:300], whole[:300])


def test_a_progressive_one_is_coarser(tmp_path: Path, whole: np.ndarray) -> None:
    source = open_source(cut(tmp_path, 0.7, progressive=True))
    assert source.warnings == ("The file ends early: fine detail may be missing.",)
    assert np.abs(source.levels[0].astype(int) - whole).mean() < 60


def test_if_nothing_is_there_it_is_refused(tmp_path: Path) -> None:
    content = encoded(RGB, "JPEG")
    path = tmp_path / "cut.jpg"
    path.write_bytes(content[: content.index(b"\xff\xda") + 15])
    with pytest.raises(BadInput, match=r"cut\.jpg is incomplete"):
        open_source(path)


def test_it_has_a_preview(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    content = encoded(noise(1100, 1100), "JPEG")
    path.write_bytes(content[: len(content) // 2])
    small = preview(path)
    assert small is not None
    assert small[1:] == (1100, 1100)
