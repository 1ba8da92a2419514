"""Refining a view: in order, nothing twice, stoppable, the same whatever way one came."""

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.chain.chain import Chain, Progress
from cozviewer.chain.planned import missing_tiles
from cozviewer.chain.recipe import recipe_of
from cozviewer.image.pixels import Rgb8
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.geometry import TILE, TileKey, snapped_to_tiles, tiles_of
from cozviewer.pyramid.pyramid import Pyramid, TileMissing
from cozviewer.pyramid.store.store import TileStore
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.chain.conftest import MakeChain, refined
from tests.chain.fakes import (
    DetailUpscaler,
    FakePrompter,
    FakeUpscaler,
    ListeningUpscaler,
    Silent,
)
from tests.pyramid.pyramids import cut, noise
from tests.pyramid.stores import STORE_KEY

IMAGE = noise(42, 26)
"""Level 2 is 168 x 104: three by two tiles. Level 4 is 672 x 416: eleven by seven."""

VIEW = Rect(262, 237, 38, 25)
"""Of level 4: the tiles 4/4/3 and 4/4/4, for which, by their halo, four tiles of level 2 are
needed. It shows 16..19 x 14..17 of the source."""

ONE_TILE = Rect(37, 37, 12, 12)
"""Of level 2: the tile 2/0/0."""


def made(reports: list[Progress]) -> list[TileKey]:
    return [key for report in reports for key in report.finished]


def planned(chain: Chain, z: int, region: Rect) -> list[TileKey]:
    levels = missing_tiles(chain.pyramid, chain.recipe, z, region)
    return [key for _, keys in levels for key in keys]


@pytest.fixture
def chain_over(request: pytest.FixtureRequest, chain_over: MakeChain) -> MakeChain:
    """Return what makes a chain; with the mark `TILE_BY_TILE`, one whose runs are a tile each."""
    if not getattr(request, "param", False):
        return chain_over

    def make(*words: object) -> Chain:
        chain = chain_over(*words)
        chain.recipe = replace(chain.recipe, largest=TILE)
        return chain

    return make


TILE_BY_TILE = pytest.mark.parametrize("chain_over", [True], indirect=True, ids=["tiles"])
"""Let a run be no larger than a tile: the image is too small for several of the usual size."""


@dataclass
class Stop:
    """Says stop from some time on."""

    stopped: bool = False

    def __call__(self) -> bool:
        return self.stopped


# -- Order and progress


