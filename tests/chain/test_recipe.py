"""A recipe's digest names a pyramid: same recipe, same name; any other, another."""

from dataclasses import replace

import pytest

from cozviewer.chain.fidelity import (
    COLOURS,
    FIRST_OF_METHOD_4,
    OF_METHOD_3,
    OF_METHOD_4,
    OF_METHOD_5,
    OF_METHOD_7,
    OF_PHOTO,
    OF_STEP,
    Correction,
)
from cozviewer.chain.recipe import Recipe, is_current, recipe_of
from cozviewer.chain.rescale import REACH
from cozviewer.pyramid.geometry import TileKey
from tests.chain.fakes import FakeUpscaler, Silent

RECIPE = Recipe(
    upscaler=(("name", "Fake"), ("weights", "abc")),
    prompter=(("name", "none"),),
    seed=0,
    fidelity=1.0,
    halo=16,
)


def test_the_text_is_canonical_and_its_digest_never_changes() -> None:
    """When this fails, every pyramid in every cache is orphaned: raise METHOD only on purpose."""
    assert RECIPE.text == (
        '{"fidelity":1.0,"halo":16,"method":8,"prompter":{"name":"none"},"seed":0,'
        '"upscaler":{"name":"Fake","weights":"abc"}}'
    )
    assert RECIPE.digest == "98da88c88626cf717c936333e1af734aa40ebced713e9b1884019d8f74bb2cfc"


@pytest.mark.parametrize(
    "other",
    [
        replace(RECIPE, upscaler=(("name", "Fake"), ("weights", "abd"))),
        replace(RECIPE, upscaler=(("name", "Fake"),)),
        replace(RECIPE, prompter=(("name", "text"), ("prompt", "a cat"))),
        replace(RECIPE, seed=1),
        replace(RECIPE, fidelity=0.5),
        replace(RECIPE, halo=17),
        replace(RECIPE, least=128),
        replace(RECIPE, one_seed=True),
        replace(RECIPE, adaptive_scale=True),
        replace(RECIPE, photo_texture=True),
        replace(RECIPE, method=2),
        replace(RECIPE, method=3),
        replace(RECIPE, method=4),
        replace(RECIPE, method=5),
        replace(RECIPE, method=7),
    ],
)
def test_whatever_differs_gives_another_digest(other: Recipe) -> None:
    assert other.digest != RECIPE.digest


def test_an_earlier_method_stays_what_it_was() -> None:
    earlier = replace(RECIPE, method=2, adaptive_scale=True)
    plain = replace(RECIPE, method=2)
    assert plain.digest == "5319e0c421558e0516c5f40fbed204d4a262d5793cec90c671422fc1e0a6a146"
    assert (earlier.frugal, RECIPE.frugal) == (False, True)


@pytest.mark.parametrize(
    ("method", "first", "later"),
    [
        (2, COLOURS, COLOURS),
        (3, OF_METHOD_3, OF_METHOD_3),
        (4, FIRST_OF_METHOD_4, OF_METHOD_4),
        (5, FIRST_OF_METHOD_4, OF_METHOD_5),
        (6, OF_PHOTO, OF_METHOD_5),
        (7, OF_PHOTO, OF_METHOD_7),
        (8, OF_PHOTO, OF_STEP),
    ],
)
def test_a_step_is_corrected_as_its_method_does(
    method: int, first: Correction, later: Correction
) -> None:
    recipe = replace(RECIPE, method=method)
    assert [recipe.correction(z) for z in (2, 4, 10)] == [first, later, later]


@pytest.mark.parametrize(
    ("text", "current"),
    [
        (RECIPE.text, True),
        (replace(RECIPE, method=3).text, False),
        (replace(RECIPE, photo_texture=True).text, True),
        (replace(RECIPE, photo_texture=True, texture=1).text, False),
        ("", True),
        ("[]", True),
        ('{"fidelity":1.0}', True),
    ],
)
def test_whether_a_recipe_is_current_is_known_as_far_as_it_can_be_read(
    text: str, current: bool
) -> None:
    assert is_current(text) == current


