"""What units have drawn, as long as other units need it, and what a unit is sent with."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cozviewer.chain.chain import Chain
from cozviewer.chain.joining.order import NEAR
from cozviewer.chain.step import parent_region
from cozviewer.cluster.parcels import Bundle, bundle_of
from cozviewer.cluster.schedule import Schedule
from cozviewer.cluster.units import Unit
from cozviewer.cluster.writer import Writer
from cozviewer.pyramid.geometry import STEP_LEVELS, TileKey, tiles_of
from cozviewer.pyramid.pyramid import TileMissing
from cozviewer.util.translation import translate


@dataclass(frozen=True, eq=False)
class Output:
    """Handles of what a unit drew, and the node where it is.

    Attributes:
        bundle: Its tiles.
        ring: What it drew beyond its edge; None if no unit continues it.
        node: The node.
    """

    bundle: Any
    ring: Any
    node: str


class Inputs:
    """Finds the inputs of units: in the cluster, in the folder of rings or in the store. Used by
    one thread."""

    def __init__(self, chain: Chain, schedule: Schedule, writer: Writer) -> None:
        """Begin with what the store has.

        Args:
            chain: Where tiles are stored.
            schedule: The units.
            writer: Keeps the rings of units.
        """
        self._chain, self._schedule, self._writer = chain, schedule, writer
        self._outputs: dict[int, Output] = {}
        self._unsafe: set[int] = set()  # units whose inputs were lost once
        self._stored_before = not chain.pyramid.store.empty

    def add(self, unit: Unit, output: Output) -> None:
        """Keep what a unit drew for those that need it."""
        self._outputs[unit.index] = output

    def lost(self, unit: Unit) -> None:
        """Forget what a unit drew, as it is no longer in the cluster."""
        self._outputs.pop(unit.index, None)

    def distrust(self, unit: Unit) -> None:
        """Send a unit with tiles from the store from now on, as inputs of it were lost."""
        self._unsafe.add(unit.index)

    def clear(self) -> None:
        """Forget what is in the cluster, as the cluster is gone."""
        self._outputs.clear()

    def release(self, unit: Unit) -> None:
        """Release what is no longer needed once a unit is drawn."""
        for index in (*unit.before, unit.index):
            if not self._schedule.is_needed(index):
                self._outputs.pop(index, None)
                self._writer.forget(index)

    def is_near(self, node: str, unit: Unit) -> bool:
        """Return whether the first input of a unit is on a node, or on none."""
        first = next(iter(unit.parents or unit.beside), None)
        output = None if first is None else self._outputs.get(first)
        return output is None or output.node == node

    def of(self, unit: Unit, put: Callable[[Any], Any]) -> tuple[list[Any], list[Any]]:
        """Return handles of the bundles and of the rings that a unit is sent with.

        Args:
            unit: The unit.
            put: Puts an object into the cluster and returns its handle.

        Raises:
            TileMissing: A tile of the parent level has vanished.
        """
        bundles, rings, keys = [], [], set[TileKey]()
        for index in unit.parents:
            output = self._outputs.get(index)
            if output is None or unit.index in self._unsafe:
                keys.update(self._keys([index]))
            else:
                bundles.append(output.bundle)
        for index in unit.beside:
            output = self._outputs.get(index)
            if output is None or output.ring is None or unit.index in self._unsafe:
                ring = self._writer.ring(index)
                if ring is None:
                    keys.update(self._keys([index]))
                else:
                    rings.append(put(ring))
            else:
                rings.append(output.ring)
        bundles += [put(bundle) for bundle in self._stored(unit, keys)]
        return bundles, rings

    def _stored(self, unit: Unit, keys: set[TileKey]) -> Iterator[Bundle]:
        """Yield bundles of tiles that a unit needs from the store.

        Args:
            unit: The unit.
            keys: Tiles of other units of which it needs those that are near it.

        Raises:
            TileMissing: A tile of the parent level has vanished.
        """
        if not (self._stored_before or keys):
            return
        pyramid, recipe = self._chain.pyramid, self._chain.recipe
        source, z = pyramid.source, unit.z
        made_from = parent_region(unit.run.level_region, z, recipe, source.width, source.height)
        drawn = self._keys(index for index in unit.before if index in self._outputs) - keys
        parents = [key for key in tiles_of(z - STEP_LEVELS, made_from) if z > STEP_LEVELS]
        near = unit.run.level_region.grown(NEAR).intersected(pyramid.level_rect(z))
        beside = set(tiles_of(z, near)).difference(unit.run.keys)
        waiting = self._keys(unit.continuing)
        for level in (parents, sorted(beside - waiting)):
            tiles = []
            for key in level:
                if key in drawn:
                    continue
                tile = pyramid.store.encoded(key)
                if tile is not None and tile.whole(key):
                    tiles.append((key, tile.webp))
                elif level is parents:
                    raise TileMissing(
                        translate("Error", "Tile {key} is missing from the tile cache.").format(
                            key=key
                        )
                    )
            if tiles:
                yield bundle_of(tiles)

    def _keys(self, indices: Iterable[int]) -> set[TileKey]:
        """Return the tiles of units; those that are forgotten, or not planned yet, have none."""
        units = map(self._schedule.unit, indices)
        return {key for unit in units if unit is not None for key in unit.run.keys}