def test_all_that_is_missing_is_made_in_the_planned_order(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(IMAGE, upscaler)
    plan = planned(chain, 4, VIEW)
    assert [key.z for key in plan] == sorted(key.z for key in plan)
    assert {key.z for key in plan} == {2, 4}
    assert made(refined(chain, 4, VIEW)) == plan
    assert len(upscaler.asked) == 2  # one run for each level
    assert planned(chain, 4, VIEW) == []
    chain.pyramid.exact_region(4, VIEW)  # raises if something is missing


def test_every_tile_is_in_the_store_when_it_is_reported(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE)
    for report in chain.refine(4, VIEW, never):
        assert all(map(chain.pyramid.has, report.finished))


def test_progress_tells_stage_level_and_count(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE, FakeUpscaler(name="Painter"), FakePrompter())
    reports = refined(chain, 4, VIEW)
    total = len(made(reports))
    parents = sum(key.z == 2 for key in made(reports))
    assert [(report.stage, report.z, report.done, report.drawing) for report in reports] == [
        ("Loading Painter", 2, 0, None),
        ("Describing this area", 2, 0, None),
        ("Generating ×4", 2, 0, Rect(0, 0, 128, 104)),  # cut at the image's edge
        ("Generating ×4", 2, parents, None),
        ("Describing this area", 4, parents, None),
        ("Generating ×16", 4, parents, Rect(256, 192, 64, 128)),
        ("Generating ×16", 4, total, None),
    ]
    assert {report.total for report in reports} == {total}
    assert [report.kind for report in reports] == [
        *(None, "describing", "generating", "generating"),
        *("describing", "generating", "generating"),
    ]


def test_progress_moves_within_a_run_and_never_back(chain_over: MakeChain) -> None:
    """Parts of runs count as much as the pixels that the upscaler is shown."""
    chain, heard = chain_over(IMAGE, FakeUpscaler(parts=(0.0, 0.25, 0.5, 1.0))), list[Progress]()
    for report in chain.refine(4, VIEW, never, heard.append):
        heard.append(report)
    first, second = (32 + 32) ** 2, (16 + 32) * (32 + 32)
    share = first / (first + second)
    assert [round(report.fraction or 0, 6) for report in heard] == [
        round(part, 6)
        for part in (
            *(0, 0),
            *(0, 0.25 * share, 0.5 * share, share, share),
            share,
            *(share + part * (1 - share) for part in (0, 0.25, 0.5, 1)),
            1,
        )
    ]
    within = [report for report in heard if report.drawing is not None]
    assert {report.z for report in within} == {2, 4}
    assert all(report.seconds_left is not None for report in within[2:])  # from a quarter on


def test_the_time_left_is_told_from_the_first_parts_of_the_first_run(
    chain_over: MakeChain,
) -> None:
    heard = list[Progress]()
    chain = chain_over(IMAGE, FakeUpscaler(parts=(0.0, 0.1)))
    reports = list(chain.refine(4, VIEW, never, heard.append))
    assert heard[0].seconds_left is None
    assert all(report.seconds_left is not None for report in heard[1:])
    assert reports[-1].seconds_left == 0


def test_a_silent_prompter_has_no_stage(chain_over: MakeChain) -> None:
    stages = {report.stage for report in refined(chain_over(IMAGE), 4, VIEW)}
    assert stages == {"Loading Fake", "Generating ×4", "Generating ×16"}


# -- Nothing twice


def test_a_second_time_there_is_nothing_to_do(chain_over: MakeChain) -> None:
    upscaler, prompter = FakeUpscaler(), FakePrompter()
    chain = chain_over(IMAGE, upscaler, prompter)
    refined(chain, 4, VIEW)
    asked, shown = len(upscaler.asked), len(prompter.shown)
    assert refined(chain, 4, VIEW) == []
    assert refined(chain, 2, ONE_TILE) == []
    assert (len(upscaler.asked), len(prompter.shown)) == (asked, shown)


def test_an_overlapping_view_makes_only_what_is_new(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(IMAGE, upscaler)
    first = made(refined(chain, 4, VIEW))
    assert len(first) == 6
    beside = VIEW.moved(50, 0)
    asked = len(upscaler.asked)
    second = made(refined(chain, 4, beside))
    assert second == [TileKey(4, 5, 3), TileKey(4, 5, 4)]
    # The strip that came in, and its halo.
    assert [each.shape for each in upscaler.asked[asked:]] == [(32 + 32, 16 + 32, 3)]


@TILE_BY_TILE
def test_a_tile_that_another_window_made_meanwhile_is_not_made_again(
    chain_over: MakeChain,
) -> None:
    upscaler, other = FakeUpscaler(), FakeUpscaler()
    chain = chain_over(IMAGE, upscaler)
    beside = Chain(chain.pyramid, other, chain.prompter, chain.recipe)
    work = chain.refine(2, chain.pyramid.level_rect(2), never)
    for report in work:
        if report.finished:
            break
    others = made(refined(beside, 2, chain.pyramid.level_rect(2)))
    rest = made(list(work))
    assert sorted(others) == sorted(rest)  # reported all the same
    assert len(upscaler.asked) + len(other.asked) == 6


def test_the_model_is_loaded_once_and_only_to_make_something(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    chain = chain_over(IMAGE, upscaler)
    refined(chain, 0, Rect(0, 0, 100, 100))
    assert upscaler.loads == 0
    refined(chain, 2, ONE_TILE)
    refined(chain, 4, VIEW)
    chain.load()
    assert upscaler.loads == 1


def test_asking_computes_nothing_before_the_first_report_is_taken(chain_over: MakeChain) -> None:
    upscaler = FakeUpscaler()
    work = chain_over(IMAGE, upscaler).refine(2, ONE_TILE, never)
    assert upscaler.loads == 0
    assert next(work).stage == "Loading Fake"
    assert upscaler.loads == 0  # the report comes before the wait


# -- Stopping and failing


@TILE_BY_TILE
def test_a_stop_between_runs_keeps_the_finished_ones(chain_over: MakeChain) -> None:
    chain, stop = chain_over(IMAGE), Stop()
    plan = planned(chain, 4, VIEW)
    work = chain.refine(4, VIEW, stop)
    while next(work).done < 3:
        pass
    stop.stopped = True
    with pytest.raises(Cancelled):
        next(work)
    assert planned(chain, 4, VIEW) == plan[3:]
    assert made(refined(chain, 4, VIEW)) == plan[3:]


def test_what_was_finished_before_a_stop_is_on_disk_at_once(tmp_path: Path) -> None:
    stop = Stop()
    with (
        TileStore.open(tmp_path / "test.tiles", STORE_KEY, print) as store,
        TileStore.open(tmp_path / "test.tiles", STORE_KEY, print) as other,
    ):
        pyramid = Pyramid(source_from_pixels(IMAGE, "test.png"), store)
        upscaler, prompter = FakeUpscaler(), Silent()
        recipe = replace(recipe_of(upscaler, prompter), largest=TILE)
        chain = Chain(pyramid, upscaler, prompter, recipe)
        work = chain.refine(2, chain.pyramid.level_rect(2), stop)
        while next(work).done < 2:
            pass
        stop.stopped = True
        with pytest.raises(Cancelled):
            next(work)
        assert sum(other.has(key) for key in tiles_of(2, pyramid.level_rect(2))) == 2


def test_a_stop_before_the_first_prompt_asks_nobody(chain_over: MakeChain) -> None:
    upscaler, prompter = FakeUpscaler(), FakePrompter()
    chain = chain_over(IMAGE, upscaler, prompter)
    with pytest.raises(Cancelled):
        list(chain.refine(2, ONE_TILE, lambda: True))
    assert (upscaler.asked, prompter.shown) == ([], [])
    assert not chain.pyramid.has(TileKey(2, 0, 0))


def test_the_models_are_given_the_means_to_stop(chain_over: MakeChain) -> None:
    def stopped(number: int) -> None:
        raise Cancelled("Stopped.")

    chain = chain_over(IMAGE, FakeUpscaler(before=stopped))
    with pytest.raises(Cancelled):
        refined(chain, 2, ONE_TILE)
    assert not chain.pyramid.has(TileKey(2, 0, 0))


@TILE_BY_TILE
def test_a_reader_that_loses_interest_leaves_finished_tiles(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE)
    plan = planned(chain, 4, VIEW)
    work = chain.refine(4, VIEW, never)
    for report in work:
        if report.finished:
            break
    work.close()  # type: ignore[attr-defined]
    assert planned(chain, 4, VIEW) == plan[1:]


@TILE_BY_TILE
def test_a_failing_model_keeps_the_finished_tiles_and_may_try_again(chain_over: MakeChain) -> None:
    broken = True

    def fail(number: int) -> None:
        if broken and number == 2:
            raise Failure("There is too little memory; close other programs.")

    upscaler = FakeUpscaler(before=fail)
    chain = chain_over(IMAGE, upscaler)
    plan = planned(chain, 4, VIEW)
    with pytest.raises(Failure, match="too little memory"):
        refined(chain, 4, VIEW)
    assert planned(chain, 4, VIEW) == plan[2:]
    broken = False
    assert made(refined(chain, 4, VIEW)) == plan[2:]


def test_a_model_that_does_not_load_is_asked_again_next_time(chain_over: MakeChain) -> None:
    class Missing(FakeUpscaler):
        def load(self, cancelled: IsCancelled = never) -> None:
            super().load(cancelled)
            if self.loads == 1:
                raise BadInput("The weights are missing; install them.")

    upscaler = Missing()
    chain = chain_over(IMAGE, upscaler)
    with pytest.raises(BadInput, match="weights are missing"):
        refined(chain, 2, ONE_TILE)
    assert made(refined(chain, 2, ONE_TILE)) == [TileKey(2, 0, 0)]
    assert upscaler.loads == 2


def test_loading_can_be_stopped_and_begins_again(chain_over: MakeChain) -> None:
    class Slow(FakeUpscaler):
        def load(self, cancelled: IsCancelled = never) -> None:
            super().load(cancelled)
            if cancelled():
                raise Cancelled("Stopped.")

    upscaler, stop = Slow(), True
    chain = chain_over(IMAGE, upscaler)
    with pytest.raises(Cancelled):
        list(chain.refine(2, ONE_TILE, lambda: stop))
    stop = False
    assert made(refined(chain, 2, ONE_TILE)) == [TileKey(2, 0, 0)]
    assert upscaler.loads == 2


class Losing(TileStore):
    """A store in which a tile vanishes when it is read, until it is put again.

    Attributes:
        vanishing: That tile.
        times: How often it vanishes.
        lost: It, as often as it has vanished.
    """

    vanishing: TileKey | None = None
    times = 1

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lost: list[TileKey] = []
        self._gone = False

    def get(self, key: TileKey, size: tuple[int, int] | None = None) -> Rgb8 | None:
        if key == self.vanishing and not self._gone and len(self.lost) < self.times:
            self.lost.append(key)
            self._gone = True
        return None if key == self.vanishing and self._gone else super().get(key, size)

    def missing(self, keys: Iterable[TileKey]) -> list[TileKey]:
        keys = list(keys)
        absent = {*super().missing(keys), *([self.vanishing] if self._gone else ())}
        return [key for key in keys if key in absent]

    def has(self, key: TileKey) -> bool:
        return not self.missing([key])

    def put(self, key: TileKey, rgb: Rgb8, step_id: int) -> None:
        self._gone = self._gone and key != self.vanishing
        super().put(key, rgb, step_id)


def losing(chain: Chain, key: TileKey, times: int) -> Losing:
    """Have a tile of a chain over a `Losing` store vanish, and return that."""
    store = chain.pyramid.store
    assert isinstance(store, Losing)
    store.vanishing, store.times = key, times
    return store


def test_a_parent_that_vanishes_is_made_again(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE, FakeUpscaler(), kind=Losing)
    plan = planned(chain, 4, VIEW)
    parent = next(key for key in plan if key.z == 2)
    store = losing(chain, parent, times=1)
    reports = refined(chain, 4, VIEW)
    assert store.lost == [parent]
    assert planned(chain, 4, VIEW) == []
    assert store.has(parent)
    assert set(made(reports)) == set(plan)


def test_a_parent_that_vanishes_again_and_again_ends_in_a_sentence(
    chain_over: MakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache too small for one view must not compute for ever."""
    chain = chain_over(IMAGE, kind=Losing)
    parent = next(key for key in planned(chain, 4, VIEW) if key.z == 2)
    losing(chain, parent, times=10**9)
    monkeypatch.setattr("cozviewer.chain.chain.REPLANS", 5)
    with pytest.raises(TileMissing, match=f"{parent} is missing from the tile cache"):
        refined(chain, 4, VIEW)


# -- Prompts


def test_a_broken_tile_is_made_again_with_the_words_of_its_step(tmp_path: Path) -> None:
    """Whatever view it is found from: it must fit its neighbours."""
    source = source_from_pixels(noise(275, 25), "test.png")
    upscaler, prompter = ListeningUpscaler(), FakePrompter()
    broken = TileKey(2, 0, 0)

    def opened() -> Chain:
        store = TileStore.open(tmp_path / "a.tiles", STORE_KEY, lambda _: None)
        return Chain(Pyramid(source, store), upscaler, prompter, recipe_of(upscaler, prompter))

    chain = opened()
    whole = chain.pyramid.level_rect(2)
    refined(chain, 2, chain.pyramid.tile_rect(broken))
    refined(chain, 2, whole)  # a newer step, with other words
    expected = chain.pyramid.exact_region(2, whole)
    chain.pyramid.store.close()
    with closing(sqlite3.connect(tmp_path / "a.tiles")) as file:
        row = "SELECT id FROM tiles WHERE key = '2/0/0'"
        file.execute(f"UPDATE pixels SET webp = x'00' WHERE id = ({row})")
        file.commit()

    chain = opened()
    assert made(refined(chain, 2, chain.pyramid.tile_rect(broken))) == [broken]
    assert len(prompter.shown) == 2
    assert np.array_equal(chain.pyramid.exact_region(2, whole), expected)
    step = chain.pyramid.store.step_of(broken)
    assert step is not None
    assert step.prompt == "words 1"
    chain.pyramid.store.close()


def test_one_prompt_per_step_given_to_every_tile_of_it(chain_over: MakeChain) -> None:
    upscaler, prompter = FakeUpscaler(), FakePrompter()
    chain = chain_over(IMAGE, upscaler, prompter)
    refined(chain, 4, VIEW)
    assert len(prompter.shown) == 2
    assert [asked.prompt for asked in upscaler.asked] == ["words 1", "words 2"]


def test_a_prompter_sees_what_is_seen_and_the_wider_view_it_is_from(chain_over: MakeChain) -> None:
    prompter = FakePrompter()
    chain = chain_over(IMAGE, prompter=prompter)
    refined(chain, 4, VIEW)
    (none, first), (wide, second) = prompter.shown
    assert none is None
    assert np.array_equal(first, cut(IMAGE, Rect(16, 14, 3, 3)))
    assert np.array_equal(second, chain.pyramid.exact_region(2, Rect(65, 59, 10, 7)))
    # Four times as wide, at a quarter of the size.
    assert wide is not None
    assert np.array_equal(wide, cut(IMAGE, Rect(12, 11, 11, 10)))


def test_large_crops_are_cut_to_their_middle(chain_over: MakeChain) -> None:
    prompter = FakePrompter()
    image = noise(700, 600)
    chain = chain_over(image, prompter=prompter)
    next(report for report in chain.refine(2, Rect(0, 0, 2800, 2400), never) if report.finished)
    ((_, crop),) = prompter.shown
    assert np.array_equal(crop, cut(image, Rect(94, 44, 512, 512)))


def test_a_step_is_recorded(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE, prompter=FakePrompter())
    refined(chain, 4, VIEW)
    first, second = chain.pyramid.store.steps()
    assert (first.z, first.prompt, first.seed) == (0, "words 1", 0)
    assert (second.z, second.prompt, second.seed) == (2, "words 2", 0)
    assert first.level_region == snapped_to_tiles(Rect(16, 14, 3, 3))
    assert second.level_region == snapped_to_tiles(Rect(65, 59, 10, 7))
    assert first.seconds > 0
    assert second.seconds > 0
    assert chain.pyramid.store.step_of(TileKey(4, 4, 3)) == second


def test_a_pan_over_mostly_the_same_scene_keeps_the_words(chain_over: MakeChain) -> None:
    upscaler, prompter = FakeUpscaler(), FakePrompter()
    chain = chain_over(noise(500, 150), upscaler, prompter)
    refined(chain, 2, Rect(0, 0, 512, 256))  # the first tile of level 0
    assert len(prompter.shown) == 1
    refined(chain, 2, Rect(250, 0, 512, 256))  # half of it and a little
    assert len(prompter.shown) == 1
    assert {asked.prompt for asked in upscaler.asked} == {"words 1"}
    refined(chain, 2, Rect(1250, 0, 512, 256))
    assert len(prompter.shown) == 2
    assert upscaler.asked[-1].prompt == "words 2"


# -- The same pixels whatever way one came


def everything(chain: Chain, z: int) -> dict[TileKey, bytes]:
    """Return all finished tiles of a level."""
    keys = tiles_of(z, chain.pyramid.level_rect(z))
    tiles = {key: chain.pyramid.tile(key) for key in keys}
    return {key: tile.tobytes() for key, tile in tiles.items() if tile is not None}


def test_the_same_region_by_other_ways_has_the_same_pixels(chain_over: MakeChain) -> None:
    image = noise(17, 5)  # of two tiles on level 2 and of five by two on level 4
    at_once, piece_by_piece, by_levels = (chain_over(image, DetailUpscaler()) for _ in range(3))
    for chain in (at_once, piece_by_piece, by_levels):
        chain.recipe = replace(chain.recipe, least=64)
    whole = at_once.pyramid.level_rect(4)
    refined(at_once, 4, whole)

    keys = list(tiles_of(4, whole))
    random.Random(0).shuffle(keys)
    for key in keys:
        part = piece_by_piece.pyramid.tile_rect(key)
        refined(piece_by_piece, 4, Rect(part.x, part.y, 1, 1))

    refined(by_levels, 2, by_levels.pyramid.level_rect(2))
    refined(by_levels, 4, whole)

    assert [len(everything(at_once, z)) for z in (2, 4)] == [2, 10]
    for z in (2, 4):
        assert everything(piece_by_piece, z) == everything(at_once, z) == everything(by_levels, z)


@pytest.mark.parametrize("size", [(1, 1), (3, 70), (129, 2)])
def test_tiny_images_go_down_like_any_other(chain_over: MakeChain, size: tuple[int, int]) -> None:
    chain = chain_over(noise(*size))
    region = Rect((size[0] << 6) - 60, (size[1] << 6) - 60, 60, 60)
    refined(chain, 6, region)
    assert chain.pyramid.exact_region(6, region).shape == (60, 60, 3)


def test_a_step_far_down_is_a_step_like_any_other(chain_over: MakeChain) -> None:
    chain = chain_over(IMAGE, FakeUpscaler())
    z = 66
    region = Rect((25 << z) + 7777, (12 << z) + 3333, 300, 200)
    reports = refined(chain, z, region)
    assert {key.z for key in made(reports)} == set(range(2, z + 1, 2))
    assert reports[-1].stage == "Generating ×2^66"
    assert chain.pyramid.exact_region(z, region).shape == (200, 300, 3)
