"""What runs on a node: a process with a loaded model that draws one unit after another.

Nothing here knows the plan. A unit comes with all that it depends on, so it can be drawn on any
node at any time, and gives the same tiles.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from cozviewer.chain.chain import texture_of
from cozviewer.chain.joining.beyond import Beyond, Ring
from cozviewer.chain.protocols import Notice, Prompter, Upscaler, ignore
from cozviewer.chain.recipe import Recipe
from cozviewer.chain.runs import Run
from cozviewer.chain.step import draw_run
from cozviewer.chain.textures.texture import PhotoTexture
from cozviewer.cluster.facts import NodeFacts, node_facts
from cozviewer.cluster.parcels import Bundle, Digest, Parcel, bundle_of, digest_of
from cozviewer.cluster.receiving import Receiver, Want
from cozviewer.cluster.turn import Turn
from cozviewer.cluster.wire import packed, unpacked
from cozviewer.image.pixels import Rgb8, part_of
from cozviewer.image.source import Source, open_source, source_from_pixels
from cozviewer.image.tone import tone_of
from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.rows import EncodedTile
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.pyramid.store.tile_codec import decode_tile, encode_tile
from cozviewer.util.cancel import never
from cozviewer.util.errors import CozviewerError, Failure
from cozviewer.util.folders import cache_folder
from cozviewer.util.translation import translate

RECEIVED = "received"
"""Folder of files from other machines, in a node's cache folder."""


class NodeModels(Protocol):
    """The models of a worker; see `cozviewer.assembly.Models`."""

    @property
    def upscaler(self) -> Upscaler: ...

    @property
    def prompter(self) -> Prompter: ...

    @property
    def recipe(self) -> Recipe: ...


MakeModels = Callable[[dict[str, Path], str, Notice], NodeModels]
"""Makes the models of a worker from the received files by name of the setting, and the number
format ("" for the one that was chosen). Must be importable on the nodes."""


@dataclass(frozen=True)
class WorkerSetup:
    """How workers are started.

    Attributes:
        make_models: See `MakeModels`.
        files: The model files, by name of the setting.
        digest: Returns digests of files.
        threads: Threads of a worker on a CPU; 0 leaves that to the libraries.
        numbers: The number format; "" is the one that was chosen.
    """

    make_models: MakeModels
    files: tuple[tuple[str, Parcel], ...] = ()
    digest: Digest = digest_of
    threads: int = 0
    numbers: str = ""


@dataclass(frozen=True)
class Photo:
    """The photo of a work.

    Attributes:
        name: Its file name.
        digest: That of its pixels, `Source.digest`.
        page: Its page or frame, from 1.
        file: Its file; None if it has none.
        pixels: A handle of its pixels, (H, W, 3) uint8, if it has no file.
        alpha: A handle of their alpha, (H, W) uint8, if they have some.
        tone: How its numbers become grey levels, `Tone.text`.
    """

    name: str
    digest: str
    page: int
    file: Parcel | None = None
    pixels: Any = None
    alpha: Any = None
    tone: str = ""

    @property
    def known(self) -> "Photo":
        """What is sent to a worker that has opened it."""
        return Photo(self.name, self.digest, self.page)


@dataclass(frozen=True)
class UnitTask:
    """A unit as it is sent.

    Attributes:
        run: Its tiles.
        prompt: Its prompt.
        photo: The photo.
        recipe: Digest of the recipe.
        bundles: How many of the inputs are bundles; the others are rings, in drawing order.
        ring: Whether other units continue this one.
    """

    run: Run
    prompt: str
    photo: Photo
    recipe: str
    bundles: int
    ring: bool


@dataclass(frozen=True)
class Report:
    """What a worker says about a unit.

    Attributes:
        seconds: Its duration on the worker, all included.
        drawing: That of the model and what belongs to a run.
        size: Bytes of the bundle.
        error: Why it was not drawn, a sentence; "" if it was.
    """

    seconds: float
    drawing: float
    size: int
    error: str = ""


