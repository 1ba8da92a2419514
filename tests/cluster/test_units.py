"""Units of a plan can be drawn in any order that respects what they wait for, with equal tiles."""

import random

from cozviewer.chain.joining.beyond import Ring
from cozviewer.cluster.parcels import Bundle
from cozviewer.cluster.schedule import Schedule
from cozviewer.cluster.units import Unit, UnitPlan
from cozviewer.cluster.worker import Photo, UnitTask, UnitWorker, WorkerSetup
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey
from cozviewer.util.cancel import never
from tests.cluster.works import Fake, chain_for, listed, make, tiles, units_of, whole
from tests.pyramid.images import noise, smooth


def drawn_shuffled(
    plan: UnitPlan, worker: UnitWorker, photo: Photo, recipe: str
) -> dict[TileKey, bytes]:
    """Draw all units in an order of chance."""
    schedule, chance = Schedule(plan), random.Random(1)
    bundles: dict[int, Bundle] = {}
    rings: dict[int, Ring] = {}
    made: dict[TileKey, bytes] = {}
    taken = []
    while not schedule.finished:
        while (unit := schedule.take()) is not None:
            taken.append(unit)
        unit = taken.pop(chance.randrange(len(taken)))
        inputs = [*(bundles[i] for i in unit.parents), *(rings[i] for i in unit.beside)]
        task = UnitTask(
            unit.run, schedule.prompt(unit), photo, recipe, len(unit.parents), ring=True
        )
        report, bundle, ring = worker.draw(task, *inputs)
        assert not report.error
        assert bundle is not None
        assert ring is not None
        bundles[unit.index], rings[unit.index] = bundle, ring
        made.update((key, tile.webp) for key, tile in bundle.tiles())
        assert schedule.drawn(unit)
    return made


def test_any_order_gives_the_tiles_of_one_process() -> None:
    rgb, fake = noise(48, 40) // 3 + smooth(48, 40) // 2, Fake(largest=128)
    alone = chain_for(rgb, fake)
    plan, units = listed(alone, 4)
    assert len(units) > 30
    worker = UnitWorker(WorkerSetup(make(fake)), lambda handle: handle)
    photo = Photo("fake.png", alone.pyramid.source.digest, 1, pixels=rgb)
    made = drawn_shuffled(plan, worker, photo, alone.recipe.digest)
    list(alone.refine(4, whole(alone, 4), never))
    assert made == tiles(alone, 4)


def test_a_grid_waits_for_few_neighbours() -> None:
    """However large a level is, at most four units follow one another within it."""
    chain = chain_for(noise(256, 256))
    units = {unit.index: unit for unit in units_of(chain, 2)}
    assert len(units) == 16

    def depth(unit: Unit) -> int:
        return 1 + max((depth(units[index]) for index in unit.beside), default=0)

    assert max(map(depth, units.values())) == 4


def test_a_unit_waits_for_its_own_parents_alone() -> None:
    chain = chain_for(noise(256, 256))
    ordered = units_of(chain, 4)
    units = {unit.index: unit for unit in ordered}
    assert ordered[0].parents == ()
    assert 1 <= len(ordered[-1].parents) <= 4
    for unit in ordered:
        for index in unit.parents:
            assert unit.index in units[index].children
            assert units[index].z == unit.z - 2
        assert all(unit.index in units[index].continuing for index in unit.beside)


def test_what_is_stored_is_not_planned() -> None:
    chain = chain_for(noise(128, 128))
    list(chain.refine(2, Rect(0, 0, 256, 512), never))
    plan, units = listed(chain, 2)
    assert plan.tiles == 8 * 8 // 2
    assert all(key.col >= 4 for unit in units for key in unit.run.keys)
