"""Drives the work: sends units to workers, follows what they return, and repairs what is lost."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

from cozviewer.chain.chain import Chain
from cozviewer.cluster.crew import NEXT, Crew, Member
from cozviewer.cluster.inputs import Inputs, Output
from cozviewer.cluster.link import ClusterLost, Link
from cozviewer.cluster.schedule import Schedule
from cozviewer.cluster.steps import Steps
from cozviewer.cluster.units import Unit, UnitPlan
from cozviewer.cluster.worker import Photo, Report, UnitTask
from cozviewer.cluster.writer import Drawn, Writer, Written
from cozviewer.pyramid.geometry import TileKey
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

POLL = 0.25
"""Seconds between two looks at whether to stop, if nothing comes."""

TOGETHER = 0.01
"""Seconds for which answers are awaited that are taken together with the first one, if its worker
has a further unit in hand meanwhile."""

MOST_WAITING = 192 << 20
"""Bytes of tiles that wait to be written, before no more units are sent."""

MOST_UNWRITTEN = 256
"""Units that wait to be written, before no more are sent: small tiles take more than their
bytes."""


@dataclass
class Counts:
    """What happened so far.

    Attributes:
        drawn: Units by node.
        written: Units in the store.
        size: Bytes of their tiles.
        deaths: Workers that ended.
        copies: Second copies of slow units.
        drawing, seconds: Seconds that workers drew, and that they had a unit in all.
    """

    drawn: dict[str, int]
    written: int = 0
    size: int = 0
    deaths: int = 0
    copies: int = 0
    drawing: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class _Sent:
    """A unit on a worker."""

    unit: Unit
    member: Member
    output: tuple[Any, Any]


def lost(error: BaseException) -> ClusterLost:
    """Return the error for a cluster that an error says is gone."""
    first = (str(error) or type(error).__name__).strip().splitlines()[0]
    sentence = translate("Error", "The cluster does not answer any more ({reason}): try again.")
    return ClusterLost(sentence.format(reason=first))


class Driver:
    """The work on one plan. Used by one thread.

    More than 12 attributes, as it brings together schedule, workers and writer.

    Attributes:
        schedule: What is done and what is not.
        counts: For progress and report.
    """

    def __init__(self, chain: Chain, plan: UnitPlan, crew: Crew, link: Link, photo: Photo) -> None:
        """Prepare; nothing is sent yet.

        Args:
            chain: Where tiles are stored and which recipe draws them.
            plan: The missing tiles.
            crew: The workers.
            link: The connection to them.
            photo: The photo, put in the cluster.
        """
        self.schedule = Schedule(plan)
        self.counts = Counts({})
        self._chain, self._plan, self._crew, self._link = chain, plan, crew, link
        self._photo = photo
        store = chain.pyramid.store
        self._was_in_memory = store.in_memory
        self._writer = Writer(store, link.get)
        self._inputs = Inputs(chain, self.schedule, self._writer)
        self._waiting: dict[Any, _Sent] = {}
        self._describing: dict[Any, tuple[int, Member]] = {}
        self._unyielded: list[TileKey] = []
        self._steps = Steps(chain, self.schedule)

    def run(self, is_cancelled: IsCancelled) -> Generator[tuple[TileKey, ...], None, None]:
        """Do the work.

        Yields:
            The tiles that were stored since the last time; nothing now and then.

        Raises:
            Cancelled: What was drawn is stored.
            ClusterLost: See `reattach`; `run` can then be called again, or `end`.
            Failure: Units failed again and again; all others are stored.
            TileMissing: A tile of an earlier level has vanished; plan again.
        """
        try:
            while not self.schedule.finished or self._writer.backlog:
                check_cancelled(is_cancelled)
                self._send()
                self._receive()
                yield self._settle()
        except ClusterLost:
            raise  # see `reattach`
        except BaseException as error:
            if self._link.is_lost(error):
                raise lost(error) from error
            self.end()
            raise
        stored = self.end()
        if stored:
            yield stored
        if self.schedule.failed:
            count = len(self.schedule.failed)
            reason = next(iter(self.schedule.failed.values()))
            skipped = len(self.schedule.skipped)
            raise Failure(
                translate(
                    "Error",
                    "{count} of {total} units failed on the cluster, and {skipped} that depend on "
                    "them were not drawn; all others are kept: {reason}",
                ).format(count=count, total=self._plan.units, skipped=skipped, reason=reason)
            )

    def reattach(self, crew: Crew, link: Link, photo: Photo) -> None:
        """Continue with another crew, after the cluster was lost: what was drawn is in the store,
        or in the folder of rings, or is drawn again."""
        while self._writer.backlog:
            for written in self._writer.written(POLL):
                if written.error is None:
                    self._count(written)
                    self._unyielded += written.unit.run.keys
                else:
                    self.schedule.lost(written.unit)
        for sent in self._waiting.values():
            self.schedule.returned(sent.unit)
        for number, _ in self._describing.values():
            self.schedule.described(number, None)
        self._waiting.clear()
        self._describing.clear()
        self._inputs.clear()
        self._crew, self._link, self._photo = crew, link, photo

    def _send(self) -> None:
        """Give work to the workers: one unit to each first, then a second one to travel meanwhile,
        as long as there are enough."""
        crew, schedule = self._crew, self.schedule
        late = crew.late()
        most = crew.share.units + NEXT
        schedule.plan_for((most + 1) * len(crew.members) + 1)
        for room in range(most, 0, -1):
            for member in crew.members:
                if member.room != room or member in late:
                    continue
                if room <= NEXT and schedule.ready <= len(crew.members):
                    break
                if self._writer_is_late:
                    break
                unit = schedule.take(partial(self._inputs.is_near, member.node))
                if unit is None:
                    break
                self._send_unit(unit, member)
        self._describe()
        if late and not schedule.ready:
            self._send_copy(late)

    @property
    def _writer_is_late(self) -> bool:
        writer = self._writer
        return writer.bytes_waiting > MOST_WAITING or writer.backlog > MOST_UNWRITTEN

    def _send_copy(self, late: list[Member]) -> None:
        """Let an idle worker draw what another one takes long for: first what that one has not
        begun, as the unit that it is at may hold up the idle one, too."""
        idle = next((m for m in self._crew.members if m.idle), None)
        if idle is None:
            return
        for index in (index for member in late for index in reversed(member.sent)):
            if self.schedule.copies(index) == 1 and not self.schedule.is_done(index):
                unit = self.schedule.unit(index)
                if unit is not None:
                    self.schedule.copy(unit)
                    self.counts.copies += 1
                    self._send_unit(unit, idle)
                return

    def _send_unit(self, unit: Unit, member: Member) -> None:
        """Send a unit that was taken."""
        try:
            bundles, rings = self._inputs.of(unit, self._link.put)
            photo = self._photo
            task = UnitTask(
                unit.run,
                self.schedule.prompt(unit),
                photo.known if member.photo == photo.digest else photo,
                self._chain.recipe.digest,
                len(bundles),
                bool(unit.continuing),
            )
            refs = self._link.draw(member.handle, self._crew.share, task, [*bundles, *rings])
        except BaseException:
            self.schedule.returned(unit)
            raise
        self._waiting[refs[0]] = _Sent(unit, member, (refs[1], refs[2]))
        member.sent[unit.index] = time.monotonic()

    def _describe(self) -> None:
        """Have crops described whose tiles are in the store."""
        member = next((m for m in self._crew.members if m.idle), None)
        if member is None:
            return
        number = self.schedule.to_describe()
        if number is None:
            return
        step = self.schedule.step(number)
        if not all(map(self.schedule.is_stored, step.after)):
            self.schedule.described(number, None)
            return
        try:
            crops = self._chain.crops(step.z, step.level_region)
            ref = member.handle.prompt.remote(*crops)
        except BaseException:
            self.schedule.described(number, None)
            raise
        self._describing[ref] = number, member
        member.describing = True

    def _receive(self) -> None:
        """Wait for answers, and take all there are."""
        ray = self._link.ray
        refs = [*self._waiting, *self._describing, *self._crew.refs]
        if not refs:
            time.sleep(0.01)
            return
        try:
            wait = POLL if not self._writer.backlog else POLL / 10
            found, _ = ray.wait(refs, num_returns=1, timeout=wait)
            if found and len(refs) > 1:
                sent = [self._waiting[ref] for ref in found if ref in self._waiting]
                busy = all(len(each.member.sent) > 1 for each in sent)
                wait = TOGETHER if busy else 0
                found, _ = ray.wait(refs, num_returns=len(refs), timeout=wait)
        except Exception as error:
            raise lost(error) from error
        for ref in found:
            if ref in self._waiting:
                self._take(ref)
            elif ref in self._describing:
                self._take_prompt(ref)
            elif ref in self._crew.refs:
                self._crew.answered(ref)

    def _take(self, ref: Any) -> None:
        """Take the answer about a unit."""
        sent = self._waiting.pop(ref)
        unit, member = sent.unit, sent.member
        try:
            report: Report = self._link.get(ref)
        except Exception as error:
            self._take_error(sent, error)
            return
        seconds = self._crew.finished(member, unit.index)
        member.photo = "" if report.error else self._photo.digest
        if report.error:
            self.schedule.failed_once(unit, report.error)
            return
        self._crew.took(seconds)
        if not self.schedule.drawn(unit):
            return
        counts = self.counts
        counts.drawn[member.node] = counts.drawn.get(member.node, 0) + 1
        counts.drawing += report.drawing
        counts.seconds += report.seconds
        bundle, ring = sent.output
        continuing = bool(unit.continuing)
        if unit.users:
            output = Output(bundle, ring if continuing else None, member.node)
            self._inputs.add(unit, output)
        keep = continuing and not self._link.options.is_local
        uid = self._steps.uid(unit)
        self._writer.write(Drawn(unit, bundle, ring if keep else None, uid, report.size))
        self._inputs.release(unit)

    def _take_error(self, sent: _Sent, error: Exception) -> None:
        link, unit, member = self._link, sent.unit, sent.member
        member.photo = ""
        if link.is_loss(error):
            self._crew.finished(member, unit.index)
            self._inputs.distrust(unit)
            self.schedule.returned(unit)
        elif link.is_death(error):
            self._take_death(sent, error)
        elif link.is_failure(error):
            self._crew.finished(member, unit.index)
            self.schedule.failed_once(unit, str(error).strip().splitlines()[-1])
        else:
            self._crew.finished(member, unit.index)
            self.schedule.returned(unit)
            raise lost(error) from error

    def _take_death(self, sent: _Sent, error: Exception) -> None:
        """Take back all units of a worker that has ended. Those it was drawing may be why."""
        self.counts.deaths += 1
        member, drawing = sent.member, sent.member.drawing
        units = [sent.unit]
        for ref, other in list(self._waiting.items()):
            if other.member is member:
                units.append(other.unit)
                del self._waiting[ref]
        for ref, (number, describer) in list(self._describing.items()):
            if describer is member:
                del self._describing[ref]
                self.schedule.described(number, None)
        for unit in units:
            if unit.index in drawing:
                self.schedule.ended(unit)
            else:
                self.schedule.returned(unit)
        self._crew.ended(member, str(error))

    def _take_prompt(self, ref: Any) -> None:
        number, member = self._describing.pop(ref)
        member.describing = False
        try:
            prompt: str = self._link.ray.get(ref)
        except Exception as error:
            self.schedule.described(number, None)
            if self._link.is_death(error):
                self._crew.ended(member, str(error))
                return
            raise Failure(str(getattr(error, "cause", None) or error)) from error
        self.schedule.described(number, prompt)

    def _settle(self) -> tuple[TileKey, ...]:
        """Take what was written; return the new tiles.

        Raises:
            Failure: The disk is full.
        """
        stored, self._unyielded = self._unyielded, []
        for written in self._writer.written():
            if written.error is None:
                self._count(written)
                stored += written.unit.run.keys
            elif self._link.is_loss(written.error) or self._link.is_death(written.error):
                self._inputs.lost(written.unit)
                self.schedule.lost(written.unit)
            elif isinstance(written.error, OSError | Failure):
                raise Failure(
                    translate("Error", "What was drawn could not be stored: {reason}").format(
                        reason=written.error
                    )
                )
            else:
                self.schedule.lost(written.unit)
                raise lost(written.error)
        if self._chain.pyramid.store.in_memory and not self._was_in_memory:
            raise Failure(
                translate(
                    "Error",
                    "The tile cache cannot be written, so the work on the cluster has stopped: "
                    "make room on the disk and start it again; what was stored is kept.",
                )
            )
        return tuple(stored)

    def _count(self, written: Written) -> None:
        self.counts.written += 1
        self.counts.size += written.size
        self.schedule.stored(written.unit)

    def end(self) -> tuple[TileKey, ...]:
        """Write what was drawn, and record how long the steps took; return the new tiles."""
        for ref, sent in self._waiting.items():
            self._crew.abandon(sent.member, ref)
        for ref, (_, member) in self._describing.items():
            self._crew.abandon(member, ref)
        self._waiting.clear()
        self._describing.clear()
        self._writer.close()
        stored = tuple(
            key
            for written in self._writer.written()
            if written.error is None
            for key in written.unit.run.keys
        )
        self._steps.end()
        return stored
