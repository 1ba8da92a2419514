"""The names that are suggested for files: short, safe, and others for other places."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.origin import Origin
from cozviewer.export.provenance import (
    comparison_borrows,
    origin_of_comparison,
    origin_of_movie,
    origin_of_strip,
    origin_of_view,
    safe_stem,
    suggested_name,
    suggested_name_of_level,
)
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.camera import View, camera_at
from cozviewer.pyramid.compose import wanted_level
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import never
from tests.chain.fakes import DetailUpscaler, FakeUpscaler, Silent
from tests.pyramid.pyramids import noise, pyramid_of


def chain_named(name: str = "dandelion.jpg", engine: str = "Real-ESRGAN") -> Chain:
    upscaler, prompter = FakeUpscaler(engine), Silent()
    rgb = noise(1000, 700)
    pyramid = Pyramid(source_from_pixels(rgb, name), pyramid_of(rgb).store)
    return Chain(pyramid, upscaler, prompter, recipe_of(upscaler, prompter))


def view_at(x: Fraction | str | int, y: Fraction | str | int, zoom: float) -> View:
    return View(camera_at(Fraction(x), Fraction(y), zoom), 1280, 800).aligned()


@pytest.mark.parametrize(
    ("x", "y", "zoom", "name"),
    [
        ("812.06", "340", 64.0, "dandelion-812x340-x64-realesrgan.png"),
        ("500", "350", 0.5, "dandelion-500x350-x0.5.png"),
        ("500", "350", 1.0, "dandelion-500x350-x1.png"),
        ("812.0625", "340.3125", 1024.0, "dandelion-812.1x340.3-x1024-realesrgan.png"),
        ("500", "350", 4.6, "dandelion-500x350-x4.6-realesrgan.png"),
        ("1.0000000004", "2", 2.0**40, "dandelion-1x2-x1.1e12-realesrgan.png"),
        ("1.123456789", "2.2", 2.0**40, "dandelion-1.123456789x2.2-x1.1e12-realesrgan.png"),
    ],
)
def test_a_name_says_what_is_seen(x: str, y: str, zoom: float, name: str) -> None:
    assert suggested_name(chain_named(), view_at(x, y, zoom)) == name


def test_views_beside_each_other_have_names_of_their_own() -> None:
    chain = chain_named()
    for zoom in (1.0, 64.0, 1000.0, 1e6):
        width = Fraction(1280) / Fraction(zoom)
        names = {suggested_name(chain, view_at(400 + i * width / 4, 300, zoom)) for i in range(5)}
        assert len(names) == 5


def test_whole_levels_are_named_without_a_place() -> None:
    assert suggested_name_of_level(chain_named(), 4) == "dandelion-x16-realesrgan.png"
    assert suggested_name_of_level(chain_named(), 0) == "dandelion-x1.png"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("cat.jpg", "cat"),
        ("my cat.JPG", "my cat"),
        ('a:b*c?"<d>|e\\f.png', "a_b_c___d__e_f"),
        ("Löwenzahn-猫.png", "Löwenzahn-猫"),
        ("bad\udce4\n\u202e.png", "bad___"),
        ("...png", "photo"),
        ("", "photo"),
        ("con.png", "con_"),
        ("a. .png", "a"),
        ("x" * 250 + ".png", "x" * 60),
        ("猫" * 80 + ".png", "猫" * 40),
    ],
)
def test_stems_are_safe_on_every_file_system(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


def test_the_longest_names_are_no_problem(tmp_path: Path) -> None:
    chain = chain_named("猫" * 80 + ".png", "a long model name " * 20)
    name = suggested_name(chain, view_at("912.123456789", "640.987654321", 2.0**200))
    (tmp_path / name).touch()
    assert len(name.encode()) < 200


def grass_chain(texture: bool = True) -> Chain:
    """Return a chain over a photo that is grass on the left and grey on the right."""
    upscaler, prompter = DetailUpscaler(accepts_prompt=False), Silent()
    rgb = np.full((256, 512, 3), 128, np.uint8)
    rgb[:, :256] = data.grass()[:256, :256, None]
    recipe = recipe_of(upscaler, prompter, photo_texture=texture)
    return Chain(pyramid_of(rgb), upscaler, prompter, recipe)


def small_view(x: int, zoom: float) -> View:
    return View(camera_at(x, 100, zoom), 160, 100).aligned()


def refined(chain: Chain, *views: View) -> Chain:
    for view in views:
        z = wanted_level(view, chain.pyramid.source.coarsest)
        for _ in chain.refine(z, view.visible(z, 512, 256), never):
            pass
    return chain


def test_a_view_that_is_not_drawn_yet_holds_no_borrowed_texture() -> None:
    chain, view = grass_chain(), small_view(100, 16)
    assert not origin_of_view(chain, view).borrowed
    origin = origin_of_view(refined(chain, view), view)
    assert (origin.kind, origin.borrowed) == ("generated", True)
    chain.pyramid.store.close()


@pytest.mark.parametrize("make", [origin_of_movie, origin_of_strip])
@pytest.mark.parametrize(
    ("shown", "borrowed"),
    [
        ([(420, 1), (420, 4), (420, 16)], False),
        ([(100, 1), (100, 4)], False),
        ([(100, 1), (100, 16), (420, 16)], True),
    ],
)
def test_what_shows_several_views_has_what_any_of_them_has(
    make: Callable[[Chain, list[View]], Origin], shown: list[tuple[int, float]], borrowed: bool
) -> None:
    views = [small_view(*each) for each in shown]
    chain = refined(grass_chain(), *views)
    assert make(chain, views).borrowed == borrowed
    chain.pyramid.store.close()


def test_a_comparison_has_what_either_side_has_at_that_moment() -> None:
    view = small_view(100, 16)
    without, drawn = (refined(grass_chain(on), view) for on in (False, True))
    later = grass_chain()
    noted = comparison_borrows(view, [later])
    refined(later, view)
    assert not noted()
    assert comparison_borrows(view, [later])()
    assert comparison_borrows(view, [without, drawn])()
    assert not comparison_borrows(view, [without])()
    assert not comparison_borrows(view, [])()
    assert not origin_of_comparison(drawn.pyramid.source, view, [drawn], True).borrowed
    for chain in (without, drawn, later):
        chain.pyramid.store.close()
