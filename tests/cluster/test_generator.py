"""What the command does when things go wrong, with workers in this process."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.chain.chain import Chain
from cozviewer.chain.joining.beyond import Beyond
from cozviewer.cluster import generator as generators
from cozviewer.cluster.calls import ClusterCalls
from cozviewer.cluster.crew import NodeWork
from cozviewer.cluster.driver import TOGETHER
from cozviewer.cluster.facts import node_facts
from cozviewer.cluster.generator import ClusterGenerator
from cozviewer.cluster.link import ClusterLost, ClusterOptions
from cozviewer.cluster.worker import NodeModels
from cozviewer.image.rect import Rect
from cozviewer.image.source import source_from_pixels
from cozviewer.pyramid.geometry import tiles_of
from cozviewer.util.cancel import never
from cozviewer.util.errors import Failure
from tests.cluster.in_process import ActorGoneError, HeadGoneError, InProcess, LostError, Ref
from tests.cluster.works import Fake, chain_for, make, models, tiles, whole
from tests.pyramid.images import noise, smooth
from tests.pyramid.stores import damage

IMAGE = noise(40, 32) // 3 + smooth(40, 32) // 2
FAKE = Fake(words=True, largest=128)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let nobody wait."""
    monkeypatch.setattr(generators, "RECONNECT_SECONDS", (0, 0, 0))
    monkeypatch.setenv("COZVIEWER_CACHE", str(tmp_path / "node"))


@pytest.fixture(scope="module")
def wanted() -> dict[Any, bytes]:
    """Return the tiles that one process generates."""
    chain = chain_for(IMAGE, FAKE)
    list(chain.refine(4, whole(chain, 4), never))
    found = tiles(chain, 4)
    chain.pyramid.store.close()
    return found


@pytest.fixture
def chain() -> Iterator[Chain]:
    """Return a chain without tiles."""
    made = chain_for(IMAGE, FAKE)
    yield made
    made.pyramid.store.close()


@pytest.fixture
def link() -> InProcess:
    """Return a link to another cluster than a local one."""
    return InProcess(ClusterOptions("ray://head:10001"))


@pytest.fixture
def notices() -> list[str]:
    """Return the sentences about the cluster."""
    return []


@pytest.fixture
def generator(link: InProcess, notices: list[str]) -> Iterator[ClusterGenerator]:
    """Return a generator over the link."""
    with ClusterGenerator(link, NodeWork(make(FAKE)), notices.append) as made:
        yield made


def generate(generator: ClusterGenerator, chain: Chain) -> list[str]:
    """Generate all of ×16; return what the progress line added."""
    needs = {4: [whole(chain, 4)]}
    return [each.note for each in generator.generate(needs, chain, never, lambda progress: None)]


def test_progress_report_and_dashboard(
    generator: ClusterGenerator, chain: Chain, wanted: dict[Any, bytes], notices: list[str]
) -> None:
    notes = generate(generator, chain)
    assert tiles(chain, 4) == wanted
    node = node_facts().node
    assert f" units, {node} " in notes[-1]
    assert notices == ["The dashboard of the cluster is at 127.0.0.1:8265."]
    report = json.loads(json.dumps(generator.report()))
    assert report["address"] == "ray://head:10001"
    assert report["dashboard"] == "127.0.0.1:8265"
    assert (report["nodes"], report["workers"]) == ([node], 2)
    assert report["units_by_node"] == {node: report["units"]}
    assert report["bytes"] == sum(map(len, wanted.values()))
    assert report["units_drawn_again"] == report["workers_ended"] == 0


def test_nothing_is_drawn_twice_after_the_head_was_lost(
    generator: ClusterGenerator,
    link: InProcess,
    chain: Chain,
    wanted: dict[Any, bytes],
    notices: list[str],
) -> None:
    drawn: list[Any] = []

    def fail(number: int) -> None:
        if number == 14:
            raise HeadGoneError("connection refused")

    def note(name: str, args: tuple[Any, ...]) -> None:
        if name == "draw":
            drawn.append(args[0].run.keys)

    link.module.fail_wait, link.module.fail_call = fail, note
    generate(generator, chain)
    assert tiles(chain, 4) == wanted
    assert link.connections == 2
    assert "The cluster does not answer any more; waiting for it." in notices
    # Those that were sent and not collected when it was lost are drawn again: two for a worker.
    assert len(drawn) - len(set(drawn)) <= 4
    assert generator.totals.units == len(set(drawn))


def test_a_head_that_stays_away_is_told_and_what_was_drawn_is_kept(
    generator: ClusterGenerator, link: InProcess, chain: Chain
) -> None:
    def fail(number: int) -> None:
        if number > 14:
            raise HeadGoneError("connection refused")

    link.module.fail_wait = fail
    with pytest.raises(ClusterLost, match=r"does not answer any more \(connection refused\)"):
        generate(generator, chain)
    assert chain.pyramid.store.checksums()


def test_objects_that_are_lost_with_a_node_are_drawn_again(
    generator: ClusterGenerator, link: InProcess, chain: Chain, wanted: dict[Any, bytes]
) -> None:
    lost: list[Ref] = []

    def fail(ref: Ref) -> None:
        if hasattr(ref.value, "checksums") and len(lost) < 3:
            lost.append(ref)
        if ref in lost:
            raise LostError("the node is gone")

    link.module.fail_get = fail
    generate(generator, chain)
    assert len(lost) == 3
    assert tiles(chain, 4).keys() == wanted.keys()
    assert generator.totals.drawn_again >= 3


