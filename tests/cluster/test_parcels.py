"""Tiles and files on their way to nodes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cozviewer.cluster.parcels import bundle_of, parcel_of
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.tile_codec import encode_tile
from cozviewer.util.errors import Failure
from tests.pyramid.images import noise


def test_tiles_arrive_as_they_were_even_at_great_depth() -> None:
    far = 1 << 90
    sent = [(TileKey(100, far + col, far), encode_tile(noise(64, 8 + col))) for col in range(3)]
    bundle = bundle_of(sent)
    assert [(key, tile.webp) for key, tile in bundle.tiles("uid")] == sent
    assert {tile.step for _, tile in bundle.tiles("uid")} == {"uid"}
    assert bundle.size == sum(len(webp) for _, webp in sent)


def test_damage_is_found() -> None:
    bundle = bundle_of([(TileKey(2, 0, 0), encode_tile(noise(8, 8)))])
    data = np.array(bundle.data)
    data[-1] ^= 1
    with pytest.raises(Failure, match="damaged on its way"):
        list(replace(bundle, data=data).tiles())


def test_a_parcel_is_named_by_names_and_contents(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder / "part").mkdir(parents=True)
        (tmp_path / folder / "part" / "a.json").write_text("{}")
        (tmp_path / folder / "other.bin").write_bytes(b"never read")
    one, two = (
        parcel_of(tmp_path / name, [tmp_path / name / "part" / "a.json"]) for name in ("one", "two")
    )
    assert [item.name for item in one.items] == ["part/a.json"]
    assert (one.digest, one.size, one.name) == (two.digest, 2, "one")
    (tmp_path / "two" / "part" / "a.json").write_text("[]")
    changed = parcel_of(tmp_path / "two", [tmp_path / "two" / "part" / "a.json"])
    assert changed.digest != one.digest


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"gone\.safetensors cannot be read"):
        parcel_of(tmp_path / "gone.safetensors")
