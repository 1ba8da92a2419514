"""Files sent from one folder to another by the code of both sides, without Ray."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cozviewer.cluster.parcels import Parcel, digest_of
from cozviewer.cluster.receiving import Receiver
from cozviewer.cluster.sending import Sending


class Objects:
    """Takes the place of Ray; counts what is put."""

    def __init__(self) -> None:
        self.puts: list[int] = []

    def put(self, data: bytes) -> bytes:
        self.puts.append(len(data))
        return data


@dataclass(eq=False)
class Node:
    """A worker that takes chunks when it is told to."""

    receiver: Receiver
    coming: list[tuple[object, Callable[[], None]]] = field(default_factory=list)

    @property
    def handle(self) -> Any:
        return self

    @property
    def take(self) -> Any:
        return self

    def remote(self, parcel: Parcel, item: int, data: bytes) -> object:
        ref = object()
        self.coming.append((ref, lambda: self.receiver.take(parcel, item, data)))
        return ref


def far_digest(path: Path) -> str:
    """Return a digest as a node that sees only what it has received."""
    if "received" not in path.parts:
        raise FileNotFoundError(path)
    return digest_of(path)


def send(parcel: Parcel, nodes: list[Node], told: list[str] | None = None) -> Objects:
    """Send a parcel to nodes that begin at the same time; return what was put."""
    objects = Objects()
    sending = Sending(objects, ([] if told is None else told).append)
    done = 0
    streams: dict[object, Any] = {}

    def ask(node: Node) -> None:
        nonlocal done
        want = node.receiver.wants(parcel)
        if want is None:
            done += 1
        else:
            assert want.item is not None
            sending.begin(node, f"node{nodes.index(node)}", parcel, want)

    for node in nodes:
        ask(node)
    while done < len(nodes):
        streams.update(sending.pump())
        for node in nodes:
            if node.coming:
                ref, arrive = node.coming.pop(0)
                arrive()
                if sending.arrived(ref, streams.pop(ref)):
                    ask(node)
    assert sending.sent == sending.total
    return objects
