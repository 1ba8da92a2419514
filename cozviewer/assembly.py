"""Puts a chain together from what a person chose: models, recipe, store, pyramid.

Used by both composition roots, `app` and the commands. Nothing heavy is imported before a model
is first used.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Notice, Prompter, Upscaler
from cozviewer.chain.recipe import Recipe, is_current, recipe_of
from cozviewer.config.choice import CRISP, FROM_PHOTO, EngineChoice, PrompterChoice
from cozviewer.config.fields import field_of, with_field
from cozviewer.image.source import Source
from cozviewer.models.context import ModelContext
from cozviewer.models.download.digests import cached_digest
from cozviewer.models.engines import make_prompter, make_upscaler
from cozviewer.models.loaded_files import loaded_files, with_files
from cozviewer.models.prompters import with_words
from cozviewer.models.shared import Pool
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.store.cache import only_older, store_path
from cozviewer.pyramid.store.store import StoreKey, TileStore
from cozviewer.session.file import damaged
from cozviewer.session.pyramids import (
    SERVER,
    UnavailablePrompter,
    UnavailableUpscaler,
    lacks_server,
    pyramid_for,
    recipe_from,
)
from cozviewer.session.session import Session, StoredPyramid
from cozviewer.session.source import OpenedImage
from cozviewer.session.tiles import unpack
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import CozviewerError
from cozviewer.util.folders import cache_folder, models_folder, pyramids_folder
from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate, translate_marked

if TYPE_CHECKING:
    from cozviewer.cluster.crew import NodeWork
    from cozviewer.cluster.generator import ClusterGenerator

OLDER_TILES = QT_TRANSLATE_NOOP(
    "Error",
    "Tiles of this photo that an earlier version drew are not used any more. They are removed when "
    "the cache needs space, or by `cozviewer cache clear`.",
)

NO_SERVER = QT_TRANSLATE_NOOP(
    "Error",
    "This session was made with prompts from a server, and you have not set one, so new tiles are "
    "drawn without a prompt: set a server under Engine, Chain-of-Zoom…, or with --server and "
    "--server-model.",
)


@dataclass(frozen=True)
class Models:
    """What makes the finer levels: a pair of models and the recipe that names them.

    Attributes:
        medical: See `Chain`.
    """

    upscaler: Upscaler
    prompter: Prompter
    recipe: Recipe
    medical: bool = False


def make_models(
    choice: EngineChoice,
    cache: Path | None,
    notice: Notice,
    show_message: Notice | None = None,
    pool: Pool | None = None,
) -> Models:
    """Return the models that a person chose; nothing heavy is imported or read yet.

    Args:
        cache: The cache folder, for converted weights; None keeps them in memory only.
        notice: Receives sentences about trouble with the models, at any later time.
        show_message: Receives the memory plan before models are loaded; None uses `notice`.
        pool: Where models that are in use already are found, and in which process they run; None
            makes new ones, in this process.

    Raises:
        BadInput: An unknown engine, prompter or device, or a file that is no model.
    """
    pool = pool or Pool()
    context = ModelContext(
        choice.device,
        choice.memory,
        choice.numbers,
        None if cache is None else models_folder(cache),
        notice,
        show_message or notice,
    )
    place = (choice.device, choice.memory)

    remote = pool.remote

    def upscaling() -> Upscaler:
        local = make_upscaler(choice.engine, context, choice.coz, choice.pisa)
        return local if remote is None else remote.upscaler(local, choice, context)

    def describing(bare: PrompterChoice) -> Prompter:
        local = make_prompter(bare, context)
        return local if remote is None else remote.prompter(local, bare, context)

    upscaler = pool.upscaler(
        (choice.engine, choice.coz, choice.pisa, *place, choice.numbers), upscaling
    )
    if choice.prompter.name in ("qwen", "tags"):
        bare = replace(choice.prompter, words="")
        shared = pool.prompter((bare, *place), lambda: describing(bare))
        prompter = with_words(shared, choice.prompter.words)
    else:
        prompter = make_prompter(choice.prompter, context)
    # The authors let colours go, and start every step from the same seed.
    recipe = recipe_of(
        upscaler,
        prompter,
        seed=choice.seed,
        fidelity=0 if choice.paper else choice.fidelity,
        one_seed=choice.paper,
        adaptive_scale=choice.depth == CRISP,
        photo_texture=choice.texture == FROM_PHOTO,
    )
    return Models(upscaler, prompter, recipe)


def open_chain(
    image: OpenedImage,
    choice: EngineChoice,
    cache: Path | None,
    notice: Notice,
    show_message: Notice | None = None,
    pool: Pool | None = None,
    cancelled: IsCancelled = never,
) -> Chain:
    """Return the chain for an open image; its tiles made earlier are there at once.

    Those of a session are, too, if the image was opened by one that holds a pyramid of that
    choice or recipe; it is shown even where its models are not.

    Args:
        cache: The cache folder; None keeps tiles in memory only.
        notice: Receives sentences about trouble with the cache or the models.
        show_message, pool: As for `make_models`.
        cancelled: Asked while the tiles of a session are read.

    Raises:
        BadInput: An unknown engine, prompter or device, a file that is no model, or a session that
            cannot be read any more.
        Cancelled: `cancelled` returned True.
    """
    source, session = image.source, image.session
    kept = None if session is None else pyramid_for(session, choice)
    medical = field_of(choice, source.subject.field).medical
    choice = with_field(choice, source.subject.field)
    if session is not None and kept is not None:
        models = _kept_models(session, kept, choice, cache, notice, show_message, pool)
        models = replace(models, medical=medical)
        return _open_kept(source, session, kept, models, cache, notice, cancelled)
    models = make_models(choice, cache, notice, show_message, pool)
    models = replace(models, medical=medical)
    if session is not None:
        for kept in session.pyramids:
            if kept.info.recipe_digest == models.recipe.digest:
                return _open_kept(source, session, kept, models, cache, notice, cancelled)
    return _chain(source, models, models.recipe.digest, cache, notice)


def chain_in_memory(source: Source, models: Models, notice: Notice) -> Chain:
    """Return a chain for a photo whose tiles are kept in memory only, until its store is closed."""
    return _chain(source, models, models.recipe.digest, None, notice)


def node_work(choice: EngineChoice, cache: Path | None) -> "NodeWork":
    """Return how the models of a choice come to the nodes of a cluster.

    Args:
        cache: The cache folder of this machine, where some model files are.

    Raises:
        BadInput: A file or folder is missing.
    """
    from cozviewer.cluster.crew import NodeWork

    models = None if cache is None else models_folder(cache)
    files = loaded_files(choice, models)
    # Nodes number their devices themselves.
    choice = replace(choice, device=choice.device.partition(":")[0])
    digest = partial(cached_digest, cache_dir=models)
    return NodeWork(partial(node_models, choice), files, digest, node_digest)


def open_cluster(
    address: str, choice: EngineChoice, cache: Path | None, notice: Notice
) -> "ClusterGenerator":
    """Return what generates on the cluster at an address, with as many workers as fit.

    Args:
        address: See `ClusterOptions`.
        choice, cache: As for `node_work`.
        notice: Receives sentences about the cluster.

    Raises:
        BadInput: The address is not understood, or Ray is not installed.
    """
    from cozviewer.cluster.generator import ClusterGenerator
    from cozviewer.cluster.link import ClusterOptions, Link

    return ClusterGenerator(Link(ClusterOptions(address)), node_work(choice, cache), notice)


def node_models(
    choice: EngineChoice, files: Mapping[str, Path], numbers: str, notice: Notice
) -> Models:
    """Return the models of a worker; called on the nodes of a cluster.

    Args:
        choice: The choice of the user.
        files: The model files that were sent, see `node_work`.
        numbers: The number format; "" is that of the choice.
        notice: As for `make_models`.
    """
    choice = with_files(choice, files)
    choice = replace(choice, numbers=numbers or choice.numbers)
    return make_models(choice, cache_folder(), notice)


def node_digest(path: Path) -> str:
    """Return the hex SHA-256 of a file; called on the nodes of a cluster."""
    return cached_digest(path, models_folder(cache_folder()))


def _open_kept(
    source: Source,
    session: Session,
    kept: StoredPyramid,
    models: Models,
    cache: Path | None,
    notice: Notice,
    cancelled: IsCancelled,
) -> Chain:
    """Return the chain of a session's pyramid, its tiles in a store of its own."""
    chain = _chain(source, models, kept.digest, cache, notice)
    if kept.number not in session.unpacked:
        try:
            broken = unpack(session, kept, chain.pyramid.store, cancelled)
        except BaseException:
            chain.pyramid.store.close()
            raise
        session.unpacked.add(kept.number)
        if broken:
            notice(_broken_tiles(broken, session.path.name))
    return chain


