"""What workers drew is written in few transactions."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cozviewer.cluster import writer as writers
from cozviewer.cluster.parcels import bundle_of
from cozviewer.cluster.units import Unit
from cozviewer.cluster.writer import Drawn, Writer
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.tile_codec import encode_tile
from tests.cluster.works import chain_for, units_of
from tests.pyramid.images import noise


def drawn(unit: Unit) -> Drawn:
    """Return a unit with one of its tiles."""
    key = unit.run.first
    bundle = bundle_of([(key, encode_tile(noise(64, 64)))])
    return Drawn(unit, bundle, None, "step", bundle.size)


def test_units_that_come_one_after_another_are_written_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(writers, "TOGETHER", 60)
    chain = chain_for(noise(96, 96), path=tmp_path / "a")
    lots: list[set[TileKey]] = []
    adopt = chain.pyramid.store.adopt

    def noted(tiles: Mapping[TileKey, EncodedTile], steps: Any) -> None:
        lots.append(set(tiles))
        adopt(tiles, steps)

    monkeypatch.setattr(chain.pyramid.store, "adopt", noted)
    taken = threading.Semaphore(0)

    def get(handle: Any) -> Any:
        taken.release()
        return handle

    writer = Writer(chain.pyramid.store, get)
    units = units_of(chain, 4)
    assert len(units) > 1
    for unit in units:
        writer.write(drawn(unit))
        assert taken.acquire(timeout=30)  # the next one comes when this one is in hand
    writer.close()  # at once, whatever it waits for
    assert lots == [{unit.run.first for unit in units}]
    assert [each.unit for each in writer.written()] == units
    chain.pyramid.store.close()
