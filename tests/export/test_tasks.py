"""Export tasks: what is generated, and what the files say about themselves."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cozviewer.chain.chain import Chain
from cozviewer.chain.recipe import recipe_of
from cozviewer.export.camera_path import FrameSpec
from cozviewer.export.movie_formats import Clip
from cozviewer.export.run import run_task
from cozviewer.export.tasks import MovieTask
from cozviewer.image.pixels import Rgb8
from cozviewer.pyramid.camera import Camera, View, camera_at
from cozviewer.pyramid.pyramid import Pyramid
from tests.chain.fakes import DetailUpscaler, Silent
from tests.pyramid.pyramids import pyramid_of

SIZE = (96, 64)


@pytest.mark.parametrize("texture", [True, False])
def test_captions_and_origin_name_borrowed_texture_where_it_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texture: bool
) -> None:
    rgb = np.full((256, 512, 3), 128, np.uint8)
    rgb[:, :256] = data.grass()[:256, :256, None]
    upscaler, prompter = DetailUpscaler(listens=False), Silent()
    recipe = recipe_of(upscaler, prompter, photo_texture=texture)
    chain = Chain(pyramid_of(rgb), upscaler, prompter, recipe)
    sights = [(100, 4.0), (100, 16.0), (420, 16.0)]
    specs = [FrameSpec(View(camera_at(x, 100, zoom), *SIZE), 1) for x, zoom in sights]
    captions: list[str] = []

    def frames(
        pyramid: Pyramid, shown: Sequence[FrameSpec], caption: Callable[[Camera], str]
    ) -> Iterator[tuple[Rgb8, int]]:
        captions.extend(caption(spec.view.camera) for spec in shown)
        return iter(())

    def write(*_: object, **__: object) -> None:
        pass

    monkeypatch.setattr("cozviewer.export.tasks.frames_of", frames)
    monkeypatch.setattr("cozviewer.export.tasks.save_movie", write)
    clip = Clip("GIF", *SIZE, Fraction(10), 3, 80)
    origin = run_task(MovieTask(tmp_path / "a.gif", clip, tuple(specs), True), chain).origin
    named = ["borrowed" in caption for caption in captions]
    assert named == [False, texture, False]
    assert origin.borrowed == texture
    chain.pyramid.store.close()
