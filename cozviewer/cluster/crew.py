"""The workers of a cluster: starts them, compares their nodes, and replaces those that end."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cozviewer.cluster.facts import NodeFacts, difference, node_facts
from cozviewer.cluster.link import Link, Share
from cozviewer.cluster.parcels import Digest, Parcel, digest_of, parcel_of
from cozviewer.cluster.receiving import Want
from cozviewer.cluster.sending import Sending, Stream
from cozviewer.cluster.worker import MakeModels, WorkerSetup
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

NEXT = 1
"""Units that a worker has beyond those in its hand: their inputs travel meanwhile."""

MOST_DEATHS = 3
"""Workers that may end, for each one there is, before any of them has started."""

SLOW, SLOW_SECONDS = 2.0, 0.5
"""A unit is slow that takes so many times the median, and so many seconds more."""

LEAST_KNOWN = 3
"""Units that must be known before one counts as slow."""


@dataclass(eq=False)
class Member:
    """A worker as the driver sees it.

    Attributes:
        handle: Of its actor.
        units: How many it draws at a time.
        facts: Of its node; None until known.
        received: Digests of the parcels that are on its node.
        loaded: Whether its models are.
        ready: Whether it can draw units.
        photo: Digest of the photo that it has opened; "" if that is not sure.
        sent: Its units, in order, with the time when each was begun.
        dead: Whether it has ended.
        describing: Whether it describes a crop.
        owed: Pending answers that are ignored.
    """

    handle: Any
    units: int = 1
    facts: NodeFacts | None = None
    received: set[str] = field(default_factory=set)
    loaded: bool = False
    ready: bool = False
    photo: str = ""
    sent: dict[int, float] = field(default_factory=dict)
    dead: bool = False
    describing: bool = False
    owed: int = 0

    @property
    def node(self) -> str:
        """The name of its node."""
        return "" if self.facts is None else self.facts.node

    @property
    def room(self) -> int:
        """How many units it can be sent."""
        busy = len(self.sent) + self.owed
        return 0 if self.dead or not self.ready else max(0, self.units + NEXT - busy)

    @property
    def idle(self) -> bool:
        """Whether it has nothing to do."""
        return self.room == self.units + NEXT and not self.describing

    @property
    def drawing(self) -> list[int]:
        """The units that it draws now."""
        return list(self.sent)[: self.units]


@dataclass(frozen=True)
class _Question:
    """What a worker was asked: facts, wants, take, load, or nothing whose answer matters.

    Attributes:
        kind: One of these.
        parcel: What it may want.
        stream: What it takes a chunk of.
    """

    kind: str
    parcel: Parcel | None = None
    stream: Stream | None = None


@dataclass(frozen=True)
class NodeWork:
    """How models come to the nodes.

    Attributes:
        make_models: See `MakeModels`.
        files: The models on this machine by name of the setting: a file or folder, and the files of
            the folder, or beside the file, that are read.
        digest: Returns digests of files on this machine.
        node_digest: The same on a node, where it must be importable.
    """

    make_models: MakeModels
    files: Mapping[str, tuple[Path, Sequence[Path]]] = field(default_factory=dict)
    digest: Digest = digest_of
    node_digest: Digest = digest_of


class Crew:
    """All workers. Used by one thread; kept for several works with the same models. It has more
    than 12 attributes because what starts a worker is needed again when one is lost.

    Attributes:
        members: All that have not ended.
        device: What they draw on, "" until the first one is loaded.
        share: What each gets.
        sending: The files on their way to nodes.
    """

    def __init__(
        self, link: Link, setup: WorkerSetup, recipe: str, notice: Callable[[str], None]
    ) -> None:
        """Start the workers; that takes place in the background.

        Args:
            link: The connection.
            setup: Models and threads.
            recipe: Text of the recipe that theirs must equal.
            notice: Receives sentences about nodes.

        Raises:
            BadInput: The cluster has no room for a worker.
        """
        self.share: Share = link.share()
        self.members: list[Member] = []
        self.device = ""
        self._link, self._recipe, self._notice = link, recipe, notice
        self._setup = replace(setup, threads=0 if self.share.gpus else self.share.cpus)
        self.sending = Sending(link.ray, notice)
        self._models = [parcel for _, parcel in setup.files]
        self._photo: Parcel | None = None
        self._waiting: dict[Any, tuple[Member, _Question]] = {}
        self._here = node_facts()
        self._seconds: list[float] = []
        self._deaths = 0
        self._loading = False
        for _ in range(self.share.workers):
            self._start()

    @property
    def refs(self) -> list[Any]:
        """Handles of the answers that starting workers owe."""
        return list(self._waiting)

    @property
    def nodes(self) -> list[str]:
        """The names of all nodes with a loaded worker."""
        return sorted({member.node for member in self.members if member.loaded})

    def deliver(self, photo: Parcel | None) -> None:
        """Send the file of a photo to all nodes; the previous photo is no longer needed."""
        self._photo = photo
        for member in self.members:
            member.ready = False
        self._next()

    def answered(self, ref: Any) -> None:
        """Take an answer of a starting worker.

        Raises:
            Failure: Its node does not fit, its models cannot be loaded, or workers end again and
                again.
        """
        member, question = self._waiting.pop(ref)
        if question.kind == "nothing":
            member.owed -= 1
        try:
            answer = self._link.ray.get(ref)
        except Exception as error:
            if question.kind == "load":
                self._loading = False
            if self._link.is_death(error):
                self.ended(member, str(error))
                return
            if question.kind == "nothing":
                return
            cause = getattr(error, "cause", None)
            if isinstance(cause, Failure):
                raise Failure(str(cause)) from error
            raise
        if question.kind == "facts":
            sentence = difference(self._here, answer)
            if sentence:
                raise Failure(sentence)
            member.facts = answer
        elif question.kind == "wants":
            self._take_want(member, question.parcel, answer)
        elif question.kind == "take":
            assert question.stream is not None
            if self.sending.arrived(ref, question.stream):
                self._ask_wants(member, question.stream.parcel)
            self._pump()
        elif question.kind == "load":
            self._take_loaded(member, *answer)
        self._next()

    def ended(self, member: Member, reason: str) -> None:
        """Replace a worker that has ended.

        Raises:
            Failure: Workers end before they have started.
        """
        if member.dead:
            return
        member.dead = True
        self.members.remove(member)
        for ref, (other, question) in list(self._waiting.items()):
            if other is member:
                del self._waiting[ref]
                self._loading = self._loading and question.kind != "load"
        self.sending.dropped(member)
        self._pump()
        self._deaths = 0 if member.loaded else self._deaths + 1
        if self._deaths > MOST_DEATHS * self.share.workers:
            first = reason.strip().splitlines()[0] if reason.strip() else "no reason given"
            raise Failure(
                translate(
                    "Error", "The workers on the cluster end before they have started: {reason}"
                ).format(reason=first)
            )
        self._start()
        self._next()

    def finished(self, member: Member, index: int) -> float:
        """Note that a worker has finished a unit; return for how many seconds it had it."""
        now, before = time.monotonic(), member.drawing
        seconds = now - member.sent.pop(index, now)
        for begun in member.drawing:
            if begun not in before:
                member.sent[begun] = now
        return seconds

    def took(self, seconds: float) -> None:
        """Note how long a unit took."""
        self._seconds.append(seconds)
        if len(self._seconds) > 200:
            del self._seconds[:100]

    def late(self) -> list[Member]:
        """Return the workers whose unit takes much longer than units usually do, longest first."""
        if len(self._seconds) < LEAST_KNOWN:
            return []
        limit = SLOW * statistics.median(self._seconds) + SLOW_SECONDS
        now = time.monotonic()
        began = [
            (next(iter(each.sent.values())), i) for i, each in enumerate(self.members) if each.sent
        ]
        return [self.members[i] for since, i in sorted(began) if now - since > limit]

    def abandon(self, member: Member, ref: Any) -> None:
        """Ignore a pending answer; the worker stays busy until it arrives."""
        member.sent.clear()
        member.describing = False
        if not member.dead:
            member.owed += 1
            self._waiting[ref] = member, _Question("nothing")

    def stop(self) -> None:
        """End all workers at once."""
        for member in self.members:
            member.dead = True
            try:
                self._link.ray.kill(member.handle, no_restart=True)
            except Exception:  # it has ended, or the cluster has
                continue
        self.members.clear()
        self._waiting.clear()

    def _start(self) -> None:
        member = Member(self._link.start_worker(self._setup, self.share), self.share.units)
        self.members.append(member)
        self._waiting[member.handle.facts.remote()] = member, _Question("facts")

    def _next(self) -> None:
        """Let workers receive files, then load; first one alone, which decides the number format of
        all."""
        for member in self.members:
            asked = any(
                other is member and question.kind != "nothing"
                for other, question in self._waiting.values()
            )
            if member.facts is None or member.ready or asked:
                continue
            wanted = [*self._models, *([] if self._photo is None else [self._photo])]
            parcel = next((each for each in wanted if each.digest not in member.received), None)
            if parcel is not None:
                self._ask_wants(member, parcel)
                continue
            if member.loaded:
                member.ready = True
                continue
            if not self.device:
                if self._loading:
                    continue
                self._loading = True
            numbers = self.device.rpartition(", ")[2] if self.device else ""
            self._waiting[member.handle.load.remote(numbers)] = member, _Question("load")

    def _ask_wants(self, member: Member, parcel: Parcel) -> None:
        ref = member.handle.wants.remote(parcel)
        self._waiting[ref] = member, _Question("wants", parcel)

    def _take_want(self, member: Member, parcel: Parcel | None, want: Want | None) -> None:
        """Take an answer about a parcel."""
        assert parcel is not None
        if want is None:
            member.received.add(parcel.digest)
        elif want.item is None:
            self._ask_wants(member, parcel)  # it has waited, see `receiving.PATIENCE`
        else:
            self.sending.begin(member, member.node, parcel, want)
            self._pump()

    def _pump(self) -> None:
        for ref, stream in self.sending.pump():
            self._waiting[ref] = stream.member, _Question("take", stream=stream)

    def _take_loaded(self, member: Member, device: str, recipe: str) -> None:
        if recipe != self._recipe:
            raise Failure(
                translate(
                    "Error",
                    "Node {node} has other model files than this computer: install the same on all "
                    "nodes.",
                ).format(node=member.node)
            )
        member.loaded = True
        self._loading = False
        if not self.device:
            self.device = device
        elif device != self.device:
            self._notice(
                translate(
                    "Error",
                    "Node {node} draws on {device}, others on {usual}: their tiles may differ in "
                    "the last bits.",
                ).format(node=member.node, device=device, usual=self.device)
            )


def hired(link: Link, work: NodeWork, recipe: str, notice: Callable[[str], None]) -> Crew:
    """Return a new crew, to which the model files are sent where they are not there.

    Args:
        link, recipe, notice: As for `Crew`.
        work: The models.

    Raises:
        BadInput: The cluster has no room for a worker.
        Failure: A model file cannot be read.
    """
    files = tuple(
        (name, parcel_of(path, read, work.digest)) for name, (path, read) in work.files.items()
    )
    return Crew(link, WorkerSetup(work.make_models, files, work.node_digest), recipe, notice)
