"""A real Ray on this machine: the same tiles as one process, whatever happens to workers.

All tests of Ray are in this file and share one local cluster, as starting one takes seconds.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from cozviewer.chain import runs
from cozviewer.chain.chain import Chain, Progress
from cozviewer.cluster.generator import ClusterGenerator, NodeWork
from cozviewer.cluster.link import ClusterOptions
from cozviewer.image.pixels import Rgb8
from cozviewer.util.cancel import never
from tests.cluster.works import Fake, chain_for, make, tiles, whole
from tests.pyramid.pictures import noise, smooth

pytestmark = pytest.mark.skipif(
    find_spec("ray") is None, reason="Ray has no wheel for this Python or system"
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make small pictures have many units."""
    monkeypatch.setattr(runs, "LARGEST", 256)


def picture(width: int = 80, height: int = 64) -> Rgb8:
    """Return a picture with detail."""
    return noise(width, height) // 3 + smooth(width, height) // 2


@pytest.fixture(scope="module")
def generator() -> Iterator[ClusterGenerator]:
    """Return a generator with two local workers."""
    notices: list[str] = []
    options = ClusterOptions("local:2", cpus_per_worker=1)
    with ClusterGenerator(options, NodeWork(make(Fake())), notices.append) as made:
        generated(made, chain_for(picture(16, 16)), 2)  # Ray keeps threads, which it starts now
        yield made


def generated(generator: ClusterGenerator, chain: Chain, z: int) -> list[Progress]:
    """Generate a whole level on the cluster."""
    told: list[Progress] = []
    return list(generator.generate({z: [whole(chain, z)]}, chain, never, told.append))


def test_the_tiles_are_those_of_one_process(generator: ClusterGenerator, tmp_path: Path) -> None:
    alone, spread = chain_for(picture()), chain_for(picture(), path=tmp_path / "a.cozpyramid")
    list(alone.refine(4, whole(alone, 4), never))
    progress = generated(generator, spread, 4)
    assert tiles(spread, 4) == tiles(alone, 4)
    finished = [key for each in progress for key in each.finished]
    assert sorted(finished) == sorted(tiles(alone, 4))
    assert progress[-1].done == progress[-1].total
    assert not generated(generator, spread, 4)
    for chain in (alone, spread):
        chain.pyramid.store.close()
