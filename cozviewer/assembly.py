"""Puts a chain together from what a person chose: models, recipe, store, pyramid.

Used by both composition roots, `app` and the commands. Nothing heavy is imported before a model
is first used.
"""

from dataclasses import dataclass
from pathlib import Path

from cozviewer.chain.chain import Chain
from cozviewer.chain.choice import EngineChoice
from cozviewer.chain.protocols import Notice, Prompter, Upscaler
from cozviewer.chain.recipe import Recipe, recipe_of
from cozviewer.folders import models_folder, pyramids_folder
from cozviewer.models.engines import make_prompter, make_upscaler
from cozviewer.models.room import Room
from cozviewer.pyramid.cache import store_path
from cozviewer.pyramid.pyramid import Pyramid
from cozviewer.pyramid.source import Source
from cozviewer.pyramid.store import Shelf, TileStore


@dataclass(frozen=True)
class Models:
    """What makes the finer levels: a pair of models and the recipe that names them."""

    upscaler: Upscaler
    prompter: Prompter
    recipe: Recipe


def make_models(
    choice: EngineChoice, cache: Path | None, notice: Notice, told: Notice | None = None
) -> Models:
    """Return the models that a person chose; nothing heavy is imported or read yet.

    Args:
        cache: The cache folder, for converted weights; None keeps them in memory only.
        notice: Receives sentences about trouble with the models, at any later time.
        told: Receives how models will share the memory, before they are loaded; None: `notice`.

    Raises:
        BadInput: An unknown engine, prompter or device, or a file that is no model.
    """
    folder = None if cache is None else models_folder(cache)
    room = Room(choice.device, choice.memory, told or notice)
    upscaler = make_upscaler(
        choice.engine,
        device=choice.device,
        memory=choice.memory,
        cache_dir=folder,
        notice=notice,
        coz=choice.coz,
        room=room,
    )
    prompter = make_prompter(
        choice.prompter,
        device=choice.device,
        memory=choice.memory,
        cache_dir=folder,
        notice=notice,
        room=room,
    )
    # The authors let colours go, and start every step from the same seed.
    recipe = recipe_of(
        upscaler,
        prompter,
        seed=choice.seed,
        fidelity=0 if choice.paper else choice.fidelity,
        one_seed=choice.paper,
    )
    return Models(upscaler, prompter, recipe)


def open_chain(
    source: Source,
    choice: EngineChoice,
    cache: Path | None,
    notice: Notice,
    told: Notice | None = None,
) -> Chain:
    """Return the chain for a source; its tiles made earlier are there at once.

    Args:
        cache: The cache folder; None keeps tiles in memory only.
        notice: Receives sentences about trouble with the cache or the models.
        told: As for `make_models`.

    Raises:
        BadInput: An unknown engine, prompter or device, or a file that is no model.
    """
    models = make_models(choice, cache, notice, told)
    shelf = Shelf(
        source_digest=source.digest,
        source_name=source.name,
        source_width=source.width,
        source_height=source.height,
        recipe_digest=models.recipe.digest,
        recipe=models.recipe.text,
    )
    path = (
        None
        if cache is None
        else store_path(pyramids_folder(cache), source.digest, models.recipe.digest)
    )
    pyramid = Pyramid(source, TileStore.open(path, shelf, notice))
    return Chain(pyramid, models.upscaler, models.prompter, models.recipe)
