"""The figures on free photos are those that are kept, and as good as they should be.

Simple enlargements are computed anew on all photos, Real-ESRGAN on a small state of one only, since
it takes minutes for all: COZVIEWER_ALL_FIGURES=1 computes everything.
"""

import math
import os
from pathlib import Path
from statistics import mean

import pytest

from tests.commands.conftest import Run
from tests.commands.evaluate_figures import (
    BARE,
    EXACT,
    FIGURES,
    PHOTOS,
    SMALL,
    SMALL_PHOTOS,
    UNCORRECTED,
    Table,
    kept,
    save_photos,
    table_of,
)

ALL = os.environ.get("COZVIEWER_ALL_FIGURES") == "1"

TOLERANCES = {"niqe": 0.02, "lr_psnr": 0.01, "drift": 0.0, "blocks": 0.0}
"""Parts by which figures may differ from those kept: processors and libraries round differently."""

GRAINS = {"niqe": 0.02, "lr_psnr": 0.1, "drift": 0.05, "blocks": 0.1}
"""What they may differ by besides: of NIQE's units, decibels, grey levels."""


def evaluated(
    run: Run, folder: Path, methods: str, photos: tuple[str, ...], levels: int, *words: str
) -> Table:
    save_photos(folder, photos)
    usual = ("evaluate", folder, "--methods", methods, "--levels", levels)
    return table_of(run(*usual, *EXACT, *words, "--no-cache", "--json").report)


def assert_as_kept(found: Table) -> None:
    table = kept()
    for method, photos in found.items():
        for photo, figures in photos.items():
            for name in FIGURES:
                for i, value in enumerate(figures[name]):
                    usual = table[method][photo][name][i]
                    what = f"{method}, {photo}, {name}, level {i + 1}: {value}, kept {usual}"
                    if value is None or usual is None:
                        assert value is usual, what
                        continue
                    near = math.isclose(
                        value, usual, rel_tol=TOLERANCES[name], abs_tol=GRAINS[name]
                    )
                    assert near, what


def test_simple_enlargements_on_all_photos(run: Run, tmp_path: Path) -> None:
    found = evaluated(run, tmp_path, "nearest,bicubic", PHOTOS, 4)
    assert [*found] == ["nearest", "bicubic"]
    assert {*found["bicubic"]} == {*PHOTOS}
    assert_as_kept(found)


@pytest.mark.usefixtures("small_states")
def test_a_step_of_the_real_network(run: Run, tmp_path: Path) -> None:
    found = evaluated(run, tmp_path, "realesrgan", SMALL_PHOTOS, 1)
    assert_as_kept({SMALL: found["realesrgan"]})


@pytest.mark.skipif(not ALL, reason="takes a quarter of an hour: set COZVIEWER_ALL_FIGURES=1")
def test_the_real_network_on_all_photos(run: Run, tmp_path: Path) -> None:
    assert_as_kept(evaluated(run, tmp_path, "onestep,realesrgan", PHOTOS, 4))
    bare = evaluated(run, tmp_path, "realesrgan", PHOTOS, 4, *BARE[2:])
    assert_as_kept({UNCORRECTED: bare["realesrgan"]})


def test_the_chain_stays_true_to_what_it_began_with() -> None:
    """What fidelity promises, for every photo and step that is kept."""
    figures = kept()["realesrgan"].values()
    values = {name: [each[name] for each in figures] for name in FIGURES}
    assert all(drift is not None and drift < 1 for each in values["drift"] for drift in each)
    assert all(block is not None and block < 2 for each in values["blocks"] for block in each)
    assert all(value is not None and value >= 38 for each in values["lr_psnr"] for value in each)


def test_the_chain_looks_more_natural_than_enlarging() -> None:
    for level in range(4):
        assert niqe("realesrgan", level) < niqe("bicubic", level)


def test_being_true_costs_no_naturalness() -> None:
    for level in range(4):
        assert niqe("realesrgan", level) < 1.03 * niqe(UNCORRECTED, level)


def niqe(method: str, level: int) -> float:
    """Return the mean of what is kept."""
    found = [figures["niqe"][level] for figures in kept()[method].values()]
    return mean(value for value in found if value is not None)
