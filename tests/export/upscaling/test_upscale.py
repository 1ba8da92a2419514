"""Upscaled photos: their size, pixels, names and origin, and what is never replaced."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.origin import read_origin
from cozviewer.export.upscaling.bands import level_of, scaled_bands
from cozviewer.export.upscaling.inputs import folder_for, photos_in
from cozviewer.export.upscaling.upscale import (
    UpscaleOptions,
    UpscaleTask,
    target_of,
    upscale_photo,
    upscale_task,
    work_of,
)
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import open_source
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.errors import BadInput, Cancelled
from tests.chain.fakes import DetailUpscaler
from tests.export.banding import write_in_bands
from tests.pyramid.images import noise, smooth
from tests.pyramid.pyramids import pyramid_of


def chain_of(path: Path) -> Chain:
    """Return a chain without tiles over the photo at a path; close its store at the end."""
    upscaler = DetailUpscaler(accepts_prompt=False)
    prompter = NoPrompter()
    recipe = recipe_of(upscaler, prompter, fidelity=0.0, photo_texture=False)
    store = pyramid_of(np.zeros((1, 1, 3), np.uint8)).store
    return Chain(Pyramid(open_source(path), store), upscaler, prompter, recipe)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A JPEG with a date and a place."""
    path, tags = tmp_path / "IMG 1.JPG", Image.Exif()
    tags[0x0132] = "2026:01:02 03:04:05"
    tags.get_ifd(0x8825)[29] = "2026:01:02"
    Image.fromarray(smooth(50, 30)).save(path, "JPEG", exif=tags.tobytes())
    return path


def pixels_of(path: Path) -> Rgb8:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    ("scale", "z", "work"), [(2, 2, 1), (3, 2, 1), (4, 2, 1), (8, 4, 17), (16, 4, 17), (32, 6, 273)]
)
def test_levels_and_work(scale: int, z: int, work: int) -> None:
    assert level_of(scale) == z
    assert work_of((10, 10), scale) == 100 * work