def _kept_models(
    session: Session,
    kept: StoredPyramid,
    choice: EngineChoice,
    cache: Path | None,
    notice: Notice,
    show_message: Notice | None,
    pool: Pool | None,
) -> Models:
    """Return the models of a session's pyramid, as far as they are here.

    Where it was made with a server, the user's own server takes its place, whichever that is, and
    without one there are no prompts.
    """
    try:
        recipe = recipe_from(kept.info.recipe)
    except ValueError as error:
        raise damaged(session.path) from error
    why, found = (
        translate("Error", "Its files here are not the ones that it was made with."),
        list[Models](),
    )
    bare, asks = replace(choice, prompter=PrompterChoice()), choice.prompter.name == SERVER
    # The engine may be here where the prompter is not.
    for wanted in (bare,) if lacks_server(choice) else (choice, bare):
        try:
            found.append(make_models(wanted, cache, notice, show_message, pool))
            asks = asks and (wanted is choice or lacks_server(choice))
            break
        except CozviewerError as error:
            why = str(error)
    upscaler: Upscaler = UnavailableUpscaler(kept.info.maker, recipe, why)
    prompter: Prompter = UnavailablePrompter(kept.info.maker, recipe, why)
    for models in found:
        if models.recipe.upscaler == recipe.upscaler:
            upscaler = models.upscaler
        if models.recipe.prompter == recipe.prompter or asks:
            prompter = models.prompter
    drawing = not isinstance(upscaler, UnavailableUpscaler)
    if drawing and lacks_server(choice) and kept is session.pyramids[0]:
        notice(translate_marked("Error", NO_SERVER))
    return Models(upscaler, prompter, recipe)


def _chain(
    source: Source, models: Models, digest: str, cache: Path | None, notice: Notice
) -> Chain:
    """Return a chain with the store that a digest names."""
    store_key = StoreKey(
        source_digest=source.digest,
        source_name=source.name,
        source_width=source.width,
        source_height=source.height,
        recipe_digest=digest,
        recipe=models.recipe.text,
    )
    path = None
    if cache is not None:
        folder = pyramids_folder(cache)
        path = store_path(folder, source.digest, digest)
        if not os.path.exists(path) and only_older(folder, source.digest, is_current):
            notice(translate_marked("Error", OLDER_TILES))  # not again once there are newer ones
    pyramid = Pyramid(source, TileStore.open(path, store_key, notice))
    return Chain(pyramid, models.upscaler, models.prompter, models.recipe, models.medical)


def _broken_tiles(count: int, name: str) -> str:
    """Return the notice about tiles of a session that cannot be read."""
    if count == 1:
        text = translate("Error", "1 tile is broken in {name}; all the rest is here.")
    else:
        text = translate("Error", "{count} tiles are broken in {name}; all the rest is here.")
    return text.format(count=f"{count:,}", name=name)
