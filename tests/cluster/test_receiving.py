"""Files on their way to nodes: once, whole, and no more than are needed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cozviewer.cluster import receiving, sending
from cozviewer.cluster.parcels import Item, Parcel, digest_of, parcel_of
from cozviewer.cluster.receiving import Receiver, Want
from cozviewer.util.errors import Failure
from tests.cluster.transfers import Node, far_digest, send
from tests.room import Room

CONTENT = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CHUNK", 1000)
    monkeypatch.setattr(receiving, "PATIENCE", 0.0)


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """Return a folder on the machine that sends it."""
    folder = tmp_path / "models" / "base"
    (folder / "vae").mkdir(parents=True)
    (folder / "vae" / "config.json").write_text("{}")
    (folder / "vae" / "weights.safetensors").write_bytes(CONTENT)
    (folder / "empty.txt").touch()
    (folder / "unread.bin").write_bytes(b"pickle")
    return parcel_of(folder, [path for path in folder.rglob("*.[sjt]*") if path.is_file()])


MakeNode = Callable[[str], Node]


@pytest.fixture
def node_in(tmp_path: Path) -> Iterator[MakeNode]:
    """Return what makes a node with a folder that sees none of the files of this machine."""
    made: list[Node] = []

    def make(name: str) -> Node:
        made.append(Node(Receiver(tmp_path / name / "received", far_digest)))
        return made[-1]

    yield make
    for node in made:
        node.receiver.close()


def test_a_folder_arrives_as_it_is_and_once(
    tmp_path: Path, node_in: MakeNode, parcel: Parcel
) -> None:
    node, told = node_in("far"), list[str]()
    objects = send(parcel, [node], told)
    there = node.receiver.path(parcel)
    assert there.name == "base"  # some models are named after it
    names = {str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()}
    assert names == {"empty.txt", "vae/config.json", "vae/weights.safetensors"}
    assert (there / "vae" / "weights.safetensors").read_bytes() == CONTENT
    assert told == ["Sending base (10 kB) to node node0."]
    assert max(objects.puts) <= 1000
    assert sum(objects.puts) == parcel.size
    again = Receiver(tmp_path / "far" / "received", far_digest)
    assert again.wants(parcel) is None
    assert again.path(parcel) == there


def test_the_same_files_at_the_same_place_are_used(
    tmp_path: Path, node_in: MakeNode, parcel: Parcel
) -> None:
    receiver = Receiver(tmp_path / "far" / "received", digest_of)
    assert receiver.wants(parcel) is None
    assert receiver.path(parcel) == parcel.root
    (parcel.root / "vae" / "weights.safetensors").write_bytes(b"x" * len(CONTENT))
    other = Receiver(tmp_path / "far" / "received", digest_of)
    want = other.wants(parcel)
    assert want is not None
    assert want.left == parcel.size
    other.close()


def test_nodes_get_the_same_chunks(node_in: MakeNode, parcel: Parcel) -> None:
    nodes = [node_in(f"far{i}") for i in range(12)]
    objects = send(parcel, nodes)
    assert all(node.receiver.path(parcel).is_dir() for node in nodes)
    assert sum(objects.puts) == parcel.size


def test_what_arrived_before_is_not_sent_again(
    tmp_path: Path, node_in: MakeNode, parcel: Parcel
) -> None:
    first = node_in("far")
    want = first.receiver.wants(parcel)
    while want is not None and want.item is not None and parcel.items[want.item].size < 1000:
        data = (parcel.root / parcel.items[want.item].name).read_bytes()
        first.receiver.take(parcel, want.item, data)
        want = first.receiver.wants(parcel)
    assert want is not None
    assert want.item is not None
    first.receiver.take(parcel, want.item, CONTENT[:3500])
    busy = node_in("far")
    assert busy.receiver.wants(parcel) == Want(None)  # another process receives it
    first.receiver.close()  # as when its process ends
    objects = send(parcel, [busy])
    assert sum(objects.puts) == len(CONTENT) - 3500
    there = busy.receiver.path(parcel) / "vae" / "weights.safetensors"
    assert there.read_bytes() == CONTENT


def test_damage_is_found_and_sent_anew(tmp_path: Path, node_in: MakeNode) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"weights")
    parcel, node = parcel_of(path), node_in("far")
    assert node.receiver.wants(parcel) == Want(0, 0, 7)
    with pytest.raises(Failure, match=r"a\.safetensors was damaged on its way to a node"):
        node.receiver.take(parcel, 0, b"weighty"[:7].replace(b"y", b"x"))
    send(parcel, [node])
    assert node.receiver.path(parcel).read_bytes() == b"weights"


def test_a_full_disk_is_told_before_anything_is_sent(
    node_in: MakeNode, parcel: Parcel, room: Room
) -> None:
    room.on_disk(0)
    with pytest.raises(Failure, match=r"base \(.*\) cannot be kept on a node \(the disk is full\)"):
        node_in("far").receiver.wants(parcel)


@pytest.mark.parametrize("name", ["../a.json", "/a.json", "a/../../b", "c:a", "a\\b"])
def test_no_file_is_written_elsewhere(tmp_path: Path, node_in: MakeNode, name: str) -> None:
    parcel = Parcel(tmp_path / "models", (Item(name, "0" * 64, 0),))
    with pytest.raises(Failure, match="is not a valid name"):
        node_in("far").receiver.wants(parcel)
    assert not [path for path in tmp_path.rglob("*.json") if path.is_file()]


def test_a_file_that_changes_is_not_sent(node_in: MakeNode, parcel: Parcel) -> None:
    (parcel.root / "vae" / "weights.safetensors").write_bytes(b"short")
    with pytest.raises(Failure, match="has been changed while it was sent"):
        send(parcel, [node_in("far")])
