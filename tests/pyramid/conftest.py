"""Pyramids that are closed when a test ends."""

from collections.abc import Callable, Iterator

import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.pyramid import Pyramid
from tests.pyramid.pyramids import pyramid_of


@pytest.fixture
def over() -> Iterator[Callable[[Rgb8], Pyramid]]:
    """Return what makes a pyramid over an image."""
    made: list[Pyramid] = []

    def make(rgb: Rgb8) -> Pyramid:
        made.append(pyramid_of(rgb))
        return made[-1]

    yield make
    for pyramid in made:
        pyramid.store.close()
