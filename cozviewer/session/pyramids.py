"""Pyramids of sessions: how they were made, and stand-ins where their models are missing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cozviewer.chain.chain import Chain
from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.recipe import METHOD, TEXTURE, Recipe
from cozviewer.config.choice import EngineChoice
from cozviewer.config.choice_text import (
    LARGEST_SEED,
    choice_from,
    choice_text,
    elsewhere,
    same_engine,
    with_whole_paths,
)
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.session.session import (
    Maker,
    PyramidInfo,
    Session,
    SessionPyramid,
    StoredPyramid,
)
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.paths import is_network_path
from cozviewer.util.translation import translate

LARGEST_CONTEXT = 512
"""Maximum halo of a recipe that is accepted, in parent pixels."""

SERVER = "server"
"""The prompter that sends crops to an HTTP server."""


def session_pyramid(chain: Chain, choice: EngineChoice, session: Session | None) -> SessionPyramid:
    """Return a chain's pyramid for saving, without drafts.

    Args:
        chain: The chain.
        choice: The engine and settings that it was made from.
        session: The session through which the photo was opened. If it contains this pyramid, the
            recorded information about it is kept.
    """
    upscaler, recipe = chain.upscaler, chain.recipe
    for stored in () if session is None else session.pyramids:
        if stored.info.recipe_digest == recipe.digest:
            return SessionPyramid(stored.info, chain.pyramid.store)
    info = PyramidInfo(
        recipe=recipe.text,
        recipe_digest=recipe.digest,
        choice=choice_text(elsewhere(with_whole_paths(choice), EngineChoice())),
        maker=Maker(
            upscaler.name, upscaler.generative, upscaler.accepts_prompt, chain.prompter.name
        ),
    )
    return SessionPyramid(info, chain.pyramid.store)


def choice_of(stored: StoredPyramid, like: EngineChoice) -> EngineChoice:
    """Return the choice that a pyramid was made from, with the user's device and server.

    A session never determines the server: crops and the API key are sent only to the server in the
    user's own settings. If there is none, the prompter is still "server", with the address "".

    Args:
        stored: The pyramid.
        like: The user's settings: device, memory, number format, server and its model.
    """
    choice, own = _chosen(stored), like.prompter
    asks = choice.prompter.name == SERVER and bool(own.server and own.server_model)
    server, model = (own.server, own.server_model) if asks else ("", "")
    prompter = replace(choice.prompter, server=server, server_model=model)
    return elsewhere(replace(choice, prompter=prompter), like)


def lacks_server(choice: EngineChoice) -> bool:
    """Return whether a choice by `choice_of` needs a server and the user has not set one."""
    return choice.prompter.name == SERVER and not choice.prompter.server


def pyramid_for(session: Session, choice: EngineChoice) -> StoredPyramid | None:
    """Return the pyramid of a session that was made from a choice, or None."""
    for stored in session.pyramids:
        if any(same_engine(choice, one) for one in (choice_of(stored, choice), _chosen(stored))):
            return stored
    return None


def other_pyramids(session: Session | None, known: Sequence[SessionPyramid]) -> list[StoredPyramid]:
    """Return the pyramids of a session whose recipes differ from those of all `known` ones."""
    digests = {each.info.recipe_digest for each in known}
    pyramids = () if session is None else session.pyramids
    return [stored for stored in pyramids if stored.info.recipe_digest not in digests]


def recipe_from(text: str) -> Recipe:
    """Parse the text of `Recipe.text`.

    Raises:
        ValueError: It is not the text of a recipe, or a value is out of range.
    """
    try:
        read: dict[str, Any] = json.loads(text)
        recipe = Recipe(
            upscaler=_pairs(read["upscaler"]),
            prompter=_pairs(read["prompter"]),
            seed=int(read["seed"]),
            fidelity=float(read["fidelity"]),
            halo=int(read["halo"]),
            least=int(read.get("least", 0)),
            one_seed=bool(read.get("one_seed", False)),
            adaptive_scale=bool(read.get("adaptive_scale", False)),
            photo_texture=bool(read.get("photo_texture", False)),
            method=int(read.get("method", METHOD)),
            texture=int(read.get("photo_texture", TEXTURE)),
        )
    except (TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError("not a recipe") from error
    context = all(0 <= margin <= LARGEST_CONTEXT for margin in (recipe.halo, recipe.least))
    sound = 0 <= recipe.fidelity <= 1 and context
    if not sound or abs(recipe.seed) >= LARGEST_SEED:
        raise ValueError("recipe out of range")
    return recipe


@dataclass(frozen=True)
class UnavailableUpscaler:
    """Stands in for an `Upscaler` that cannot be loaded: existing tiles are shown, none are made.

    Attributes:
        maker, recipe: As recorded in the session.
        why: Why it cannot be loaded, as a sentence.
    """

    maker: Maker
    recipe: Recipe
    why: str

    device = ""

    @property
    def name(self) -> str:
        return self.maker.name

    @property
    def halo(self) -> int:
        return self.recipe.halo

    @property
    def generative(self) -> bool:
        return self.maker.generative

    @property
    def accepts_prompt(self) -> bool:
        return self.maker.listens

    @property
    def identity(self) -> Mapping[str, str]:
        return dict(self.recipe.upscaler)

    def load(self, cancelled: IsCancelled = never) -> None:
        raise BadInput(
            translate(
                "Error",
                "The detail in this session was generated by {name}, which is not available "
                "here, so only existing detail is shown. {reason}",
            ).format(name=self.name, reason=self.why)
        )

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.load()
        raise AssertionError


@dataclass(frozen=True)
class UnavailablePrompter:
    """Stands in for a `Prompter` that cannot be used.

    Attributes:
        maker, recipe, why: As for `UnavailableUpscaler`.
    """

    maker: Maker
    recipe: Recipe
    why: str

    @property
    def name(self) -> str:
        return self.maker.prompter

    @property
    def identity(self) -> Mapping[str, str]:
        return dict(self.recipe.prompter)

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        raise BadInput(
            translate(
                "Error",
                "The prompts of this session were made by {name}, which is not available here. "
                "{reason}",
            ).format(name=self.name, reason=self.why)
        )


def _chosen(stored: StoredPyramid) -> EngineChoice:
    """Return the recorded choice; if it is unreadable or unsafe, one that names no local engine."""
    choice = choice_from(stored.info.choice)
    if choice is None or _names_another_machine(asdict(choice)) or _names_device(choice):
        return EngineChoice(engine=stored.info.maker.name)
    return choice


def _names_another_machine(values: Mapping[str, object]) -> bool:
    """Return whether any value, at any depth, is a path on another machine."""
    for value in values.values():
        if isinstance(value, Mapping):
            if _names_another_machine(value):
                return True
        elif isinstance(value, str | Path) and is_network_path(str(value)):
            return True
    return False


def _names_device(choice: EngineChoice) -> bool:
    """Return whether a file of a choice is a device or a pipe, reading which may never end."""
    files = (choice.coz.lora, choice.coz.vae)
    return any(path is not None and path.exists() and not path.is_file() for path in files)


def _pairs(read: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), str(value)) for name, value in read.items()))