@pytest.mark.parametrize("scale", [2, 3, 4, 8, 16])
def test_the_pixels_are_those_of_the_level_or_reduced_from_it(
    photo: Path, tmp_path: Path, scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = chain_of(photo)
    done = upscale_photo(chain, UpscaleOptions(scale, "PNG"))
    assert done.size == (50 * scale, 30 * scale)
    pyramid, z = chain.pyramid, level_of(scale)
    level = pyramid.exact_region(z, pyramid.level_rect(z))
    wanted = np.asarray(Image.fromarray(level).resize(done.size, Image.Resampling.BICUBIC))
    got = pixels_of(done.path)
    inside = slice(scale, -scale)  # at the edges, a kernel is cut off in one and not in the other
    assert np.array_equal(got[inside, inside], wanted[inside, inside])
    write_in_bands(monkeypatch, rows=16)
    parts = list(scaled_bands(pyramid, scale))
    assert len(parts) > 3
    assert np.array_equal(np.concatenate(parts), got)
    chain.pyramid.store.close()


def test_it_says_what_it_is(photo: Path) -> None:
    chain = chain_of(photo)
    done = upscale_photo(chain, UpscaleOptions(2))
    assert done.path == photo.with_name("IMG 1-2x.JPG")
    assert done.made is not None
    origin = read_origin(done.path)
    assert origin == done.made.origin
    assert origin is not None
    assert (origin.kind, origin.magnification, origin.level) == ("generated", "2", 2)
    assert origin.source_name == photo.name
    with Image.open(done.path) as image:
        assert image.format == "JPEG"
        assert image.getexif()[0x0132] == "2026:01:02 03:04:05"
        assert image.getexif().get_ifd(0x8825)
        assert image.info["icc_profile"]
    chain.pyramid.store.close()


@pytest.mark.parametrize(("metadata", "place"), [(True, False), (False, True)])
def test_metadata_can_be_left_out(photo: Path, metadata: bool, place: bool) -> None:
    chain = chain_of(photo)
    done = upscale_photo(chain, UpscaleOptions(metadata=metadata, place=place))
    with Image.open(done.path) as image:
        assert (0x0132 in image.getexif()) == metadata
        assert not image.getexif().get_ifd(0x8825)
    assert read_origin(done.path) is not None
    chain.pyramid.store.close()


def test_the_quality_decides_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    Image.fromarray(noise(30, 30)).save(path)
    chain = chain_of(path)
    for name in ("JPEG", "WebP", "AVIF"):
        sizes = [
            upscale_photo(
                chain, UpscaleOptions(format=name, quality=quality, folder=tmp_path / str(quality))
            ).path.stat()
            for quality in (30, 95)
        ]
        assert sizes[0].st_size < sizes[1].st_size
    chain.pyramid.store.close()


@pytest.mark.parametrize(
    ("name", "form", "target"),
    [
        ("a.jpg", "", "a-4x.jpg"),
        ("a.JPEG", "", "a-4x.JPEG"),
        ("a.jfif", "", "a-4x.jpg"),
        ("a.png", "", "a-4x.png"),
        ("a.TIF", "", "a-4x.TIF"),
        ("a.gif", "", "a-4x.png"),
        ("a.bmp", "", "a-4x.png"),
        ("a.heic", "", "a-4x.png"),
        ("a", "", "a-4x.png"),
        ("a.b.webp", "", "a.b-4x.webp"),
        ("a.JPG", "WebP", "a-4x.webp"),
        ("a.JPG", "JPEG", "a-4x.JPG"),
        ("a.png", "JPEG", "a-4x.jpg"),
    ],
)
def test_names(name: str, form: str, target: str) -> None:
    assert target_of(Path("folder", name), UpscaleOptions(format=form)) == Path("folder", target)
    elsewhere = UpscaleOptions(format=form, folder=Path("out"))
    assert target_of(Path("folder", name), elsewhere) == Path("out", target)


def test_a_file_is_neither_replaced_nor_made_twice(photo: Path) -> None:
    chain, taken = chain_of(photo), photo.with_name("IMG 1-4x.JPG")
    taken.write_bytes(b"something else")
    first = upscale_photo(chain, UpscaleOptions())
    assert first.path.name == "IMG 1-4x (2).JPG"
    assert taken.read_bytes() == b"something else"
    again = upscale_photo(chain, UpscaleOptions())
    assert (again.path, again.made) == (first.path, None)
    other = upscale_photo(chain, UpscaleOptions(scale=2))
    assert other.made is not None
    over = upscale_photo(chain, UpscaleOptions(overwrite=True))
    assert over.path == taken
    assert over.made is not None
    assert read_origin(taken) == read_origin(first.path)
    chain.pyramid.store.close()


def test_a_name_that_is_taken_meanwhile_is_not_replaced(photo: Path) -> None:
    chain = chain_of(photo)
    task = upscale_task(chain, UpscaleOptions())

    def take(progress: object) -> None:
        if not task.path.exists():
            task.path.write_bytes(b"another program")

    done = upscale_photo(chain, UpscaleOptions(), on_progress=take)
    assert task.path.read_bytes() == b"another program"
    assert done.path.name == "IMG 1-4x (2).JPG"
    chain.pyramid.store.close()


def test_stopping_leaves_no_file(photo: Path) -> None:
    chain = chain_of(photo)
    with pytest.raises(Cancelled):
        upscale_photo(chain, UpscaleOptions(), lambda: True)
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]
    chain.pyramid.store.close()


