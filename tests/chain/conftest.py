"""Chains over images, closed when a test ends."""

from collections.abc import Callable, Iterator

import pytest

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.protocols import Prompter, Upscaler
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.cancel import never
from tests.chain.fakes import FakeUpscaler, Silent
from tests.pyramid.pyramids import pyramid_of

MakeChain = Callable[..., Chain]


def refined(chain: Chain, z: int, region: Rect) -> list[Progress]:
    """Refine a region to the end; return all reports."""
    return list(chain.refine(z, region, never))


@pytest.fixture
def chain_over() -> Iterator[MakeChain]:
    """Return what makes a chain over an image: chain_over(rgb, upscaler, prompter, kind)."""
    made: list[Chain] = []

    def make(
        rgb: Rgb8,
        upscaler: Upscaler | None = None,
        prompter: Prompter | None = None,
        kind: type[TileStore] = TileStore,
    ) -> Chain:
        upscaler, prompter = upscaler or FakeUpscaler(), prompter or Silent()
        recipe = recipe_of(upscaler, prompter)
        made.append(Chain(pyramid_of(rgb, kind), upscaler, prompter, recipe))
        return made[-1]

    yield make
    for chain in made:
        chain.pyramid.store.close()
