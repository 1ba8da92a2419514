"""Sends files to nodes in chunks, a few at a time, so that neither side holds many of them.

Nodes that want the same chunk get it as one object of Ray, which passes it on from node to node; so
the sender's network is not the limit. As there are only a few chunks at any time, nodes that begin
together stay together.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cozviewer.chain.protocols import Notice
from cozviewer.cluster.parcels import Parcel
from cozviewer.cluster.receiving import Want
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate
from cozviewer.util.units import bytes_text

CHUNK = 16 << 20
"""Bytes of a file that travel as one object, at most."""

MOST_CHUNKS = 8
"""Chunks on their way at any time."""

AHEAD = 2
"""Chunks on their way to one worker."""


@dataclass(eq=False)
class Stream:
    """A file on its way to a worker.

    Attributes:
        member: The worker, see `crew.Member`.
        parcel: What is sent.
        item: The index of the file.
        offset: Where its next chunk begins.
        waiting: Chunks that have not arrived, by the handle of the answer.
    """

    member: Any
    parcel: Parcel
    item: int
    offset: int
    waiting: dict[Any, tuple[str, int]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.parcel.items[self.item].size

    @property
    def path(self) -> Path:
        """The file on this machine."""
        return self.parcel.root / self.parcel.items[self.item].name


@dataclass(eq=False)
class _Chunk:
    handle: Any
    users: int = 0


class Sending:
    """All files on their way. Used by one thread.

    Attributes:
        sent, total: Bytes that have arrived, and of all that workers wanted so far.
    """

    def __init__(self, ray: Any, notice: Notice) -> None:
        """Prepare.

        Args:
            ray: The module.
            notice: Receives a sentence for each parcel and node before it is sent.
        """
        self.sent = self.total = 0
        self._ray, self._notice = ray, notice
        self._streams: list[Stream] = []
        self._chunks: dict[tuple[str, int], _Chunk] = {}
        self._told: set[tuple[str, str]] = set()

    def begin(self, member: Any, node: str, parcel: Parcel, want: Want) -> None:
        """Have a file sent to a worker; the chunks follow with `pump`."""
        assert want.item is not None
        if (node, parcel.digest) not in self._told:
            self._told.add((node, parcel.digest))
            self.total += want.left
            self._notice(
                translate("Error", "Sending {name} ({size}) to node {node}.").format(
                    name=parcel.name, size=bytes_text(want.left), node=node
                )
            )
        self._streams.append(Stream(member, parcel, want.item, want.offset))

    def pump(self) -> list[tuple[Any, Stream]]:
        """Send as many chunks as may be on their way; return the handles of the answers.

        Raises:
            Failure: A file cannot be read, or has been changed.
        """
        sent = []
        for stream in self._streams:
            while len(stream.waiting) < AHEAD and stream.offset < stream.size:
                key = f"{stream.parcel.digest} {stream.item}", stream.offset
                chunk = self._chunks.get(key)
                if chunk is None:
                    if len(self._chunks) >= MOST_CHUNKS:
                        break
                    chunk = self._chunks[key] = _Chunk(self._ray.put(self._read(stream)))
                ref = stream.member.handle.take.remote(stream.parcel, stream.item, chunk.handle)
                chunk.users += 1
                stream.waiting[ref] = key
                stream.offset = _end(stream)
                sent.append((ref, stream))
        return sent

    def arrived(self, ref: Any, stream: Stream) -> bool:
        """Note that a chunk has arrived; return whether that was all of the file."""
        key = stream.waiting.pop(ref)
        self.sent += min(_boundary(key[1]), stream.size) - key[1]
        self._unused(key)
        if stream.waiting or stream.offset < stream.size:
            return False
        self._streams.remove(stream)
        return True

    def dropped(self, member: Any) -> None:
        """Forget a worker that has ended."""
        for stream in [each for each in self._streams if each.member is member]:
            self._streams.remove(stream)
            for key in stream.waiting.values():
                self._unused(key)

    def _unused(self, key: tuple[str, int]) -> None:
        chunk = self._chunks[key]
        chunk.users -= 1
        if not chunk.users:
            del self._chunks[key]

    def _read(self, stream: Stream) -> bytes:
        """Return the next chunk of a file."""
        wanted = _end(stream) - stream.offset
        try:
            with stream.path.open("rb") as file:
                file.seek(stream.offset)
                data = file.read(wanted)
        except OSError as error:
            raise Failure(
                translate("Error", "{path} cannot be read ({reason}).").format(
                    path=stream.path, reason=error.strerror
                )
            ) from error
        if len(data) != wanted:
            raise Failure(
                translate("Error", "{path} has been changed while it was sent: try again.").format(
                    path=stream.path
                )
            )
        return data


def _end(stream: Stream) -> int:
    """Return where the next chunk of a stream ends."""
    return min(_boundary(stream.offset), stream.size)


def _boundary(offset: int) -> int:
    """Return the end of the chunk in which an offset is; those of all workers end there."""
    return (offset // CHUNK + 1) * CHUNK
