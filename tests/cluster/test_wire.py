"""What travels between processes: small things as bytes, large ones and handles as they are."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from cozviewer.chain.runs import Run
from cozviewer.cluster.link import ClusterOptions, Link, Share
from cozviewer.cluster.parcels import Bundle, bundle_of
from cozviewer.cluster.wire import SMALL, packed, unpacked
from cozviewer.cluster.worker import Photo, UnitTask, UnitWorker, WorkerSetup
from cozviewer.image.rect import Rect
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.tile_codec import encode_tile
from tests.cluster.works import Fake, chain_for, make
from tests.pyramid.images import noise

RUN = Run(2, Rect(0, 0, 64, 64))


def bundle(count: int) -> Bundle:
    """Return a bundle of noise, about 12 KB a tile."""
    return bundle_of([(TileKey(2, i, 0), encode_tile(noise(64, 64))) for i in range(count)])


def test_only_small_things_are_packed() -> None:
    small, large = bundle(1), bundle(12)
    assert small.size < SMALL < large.size
    sent = packed(small, small.size)
    assert isinstance(sent, bytes)
    assert list(unpacked(sent).tiles()) == list(small.tiles())
    assert packed(large, large.size) is large
    assert unpacked(large) is large


def test_a_task_with_handles_is_left_to_ray() -> None:
    sent: list[Any] = []
    remote = SimpleNamespace(remote=lambda *args: sent.append(args))
    handle = SimpleNamespace(draw_packed=SimpleNamespace(options=lambda **options: remote))
    photo = Photo("a.png", "digest", 1, pixels="a handle")
    link = Link(ClusterOptions("local:2"))
    for each in (photo, photo.known):
        task = UnitTask(RUN, "", each, "", 0, False)
        link.draw(handle, Share(1, 1, 0), task, ["an input"])
    (first, *inputs), (second, *_) = sent
    assert first.photo is photo
    assert unpacked(second) == UnitTask(RUN, "", Photo("a.png", "digest", 1), "", 0, False)
    assert inputs == ["an input"]


def test_a_packed_unit_is_drawn_as_any_other() -> None:
    rgb = noise(32, 32)
    chain = chain_for(rgb)
    worker = UnitWorker(WorkerSetup(make(Fake())), lambda handle: handle)
    photo = Photo("fake.png", chain.pyramid.source.digest, 1, pixels=rgb)
    task = UnitTask(RUN, "", photo, chain.recipe.digest, 0, ring=True)
    report, tiles, ring = worker.draw(task)
    assert not report.error
    assert tiles is not None
    assert ring is not None
    task = UnitTask(RUN, "", photo.known, chain.recipe.digest, 0, ring=True)
    again = [unpacked(each) for each in worker.draw_packed(packed(task))]
    assert not again[0].error
    assert np.array_equal(again[1].data, tiles.data)
    assert again[2].region == ring.region
    chain.pyramid.store.close()
