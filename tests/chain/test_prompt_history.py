"""The words of the levels under a view: those of the tiles that are seen."""

from dataclasses import replace

import pytest

from cozviewer.chain.draft import begin, end
from cozviewer.chain.prompt_history import steps_below
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import LevelRegion, TileKey, finer, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.draft import Draft
from tests.chain.fakes import FakeUpscaler, Silent
from tests.pyramid.pyramids import noise, pyramid_of
from tests.pyramid.stores import STEP

RECIPE = recipe_of(FakeUpscaler(), Silent())

WIDTH, HEIGHT = 88, 63

VIEW = Rect(512, 256, 128, 128)
"""Of level 4: the tiles 4/8..9/4..5, in 2/2/1."""


def make(pyramid: Pyramid, keys: list[TileKey], prompt: str, region: Rect) -> None:
    """Store some tiles of a level as one step."""
    step = replace(STEP, z=keys[0].z - 2, prompt=prompt, level_region=region)
    step_id = pyramid.store.begin_step(step)
    for key in keys:
        pyramid.store.put(key, noise(1, 1), step_id)
    pyramid.store.finish_step(step_id, 1.0)


def prompts(pyramid: Pyramid, z: int, region: Rect) -> list[tuple[int, str | None]]:
    found = steps_below(pyramid, LevelRegion(z, region))
    return [(level.z, None if level.step is None else level.step.prompt) for level in found]


@pytest.mark.parametrize("z", [-2, 0])
def test_the_source_was_told_nothing(z: int) -> None:
    assert steps_below(pyramid_of(noise(WIDTH, HEIGHT)), LevelRegion(z, Rect(0, 0, 25, 25))) == ()


def test_levels_come_coarse_to_fine_and_what_is_not_made_has_no_words() -> None:
    pyramid = pyramid_of(noise(WIDTH, HEIGHT))
    make(pyramid, [TileKey(2, 2, 1)], "", Rect(0, 0, 64, 64))
    make(pyramid, list(tiles_of(4, VIEW)), "four", Rect(128, 64, 64, 64))
    assert prompts(pyramid, 6, finer(VIEW, 2)) == [(2, ""), (4, "four"), (6, None)]


def test_of_several_steps_the_one_counts_that_most_is_seen_of() -> None:
    pyramid = pyramid_of(noise(WIDTH, HEIGHT))
    left, right = Rect(128, 64, 64, 64), Rect(128, 64, 128, 64)
    make(pyramid, [TileKey(4, 8, 4), TileKey(4, 8, 5)], "left", left)
    make(pyramid, [TileKey(4, 9, 4), TileKey(4, 9, 5)], "right, newer, of a larger step", right)
    assert prompts(pyramid, 4, VIEW.moved(-50, 0))[1] == (4, "left")
    assert prompts(pyramid, 4, VIEW.moved(50, 0))[1] == (4, "right, newer, of a larger step")


def test_where_the_tiles_have_gone_the_step_still_knows() -> None:
    pyramid = pyramid_of(noise(WIDTH, HEIGHT))
    make(pyramid, list(tiles_of(4, VIEW)), "four", Rect(128, 64, 64, 64))
    pyramid.store.replace(lambda key: True, {}, {})
    assert prompts(pyramid, 4, VIEW) == [(2, None), (4, "four")]


def test_a_draft_has_its_own_words_before_anything_is_drawn() -> None:
    pyramid, draft = pyramid_of(noise(WIDTH, HEIGHT)), Draft()
    region = Rect(128, 64, 64, 64)
    make(pyramid, [TileKey(2, 2, 1)], "two", Rect(0, 0, 64, 64))
    make(pyramid, list(tiles_of(4, VIEW)), "four", region)
    make(pyramid, list(tiles_of(6, finer(VIEW, 2))), "six", Rect(512, 256, 128, 128))
    begin(pyramid, draft, replace(STEP, z=2, prompt="new", level_region=region), RECIPE)
    # What is deeper is to be made anew, with the words it had.
    assert prompts(pyramid, 6, finer(VIEW, 2)) == [(2, "two"), (4, "new"), (6, "six")]
    draft.drop()
    assert prompts(pyramid, 6, finer(VIEW, 2)) == [(2, "two"), (4, "four"), (6, "six")]
    end(pyramid, draft)


def test_of_a_whole_deep_level_the_middle_is_asked() -> None:
    pyramid = pyramid_of(noise(WIDTH, HEIGHT))
    whole = pyramid.level_rect(20)
    middle = TileKey(20, 88 << 13, 63 << 13)
    make(pyramid, [middle], "middle", Rect(0, 0, 64, 64))
    assert prompts(pyramid, 20, whole)[-1] == (20, "middle")
