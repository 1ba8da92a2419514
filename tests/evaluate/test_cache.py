"""What `evaluate` keeps is used as far as it makes sense."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.paper import SIDE
from cozviewer.evaluate.cache import Kept
from cozviewer.util.folders import evaluations_folder

STATE = np.zeros((SIDE, SIDE, 3), np.uint8)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Two states and no figures."""
    made = Kept(tmp_path, STATE, "method", pytest.fail)
    for index in (1, 2):
        made.keep_state(index, STATE)
    return made


@pytest.fixture
def folder(kept: Kept, tmp_path: Path) -> Path:
    (folder,) = evaluations_folder(tmp_path).iterdir()
    return folder


def test_figures_that_are_no_numbers_are_left_out(kept: Kept, folder: Path) -> None:
    values = {"a": 1.5, "b": None, "c": "x", "d": [1], "e": True, "f": 10**400, "g": 3}
    text = json.dumps(values)[:-1] + ', "h": NaN, "i": Infinity, "j": -1e999}'
    (folder / "1.json").write_text(text)
    assert kept._read(1) == {"a": 1.5, "b": None, "g": 3}


@pytest.mark.parametrize("text", ["[" * 100_000, "7", "", "\xff"])
def test_a_broken_file_of_figures_is_none(kept: Kept, folder: Path, text: str) -> None:
    (folder / "1.json").write_text(text, "latin-1")
    assert kept._read(1) == {}


@pytest.mark.parametrize("size", [(SIDE, SIDE - 1), (30_000, 10_000)])
def test_a_state_of_another_size_is_not_decoded(
    kept: Kept, folder: Path, size: tuple[int, int]
) -> None:
    assert len(kept.states(3)) == 2
    Image.new("1", size).save(folder / "2.png", compress_level=1)
    assert len(kept.states(3)) == 1