def test_the_progress_is_that_of_the_whole_photo(photo: Path) -> None:
    """Also where a part was generated before: ×4 here, of ×16."""
    chain = chain_of(photo)
    upscale_photo(chain, UpscaleOptions(4))
    told: list[Progress] = []
    upscale_photo(chain, UpscaleOptions(16), on_progress=told.append)
    tiles = [each for each in told if each.unit == "tiles" and each.total]
    assert {each.total for each in tiles} == {4 * 2 + 13 * 8}
    assert tiles[0].done == 8
    assert tiles[-1].done == 112
    fractions = [each.fraction for each in tiles if each.fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[0] == pytest.approx(8 / 112)
    assert fractions[-1] == 1.0
    chain.pyramid.store.close()


def test_too_large_for_the_format(tmp_path: Path) -> None:
    path = tmp_path / "wide.webp"
    Image.fromarray(smooth(1100, 2)).save(path)
    chain = chain_of(path)
    with pytest.raises(BadInput, match="WebP, which is limited to 16383 a side: choose"):
        upscale_task(chain, UpscaleOptions(16))
    assert upscale_task(chain, UpscaleOptions(8)).size == (8800, 16)
    chain.pyramid.store.close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (UpscaleOptions(1), "The scale is 1: choose a whole number from 2 to 256."),
        (UpscaleOptions(257), "The scale is 257: choose"),
        (UpscaleOptions(quality=0), "The quality is 0: choose one from 1 to 100."),
        (UpscaleOptions(format="Deep Zoom"), "cannot be upscaled to Deep Zoom"),
    ],
)
def test_options_out_of_range(photo: Path, options: UpscaleOptions, sentence: str) -> None:
    chain = chain_of(photo)
    with pytest.raises(BadInput, match=sentence):
        upscale_task(chain, options)
    chain.pyramid.store.close()


def test_a_folder_that_cannot_be_made(photo: Path) -> None:
    chain = chain_of(photo)
    with pytest.raises(BadInput, match="cannot be created"):
        upscale_task(chain, UpscaleOptions(folder=photo / "below"))
    chain.pyramid.store.close()


@pytest.mark.parametrize("label", [False, True])
def test_a_large_one_is_written_in_bands(
    photo: Path, monkeypatch: pytest.MonkeyPatch, label: bool
) -> None:
    chain = chain_of(photo)
    options = UpscaleOptions(2, "PNG", label=label)
    small = upscale_photo(chain, replace(options, folder=photo.parent / "small"))
    write_in_bands(monkeypatch, 1, rows=16)
    done = upscale_photo(chain, options)
    assert np.array_equal(pixels_of(done.path), pixels_of(small.path))
    assert read_origin(done.path) == read_origin(small.path)
    chain.pyramid.store.close()


def test_the_task_tells_its_size(photo: Path) -> None:
    task = UpscaleTask(photo, 8, (50, 30))
    assert (task.size, task.z) == ((400, 240), 4)


def test_photos_of_a_folder(photo: Path) -> None:
    folder = photo.parent
    (folder / "notes.txt").write_text("no photo")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "sub").mkdir()
    (folder / "sub" / "b.PNG").write_bytes(b"damaged, which is found out later")
    (folder / "plan-2x.png").write_bytes(b"not ours")
    chain = chain_of(photo)
    upscale_photo(chain, UpscaleOptions())
    chain.pyramid.store.close()
    names = ["IMG 1.JPG", "plan-2x.png"]
    assert [found.path.name for found in photos_in(folder, False)] == names
    deep = photos_in(folder, True)
    assert [found.path.name for found in deep] == [*names, "b.PNG"]
    assert folder_for(deep[0], None) is None
    assert folder_for(deep[0], Path("out")) == Path("out")
    assert folder_for(deep[-1], Path("out")) == Path("out", "sub")
    (folder / "none").mkdir()
    with pytest.raises(BadInput, match="no photo to be upscaled in none"):
        photos_in(folder / "none", True)
    with pytest.raises(BadInput, match="cannot be read"):
        photos_in(folder / "gone", True)


def test_a_label_is_in_the_image(photo: Path) -> None:
    chain = chain_of(photo)
    plain = upscale_photo(chain, UpscaleOptions(format="PNG"))
    labelled = upscale_photo(
        chain, UpscaleOptions(format="PNG", label=True, folder=photo.parent / "l")
    )
    assert not np.array_equal(pixels_of(plain.path), pixels_of(labelled.path))
    chain.pyramid.store.close()
