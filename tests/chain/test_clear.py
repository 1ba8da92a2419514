"""Where an image is fully transparent, no model runs."""

import numpy as np

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.alpha.plane import Plane
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.models.prompters import NoPrompter
from cozviewer.pyramid.compose import best_region
from cozviewer.pyramid.geometry import LevelRegion, tiles_of
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.util.cancel import never
from tests.chain.fakes import DetailUpscaler
from tests.pyramid.pyramids import gentle, pyramid_of


def chain_over(alpha: Plane) -> Chain:
    source = source_from_pixels(gentle(96, 64), "half.png", alpha)
    upscaler, prompter = DetailUpscaler(accepts_prompt=False), NoPrompter()
    recipe = recipe_of(upscaler, prompter, photo_texture=False)
    store = pyramid_of(np.zeros((1, 1, 3), np.uint8)).store
    return Chain(Pyramid(source, store), upscaler, prompter, recipe)


def pyramid_without_tiles(chain: Chain) -> Pyramid:
    store = pyramid_of(np.zeros((1, 1, 3), np.uint8)).store
    return Pyramid(chain.pyramid.source, store)


def test_the_model_gets_only_what_can_be_seen() -> None:
    alpha = np.zeros((64, 96), np.uint8)
    alpha[:, :30] = 255
    chain = chain_over(alpha)
    whole = chain.pyramid.level_rect(2)
    list(chain.refine(2, whole, never))
    assert not chain.pyramid.missing(tiles_of(2, whole))
    fine = chain.pyramid.exact_region(2, whole).astype(int)
    assert isinstance(chain.upscaler, DetailUpscaler)
    # 3 of 6 columns of tiles, and the halo beside them.
    widths = {each.shape[1] for each in chain.upscaler.asked}
    assert widths == {48 + 2 * chain.recipe.margins(48, 64)[0]}
    smooth = best_region(pyramid_without_tiles(chain), LevelRegion(2, whole)).astype(int)
    assert np.array_equal(fine[:, 192:], smooth[:, 192:])
    assert not np.array_equal(fine[:, :192], smooth[:, :192])
    chain.pyramid.store.close()


def test_nothing_to_see_needs_no_model() -> None:
    alpha = np.zeros((64, 96), np.uint8)
    alpha[:4, :4] = 255
    chain = chain_over(alpha)
    region = chain.pyramid.level_rect(2)
    right = Rect(128, 64, region.width - 128, region.height - 64)
    stages = {progress.kind for progress in chain.refine(2, right, never)}
    assert stages == {"generating"}
    assert isinstance(chain.upscaler, DetailUpscaler)
    assert not chain.upscaler.asked
    assert not chain.pyramid.missing(tiles_of(2, right))
    chain.pyramid.store.close()
