"""Alpha in exported files, as Pillow and tifffile read it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.background import flattened_sentence
from cozviewer.export.image import FORMATS
from cozviewer.export.movies.camera_path import FrameSpec
from cozviewer.export.movies.frames import frames_of
from cozviewer.export.origin import read_origin
from cozviewer.export.run import run_task
from cozviewer.export.tasks import ImageOptions, ImageTask, RegionTask, StripTask
from cozviewer.export.upscaling.upscale import UpscaleOptions, upscale_photo
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import BACKGROUND, best_region, compose
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.transparency import WHITE, view_over
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.image.alpha.images import RED, disc_source
from tests.pyramid.pyramids import pyramid_of

BLACK = (0, 0, 0)
LOSSLESS = [".png", ".tif", ".webp"]
WITH_ALPHA = [form.suffixes[0] for form in FORMATS.values() if form.has_alpha]


@pytest.fixture
def chain() -> Iterator[Chain]:
    """A disc of 40 pixels, and an engine that draws detail everywhere."""
    upscaler, prompter = DetailUpscaler(accepts_prompt=False), NoPrompter()
    recipe = recipe_of(upscaler, prompter, photo_texture=False)
    store = pyramid_of(np.zeros((1, 1, 3), np.uint8)).store
    chain = Chain(Pyramid(disc_source(40), store), upscaler, prompter, recipe)
    yield chain
    store.close()


def whole(chain: Chain, path: Path, z: int = 2, **options: object) -> RegionTask:
    return RegionTask(path, chain.pyramid.whole_level(z), ImageOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_a_level_keeps_its_alpha(chain: Chain, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"disc{suffix}"
    run_task(whole(chain, path, quality=100), chain)
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        found = np.asarray(image)
    pyramid = chain.pyramid
    assert pyramid.source.alpha is not None
    alpha = pyramid.source.alpha.region(2, pyramid.level_rect(2))
    assert np.array_equal(found[..., 3], alpha)
    seen = alpha > 0
    expected = best_region(pyramid, pyramid.whole_level(2))
    assert np.array_equal(found[seen][:, :3], expected[seen])
    origin = read_origin(path)
    assert origin is not None
    assert (origin.kind, origin.alpha) == ("generated", "interpolated")


def test_a_tiff_names_its_extra_sample(chain: Chain, tmp_path: Path) -> None:
    path = tmp_path / "disc.tif"
    run_task(whole(chain, path, 0), chain)
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        assert page.extrasamples == (tifffile.EXTRASAMPLE.UNASSALPHA,)  # type: ignore[union-attr]
        pixels = page.asarray()
    source = chain.pyramid.source
    assert source.alpha is not None
    assert np.array_equal(pixels[..., :3], source.levels[0])
    assert np.array_equal(pixels[..., 3], source.alpha.levels[0])
    origin = read_origin(path)
    assert origin is not None
    assert (origin.kind, origin.alpha) == ("source", "source")


def test_lossy_formats_keep_it_nearly(chain: Chain, tmp_path: Path) -> None:
    assert chain.pyramid.source.alpha is not None
    alpha = chain.pyramid.source.alpha.levels[0]
    for suffix in (".avif", ".webp"):
        path = tmp_path / f"disc{suffix}"
        run_task(whole(chain, path, 0), chain)
        with Image.open(path) as image:
            found = np.asarray(image.convert("RGBA")).astype(int)
        assert np.abs(found[..., 3] - alpha).max() <= 12
        assert np.abs(found[alpha == 255][:, :3] - RED).max() <= 8


def test_deep_zoom_and_images_in_bands(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyvips")
    write_in_bands(monkeypatch, above=100)
    assert chain.pyramid.source.alpha is not None
    alpha = chain.pyramid.source.alpha.region(2, chain.pyramid.level_rect(2))
    for name in ("disc.png", "disc.tif", "disc.dzi"):
        run_task(whole(chain, tmp_path / name), chain)
    (tile,) = (tmp_path / "disc_files" / "8").iterdir()
    for path in (tmp_path / "disc.png", tmp_path / "disc.tif", tile):
        with Image.open(path) as image:
            assert image.mode == "RGBA"
            assert np.array_equal(np.asarray(image)[..., 3], alpha)
    with tifffile.TiffFile(tmp_path / "disc.tif") as file:
        assert file.pages[0].extrasamples == (tifffile.EXTRASAMPLE.UNASSALPHA,)  # type: ignore[union-attr]
    path = tmp_path / "disc.jpg"
    run_task(whole(chain, path), chain)
    with Image.open(path) as image:
        assert np.asarray(image)[1, 1].min() >= 250


@pytest.mark.parametrize("background", [None, WHITE, BLACK, (10, 200, 30)])
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_background(
    chain: Chain, tmp_path: Path, suffix: str, background: tuple[int, int, int] | None
) -> None:
    path = tmp_path / f"disc{suffix}"
    made = run_task(whole(chain, path, 0, background=background, quality=100), chain)
    with Image.open(path) as image:
        kept = image.mode == "RGBA"
        corner = np.asarray(image)[0, 0, :3].astype(int)
    assert kept == (suffix == ".png" and background is None)
    assert bool(made.origin.alpha) == kept
    if not kept:
        assert np.abs(corner - (background or WHITE)).max() <= 2
    said = flattened_sentence(chain.pyramid.source, path, background)
    assert ("JPEG" in said) == (suffix == ".jpg" and background is None)


def test_a_view_is_transparent_around_the_photo(chain: Chain, tmp_path: Path) -> None:
    view = View(camera_at(20, 20, 1.0), 60, 50)
    path = tmp_path / "view.png"
    run_task(ImageTask(path, view), chain)
    with Image.open(path) as image:
        found = np.asarray(image)
    assert not found[:5, :, 3].any()
    assert found[25, 30].tolist() == [*RED, 255]
    run_task(ImageTask(path, view, ImageOptions(background=WHITE)), chain)
    with Image.open(path) as image:
        found = np.asarray(image)
    assert found[0, 0].tolist() == list(BACKGROUND)
    assert found[6, 11].tolist() == list(WHITE)


@pytest.mark.parametrize("zoom", [0.5, 4.0, 16.0])
@pytest.mark.parametrize("hidden", [0, 255])
def test_no_halo_over_black_and_white(zoom: float, hidden: int) -> None:
    """Every colour at the edge is a mixture of the disc's and the background's."""
    store = pyramid_of(np.zeros((1, 1, 3), np.uint8)).store
    pyramid = Pyramid(disc_source(200, hidden), store)
    side = min(200, round(200 * zoom))
    view = View(camera_at(100, 31 if zoom > 1 else 100, zoom), side, side)
    colours = compose(pyramid, view)
    shares = np.linspace(0, 1, 256)[:, None]
    for background in (BLACK, WHITE):
        found = view_over(pyramid.source, view, colours, background)
        mixed = np.rint(np.array(RED) * shares + np.array(background) * (1 - shares))
        kinds = np.unique(found.reshape(-1, 3), axis=0).astype(int)
        assert len(kinds) > 5
        assert np.abs(kinds[:, None] - mixed[None]).max(axis=2).min(axis=1).max() <= 1
    store.close()


def test_sheets_and_movies_lie_on_white(chain: Chain, tmp_path: Path) -> None:
    views = tuple(View(camera_at(4, 4, zoom), 40, 40) for zoom in (1.0, 4.0))
    path = tmp_path / "strip.png"
    run_task(StripTask(path, views), chain)
    with Image.open(path) as image:
        assert image.mode == "RGB"
        assert (np.asarray(image) == 255).all(axis=2).sum() > 1500
    spec = [FrameSpec(View(camera_at(20, 20, 1.0), 40, 40), 1)]
    for colour in (WHITE, BLACK):
        ((frame, _),) = frames_of(chain.pyramid, spec, None, background=colour)
        assert tuple(frame[0, 0].tolist()) == colour
        assert frame[20, 20].tolist() == list(RED)


@pytest.mark.parametrize("scale", [3, 4])
def test_upscaled_photos_keep_alpha(chain: Chain, tmp_path: Path, scale: int) -> None:
    done = upscale_photo(chain, UpscaleOptions(scale, "PNG", folder=tmp_path))
    with Image.open(done.path) as image:
        found = np.asarray(image)
    assert chain.pyramid.source.alpha is not None
    expected = chain.pyramid.source.alpha.rows(scale, 0, 40 * scale)
    assert np.array_equal(found[..., 3], expected)
    done = upscale_photo(chain, UpscaleOptions(scale, "JPEG", folder=tmp_path))
    with Image.open(done.path) as image:
        assert image.mode == "RGB"
        assert np.asarray(image)[0, 0].min() >= 250


def test_labels_are_seen_where_all_is_transparent(chain: Chain, tmp_path: Path) -> None:
    path = tmp_path / "labelled.png"
    run_task(whole(chain, path, label=True), chain)
    with Image.open(path) as image:
        corner = np.asarray(image)[-13:-9, 8:30]
    assert corner[..., 3].min() >= 150
    assert corner[..., :3].max() > 128
