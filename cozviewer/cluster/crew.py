"""The workers of a cluster: starts them, compares their nodes, and replaces those that end."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cozviewer.cluster.link import Link, Share
from cozviewer.cluster.units import Unit
from cozviewer.cluster.worker import NodeFacts, WorkerSetup, difference, node_facts
from cozviewer.util.errors import Failure

AHEAD = 2
"""Units that a worker has at a time: the inputs of the second travel while it draws the first."""

MOST_DEATHS = 3
"""Workers that may end, for each one there is, before any of them has started."""

SLOW, SLOW_SECONDS = 2.0, 0.5
"""A unit is slow that takes so many times the median, and so many seconds more."""


@dataclass(eq=False)
class Member:
    """A worker as the driver sees it.

    Attributes:
        handle: Of its actor.
        facts: Of its node; None until known.
        loaded: Whether its models are.
        sent: Its units, in order, with the time when each came to the front.
        dead: Whether it has ended.
    """

    handle: Any
    facts: NodeFacts | None = None
    loaded: bool = False
    sent: dict[int, float] = field(default_factory=dict)
    dead: bool = False
    describing: bool = False

    @property
    def node(self) -> str:
        """The name of its node."""
        return "" if self.facts is None else self.facts.node

    @property
    def room(self) -> int:
        """How many units it can be sent."""
        return 0 if self.dead or not self.loaded else AHEAD - len(self.sent)

    @property
    def front(self) -> int | None:
        """The unit that it draws now."""
        return next(iter(self.sent), None)


class Crew:
    """All workers. Used by one thread; kept for several works with the same models.

    Attributes:
        members: All that have not ended.
        device: What they draw on, "" until the first one is loaded.
        share: What each gets.
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
        self._waiting: dict[Any, tuple[Member, str]] = {}
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

    def answered(self, ref: Any) -> None:
        """Take an answer of a starting worker.

        Raises:
            Failure: Its node does not fit, its models cannot be loaded, or workers end again and
                again.
        """
        member, question = self._waiting.pop(ref)
        try:
            answer = self._link.ray.get(ref)
        except Exception as error:
            if question == "load":
                self._loading = False
            if self._link.is_death(error):
                self.ended(member, str(error))
                return
            cause = getattr(error, "cause", None)
            if isinstance(cause, Failure):
                raise Failure(str(cause)) from error
            raise
        if question == "facts":
            sentence = difference(self._here, answer)
            if sentence:
                raise Failure(sentence)
            member.facts = answer
        else:
            self._take_loaded(member, *answer)
        self._load_next()

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
                self._loading = self._loading and question != "load"
        self._deaths = 0 if member.loaded else self._deaths + 1
        if self._deaths > MOST_DEATHS * self.share.workers:
            first = reason.strip().splitlines()[0] if reason.strip() else "no reason given"
            raise Failure(f"The workers on the cluster end before they have started: {first}")
        self._start()
        self._load_next()

    def finished(self, member: Member, unit: Unit) -> float:
        """Note that a worker has finished a unit; return for how many seconds it had it."""
        now = time.monotonic()
        seconds = now - member.sent.pop(unit.index, now)
        front = member.front
        if front is not None:
            member.sent[front] = now
        return seconds

    def took(self, seconds: float) -> None:
        """Note how long a unit took."""
        self._seconds.append(seconds)
        if len(self._seconds) > 200:
            del self._seconds[:100]

    def slowest(self) -> tuple[Member, int] | None:
        """Return a worker, and its unit, that takes much longer than units usually do."""
        if len(self._seconds) < 3:
            return None
        limit = SLOW * statistics.median(self._seconds) + SLOW_SECONDS
        now = time.monotonic()
        late = [
            (began, member, member.front)
            for member in self.members
            if member.front is not None and now - (began := member.sent[member.front]) > limit
        ]
        if not late:
            return None
        _, member, index = min(late, key=lambda entry: entry[0])
        assert index is not None
        return member, index

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
        member = Member(self._link.start_worker(self._setup, self.share))
        self.members.append(member)
        self._waiting[member.handle.facts.remote()] = member, "facts"

    def _load_next(self) -> None:
        """Let workers load; first one alone, which decides the number format of all."""
        for member in self.members:
            asked = any(other is member for other, _ in self._waiting.values())
            if member.facts is None or member.loaded or asked:
                continue
            if not self.device:
                if self._loading:
                    return
                self._loading = True
            numbers = self.device.rpartition(", ")[2] if self.device else ""
            self._waiting[member.handle.load.remote(numbers)] = member, "load"

    def _take_loaded(self, member: Member, device: str, recipe: str) -> None:
        if recipe != self._recipe:
            raise Failure(
                f"Node {member.node} has other model files than this computer: install the same on "
                "all nodes."
            )
        member.loaded = True
        self._loading = False
        if not self.device:
            self.device = device
        elif device != self.device:
            self._notice(
                f"Node {member.node} draws on {device}, others on {self.device}: their tiles may "
                "differ in the last bits."
            )