class UnitWorker:
    """Draws units. Ray runs it as an actor: `draw` on as many threads as `Share.units` says, all
    else one call at a time on another one.

    Args:
        setup: Models and threads.
        fetch: Returns the value of a handle; `ray.get` on a node.
    """

    def __init__(self, setup: WorkerSetup, fetch: Callable[[Any], Any]) -> None:
        if setup.threads:  # before any library is loaded that reads it
            os.environ["OMP_NUM_THREADS"] = str(setup.threads)
        self._setup, self._fetch = setup, fetch
        self._receiver = Receiver(cache_folder() / RECEIVED, setup.digest)
        self._models: NodeModels | None = None
        self._photo: tuple[Photo, Source, Pyramid, PhotoTexture] | None = None
        self._model_lock = threading.Lock()
        self._photo_lock = threading.Lock()

    def facts(self) -> NodeFacts:
        """Return what is compared before the work."""
        return node_facts()

    def wants(self, parcel: Parcel) -> Want | None:
        """Return what this node lacks of a parcel; see `Receiver.wants`.

        Raises:
            Failure: It cannot be kept here.
        """
        with _on_this_node():
            return self._receiver.wants(parcel)

    def take(self, parcel: Parcel, index: int, data: bytes) -> None:
        """Write a chunk; see `Receiver.take`.

        Raises:
            Failure: It cannot be kept here.
        """
        with _on_this_node():
            self._receiver.take(parcel, index, data)

    def load(self, numbers: str = "") -> tuple[str, str]:
        """Load the models.

        Args:
            numbers: The number format; "" is the one of the setup.

        Returns:
            Device and number format, as `Upscaler.device`; and the recipe's text.

        Raises:
            Failure: They cannot be made or loaded here; one sentence.
        """
        setup = self._setup
        with _on_this_node():
            paths = {name: self._receiver.path(parcel) for name, parcel in setup.files}
            models = setup.make_models(paths, numbers or setup.numbers, ignore)
            models.upscaler.load(never)
        self._models = models
        return models.upscaler.device, models.recipe.text

    def prompt(self, previous: Rgb8 | None, crop: Rgb8) -> str:
        """Return the prompt of a step; see `Prompter.prompt`."""
        models = self._loaded()
        with self._model_lock:
            return models.prompter.prompt(previous, crop, never)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return function(models, *args); the function must be importable on the node.

        Raises:
            Failure: It raised an error that a user can act on.
        """
        try:
            return function(self._loaded(), *args)
        except CozviewerError as error:
            raise Failure(str(error)) from None

    def draw(self, task: UnitTask, *inputs: Any) -> tuple[Report, Bundle | None, Ring | None]:
        """Draw a unit.

        Args:
            task: The unit.
            inputs: Bundles of parents and of adjacent stored tiles, then rings of adjacent units.

        Returns:
            A report, the new tiles, and the ring if it is wanted. If the unit fails, the report
            says why, and there is nothing else.
        """
        started = time.perf_counter()
        try:
            drawing, bundle, ring = self._drawn(
                task, inputs[: task.bundles], inputs[task.bundles :]
            )
        except (CozviewerError, MemoryError, OSError, RuntimeError, ValueError) as error:
            reason = str(error) or type(error).__name__
            return Report(time.perf_counter() - started, 0.0, 0, reason), None, None
        return Report(time.perf_counter() - started, drawing, bundle.size), bundle, ring

    def draw_packed(self, task: Any, *inputs: Any) -> tuple[Any, Any, Any]:
        """As `draw`, for another process; see `wire`."""
        report, bundle, ring = self.draw(unpacked(task), *map(unpacked, inputs))
        return (
            packed(report),
            packed(bundle, 0 if bundle is None else bundle.size),
            packed(ring, 0 if ring is None else ring.size),
        )

    def _drawn(
        self, task: UnitTask, bundles: Iterable[Bundle], rings: Iterable[Ring]
    ) -> tuple[float, Bundle, Ring | None]:
        models = self._loaded()
        if models.recipe.digest != task.recipe:
            raise Failure(
                translate("Error", "The models on the node are not those of this computer.")
            )
        with self._photo_lock:
            _, source, pyramid, texture = self._opened(task.photo)
        turn = Turn(models.upscaler, self._model_lock)
        there = UnitPyramid(source, pyramid.store, bundles, list(rings))
        beyond = Beyond(there.rings)
        started = time.perf_counter()
        tiles = list(
            draw_run(
                task.run,
                there,
                turn,
                models.recipe,
                task.prompt,
                never,
                beyond=beyond,
                texture=texture if models.recipe.photo_texture else None,
            )
        )
        drawing = time.perf_counter() - started - turn.waited
        bundle = bundle_of([(key, encode_tile(pixels)) for key, pixels in tiles])
        return drawing, bundle, beyond.last if task.ring else None

    def _loaded(self) -> NodeModels:
        if self._models is None:
            self.load()
        assert self._models is not None
        return self._models

    def _opened(self, photo: Photo) -> tuple[Photo, Source, Pyramid, PhotoTexture]:
        """Return the photo's source, opened once.

        Raises:
            BadInput, Failure: It cannot be read here, or is another one.
        """
        if self._photo is None or self._photo[0].digest != photo.digest:
            self._photo = None
            if photo.file is None:
                pixels = np.array(self._fetch(photo.pixels))
                alpha = None if photo.alpha is None else np.array(self._fetch(photo.alpha))
                source = source_from_pixels(pixels, photo.name, alpha)
            else:
                path = self._receiver.path(photo.file)
                tone = tone_of(photo.tone)
                source = open_source(path, page=photo.page, allow_huge=True, tone=tone)
            if source.digest != photo.digest:
                sentence = translate("Error", "The pixels of {name} differ on node {node}.")
                raise Failure(sentence.format(name=photo.name, node=socket.gethostname()))
            key = StoreKey(source.digest, source.name, source.width, source.height, "", "")
            pyramid = Pyramid(source, TileStore.open(None, key, ignore))
            self._photo = photo, source, pyramid, texture_of(pyramid)
        return self._photo


@contextmanager
def _on_this_node() -> Iterator[None]:
    """Say in errors on which node they were raised."""
    try:
        yield
    except CozviewerError as error:
        sentence = translate("Error", "Node {node}: {sentence}")
        raise Failure(sentence.format(node=socket.gethostname(), sentence=error)) from None


class UnitPyramid(Pyramid):
    """The part of a pyramid on which one unit depends."""

    def __init__(
        self, source: Source, store: TileStore, bundles: Iterable[Bundle], rings: list[Ring]
    ) -> None:
        """Read generated tiles from bundles, and from rings as far as these reach."""
        super().__init__(source, store)
        self.rings = rings
        self._tiles: dict[TileKey, EncodedTile] = {}
        for bundle in bundles:
            self._tiles.update(bundle.tiles())

    def tile(self, key: TileKey) -> Rgb8 | None:
        """Return the pixels of a tile; what is deep inside a unit beside this one is black, as
        nothing depends on it."""
        if key.z <= 0:
            return super().tile(key)
        stored = self._tiles.get(key)
        return decode_tile(stored.webp) if stored is not None else self._from_rings(key)

    def _from_rings(self, key: TileKey) -> Rgb8 | None:
        rect = self.tile_rect(key)
        for ring in self.rings:
            if ring.z == key.z and ring.region.contains(rect) and key not in ring.holes:
                pixels = np.zeros((rect.height, rect.width, 3), np.uint8)
                for piece in ring.pieces:
                    common = piece.rect.intersected(rect)
                    if not common.empty:
                        part_of(pixels, common, rect)[:] = part_of(piece.pixels, common, piece.rect)
                return pixels
        return None
