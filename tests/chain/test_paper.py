"""The paper's protocol, pixel for pixel."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain import paper
from cozviewer.chain.paper import (
    CROP,
    SIDE,
    State,
    first_state,
    first_state_of,
    later_states,
    strip,
)
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8
from cozviewer.image.source import source_from_pixels
from cozviewer.image.tiled.levels import TiledLevels
from cozviewer.models.engines import make_upscaler
from cozviewer.util.cancel import never
from cozviewer.util.errors import Cancelled
from tests.chain.fakes import DetailUpscaler, FakePrompter, FakeUpscaler, Silent
from tests.image.tiled.readers import ArrayReader
from tests.pyramid.images import noise
from tests.pyramid.pyramids import gentle


def chain_of(first: State, levels: int, upscaler: Any, prompter: Any = None) -> list[State]:
    """Return all states of a chain."""
    prompter = prompter or Silent()
    recipe = recipe_of(upscaler, prompter)
    return [first, *later_states(first, levels, upscaler, prompter, recipe, never)]


def authors_first_image(picture: Rgb8) -> Rgb8:
    """Return what the protocol says, in the plainest words."""
    image = Image.fromarray(picture)
    scale = SIDE / min(image.size)
    size = (int(image.width * scale), int(image.height * scale))
    left, top = (size[0] - SIDE) // 2, (size[1] - SIDE) // 2
    image = image.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(image.crop((left, top, left + SIDE, top + SIDE)))


@pytest.mark.parametrize("size", [(512, 512), (1024, 1024), (1600, 900), (301, 777), (40, 1000)])
def test_the_first_state_is_the_authors(size: tuple[int, int]) -> None:
    picture = noise(*size)
    assert np.array_equal(first_state(picture).pixels, authors_first_image(picture))


@pytest.mark.parametrize("short", [1, 49, 347, 561, 1019])
def test_the_short_side_is_never_one_pixel_short(short: int) -> None:
    # 561 * (512 / 561) is below 512 in floats: the authors' int() gives 511 and a black edge.
    picture = np.full((short, short + 1, 3), 200, np.uint8)
    assert (first_state(picture).pixels == 200).all()


def test_each_state_is_the_middle_of_the_one_before() -> None:
    first = first_state(noise(512, 512))
    one, two = chain_of(first, 2, make_upscaler("nearest"))[1:]
    for before, after in ((first, one), (one, two)):
        middle = before.pixels[192:320, 192:320]
        assert np.array_equal(after.pixels, middle.repeat(4, axis=0).repeat(4, axis=1))
    assert [one.index, two.index] == [1, 2]


def test_a_halo_is_shown_and_cut_away() -> None:
    first = first_state(noise(512, 512))
    upscaler = FakeUpscaler(halo=16)
    state = chain_of(first, 1, upscaler)[1]
    assert upscaler.asked[0].shape == (CROP + 32, CROP + 32, 3)
    assert state.pixels.shape == (SIDE, SIDE, 3)


def test_a_halo_is_no_wider_than_the_state() -> None:
    upscaler = FakeUpscaler(halo=1000)
    chain_of(first_state(noise(512, 512)), 1, upscaler)
    assert upscaler.asked[0].shape == (SIDE, SIDE, 3)


def test_colours_do_not_drift() -> None:
    first = first_state(noise(512, 512) // 4 + 90)
    states = chain_of(first, 3, DetailUpscaler())
    for before, after in pairwise(states):
        middle = before.pixels[192:320, 192:320]
        assert np.abs(middle.mean((0, 1)) - after.pixels.mean((0, 1))).max() < 1


def test_results_are_rounded_to_the_nearest_level() -> None:
    # 100.7 of 255: truncated it would be 100, and each step darker than the one before.
    class Grey(FakeUpscaler):
        def finer(self, rgb: Any) -> Any:
            shape = (rgb.shape[0] * 4, rgb.shape[1] * 4, 3)
            return np.full(shape, 100.7 / 255, np.float32)

    assert (chain_of(first_state(noise(512, 512)), 1, Grey())[1].pixels == 101).all()


def test_the_prompter_sees_the_state_before_and_its_middle_enlarged() -> None:
    first, prompter = first_state(noise(512, 512)), FakePrompter()
    upscaler = FakeUpscaler()
    states = chain_of(first, 2, upscaler, prompter)
    middle = Image.fromarray(first.pixels[192:320, 192:320])
    near = np.asarray(middle.resize((512, 512), Image.Resampling.BICUBIC))
    previous, crop = prompter.shown[0]
    assert previous is not None
    assert np.array_equal(previous, first.pixels)
    assert np.array_equal(crop, near)
    assert [state.prompt for state in states] == ["", "words 1", "words 2"]
    assert [asked.prompt for asked in upscaler.asked] == ["words 1", "words 2"]


def test_each_step_has_its_own_seed_the_same_every_time() -> None:
    first, one, two = first_state(noise(512, 512)), FakeUpscaler(), FakeUpscaler()
    chain_of(first, 3, one)
    chain_of(first, 3, two)
    seeds = [asked.seed for asked in one.asked]
    assert len(set(seeds)) == 3
    assert seeds == [asked.seed for asked in two.asked]


def test_it_can_be_stopped_between_steps() -> None:
    upscaler, first = FakeUpscaler(), first_state(noise(512, 512))
    recipe = recipe_of(upscaler, Silent())
    states = later_states(first, 3, upscaler, Silent(), recipe, lambda: bool(upscaler.asked))
    assert next(states).index == 1
    with pytest.raises(Cancelled):
        next(states)


def test_the_strip_has_all_states_side_by_side() -> None:
    states = chain_of(first_state(noise(512, 512)), 2, make_upscaler("nearest"))
    whole = strip(states)
    assert whole.shape == (512, 1536, 3)
    assert np.array_equal(whole[:, 1024:], states[2].pixels)


def test_a_source_that_is_not_in_memory_begins_with_nearly_the_same_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "SIDE", 256)
    picture = np.tile(gentle(420, 410), (5, 5, 1))
    reader = ArrayReader([picture])
    levels = TiledLevels(reader, tmp_path / "photo.tif")
    source = replace(source_from_pixels(picture, "photo"), levels=levels)
    reader.reads.clear()
    state = first_state_of(source)
    exact = first_state(picture)
    assert np.abs(state.pixels.astype(int) - exact.pixels).max() <= 2
    assert sum(region.area for _, region in reader.reads) <= 2100 * 2050
    assert np.array_equal(first_state_of(source_from_pixels(picture, "")).pixels, exact.pixels)
