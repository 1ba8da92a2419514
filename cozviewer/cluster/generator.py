"""Generates the missing tiles of exports on a cluster; see `cozviewer.export.run.Generator`."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cozviewer.chain.chain import REPLANS, Chain, Progress, generating
from cozviewer.chain.protocols import Notice
from cozviewer.chain.series import Needs
from cozviewer.cluster.crew import Crew, NodeWork, hired
from cozviewer.cluster.driver import Driver
from cozviewer.cluster.link import ClusterLost, Link
from cozviewer.cluster.parcels import parcel_of
from cozviewer.cluster.units import UnitPlan, plans
from cozviewer.cluster.worker import Photo
from cozviewer.image.rect import Rect
from cozviewer.image.source import Source
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.pyramid import TileMissing
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput
from cozviewer.util.text import counted
from cozviewer.util.translation import translate
from cozviewer.util.units import bytes_text

SHOWN_NODES = 4
"""Nodes whose pace is shown."""

REPORT_SECONDS = 0.5
"""Seconds between two reports, if no tiles were stored."""

RECONNECT_SECONDS = (1, 2, 5, 10, 20, 30, 60, 60, 60, 60)
"""Waits before each try to reach a cluster that was lost; about five minutes in all."""

MOST_IDLE = 3
"""Times that a cluster may be lost one after another before anything was stored."""


@dataclass
class Totals:
    """What was done on the cluster, over all works; for `--json`.

    Attributes:
        units, drawn_again: Units that were stored, and results that were not needed.
        copies, deaths: Second copies of slow units, and workers that ended.
        size: Bytes of tiles.
        by_node: Units that each node drew.
        drawing, seconds: Seconds in which workers ran the model, and in which they had a unit.
    """

    units: int = 0
    drawn_again: int = 0
    copies: int = 0
    deaths: int = 0
    size: int = 0
    by_node: dict[str, int] = field(default_factory=dict)
    drawing: float = 0.0
    seconds: float = 0.0

    def add(self, driver: Driver) -> None:
        """Add a work."""
        counts = driver.counts
        self.units += counts.written
        self.drawn_again += driver.schedule.redone
        self.copies += counts.copies
        self.deaths += counts.deaths
        self.size += counts.size
        self.drawing += counts.drawing
        self.seconds += counts.seconds
        for node, count in counts.drawn.items():
            self.by_node[node] = self.by_node.get(node, 0) + count


class ClusterGenerator:
    """A `Generator` that draws units on a cluster. Used by one thread; a context manager.

    The connection is made with the first missing tile, and the workers keep their models until
    `close`.

    Attributes:
        totals: What was done.
    """

    def __init__(self, link: Link, work: NodeWork, notice: Notice) -> None:
        """Prepare; nothing is imported or started yet.

        Args:
            link: The connection; if it is not connected yet, it is for as long as it is needed.
            work: The models.
            notice: Receives sentences about the cluster.
        """
        self.totals = Totals()
        self._link, self._work, self._notice = link, work, notice
        self._connects = not link.is_connected
        self._crew: Crew | None = None
        self._photos: dict[str, Photo] = {}

    def __enter__(self) -> "ClusterGenerator":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def generate(
        self,
        needs: Needs,
        chain: Chain,
        is_cancelled: IsCancelled,
        on_progress: Callable[[Progress], None],
    ) -> Iterator[Progress]:
        """See `Generator`.

        Raises:
            BadInput: No cluster answers at the address, or a draft is open.
            Failure: Nodes do not fit, or units failed again and again.
        """
        if chain.pyramid.draft is not None:
            raise BadInput(
                translate(
                    "Error",
                    "The photo has a draft of changed prompts, which a cluster cannot draw: keep "
                    "or discard it first.",
                )
            )
        for z, regions in needs.items():
            for region in regions:
                chain.pyramid.store.seen(())
                yield from self._region(z, region, chain, is_cancelled)

    def report(self) -> dict[str, Any]:
        """Return what `--json` prints about the cluster."""
        totals, crew = self.totals, self._crew
        return {
            "address": self._link.options.address,
            "dashboard": self._link.dashboard,
            "nodes": [] if crew is None else crew.nodes,
            "workers": 0 if crew is None else crew.share.workers,
            "device": "" if crew is None else crew.device,
            "units": totals.units,
            "units_by_node": totals.by_node,
            "units_drawn_again": totals.drawn_again,
            "second_copies": totals.copies,
            "workers_ended": totals.deaths,
            "bytes": totals.size,
            "seconds_drawing": round(totals.drawing, 3),
            "seconds_of_workers": round(totals.seconds, 3),
        }

    def close(self) -> None:
        """End the workers and the connection; a local cluster ends."""
        if self._crew is not None:
            self._crew.stop()
            self._crew = None
            self._photos.clear()
            if self._connects:
                self._link.close()

    def _region(
        self, z: int, level_region: Rect, chain: Chain, is_cancelled: IsCancelled
    ) -> Iterator[Progress]:
        """Generate a region; plan again if tiles have vanished."""
        for _ in range(REPLANS):
            try:
                for plan in plans(chain, z, level_region):
                    yield from self._planned(plan, z, chain, is_cancelled)
                return
            except TileMissing as error:
                gone = error
        raise gone

    def _planned(
        self, plan: UnitPlan, z: int, chain: Chain, is_cancelled: IsCancelled
    ) -> Iterator[Progress]:
        if self._crew is None:
            stage = translate("Status", "Starting the workers of the cluster")
            yield Progress(stage, z, 0, plan.tiles, None, fraction=0.0)
            self._connect(chain)
        assert self._crew is not None
        driver = Driver(chain, plan, self._crew, self._link, self._photo(chain.pyramid.source))
        pace = _Pace(plan, z)
        work = driver.run(is_cancelled)
        written, idle = 0, 0
        try:
            while True:
                try:
                    stored = next(work)
                except StopIteration:
                    return
                except ClusterLost as error:
                    idle = idle + 1 if driver.counts.written == written else 0
                    written = driver.counts.written
                    if idle == MOST_IDLE:  # it answers, and then does not, again and again
                        raise
                    self._reconnect(chain, driver, error, is_cancelled)
                    work = driver.run(is_cancelled)
                    continue
                if stored or pace.is_due:
                    yield pace.progress(driver, self._crew, stored)
        except ClusterLost:
            driver.end()
            raise
        finally:
            work.close()
            self.totals.add(driver)

    def _connect(self, chain: Chain) -> None:
        """Connect, and start workers.

        Raises:
            BadInput: As `Link.connect` and `Link.share`.
        """
        if self._connects:
            self._link.connect()
        try:
            self._crew = hired(self._link, self._work, chain.recipe.text, self._notice)
        except BaseException:
            if self._connects:
                self._link.close()
            raise
        if self._link.dashboard:
            self._notice(
                translate("Error", "The dashboard of the cluster is at {address}.").format(
                    address=self._link.dashboard
                )
            )

    def _reconnect(
        self, chain: Chain, driver: Driver, error: ClusterLost, is_cancelled: IsCancelled
    ) -> None:
        """Connect anew after the head was lost.

        Raises:
            ClusterLost: It does not come back.
            Cancelled: While waiting for it.
        """
        if self._link.options.is_local:
            raise error
        self._notice(translate("Error", "The cluster does not answer any more; waiting for it."))
        for seconds in RECONNECT_SECONDS:
            self.close()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                check_cancelled(is_cancelled)
                time.sleep(0.1)
            with suppress(BadInput):
                self._connect(chain)
                break
        if self._crew is None:
            raise error
        driver.reattach(self._crew, self._link, self._photo(chain.pyramid.source))

    def _photo(self, source: Source) -> Photo:
        """Have a photo sent to all nodes, once; the one before is let go."""
        assert self._crew is not None
        photo = self._photos.get(source.digest)
        if photo is None:
            self._photos.clear()
            path = source.path
            if path is not None and path.is_file():
                file, tone = parcel_of(path, digest=self._work.digest), source.tone.text
                photo = Photo(source.name, source.digest, source.page, file, tone=tone)
            else:
                put = self._link.ray.put
                pixels = put(source.pixels(0, Rect(0, 0, source.width, source.height)))
                alpha = None if source.alpha is None else put(source.alpha.whole)
                photo = Photo(source.name, source.digest, 1, pixels=pixels, alpha=alpha)
            self._photos[source.digest] = photo
            self._crew.deliver(photo.file)
        return photo


class _Pace:
    """The progress of one plan."""

    def __init__(self, plan: UnitPlan, z: int) -> None:
        self._plan, self._z = plan, z
        self._began: float | None = None
        self._done = 0
        self._reported = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it was not reported for some time."""
        return time.monotonic() - self._reported > REPORT_SECONDS

    def progress(self, driver: Driver, crew: Crew, stored: tuple[TileKey, ...]) -> Progress:
        """Return where the work stands."""
        self._reported = now = time.monotonic()
        if self._began is None and crew.device:
            self._began = now
        self._done += len(stored)
        counts, total = driver.counts, self._plan.units
        left = None
        spent = 0.0 if self._began is None else now - self._began
        if counts.written and spent:
            left = spent / counts.written * (total - counts.written)
        nodes = crew.nodes
        stage = generating(self._z)
        if nodes:
            stage += f" on {counted(len(nodes), 'nodes')}"
        parts = [f"{counts.written:,} of {counted(total, 'units')}"]
        if spent:
            per_minute = {node: 60 * count / spent for node, count in sorted(counts.drawn.items())}
            parts += [f"{node} {rate:.3g}/min" for node, rate in per_minute.items()][:SHOWN_NODES]
            if len(per_minute) > SHOWN_NODES:
                parts.append(f"and {len(per_minute) - SHOWN_NODES} more nodes")
        parts.append(bytes_text(counts.size))
        if crew.sending.sent < crew.sending.total:
            sent, all_of_it = bytes_text(crew.sending.sent), bytes_text(crew.sending.total)
            parts.append(f"files sent: {sent} of {all_of_it}")
        return Progress(
            stage,
            self._z,
            self._done,
            self._plan.tiles,
            left,
            stored,
            fraction=self._done / self._plan.tiles,
            note=", ".join(parts),
        )
