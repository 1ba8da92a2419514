"""Whole levels on a Ray cluster of this machine: what it costs beside the work itself.

Wall time is only fair on an idle machine; core-seconds are of this process and all its children.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from cozviewer.assembly import make_models, node_work, open_chain
from cozviewer.chain.chain import Chain
from cozviewer.cluster.crew import NodeWork
from cozviewer.cluster.generator import ClusterGenerator
from cozviewer.cluster.link import ClusterOptions, Link, Share
from cozviewer.config.choice import EngineChoice
from cozviewer.image.source import open_source, source_from_pixels
from cozviewer.session.source import OpenedImage
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show
from tests.cluster.sleepers import make, sleeping_chain
from tests.cluster.works import tiles

ACTORS = tuple(int(n) for n in os.environ.get("BENCH_ACTORS", "2,4,8,16,32,64").split(","))
SLEEP = 0.03
EACH = 150
KINDS = (("plain", False, 1), ("joined", True, 1), ("joined beside a GPU", True, 2))
"""Units whose weak scaling is measured: name, whether they are joined to their neighbours, and how
many a worker has in hand (two beside a GPU, where one waits while another one is joined)."""

PHOTO = int(os.environ.get("BENCH_SIDE", "512"))


@pytest.fixture(scope="module")
def link() -> Iterator[Link]:
    """Return a cluster with room for all workers."""
    os.environ["RAY_enable_worker_prestart"] = "0"  # noqa: SIM112 (its name)
    link = Link(ClusterOptions(f"local:{max(ACTORS)}", cpus_per_worker=1))
    link.connect()
    link.ray.get(link.ray.put(0))
    yield link
    link.close()


def with_workers(link: Link, work: NodeWork, count: int, warm: Chain) -> ClusterGenerator:
    """Return a generator whose workers are all loaded."""
    link.options = replace(link.options, workers=count)
    generator = ClusterGenerator(link, work, print)
    whole = {2: [warm.pyramid.level_rect(2)]}
    list(generator.generate(whole, warm, never, lambda _: None))
    crew = generator._crew
    assert crew is not None
    while sum(member.loaded for member in crew.members) < count:
        for ref in link.ray.wait(crew.refs, timeout=1)[0]:
            crew.answered(ref)
    return generator


def core_seconds() -> float:
    """Return the CPU time of this process and all its children that are alive."""
    me = psutil.Process()
    total = 0.0
    for process in (me, *me.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def megabytes(processes: list[psutil.Process]) -> list[float]:
    """Return what is resident of each, without what is shared."""
    return [(p.memory_info().rss - p.memory_info().shared) / 1e6 for p in processes]


def workers_of() -> list[psutil.Process]:
    """Return the processes of the workers."""
    children = psutil.Process().children(recursive=True)
    return [
        p for p in children if "UnitWorker" in p.name() or "UnitWorker" in " ".join(p.cmdline())
    ]


def test_throughput_of_the_engine(link: Link, tmp_path: Path) -> None:
    print(f"\ne. Real-ESRGAN in int8 over {PHOTO} x {PHOTO // 2} at x4, eight units")
    photo = np.ascontiguousarray(
        open_source(SAMPLE).levels[0][200 : 200 + PHOTO // 2, 300 : 300 + PHOTO]
    )
    source = source_from_pixels(photo, "part.png")
    choice = replace(EngineChoice(), numbers="int8")
    recipe = make_models(choice, None, print).recipe
    link.options = replace(link.options, workers=2)

    def chain(name: str) -> Chain:
        return open_chain(OpenedImage(source), choice, tmp_path / name, print)

    alone = chain("models")
    alone.load()
    alone.upscaler.upscale(photo[:96, :96], "", 0, never)
    small = open_chain(
        OpenedImage(source_from_pixels(photo[:64, :64].copy(), "s")), choice, tmp_path / "s", print
    )
    assert small.recipe.digest == recipe.digest
    generator = with_workers(link, node_work(choice, None), 2, small)
    ratios, costs, shares = [], [], []
    for number in range(3):
        one, many = chain(f"one{number}"), chain(f"many{number}")
        for each in (one, many):  # joined, no more than half of them can be drawn at once
            each.recipe = replace(each.recipe, largest=PHOTO)
        one.upscaler, whole = alone.upscaler, one.pyramid.level_rect(2)
        wall, cores = time.perf_counter(), core_seconds()
        list(one.refine(2, whole, never))
        wall_one, cores_one = time.perf_counter() - wall, core_seconds() - cores
        before = replace(generator.totals)
        wall, cores = time.perf_counter(), core_seconds()
        list(generator.generate({2: [whole]}, many, never, lambda _: None))
        wall_many, cores_many = time.perf_counter() - wall, core_seconds() - cores
        assert tiles(one, 2) == tiles(many, 2)
        drawing = generator.totals.drawing - before.drawing
        seconds = generator.totals.seconds - before.seconds
        ratios.append(wall_one / wall_many)
        costs.append(cores_one / cores_many)
        shares.append(seconds / drawing - 1)
        for each in (one, many):
            each.pyramid.store.close()
        show("   one process: wall, core-seconds", f"{wall_one:.1f} s, {cores_one:.1f}")
        show("   two workers: wall, core-seconds", f"{wall_many:.1f} s, {cores_many:.1f}")
    generator.close()
    show("throughput over that of one process", f"{np.median(ratios):.2f}", ">= 0.9")
    show("   by core-seconds", f"{np.median(costs):.2f}", ">= 0.9")
    show("encoding and checking, part of a unit", f"{100 * np.median(shares):.1f} %", "<= 5 %")
    for each in (alone, small):
        each.pyramid.store.close()


def test_cost_of_a_unit(link: Link, tmp_path: Path) -> None:
    print("\n   A unit of one tile by a model that takes no time: all costs of the cluster")
    warm = sleeping_chain(16, 16, 0, False, tmp_path / "w", largest=64)
    generator = with_workers(link, NodeWork(make(0, False)), 2, warm)
    chain = sleeping_chain(16 * 50, 16 * 40, 0, False, tmp_path / "c", largest=64)
    me = psutil.Process()
    cores, own = core_seconds(), sum(me.cpu_times()[:2])
    list(generator.generate({2: [chain.pyramid.level_rect(2)]}, chain, never, lambda _: None))
    cores, own = core_seconds() - cores, sum(me.cpu_times()[:2]) - own
    generator.close()
    show("core-ms a unit in all", f"{1000 * cores / 2000:.2f} ms")
    show("   of them in the driver", f"{1000 * own / 2000:.2f} ms")
    for each in (warm, chain):
        each.pyramid.store.close()


def test_weak_scaling(link: Link, tmp_path: Path) -> None:
    print(f"\n   Weak scaling: units that wait {1000 * SLEEP:.0f} ms, {EACH} for each worker")
    for kind, joins, in_hand in KINDS:
        for count in ACTORS:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Share, "units", in_hand)
                largest = 128 if joins else 64
                folder = tmp_path / f"{kind}{count}"
                warm = sleeping_chain(16, 16, SLEEP, joins, folder / "warm", largest=largest)
                generator = with_workers(link, NodeWork(make(SLEEP, joins)), count, warm)
                side = 32 if joins else 16
                width, height = side * count, side * EACH
                chain = sleeping_chain(
                    width, height, SLEEP, joins, folder / "chain", largest=largest
                )
                me = psutil.Process()
                own, cores, began = sum(me.cpu_times()[:2]), core_seconds(), time.perf_counter()
                whole = {2: [chain.pyramid.level_rect(2)]}
                list(generator.generate(whole, chain, never, lambda _: None))
                wall, cores = time.perf_counter() - began, core_seconds() - cores
                own = sum(me.cpu_times()[:2]) - own
                generator.close()
                for each in (warm, chain):
                    each.pyramid.store.close()
            each_unit = 1000 * cores / (EACH * count)
            show(
                f"{kind}, {count} workers: efficiency; core-ms a unit, in the command",
                f"{EACH * SLEEP / wall:.2f}; {each_unit:.2f}, {1000 * own / (EACH * count):.2f}",
                ">= 0.85",
            )
            show(
                "   workers that two cores carry; load average of the machine",
                f"{2 * 1000 * SLEEP / each_unit:.0f}; {os.getloadavg()[0]:.1f}",
            )


def test_workers_that_are_killed(link: Link, tmp_path: Path) -> None:
    print("\n   A random worker is killed after every 100 units, of 800")
    chance = random.Random(1)
    warm = sleeping_chain(16, 16, SLEEP, True, tmp_path / "w", largest=128)
    generator = with_workers(link, NodeWork(make(SLEEP, True)), 3, warm)
    chain = sleeping_chain(32 * 40, 32 * 20, SLEEP, True, tmp_path / "c", largest=128)
    alone = sleeping_chain(32 * 40, 32 * 20, 0, True, tmp_path / "a", largest=128)
    done = kills = 0
    whole = chain.pyramid.level_rect(2)
    began, before = time.monotonic(), generator.totals.units
    for progress in generator.generate({2: [whole]}, chain, never, lambda _: None):
        done += len(progress.finished)
        found = workers_of()
        if done >= 400 * (kills + 1) and found:
            kills += 1
            os.kill(chance.choice(found).pid, signal.SIGKILL)
    totals = generator.totals
    list(alone.refine(2, whole, never))
    assert tiles(alone, 2) == tiles(chain, 2)
    generator.close()
    units, seconds = totals.units - before, time.monotonic() - began
    show("kills, ended workers, units", f"{kills}, {totals.deaths}, {units}")
    show("   seconds in all", f"{seconds:.0f} s")
    again = totals.drawn_again + totals.deaths
    show(
        "drawn twice, the units of killed workers included",
        f"{100 * again / units:.2f} %",
        "< 5 %",
    )
    for each in (warm, chain, alone):
        each.pyramid.store.close()


def test_memory(link: Link, tmp_path: Path) -> None:
    print("\n   Memory over 10,000 units")
    warm = sleeping_chain(16, 16, 0, True, tmp_path / "w", largest=64)
    generator = with_workers(link, NodeWork(make(0, True)), 2, warm)
    chain = sleeping_chain(16 * 100, 16 * 100, 0, True, tmp_path / "c", largest=64)
    marks = [1000, 5000, 9900]
    whole = {2: [chain.pyramid.level_rect(2)]}
    done = 0
    for progress in generator.generate(whole, chain, never, lambda _: None):
        done += len(progress.finished)
        if marks and done >= marks[0]:
            marks.pop(0)
            driver = megabytes([psutil.Process()])[0]
            each = ", ".join(f"{size:.0f}" for size in megabytes(workers_of()))
            show(f"after {done:,} units: driver; workers", f"{driver:.0f}; {each} MB", "flat")
    generator.close()
    for each_chain in (warm, chain):
        each_chain.pyramid.store.close()