def test_the_order_of_an_identity_does_not_matter() -> None:
    one = FakeUpscaler(identity={"name": "fake", "weights": "1", "a": "b"})
    other = FakeUpscaler(identity={"a": "b", "weights": "1", "name": "fake"})
    assert recipe_of(one, Silent()) == recipe_of(other, Silent())
    assert recipe_of(one, Silent()).digest == recipe_of(other, Silent()).digest


def test_equal_recipes_have_equal_digests() -> None:
    assert replace(RECIPE, fidelity=1) == RECIPE
    assert replace(RECIPE, fidelity=1).digest == RECIPE.digest


@pytest.mark.parametrize(
    ("generative", "asked", "fidelity"),
    [
        (True, 1.0, 1.0),
        (True, 0.25, 0.25),
        (True, 0.0, 0.0),
        (False, 1.0, 0.0),
    ],
)
def test_only_models_that_invent_detail_are_corrected(
    generative: bool, asked: float, fidelity: float
) -> None:
    upscaler = FakeUpscaler(generative=generative, halo=24)
    recipe = recipe_of(upscaler, Silent(), seed=5, fidelity=asked)
    assert (recipe.fidelity, recipe.seed, recipe.halo) == (fidelity, 5, 24)


def test_every_tile_has_a_seed_of_its_own() -> None:
    keys = [TileKey(z, col, row) for z in (2, 4) for col in range(20) for row in range(20)]
    seeds = {recipe.tile_seed(key) for key in keys for recipe in (RECIPE, replace(RECIPE, seed=1))}
    assert len(seeds) == 2 * len(keys)
    assert all(0 <= seed < 1 << 32 for seed in seeds)
    assert RECIPE.tile_seed(TileKey(2, 3, 4)) == 3614590432


def test_one_seed_is_the_seed_of_every_tile() -> None:
    recipe = recipe_of(FakeUpscaler(), Silent(), seed=42, one_seed=True)
    assert {recipe.tile_seed(TileKey(z, x, 0)) for z in (2, 4) for x in (0, 1)} == {42}


@pytest.mark.parametrize(
    ("generative", "accepts_prompt", "adaptive"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_only_models_that_draw_what_they_see_look_from_further_away(
    generative: bool, accepts_prompt: bool, adaptive: bool
) -> None:
    upscaler = FakeUpscaler(generative=generative, accepts_prompt=accepts_prompt)
    recipe = recipe_of(upscaler, Silent(), adaptive_scale=True)
    assert recipe.adaptive_scale is adaptive
    assert [recipe.rescales(z) for z in (2, 4, 6)] == [False, adaptive, adaptive]
    assert recipe.reach(4, 200, 200) == ((REACH,) * 2 if adaptive else recipe.margins(200, 200))


@pytest.mark.parametrize(
    ("generative", "accepts_prompt", "borrows"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_texture_is_borrowed_for_models_that_invent_detail_without_a_prompt(
    generative: bool, accepts_prompt: bool, borrows: bool
) -> None:
    upscaler = FakeUpscaler(generative=generative, accepts_prompt=accepts_prompt)
    assert recipe_of(upscaler, Silent(), photo_texture=True).photo_texture is borrows
    assert not recipe_of(upscaler, Silent()).photo_texture


def test_a_halo_that_is_wider_reaches_further() -> None:
    assert replace(RECIPE, halo=200, adaptive_scale=True).reach(4, 500, 500) == (200, 200)


@pytest.mark.parametrize(
    ("width", "height", "margins", "reach"),
    [
        (352, 224, (16, 16), (64, 64)),
        (96, 95, (16, 20), (80, 84)),
        (32, 224, (48, 16), (112, 64)),
        (1, 1, (64, 64), (128, 128)),
    ],
)
def test_narrow_runs_get_more_context(
    width: int, height: int, margins: tuple[int, int], reach: tuple[int, int]
) -> None:
    recipe = replace(RECIPE, least=128, adaptive_scale=True)
    assert recipe.margins(width, height) == margins
    assert recipe.reach(4, width, height) == reach
    assert recipe.reach(2, width, height) == margins


def test_interpolation_needs_no_more_context_than_its_halo() -> None:
    assert recipe_of(FakeUpscaler(generative=False, halo=4), Silent()).margins(1, 1) == (4, 4)
    assert recipe_of(FakeUpscaler(generative=True, halo=4), Silent()).margins(1, 1) == (64, 64)
