"""Exports of a calibrated image have its resolution, scaled by the magnification."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tifffile
from PIL import Image

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.run import Task, run_task
from cozviewer.export.tasks import ImageTask, RegionTask
from cozviewer.image.rect import Rect
from cozviewer.image.resolution import Resolution
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.pyramid import Pyramid
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.pyramid.pyramids import gentle, pyramid_of

PER_CM = 40_000


def chain_of(resolution: Resolution | None) -> Chain:
    plain = pyramid_of(gentle(80, 60))
    pyramid = Pyramid(replace(plain.source, resolution=resolution), plain.store)
    upscaler, prompter = DetailUpscaler(), NoPrompter()
    return Chain(pyramid, upscaler, prompter, recipe_of(upscaler, prompter))


def region(path: Path) -> Task:
    return RegionTask(path, LevelRegion(2, Rect(10, 20, 200, 100)))


def view(path: Path) -> Task:
    return ImageTask(path, View(camera_at(40, 30, 4), 64, 48))


def per_cm(path: Path) -> tuple[float, float]:
    """Return pixels per centimetre, as readers find them that have nothing to do with cozviewer."""
    if path.suffix == ".tif":
        with tifffile.TiffFile(path) as tif:
            tags = tif.pages.first.tags
            assert tags["ResolutionUnit"].value == 3
            numbers = [tags[name].value for name in ("XResolution", "YResolution")]
            return tuple(above / below for above, below in numbers)
    with Image.open(path) as image:
        across, down = image.info["dpi"]
    return across / 2.54, down / 2.54


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("task", [region, view])
@pytest.mark.parametrize("bands", [False, True])
def test_four_times_as_many_pixels(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    task: Callable[[Path], Task],
    bands: bool,
) -> None:
    if bands:
        pytest.importorskip("pyvips")
        write_in_bands(monkeypatch)
    path = tmp_path / f"scan{suffix}"
    chain = chain_of(Resolution(PER_CM, PER_CM / 2, "cm"))
    run_task(task(path), chain)
    assert per_cm(path) == pytest.approx((4 * PER_CM, 2 * PER_CM), rel=1e-6)
    chain.pyramid.store.close()


def test_of_jpeg_within_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "scan.jpg"
    chain = chain_of(Resolution(100, 50, "inch"))
    run_task(view(path), chain)
    with Image.open(path) as image:
        assert image.info["dpi"] == (400, 200)
    chain.pyramid.store.close()


def test_without_one_none_is_made_up(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    chain = chain_of(None)
    run_task(view(path), chain)
    with Image.open(path) as image:
        assert "dpi" not in image.info
    chain.pyramid.store.close()