def test_a_worker_gets_the_photo_until_it_has_drawn_a_unit_and_after_an_error(
    chain: Chain, wanted: dict[Any, bytes]
) -> None:
    link = InProcess(ClusterOptions("local:1", workers=1))
    whole_photos = list[bool]()

    def note(name: str, args: tuple[Any, ...]) -> None:
        if name == "draw":
            whole_photos.append(args[0].photo.pixels is not None)
            if len(whole_photos) == 8:
                raise RuntimeError("this unit fails once")

    link.module.fail_call = note
    with ClusterGenerator(link, NodeWork(make(FAKE)), lambda sentence: None) as generator:
        generate(generator, chain)
    assert tiles(chain, 4) == wanted
    assert whole_photos[0]
    assert not any(whole_photos[2:8])  # the second one may be sent before the first one is drawn
    assert any(whole_photos[8:11])
    assert not any(whole_photos[11:])


def test_answers_are_taken_together_only_as_long_as_their_worker_has_more_to_do(
    generator: ClusterGenerator,
    link: InProcess,
    chain: Chain,
    wanted: dict[Any, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = set[float]()
    wait = link.module.wait

    def noted(refs: list[Ref], num_returns: int, timeout: float) -> tuple[list[Ref], list[Ref]]:
        if num_returns > 1:
            waits.add(timeout)
        return wait(refs, num_returns, timeout)

    monkeypatch.setattr(link.module, "wait", noted)
    generate(generator, chain)
    assert tiles(chain, 4) == wanted
    assert waits == {0, TOGETHER}


def named(models: NodeModels, number: int) -> str:
    """Return something about a photo; called on a worker."""
    if number == 13:
        raise Failure("Photo 13 is broken.")
    return f"{models.recipe.digest[:4]} {number}"


@pytest.fixture
def calls(link: InProcess) -> Iterator[ClusterCalls]:
    """Return what calls functions on workers."""
    recipe = models(FAKE).recipe.text
    with ClusterCalls(link, NodeWork(make(FAKE)), recipe, lambda sentence: None) as made:
        yield made


def test_calls_are_made_once_each_and_again_after_a_worker_has_ended(
    calls: ClusterCalls, link: InProcess
) -> None:
    ended: list[int] = []

    def fail(name: str, args: tuple[Any, ...]) -> None:
        if name == "call" and args[1] == 5 and not ended:
            ended.append(5)
            raise ActorGoneError("it was killed")

    link.module.fail_call = fail
    found = dict(calls.results(named, [(f"photo{n}", (n,)) for n in range(12)], never))
    digest = models(FAKE).recipe.digest[:4]
    assert found == {f"photo{n}": f"{digest} {n}" for n in range(12)}
    assert ended


def test_a_call_that_fails_ends_the_work_with_its_sentence(calls: ClusterCalls) -> None:
    with pytest.raises(Failure, match=r"^Photo 13 is broken\.$"):
        list(calls.results(named, [(n, (n,)) for n in range(20)], never))


def test_a_call_that_ends_every_worker_is_given_up(calls: ClusterCalls, link: InProcess) -> None:
    def fail(name: str, args: tuple[Any, ...]) -> None:
        if name == "call":
            raise ActorGoneError("it was killed")

    link.module.fail_call = fail
    with pytest.raises(Failure, match="Every worker of the cluster ended that worked on a photo"):
        list(calls.results(named, [(1, (1,))], never))


@pytest.mark.parametrize("on_cluster", [False, True])
def test_damaged_tiles_of_a_whole_level_are_made_again_with_their_prompts(
    on_cluster: bool, generator: ClusterGenerator, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.tiles"
    chain = chain_for(IMAGE, FAKE, path)
    region = Rect(0, 0, 128, 128)
    list(chain.refine(2, region, never))
    (first,) = chain.pyramid.store.steps()
    chain.pyramid.store.close()
    assert damage(path, "other bytes")
    chain = chain_for(IMAGE, FAKE, path)
    damaged = chain.pyramid.missing(tiles_of(2, region))
    if on_cluster:
        generate(generator, chain)
    else:
        list(chain.refine(4, whole(chain, 4), never, downwards=True))
    assert tiles(chain, 4)
    repaired = [chain.pyramid.store.step_of(key) for key in damaged]
    assert {(step.prompt, step.level_region) for step in repaired if step} == {
        (first.prompt, first.level_region)
    }
    chain.pyramid.store.close()


def test_a_photo_with_transparency_has_the_tiles_of_one_process(
    generator: ClusterGenerator,
) -> None:
    alpha = np.zeros((32, 40), np.uint8)
    alpha[3:15, 5:35] = alpha[20:, :10] = 255
    source = source_from_pixels(IMAGE, "cut.png", alpha)
    spread, alone, rows = (chain_for(source, FAKE) for _ in range(3))
    generate(generator, spread)
    list(alone.refine(4, whole(alone, 4), never))
    list(rows.refine(4, whole(rows, 4), never, downwards=True))
    assert tiles(spread, 4) == tiles(alone, 4) == tiles(rows, 4)
    for chain in (spread, alone, rows):
        chain.pyramid.store.close()


def test_what_was_there_before_changes_nothing_on_a_cluster_that_it_does_not_in_one_process(
    generator: ClusterGenerator,
) -> None:
    """Also what runs beside it leave out, and have drawn besides."""
    spread, alone = chain_for(IMAGE, FAKE), chain_for(IMAGE, FAKE)
    for chain in (spread, alone):
        list(chain.refine(4, Rect(189, 309, 161, 120), never))
        chain.beyond = Beyond()
    generate(generator, spread)
    list(alone.refine(4, whole(alone, 4), never))
    assert tiles(spread, 4) == tiles(alone, 4)
    for chain in (spread, alone):
        chain.pyramid.store.close()
