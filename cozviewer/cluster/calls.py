"""Calls a function for many things on the workers of a cluster, such as the chain of each photo.

For work that does not consist of tiles: results come back in whatever order they are ready.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cozviewer.chain.protocols import Notice
from cozviewer.cluster.crew import Crew, Member, NodeWork, hired
from cozviewer.cluster.driver import POLL
from cozviewer.cluster.link import Link
from cozviewer.cluster.schedule import MOST_ENDS
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

Key = TypeVar("Key")


@dataclass
class _Call(Generic[Key]):
    """One call on its way."""

    index: int
    key: Key
    args: tuple[Any, ...]
    ends: int = 0


class ClusterCalls:
    """Workers with loaded models that call functions. Used by one thread; a context manager."""

    def __init__(self, link: Link, work: NodeWork, recipe: str, notice: Notice) -> None:
        """Prepare; nothing is started before `results`.

        Args:
            link: The connection; if it is not connected yet, it is for as long as it is needed.
            work: The models.
            recipe: Text of the recipe that the models on the nodes must have.
            notice: Receives sentences about the cluster.
        """
        self._link, self._work, self._recipe, self._notice = link, work, recipe, notice
        self._connects = not link.is_connected
        self._crew: Crew | None = None

    def __enter__(self) -> "ClusterCalls":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def device(self) -> str:
        """What the workers run on; "" until the first one is loaded."""
        return "" if self._crew is None else self._crew.device

    def results(
        self,
        function: Callable[..., Any],
        calls: Iterable[tuple[Key, tuple[Any, ...]]],
        is_cancelled: IsCancelled,
    ) -> Iterator[tuple[Key, Any]]:
        """Yield (key, function(models, *args)) for each call, in any order.

        Args:
            function: Must be importable on the nodes.
            calls: (key, args); requested as workers have room, so there may be many.
            is_cancelled: Checked several times a second.

        Raises:
            Cancelled: `is_cancelled` returned True.
            BadInput: No cluster answers at the address.
            Failure: A call failed, or ended several workers.
        """
        crew = self._hired()
        coming = enumerate(calls)
        again: list[_Call[Key]] = []
        running: dict[Any, tuple[_Call[Key], Member]] = {}
        more = True
        try:
            while more or again or running:
                check_cancelled(is_cancelled)
                for member in crew.members:
                    while not member.sent and member.room and (more or again):
                        call = again.pop() if again else None
                        if call is None:
                            found = next(coming, None)
                            if found is None:
                                more = False
                                break
                            call = _Call(found[0], *found[1])
                        ref = member.handle.call.remote(function, *call.args)
                        running[ref] = call, member
                        member.sent[call.index] = 0.0
                refs = [*running, *crew.refs]
                if not refs:
                    continue
                found_refs, _ = self._link.ray.wait(refs, num_returns=1, timeout=POLL)
                for ref in found_refs:
                    if ref in running:
                        call, member = running.pop(ref)
                        try:
                            result = self._link.ray.get(ref)
                        except Exception as error:
                            self._failed(call, member, error)
                            again.append(call)
                            continue
                        crew.finished(member, call.index)
                        yield call.key, result
                    else:
                        crew.answered(ref)
        finally:
            for ref, (_, member) in running.items():
                crew.abandon(member, ref)

    def close(self) -> None:
        """End the workers and the connection."""
        if self._crew is not None:
            self._crew.stop()
            self._crew = None
            if self._connects:
                self._link.close()

    def _hired(self) -> Crew:
        if self._crew is None:
            if self._connects:
                self._link.connect()
            try:
                self._crew = hired(self._link, self._work, self._recipe, self._notice)
            except BaseException:
                if self._connects:
                    self._link.close()
                raise
        return self._crew

    def _failed(self, call: _Call[Any], member: Member, error: Exception) -> None:
        """Note that a call is to be made again.

        Raises:
            Failure: It failed by itself, or ends every worker.
        """
        assert self._crew is not None
        if not self._link.is_death(error):
            raise Failure(str(getattr(error, "cause", None) or error)) from error
        self._crew.ended(member, str(error))
        call.ends += 1
        if call.ends >= MOST_ENDS:
            raise Failure(
                translate("Error", "Every worker of the cluster ended that worked on a photo.")
            ) from error
