"""Exports of maps lie where rasterio finds them: by tags of TIFF, else by files beside them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.georeferenced import existing_side_files
from cozviewer.export.run import run_task
from cozviewer.export.tasks import ImageOptions, ImageTask, RegionTask, replaced_by_task
from cozviewer.export.upscaling.upscale import UpscaleOptions, upscale_photo
from cozviewer.image.georeference import Georeference
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source, open_source
from cozviewer.models.prompters import TextPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.geometry import LevelRegion
from cozviewer.pyramid.georeference import reference_of_view
from cozviewer.pyramid.orientation import Orientation
from cozviewer.pyramid.pyramid import Pyramid
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.image.regions.region_files import geotiff
from tests.pyramid.pyramids import gentle, pyramid_of

AFFINE = (10.0, 0.0, 500_000.0, 0.0, -10.0, 5_400_000.0)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Return a map of 80 x 60 pixels."""
    bands = gentle(80, 60).transpose(2, 0, 1)
    path = tmp_path_factory.mktemp("maps") / "a.tif"
    return open_source(geotiff(path, bands, photometric="RGB"))


@pytest.fixture
def chain(source: Source) -> Iterator[Chain]:
    """Give a chain over the map."""
    upscaler, prompter = DetailUpscaler(), TextPrompter("a field")
    empty = pyramid_of(gentle(8, 8))
    pyramid = Pyramid(source, empty.store)
    yield Chain(pyramid, upscaler, prompter, recipe_of(upscaler, prompter))
    pyramid.store.close()


def found(path: Path) -> Any:
    """Return what rasterio reads: the map of a file, and the number of its reference system."""
    with rasterio.open(path) as file:
        crs = file.crs or rasterio.CRS.from_wkt(path.with_suffix(".prj").read_text())
        return tuple(file.transform)[:6], crs.to_epsg()


@pytest.mark.parametrize("ending", ["tif", "png", "jpg"])
@pytest.mark.parametrize("z", [-1, 0, 2])
def test_a_region_lies_where_it_did(tmp_path: Path, chain: Chain, ending: str, z: int) -> None:
    path = tmp_path / f"a.{ending}"
    run_task(RegionTask(path, LevelRegion(z, Rect(8, 4, 20, 10))), chain)
    size = 10 / 2.0**z
    assert found(path) == (
        pytest.approx((size, 0, 500_000 + 8 * size, 0, -size, 5_400_000 - 4 * size)),
        32632,
    )
    beside = {each.suffix for each in tmp_path.iterdir() if each.is_file()} - {f".{ending}"}
    world = {"png": ".pgw", "jpg": ".jgw"}
    assert beside == (set() if ending == "tif" else {world[ending], ".prj"})


@pytest.mark.parametrize("turns", [1, 2])
def test_a_turned_region_and_view_lie_where_they_did(
    tmp_path: Path, chain: Chain, turns: int
) -> None:
    turned = Orientation(turns, mirrored=True)
    for ending in ("tif", "png"):
        path = tmp_path / f"a.{ending}"
        run_task(RegionTask(path, LevelRegion(0, Rect(8, 4, 20, 10)), orientation=turned), chain)
        with rasterio.open(path) as file, rasterio.open(chain.pyramid.source.path) as photo:
            pixels, affine = file.read(), file.transform
            for row, column in ((0, 0), (file.height - 1, 3)):
                x, y = affine @ (column + 0.5, row + 0.5)
                expected = next(photo.sample([(x, y)]))
                assert pixels[:, row, column].tolist() == expected.tolist()
    view = View(camera_at(40, 30, 2.0), 32, 16, turned)
    run_task(ImageTask(tmp_path / "view.tif", view), chain)
    reference = chain.pyramid.source.georeference
    assert reference is not None
    assert found(tmp_path / "view.tif")[0] == pytest.approx(
        reference_of_view(reference, view).transform
    )


def test_a_large_tiff_has_files_beside_it(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_in_bands(monkeypatch, 100)
    path = tmp_path / "a.tif"
    run_task(RegionTask(path, LevelRegion(0, Rect(8, 4, 20, 10))), chain)
    assert (tmp_path / "a.tfw").read_text() == "10.0\n0.0\n0.0\n-10.0\n500085.0\n5399955.0\n"
    assert found(path) == (pytest.approx((10, 0, 500_080, 0, -10, 5_399_960)), 32632)


def test_a_whole_map_is_upscaled_with_its_coordinates(tmp_path: Path, chain: Chain) -> None:
    taken = tmp_path / "a-2x.pgw"
    taken.write_text("somebody's")
    made = upscale_photo(chain, UpscaleOptions(scale=2, format="PNG", folder=tmp_path))
    assert made.path == tmp_path / "a-2x (2).png"
    assert found(made.path) == (pytest.approx((5, 0, 500_000, 0, -5, 5_400_000)), 32632)
    assert taken.read_text() == "somebody's"


def test_coordinates_are_left_out_where_asked(tmp_path: Path, chain: Chain) -> None:
    task = RegionTask(
        tmp_path / "a.png", LevelRegion(0, Rect(0, 0, 9, 9)), ImageOptions(place=False)
    )
    run_task(task, chain)
    tiff = RegionTask(
        tmp_path / "b.tif", LevelRegion(0, Rect(0, 0, 9, 9)), ImageOptions(place=False)
    )
    run_task(tiff, chain)
    upscale_photo(chain, UpscaleOptions(scale=2, format="PNG", folder=tmp_path, place=False))
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"a.png", "b.tif", "a-2x.png"}
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning), rasterio.open(tiff.path) as file:
        assert file.crs is None


def test_what_would_be_replaced_beside_an_image_is_named(tmp_path: Path, chain: Chain) -> None:
    source = chain.pyramid.source
    task = RegionTask(tmp_path / "a.png", LevelRegion(0, Rect(0, 0, 9, 9)))
    assert replaced_by_task(task.path, task, True, source) == []
    (tmp_path / "a.prj").write_text("")
    (tmp_path / "a.pgw").write_text("")
    beside = [tmp_path / "a.pgw", tmp_path / "a.prj"]
    assert replaced_by_task(task.path, task, True, source) == beside
    assert replaced_by_task(task.path, task, False, source) == []
    (tmp_path / "a.tfw").write_text("")
    assert replaced_by_task(tmp_path / "a.tif", task, True, source) == []


def test_a_map_without_a_named_system_has_a_world_file_alone(tmp_path: Path) -> None:
    reference = Georeference(AFFINE)
    for name in ("a.tfw", "a.prj"):
        (tmp_path / name).write_text("")
    assert existing_side_files(tmp_path / "a.tif", reference, (9, 9)) == [tmp_path / "a.tfw"]
    assert existing_side_files(tmp_path / "a.dzi", reference, (9, 9)) == []
    named = replace(reference, prj="PROJCS[]")
    assert len(existing_side_files(tmp_path / "a.tif", named, (9, 9))) == 2
    assert np.all(np.isfinite(named.transform))
