"""Tiles and files on their way to nodes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cozviewer.cluster.parcels import Parcel, bundle_of, chunks_of, digest_of, unpacked
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.tile_codec import encode_tile
from cozviewer.util.errors import Failure
from tests.pyramid.pictures import noise


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


def parcel_of(path: Path, there: Path) -> Parcel:
    """Return a file as a parcel that says it lies elsewhere."""
    return Parcel(path.name, digest_of(path), path.stat().st_size, there)


def test_a_file_is_received_once(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"weights" * 1000)
    parcel = parcel_of(path, tmp_path / "elsewhere")
    kept = unpacked(parcel, tmp_path / "received", chunks_of(path))
    assert kept.read_bytes() == path.read_bytes()
    assert kept.name == "a.bin"
    assert unpacked(parcel, tmp_path / "received", iter([b"never read"])) == kept


def test_the_same_file_at_the_same_place_is_used(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"weights")
    assert unpacked(parcel_of(path, path), tmp_path / "received", iter([])) == path
    parcel = parcel_of(path, path)
    path.write_bytes(b"another")
    kept = unpacked(parcel, tmp_path / "received", iter([b"wei", b"ghts"]))
    assert kept != path
    assert kept.read_bytes() == b"weights"


def test_what_is_not_what_was_sent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"weights")
    parcel = parcel_of(path, tmp_path / "elsewhere")
    with pytest.raises(Failure, match="damaged on its way"):
        unpacked(parcel, tmp_path / "received", iter([b"w", b"orse"]))
    assert not list((tmp_path / "received").rglob("*.bin"))
